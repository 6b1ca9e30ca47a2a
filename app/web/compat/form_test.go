package compat

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"imglink/app/fault"
)

func fields(r io.Reader) (url.Values, error) {
	out, form := url.Values{}, newFormReader(r)
	for {
		name, value, err := form.next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(value)
		if err != nil {
			return nil, err
		}
		out.Add(name, string(b))
	}
}

// What the standard library reads of a form it has whole, this reads of one that trickles.
func FuzzFormsAreReadAsTheStandardLibraryDoes(f *testing.F) {
	for _, s := range []string{"", "a=b", "a=b&c=d%20e+f", "a&b=&=c", "a=%zz", "a=%4", "&&a=1&", "a=b=c", "%61=%c3%a9", "a=%1", "a=%\x10\x11"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, ";") || len(s) > 1000 {
			return // url.ParseQuery refuses semicolons; names are bounded here
		}
		want, wantErr := url.ParseQuery(s)
		got, err := fields(iotest.OneByteReader(strings.NewReader(s)))
		if long(s) {
			return
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: %v, the standard library says %v", s, err, wantErr)
		}
		got.Del("") // what is empty on both sides of "=" stands for nothing here
		want.Del("")
		if err == nil && got.Encode() != want.Encode() {
			t.Errorf("%q: %q, the standard library reads %q", s, got, want)
		}
	})
}

// long reports whether a name is longer than is read.
func long(s string) bool {
	for part := range strings.SplitSeq(s, "&") {
		if len(part) > maxFormName {
			return true
		}
	}
	return false
}

func decode(text string) ([]byte, error) {
	return io.ReadAll(newBase64Reader(bufio.NewReader(strings.NewReader(text))))
}

func TestBase64AsClientsWriteIt(t *testing.T) {
	want := []byte{0xfb, 0xff, 0xbe, 0x01, 0x02, 0xfb, 0xef}
	std := base64.StdEncoding.EncodeToString(want)
	for _, text := range []string{
		std, base64.URLEncoding.EncodeToString(want), strings.TrimRight(std, "="), std[:3] + "\r\n" + std[3:] + "\n", strings.ReplaceAll(std, "+", " "),
	} {
		if got, err := decode(text); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q: %x, %v", text, got, err)
		}
	}
	for _, text := range []string{"!!!!", "A", "AAAA=A", "AAAAA", "äöü", "AA\x00A", "=A"} {
		if _, err := decode(text); fault.Of(err).Code != errBase64.Code {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzBase64(f *testing.F) {
	f.Add([]byte("abc"), true)
	f.Fuzz(func(t *testing.T, b []byte, alphabet bool) {
		e := base64.StdEncoding
		if alphabet {
			e = base64.URLEncoding
		}
		if got, err := decode(e.EncodeToString(b)); err != nil || !bytes.Equal(got, b) {
			t.Errorf("%x, %v", got, err)
		}
		_, _ = decode(string(b))
	})
}

// A connection that breaks off is not called bad base64.
func TestABrokenConnectionIsNoBadBase64(t *testing.T) {
	broken := io.MultiReader(strings.NewReader("AAAA"), iotest.ErrReader(io.ErrClosedPipe))
	if _, err := io.ReadAll(newBase64Reader(bufio.NewReader(broken))); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%v", err)
	}
}

// A form of many megabytes costs no memory of that size.
func TestAFormIsNotHeldInMemory(t *testing.T) {
	const size = 16 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	form, decoded, title := newFormReader(io.MultiReader(strings.NewReader("key=guest&source="), io.LimitReader(zeros{}, size), strings.NewReader("&title=x"))), int64(0), ""
	for {
		name, value, err := form.next()
		if err != nil {
			break
		}
		if name == "source" {
			decoded, _ = io.Copy(io.Discard, newBase64Reader(bufio.NewReader(value)))
		} else {
			b, _ := io.ReadAll(value)
			title = string(b)
		}
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; decoded != size/4*3 || title != "x" || got > 1<<20 {
		t.Errorf("%d bytes decoded, title %q, %d bytes allocated", decoded, title, got)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'A'
	}
	return len(p), nil
}

package compat

import (
	"bufio"
	"encoding/base64"
	"errors"
	"io"
	"strings"

	"imglink/app/fault"
)

var errForm = fault.New(fault.Malformed, "form_malformed", "The form cannot be read. Let your HTTP library make it.")

// maxFormName is the longest name of a field.
const maxFormName = 100

// formReader reads application/x-www-form-urlencoded (URL standard, 5.1) field by field: pictures come as base64 in forms
// of many megabytes, which are never held in memory whole.
type formReader struct {
	src  *bufio.Reader
	last *formValue
}

func newFormReader(r io.Reader) *formReader {
	return &formReader{src: bufio.NewReaderSize(r, 32<<10)}
}

// next gives the next field, whose value must be read before the one after it, or io.EOF.
func (f *formReader) next() (name string, value io.Reader, err error) {
	if f.last != nil {
		if _, err := io.Copy(io.Discard, f.last); err != nil {
			return "", nil, err
		}
	}
	if _, err := f.src.Peek(1); err != nil {
		return "", nil, err
	}
	key := &formValue{src: f.src, end: '='}
	b, err := io.ReadAll(io.LimitReader(key, maxFormName+1))
	if err != nil {
		return "", nil, err
	}
	if len(b) > maxFormName {
		return "", nil, errForm
	}
	f.last = &formValue{src: f.src, end: '&', done: key.met != '='}
	return string(b), f.last, nil
}

// formValue decodes up to a separator. A name also ends at '&', where its value is empty.
type formValue struct {
	src  *bufio.Reader
	end  byte
	met  byte // what it ended at; 0 at the end of the form
	done bool
}

// Read implements io.Reader.
func (v *formValue) Read(p []byte) (n int, err error) {
	for n < len(p) && !v.done {
		b, err := v.src.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			v.done = true
			continue
		case err != nil:
			return n, err
		case b == v.end || b == '&':
			v.done, v.met = true, b
			continue
		case b == '+':
			b = ' '
		case b == '%':
			if b, err = v.escaped(); err != nil {
				return n, err
			}
		}
		p[n] = b
		n++
		if v.src.Buffered() == 0 && n > 0 {
			return n, nil // what is there goes on at once
		}
	}
	if n == 0 && v.done {
		return 0, io.EOF
	}
	return n, nil
}

func (v *formValue) escaped() (b byte, err error) {
	for range 2 {
		c, err := v.src.ReadByte()
		if errors.Is(err, io.EOF) {
			return 0, errForm
		}
		if err != nil {
			return 0, err
		}
		d := strings.IndexByte("0123456789abcdef", c|0x20)
		if c <= '9' {
			d = strings.IndexByte("0123456789", c)
		}
		if d < 0 {
			return 0, errForm
		}
		b = b<<4 | byte(d)
	}
	return b, nil
}

var errBase64 = fault.New(fault.Invalid, "base64_malformed", "Invalid base64 string")

// base64Reader decodes base64 as clients write it: either alphabet (RFC 4648, 4 and 5), with or without padding, broken
// into lines, and with the spaces that '+' becomes in a form that was not escaped.
type base64Reader struct {
	letters letters
	decoded io.Reader
}

func newBase64Reader(src *bufio.Reader) *base64Reader {
	r := &base64Reader{letters: letters{src: src}}
	r.decoded = base64.NewDecoder(base64.RawStdEncoding, &r.letters)
	return r
}

// Read implements io.Reader.
func (r *base64Reader) Read(p []byte) (int, error) {
	n, err := r.decoded.Read(p)
	if err != nil && !errors.Is(err, io.EOF) && r.letters.broken == nil {
		err = errBase64
	}
	return n, err
}

// letters passes on what is base64, in the standard alphabet.
type letters struct {
	src    *bufio.Reader
	padded bool
	broken error // why the source could not be read, apart from what it held
}

// Read implements io.Reader.
func (l *letters) Read(p []byte) (n int, err error) {
	for n == 0 && err == nil {
		k, rerr := l.src.Read(p)
		if rerr != nil && !errors.Is(rerr, io.EOF) {
			l.broken = rerr
		}
		n, err = l.keep(p[:k]), rerr
		if n < 0 {
			return 0, errBase64
		}
	}
	return n, err
}

// keep moves the letters of p to its front and counts them; -1 when something else is among them.
func (l *letters) keep(p []byte) (n int) {
	for _, b := range p {
		switch b {
		case '\r', '\n', '\t':
			continue
		case '=':
			l.padded = true
			continue
		case '-', ' ':
			b = '+'
		case '_':
			b = '/'
		}
		if l.padded {
			return -1
		}
		p[n] = b
		n++
	}
	return n
}

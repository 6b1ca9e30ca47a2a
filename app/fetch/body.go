package fetch

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// body counts and times what the server sends.
type body struct {
	from   io.ReadCloser
	cancel context.CancelFunc
	max    int64 // the limit, for the message
	left   int64
	stall  time.Duration
	timer  *time.Timer
	err    error // sticky
	once   sync.Once
}

func newBody(from io.ReadCloser, cancel context.CancelFunc, limit int64, stall time.Duration) *body {
	b := &body{from: from, cancel: cancel, max: limit, left: limit, stall: stall}
	b.timer = time.AfterFunc(stall, cancel)
	b.timer.Stop()
	return b
}

// Read gives at most the limit; one byte more is an error, never a silently shortened file. The stall timer runs only
// while the server is waited for.
func (b *body) Read(p []byte) (int, error) {
	if b.err != nil || len(p) == 0 {
		return 0, b.err
	}
	b.timer.Reset(b.stall)
	n, err := b.from.Read(p[:min(int64(len(p)), b.left+1)])
	stalled := !b.timer.Stop()
	if int64(n) > b.left {
		n = int(b.left)
		b.err = tooLarge(b.max)
		b.left = 0
		return n, b.err
	}
	b.left -= int64(n)
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, io.EOF):
		b.err = io.EOF
	case stalled:
		b.err = errSlow.Because(err)
	default:
		b.err = translate(err)
	}
	return n, b.err
}

// Close ends the transfer.
func (b *body) Close() (err error) {
	b.once.Do(func() {
		b.timer.Stop()
		b.cancel()
		err = b.from.Close()
	})
	return err
}

// fileName is a suggestion: Content-Disposition (RFC 6266), else the last segment of the address. Path tricks and control
// characters are removed, and it is at most 200 bytes long.
func fileName(r *http.Response) string {
	if _, params, err := mime.ParseMediaType(r.Header.Get("Content-Disposition")); err == nil && params["filename"] != "" {
		if name := clean(params["filename"]); name != "" {
			return name
		}
	}
	return clean(r.Request.URL.Path)
}

func clean(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), "\\", "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) { // Cf turns text around: "gnp.exe" reads as "exe.png"
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, " ./")
	for len(name) > 200 {
		_, size := utf8.DecodeRuneInString(name)
		name = name[size:] // the extension stays
	}
	return name
}

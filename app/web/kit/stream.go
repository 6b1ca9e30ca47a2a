package kit

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"os"
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/clock"
	"imglink/app/fault"
)

// A client must keep sending: silence ends the request, and so does trickling below the floor rate once it had time.
const (
	silence   = 20 * time.Second
	floorRate = 8 << 10 // bytes a second, over the whole body
	headStart = 60 * time.Second
)

// Stream is the request body of a streaming route, at most max bytes. Reading past it, a silent client and a trickling one
// are errors with their own status; the connection is closed after the answer, because the rest of the body is unread.
func (c *Ctx) Stream(max int64) io.Reader {
	if n := c.Request().Header.ContentLength(); int64(n) > max {
		return failing{bodyTooLarge(c, max)}
	}
	if !c.Request().IsBodyStream() {
		return bytes.NewReader(c.Request().Body())
	}
	return &paced{c: c, src: c.Request().BodyStream(), conn: c.Ctx.Context().Conn(), left: max, max: max, elapsed: clock.Stopwatch()}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func bodyTooLarge(c *Ctx, max int64) error {
	c.Response().SetConnectionClose()
	return fault.New(fault.TooLarge, "request_too_large", "All files of one request together may have "+Bytes(max)+". Send them in several requests.")
}

type paced struct {
	c         *Ctx
	src       io.Reader
	conn      net.Conn
	left, max int64
	elapsed   func() time.Duration
}

var errSlow = fault.New(fault.Timeout, "upload_too_slow", "The upload was too slow and was stopped. Please try again on a better connection.")

// Read implements io.Reader.
func (p *paced) Read(b []byte) (int, error) {
	if p.left <= 0 {
		var one [1]byte
		if n, _ := p.src.Read(one[:]); n == 0 {
			return 0, io.EOF
		}
		return 0, bodyTooLarge(p.c, p.max)
	}
	if int64(len(b)) > p.left {
		b = b[:p.left]
	}
	_ = p.conn.SetReadDeadline(deadline())
	n, err := p.src.Read(b)
	p.left -= int64(n)
	if took := p.elapsed(); took > headStart && p.max-p.left < int64(took.Seconds())*floorRate {
		err = os.ErrDeadlineExceeded
	}
	if err != nil && !errors.Is(err, io.EOF) {
		p.c.Response().SetConnectionClose()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return n, errSlow
		}
	}
	return n, err
}

// deadline is real time, as the network knows no other.
func deadline() time.Time { return clock.System{}.Now().Add(silence) }

// Parts reads a streamed multipart body part by part; nothing is spooled.
func (c *Ctx) Parts(max int64) (*multipart.Reader, error) {
	kind, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || kind != fiber.MIMEMultipartForm || params["boundary"] == "" || len(params["boundary"]) > 70 {
		return nil, fault.New(fault.Malformed, "multipart_expected", `Send the files as multipart/form-data in the field "file".`)
	}
	return multipart.NewReader(c.Stream(max), params["boundary"]), nil
}

// PartError gives a failure while reading parts its kind.
func PartError(err error) error {
	if errors.As(err, new(*fault.Error)) {
		return err
	}
	return fault.New(fault.Malformed, "multipart_malformed", "The upload broke off or its multipart encoding is wrong. Please send it again.").Because(err)
}

// Bytes is a size as people write it.
func Bytes(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return itoa(n>>20) + " MiB"
	case n >= 1<<20:
		return itoa(n>>20) + "." + itoa((n%(1<<20))*10>>20) + " MiB"
	case n >= 1<<10:
		return itoa(n>>10) + " KiB"
	}
	return itoa(n) + " bytes"
}

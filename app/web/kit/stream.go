package kit

import (
	"bufio"
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

// What is left of a body after its answer is known is read and dropped within these bounds, so that the client gets to
// read the answer instead of a reset connection, and so that the rest is never taken for the next request.
const (
	drainBytes = 32 << 20
	drainTime  = 10 * time.Second
)

// Stream is the request body of a streaming route, at most max bytes. Reading past it, a silent client, a trickling one
// and a body that breaks off are errors with their own status.
func (c *Ctx) Stream(max int64) io.Reader {
	if n := c.Request().Header.ContentLength(); int64(n) > max {
		return failing{bodyTooLarge(max)}
	}
	if !c.Request().IsBodyStream() {
		return bytes.NewReader(c.Request().Body())
	}
	c.body = c.paced(max)
	return c.body
}

func (c *Ctx) paced(max int64) *paced {
	return &paced{
		src: c.Request().BodyStream(), conn: c.Ctx.Context().Conn(), announced: int64(c.Request().Header.ContentLength()),
		left: max, max: max, elapsed: clock.Stopwatch(),
	}
}

// settleBody leaves the connection at the start of the next request, or says that it must be closed.
func (c *Ctx) settleBody() {
	if c.body == nil {
		if !c.Request().IsBodyStream() {
			return
		}
		c.body = c.paced(0)
	}
	if !c.body.drain() {
		c.Response().SetConnectionClose()
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func bodyTooLarge(max int64) error {
	return fault.Newf(fault.TooLarge, "request_too_large", "All files of one request together may have %s. Send them in several requests.", Bytes(max))
}

// paced is a request body with a size, a pace and an end. The server's own stream must not be read past its end: it would
// go on with the next request.
type paced struct {
	src       io.Reader
	conn      net.Conn
	announced int64 // Content-Length; negative when chunked
	read      int64
	left, max int64
	elapsed   func() time.Duration
	end       error // sticky: io.EOF after the complete body, else why it is unreadable
}

var errSlow = fault.New(fault.Timeout, "upload_too_slow", "The upload was too slow and was stopped. Please try again on a better connection.")

// Read implements io.Reader.
func (p *paced) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if p.left <= 0 {
		var one [1]byte
		switch n, err := p.next(one[:]); {
		case n > 0:
			return 0, bodyTooLarge(p.max)
		default:
			return 0, err
		}
	}
	if int64(len(b)) > p.left {
		b = b[:p.left]
	}
	n, err := p.next(b)
	p.left -= int64(n)
	if took := p.elapsed(); took > headStart && p.read < int64(took.Seconds())*floorRate {
		p.end = errSlow
		return n, p.end
	}
	return n, err
}

// next reads from the connection within the deadline for silence.
func (p *paced) next(b []byte) (int, error) {
	if p.end != nil {
		return 0, p.end
	}
	_ = p.conn.SetReadDeadline(deadline(silence))
	n, err := p.src.Read(b)
	p.read += int64(n)
	switch {
	case err == nil:
	case errors.Is(err, os.ErrDeadlineExceeded):
		p.end = errSlow
	case errors.Is(err, io.EOF) && p.announced > p.read:
		p.end = io.ErrUnexpectedEOF // the server reports a connection that ended early as the end of the body
	default:
		p.end = err
	}
	return n, p.end
}

// drain drops the rest of the body and reports whether all of it was read.
func (p *paced) drain() bool {
	buf := make([]byte, 16<<10)
	for took, n := clock.Stopwatch(), 0; p.end == nil && n < drainBytes && took() < drainTime; {
		got, _ := p.next(buf)
		n += got
	}
	return errors.Is(p.end, io.EOF)
}

// deadline is real time, as the network knows no other.
func deadline(in time.Duration) time.Time { return clock.System{}.Now().Add(in) }

// Parts is a streamed multipart body, read part by part; nothing is spooled.
type Parts struct {
	mr    *multipart.Reader
	tail  *tail
	final []byte
}

// Parts opens the request's multipart body of at most max bytes.
func (c *Ctx) Parts(max int64) (*Parts, error) {
	kind, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || kind != fiber.MIMEMultipartForm || params["boundary"] == "" || len(params["boundary"]) > 70 {
		return nil, fault.New(fault.Malformed, "multipart_expected", `Send the files as multipart/form-data in the field "file".`)
	}
	t := &tail{src: bufio.NewReaderSize(c.Stream(max), 32<<10)} // the standard library reads 4 KiB at a time
	return &Parts{mr: multipart.NewReader(t, params["boundary"]), tail: t, final: []byte("--" + params["boundary"] + "--")}, nil
}

// Next gives the next part, nil after the closing boundary, and a fault for everything else: the standard library reports
// a body that breaks off between two parts like a complete one.
func (p *Parts) Next() (*multipart.Part, error) {
	part, err := p.mr.NextRawPart()
	if errors.Is(err, io.EOF) && bytes.Contains(p.tail.b, p.final) {
		return nil, nil
	}
	if err != nil {
		return nil, PartError(err)
	}
	return part, nil
}

// tail remembers the end of what was read, longer than a multipart.Reader reads ahead.
type tail struct {
	src io.Reader
	b   []byte
}

const tailSize = 8 << 10

func (t *tail) Read(p []byte) (int, error) {
	n, err := t.src.Read(p)
	if n >= tailSize {
		t.b = append(t.b[:0], p[n-tailSize:n]...)
		return n, err
	}
	if over := len(t.b) + n - tailSize; over > 0 {
		t.b = t.b[:copy(t.b, t.b[over:])]
	}
	t.b = append(t.b, p[:n]...)
	return n, err
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

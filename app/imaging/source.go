package imaging

import (
	"errors"
	"fmt"
	"io"
)

// source reads a file of a known size through one small window, so that walking a container costs few system calls and
// no memory that grows with the file.
type source struct {
	r    io.ReaderAt
	size int64
	buf  []byte // the window
	off  int64  // where the window starts
}

const window = 64 << 10

func newSource(r io.ReaderAt, size int64) *source {
	return &source{r: r, size: size, buf: make([]byte, 0, window)}
}

// peek returns n bytes at off; they are valid until the next call. n is at most the window. Past the end it is
// image_truncated.
func (s *source) peek(off int64, n int) ([]byte, error) {
	if n > window || n < 0 || off < 0 {
		return nil, fmt.Errorf("imaging: peek of %d bytes at %d", n, off)
	}
	if off+int64(n) > s.size {
		return nil, truncated("need %d bytes at %d of %d", n, off, s.size)
	}
	if off < s.off || off+int64(n) > s.off+int64(len(s.buf)) {
		if err := s.fill(off); err != nil {
			return nil, err
		}
	}
	at := int(off - s.off)
	return s.buf[at : at+n], nil
}

// rest returns what the window holds from off on: at least one byte, nothing only at the end of the file.
func (s *source) rest(off int64) ([]byte, error) {
	if off >= s.size {
		return nil, nil
	}
	if off < s.off || off >= s.off+int64(len(s.buf)) {
		if err := s.fill(off); err != nil {
			return nil, err
		}
	}
	return s.buf[off-s.off:], nil
}

func (s *source) fill(off int64) error {
	n := int(min(int64(window), s.size-off))
	s.buf, s.off = s.buf[:n], off
	got, err := s.r.ReadAt(s.buf, off)
	if got == n {
		return nil
	}
	s.buf = s.buf[:0]
	if err == nil || errors.Is(err, io.EOF) {
		return truncated("file shorter than its declared %d bytes", s.size)
	}
	return fmt.Errorf("imaging: reading %d bytes at %d: %w", n, off, err)
}

// bytes copies n bytes at off; the caller has bounded n.
func (s *source) bytes(off int64, n int64) ([]byte, error) {
	if off+n > s.size {
		return nil, truncated("need %d bytes at %d of %d", n, off, s.size)
	}
	out := make([]byte, n)
	if got, err := s.r.ReadAt(out, off); got != len(out) {
		if err == nil || errors.Is(err, io.EOF) {
			return nil, truncated("file shorter than its declared %d bytes", s.size)
		}
		return nil, fmt.Errorf("imaging: reading %d bytes at %d: %w", n, off, err)
	}
	return out, nil
}

// plan is the sanitised file as pieces: ranges of the source and bytes of our own. Walking makes the plan, writing it is
// a copy; nothing is written before the whole container was accepted.
type plan struct {
	parts []part
	size  int64
}

type part struct {
	off, n int64
	lit    []byte
}

// maxParts bounds the plan of a file made of alternating kept and dropped pieces.
const maxParts = 1 << 16

// keep adds a range of the source; neighbours are merged.
func (p *plan) keep(off, n int64) error {
	p.size += n
	if last := len(p.parts) - 1; last >= 0 && p.parts[last].lit == nil && p.parts[last].off+p.parts[last].n == off {
		p.parts[last].n += n
		return nil
	}
	if len(p.parts) >= maxParts {
		return corrupt("more than %d pieces", maxParts)
	}
	p.parts = append(p.parts, part{off: off, n: n})
	return nil
}

// put adds bytes of our own.
func (p *plan) put(b ...byte) {
	if len(b) == 0 {
		return
	}
	p.size += int64(len(b))
	if last := len(p.parts) - 1; last >= 0 && p.parts[last].lit != nil {
		p.parts[last].lit = append(p.parts[last].lit, b...)
		return
	}
	p.parts = append(p.parts, part{lit: append([]byte(nil), b...)})
}

// join appends another plan.
func (p *plan) join(q *plan) {
	p.parts = append(p.parts, q.parts...)
	p.size += q.size
}

// writeTo copies the plan's pieces to dst.
func (p *plan) writeTo(src io.ReaderAt, dst io.Writer) error {
	buf := make([]byte, window)
	for _, q := range p.parts {
		if q.lit != nil {
			if _, err := dst.Write(q.lit); err != nil {
				return fmt.Errorf("imaging: writing the sanitised file: %w", err)
			}
			continue
		}
		n, err := io.CopyBuffer(dst, io.NewSectionReader(src, q.off, q.n), buf)
		if err != nil {
			return fmt.Errorf("imaging: copying %d bytes at %d: %w", q.n, q.off, err)
		}
		if n != q.n {
			return truncated("file shorter than its declared size")
		}
	}
	return nil
}

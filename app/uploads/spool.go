package uploads

import (
	"crypto/sha256"
	"errors"
	"io"
	"os"

	"imglink/app/fault"
	"imglink/app/imaging"
)

// spooled is one upload as received, the sanitised file read through it, and what is known of both.
type spooled struct {
	raw      *Spool
	clean    *io.SectionReader
	facts    imaging.Facts
	received [sha256.Size]byte
	stored   [sha256.Size]byte
}

// Close frees memory and disk space.
func (s *spooled) Close() { s.raw.Close() }

// spool reads body up to the limit, hashes it, sanitises it and hashes the result. Memory does not grow with the size.
func (s *Service) spool(body io.Reader) (_ *spooled, err error) {
	sp := &spooled{raw: NewSpool(s.TempDir)}
	defer func() {
		if err != nil {
			sp.Close()
		}
	}()
	in := sha256.New()
	n, err := io.Copy(io.MultiWriter(sp.raw, in), io.LimitReader(body, s.Limits.Bytes+1))
	if err != nil {
		return nil, readError(err)
	}
	if n > s.Limits.Bytes {
		return nil, s.tooLarge()
	}
	in.Sum(sp.received[:0])
	if err := sp.sanitise(n, s.Limits); err != nil {
		return nil, err
	}
	return sp, nil
}

func (s *spooled) sanitise(size int64, lim imaging.Limits) error {
	c, err := imaging.Clean(s.raw, size, lim)
	if err != nil {
		return err
	}
	s.facts, s.clean = c.Facts, c.Reader()
	if c.Unchanged {
		s.stored = s.received
		return nil
	}
	out := sha256.New()
	buf := flowBuffers.Get().(*[]byte)
	defer flowBuffers.Put(buf)
	if _, err := io.CopyBuffer(out, s.clean, *buf); err != nil {
		return errNoSpace.Because(err)
	}
	out.Sum(s.stored[:0])
	return nil
}

func (s *Service) tempFile() (*os.File, error) {
	f, err := nameless(s.TempDir)
	if err != nil {
		return nil, errNoSpace.Because(err)
	}
	return f, nil
}

// unlinked makes a file and removes its name: a process killed in between leaves it.
func unlinked(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, "upload-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// readError tells a broken upload from a full disk.
func readError(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return errNoSpace.Because(err)
	}
	if errors.As(err, new(*fault.Error)) {
		return err
	}
	return fault.New(fault.Malformed, "upload_interrupted", "The upload broke off before it was complete. Please send it again.").Because(err)
}

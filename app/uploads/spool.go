package uploads

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"

	"imglink/app/fault"
	"imglink/app/imaging"
)

// spooled is one upload on disk: the sanitised file, rewound, and what is known of it. The files have no name, so nothing
// is left behind however the process ends.
type spooled struct {
	clean    *os.File
	size     int64
	facts    imaging.Facts
	received [sha256.Size]byte
	stored   [sha256.Size]byte
}

// Close frees the disk space.
func (s *spooled) Close() { _ = s.clean.Close() }

// spool reads body up to the limit, hashes it, sanitises it and hashes the result. Memory does not grow with the size.
func (s *Service) spool(body io.Reader) (*spooled, error) {
	raw, err := s.tempFile()
	if err != nil {
		return nil, err
	}
	defer raw.Close() //nolint:errcheck // unlinked
	in := sha256.New()
	n, err := io.Copy(io.MultiWriter(raw, in), io.LimitReader(body, s.Limits.Bytes+1))
	if err != nil {
		return nil, readError(err)
	}
	if n > s.Limits.Bytes {
		return nil, fault.New(fault.TooLarge, "file_too_large", fmt.Sprintf("The file is larger than %d MiB. Make the picture smaller or save it with a lower quality.", s.Limits.Bytes>>20))
	}
	sp := &spooled{}
	in.Sum(sp.received[:0])
	if sp.clean, err = s.tempFile(); err != nil {
		return nil, err
	}
	if err := sp.sanitise(raw, n, s.Limits); err != nil {
		sp.Close()
		return nil, err
	}
	return sp, nil
}

func (s *spooled) sanitise(raw *os.File, size int64, lim imaging.Limits) (err error) {
	out := sha256.New()
	w := bufio.NewWriterSize(io.MultiWriter(s.clean, out), 64<<10)
	if s.facts, err = imaging.Sanitise(raw, size, w, lim); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return errNoSpace.Because(err)
	}
	out.Sum(s.stored[:0])
	if s.size, err = s.clean.Seek(0, io.SeekCurrent); err != nil {
		return err
	}
	_, err = s.clean.Seek(0, io.SeekStart)
	return err
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

package uploads

import (
	"crypto/md5"  //nolint:gosec // clients compare it with their own; nothing rests on it
	"crypto/sha1" //nolint:gosec // the same
	"io"

	"imglink/app/fault"
)

// Held is a file as it was sent, kept until it is known what to do with it: a form may say whose it is after it.
type Held struct {
	raw  *Spool
	Size int64
	MD5  [md5.Size]byte
	SHA1 [sha1.Size]byte
}

// Hold reads a file up to the limit. Memory does not grow with its size. Close must be called.
func (s *Service) Hold(body io.Reader) (_ *Held, err error) {
	h := &Held{raw: NewSpool(s.TempDir)}
	defer func() {
		if err != nil {
			h.Close()
		}
	}()
	m, o := md5.New(), sha1.New() //nolint:gosec // see above
	h.Size, err = io.Copy(io.MultiWriter(h.raw, m, o), io.LimitReader(body, s.Limits.Bytes+1))
	if err != nil {
		return nil, readError(err)
	}
	if h.Size > s.Limits.Bytes {
		return nil, s.tooLarge()
	}
	m.Sum(h.MD5[:0])
	o.Sum(h.SHA1[:0])
	return h, nil
}

// Reader reads the file from its beginning.
func (h *Held) Reader() io.Reader { return io.NewSectionReader(h.raw, 0, h.Size) }

// Close frees memory and disk space.
func (h *Held) Close() { h.raw.Close() }

func (s *Service) tooLarge() error {
	return fault.Newf(fault.TooLarge, "file_too_large", "The file is larger than %d MiB. Make the picture smaller or save it with a lower quality.", s.Limits.Bytes>>20)
}

package uploads

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"

	"imglink/app/objects"
)

// Content is an open object, from memory or from the store. Body must be closed.
type Content struct {
	Body  io.ReadCloser
	Size  int64 // bytes in Body
	Total int64 // bytes of the whole object
	ETag  string
}

// Open reads an object of an image, all of it or a range. Small objects come from memory the second time.
func (s *Service) Open(ctx context.Context, id, key string, r *objects.Range) (*Content, error) {
	if body, etag, ok := s.Cache.Get(key); ok {
		part := slice(body, r)
		return &Content{Body: io.NopCloser(bytes.NewReader(part)), Size: int64(len(part)), Total: int64(len(body)), ETag: etag}, nil
	}
	// The body is sent after the handler has returned and its context has ended; the store watches its own silence.
	obj, err := s.Objects.Get(context.WithoutCancel(ctx), key, r)
	if err != nil {
		return nil, err
	}
	c := &Content{Body: flow{obj.Body}, Size: obj.Size, Total: obj.TotalSize, ETag: obj.ETag}
	if r != nil {
		return c, nil
	}
	release, ok := s.Cache.Reserve(obj.Size)
	if !ok {
		return c, nil
	}
	body, err := io.ReadAll(io.LimitReader(obj.Body, obj.Size))
	_ = obj.Body.Close()
	if err != nil {
		release()
		return nil, err
	}
	s.Cache.Add(id, key, body, obj.ETag)
	c.Body = held{bytes.NewReader(body), release}
	return c, nil
}

// held gives its place back when it is closed.
type held struct {
	*bytes.Reader
	release func()
}

// Close implements io.Closer.
func (h held) Close() error { h.release(); return nil }

// slice applies a range that was checked against the size already.
func slice(body []byte, r *objects.Range) []byte {
	if r == nil {
		return body
	}
	return body[r.Start : r.Start+r.Length]
}

// flow copies in large pieces: a picture passes through with an eighth of the system calls of the server's own buffer.
type flow struct{ io.ReadCloser }

const flowSize = 256 << 10

var flowBuffers = sync.Pool{New: func() any { b := make([]byte, flowSize); return &b }}

// WriteTo implements io.WriterTo.
func (f flow) WriteTo(w io.Writer) (n int64, err error) {
	buf := flowBuffers.Get().(*[]byte)
	defer flowBuffers.Put(buf)
	for {
		got, rerr := f.Read(*buf)
		if got > 0 {
			put, werr := w.Write((*buf)[:got])
			if n += int64(put); werr != nil {
				return n, werr
			}
		}
		if errors.Is(rerr, io.EOF) {
			return n, nil
		}
		if rerr != nil {
			return n, rerr
		}
	}
}

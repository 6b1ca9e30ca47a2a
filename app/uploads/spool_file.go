package uploads

import (
	"io"
	"os"
	"sync"
)

// Spool holds one upload: in memory while it is small, else in a file without a name. It is written once, then read.
type Spool struct {
	dir  string
	buf  []byte // what was written last and is not in the file
	cap  int
	big  *[]byte // the borrowed memory behind buf, nil when it is our own
	file *os.File
	done int64 // bytes in the file
}

// Most pictures fit into bigBuffer and never touch the disk; larger ones are written in pieces of it. Borrowed memory is
// bounded for the process: when all of it is in use an upload makes do with little.
const (
	bigBuffer   = 1 << 20
	bigBuffers  = 16
	smallBuffer = 64 << 10
)

var (
	bigTokens = make(chan struct{}, bigBuffers)
	bigPool   = sync.Pool{New: func() any { b := make([]byte, bigBuffer); return &b }}
)

func NewSpool(dir string) *Spool {
	f := &Spool{dir: dir, cap: smallBuffer}
	select {
	case bigTokens <- struct{}{}:
		f.big, f.cap = bigPool.Get().(*[]byte), bigBuffer
		f.buf = (*f.big)[:0]
	default:
	}
	return f
}

// Write implements io.Writer. Its errors are the disk's.
func (f *Spool) Write(p []byte) (n int, err error) {
	for len(p) > 0 {
		if len(f.buf) == f.cap {
			if err := f.spill(); err != nil {
				return n, err
			}
		}
		k := min(len(p), f.cap-len(f.buf))
		f.buf = append(f.buf, p[:k]...)
		p, n = p[k:], n+k
	}
	return n, nil
}

// spill moves the memory into the file.
func (f *Spool) spill() (err error) {
	if f.file == nil {
		if f.file, err = nameless(f.dir); err != nil {
			return errNoSpace.Because(err)
		}
	}
	k, err := f.file.Write(f.buf)
	f.done += int64(k)
	if err != nil {
		return errNoSpace.Because(err)
	}
	f.buf = f.buf[:0]
	return nil
}

// ReadAt implements io.ReaderAt.
func (f *Spool) ReadAt(p []byte, off int64) (n int, err error) {
	if off < f.done {
		want := int(min(int64(len(p)), f.done-off))
		if n, err = f.file.ReadAt(p[:want], off); n < want {
			return n, err
		}
	}
	if at := off + int64(n) - f.done; at >= 0 && at < int64(len(f.buf)) {
		n += copy(p[n:], f.buf[at:])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Close frees memory and disk space.
func (f *Spool) Close() {
	if f.file != nil {
		_ = f.file.Close()
	}
	if f.big != nil {
		bigPool.Put(f.big)
		<-bigTokens
	}
	f.big, f.buf, f.file = nil, nil, nil
}

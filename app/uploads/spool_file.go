package uploads

import (
	"io"
	"os"
	"sync"
)

// Spool holds one upload: its beginning in memory, and what does not fit there in a file without a name. It is written once,
// then read.
type Spool struct {
	dir    string
	pieces []*piece // full ones, and the last, which is being written
	file   *os.File // what came between the last piece and those before it
	done   int64    // bytes in the file
	tail   int      // bytes in the last piece
}

// piece is the unit of memory. Each upload has one; all others are borrowed and bounded for the process.
type piece [64 << 10]byte

// Most pictures fit into maxPieces and never touch the disk. When all of the lent pieces are in use, uploads make do with
// what they have.
const (
	pieceSize = len(piece{})
	maxPieces = 5 << 20 / pieceSize
	lent      = 44 << 20 / pieceSize
)

var (
	pieceTokens = make(chan struct{}, lent)
	piecePool   = sync.Pool{New: func() any { return new(piece) }}
)

// NewSpool begins an upload whose file, if it needs one, lies in dir. Close must be called.
func NewSpool(dir string) *Spool {
	return &Spool{dir: dir, pieces: []*piece{piecePool.Get().(*piece)}}
}

// Write implements io.Writer. Its errors are the disk's.
func (f *Spool) Write(p []byte) (n int, err error) {
	for len(p) > 0 {
		if f.tail == pieceSize && !f.borrow() {
			if err := f.spill(); err != nil {
				return n, err
			}
		}
		k := copy(f.pieces[len(f.pieces)-1][f.tail:], p)
		f.tail += k
		p, n = p[k:], n+k
	}
	return n, nil
}

// borrow takes one more piece, if the upload may have it and one is free.
func (f *Spool) borrow() bool {
	if f.file != nil || len(f.pieces) == maxPieces {
		return false
	}
	select {
	case pieceTokens <- struct{}{}:
		f.pieces, f.tail = append(f.pieces, piecePool.Get().(*piece)), 0
		return true
	default:
		return false
	}
}

// spill moves the last piece into the file.
func (f *Spool) spill() (err error) {
	if f.file == nil {
		if f.file, err = nameless(f.dir); err != nil {
			return errNoSpace.Because(err)
		}
	}
	k, err := f.file.Write(f.pieces[len(f.pieces)-1][:])
	f.done += int64(k)
	if err != nil {
		return errNoSpace.Because(err)
	}
	f.tail = 0
	return nil
}

// ReadAt implements io.ReaderAt.
func (f *Spool) ReadAt(p []byte, off int64) (n int, err error) {
	last := len(f.pieces) - 1
	head := int64(last * pieceSize)
	for n < len(p) {
		at, k := off+int64(n), 0
		switch {
		case at < head:
			k = copy(p[n:], f.pieces[at/int64(pieceSize)][at%int64(pieceSize):])
		case at < head+f.done:
			want := int(min(int64(len(p)-n), head+f.done-at))
			if k, err = f.file.ReadAt(p[n:n+want], at-head); k < want {
				return n + k, err
			}
		case at < head+f.done+int64(f.tail):
			k = copy(p[n:], f.pieces[last][at-head-f.done:f.tail])
		default:
			return n, io.EOF
		}
		n += k
	}
	return n, nil
}

// Close frees memory and disk space.
func (f *Spool) Close() {
	if f.file != nil {
		_ = f.file.Close()
	}
	for i, p := range f.pieces {
		piecePool.Put(p)
		if i > 0 {
			<-pieceTokens
		}
	}
	f.pieces, f.file = nil, nil
}

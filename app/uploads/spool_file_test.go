package uploads

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"testing"
	"testing/iotest"
)

// A spool file reads back what was written, whatever fits into memory, and leaves neither a name nor borrowed memory.
func TestSpoolFile(t *testing.T) {
	const most = maxPieces * pieceSize
	dir := t.TempDir()
	for _, size := range []int{0, 1, pieceSize, pieceSize + 1, most - 1, most, most + 1, most + pieceSize, most + 3*pieceSize + 17} {
		for _, starved := range []bool{false, true} {
			if starved {
				for range lent {
					pieceTokens <- struct{}{}
				}
			}
			want := make([]byte, size)
			for i := range want {
				want[i] = byte(rand.Uint32())
			}
			f := NewSpool(dir)
			for rest := want; len(rest) > 0; {
				n := min(len(rest), 1+rand.IntN(100_000))
				if k, err := f.Write(rest[:n]); k != n || err != nil {
					t.Fatalf("wrote %d of %d: %v", k, n, err)
				}
				rest = rest[n:]
			}
			room := most
			if starved {
				room = pieceSize
			}
			if starved && len(f.pieces) > 1 || (f.file != nil) != (size > room) {
				t.Errorf("%d bytes, starved %t: %d pieces, on disk %t", size, starved, len(f.pieces), f.file != nil)
			}
			var got bytes.Buffer
			if _, err := got.ReadFrom(io.NewSectionReader(f, 0, int64(size))); err != nil || !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%d bytes, starved %t: read %d, %v", size, starved, got.Len(), err)
			}
			if size <= pieceSize+1 { // it reads byte by byte
				if err := iotest.TestReader(io.NewSectionReader(f, 0, int64(size)), want); err != nil {
					t.Error(err)
				}
			}
			f.Close()
			if starved {
				for range lent {
					<-pieceTokens
				}
			}
			if len(pieceTokens) != 0 {
				t.Fatal("memory was not given back")
			}
		}
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

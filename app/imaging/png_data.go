package imaging

import (
	"bufio"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// pngRun is a run of chunks of one name that follow each other and carry one zlib stream: IDAT, or the fdAT of one frame.
type pngRun struct {
	name  string
	skip  int64 // bytes of each chunk before its part of the stream: the sequence number of fdAT
	first int64 // where the first chunk begins
	end   int64 // and the last one ends
	w, h  int64 // pixels coded in the stream
}

// follow adds a chunk to the run of its frame.
func (w *pngWalk) follow(c pngChunk, skip, width, height int64) {
	if w.run == nil {
		w.run = &pngRun{name: c.name, skip: skip, first: c.at, w: width, h: height}
	}
	w.run.end = c.at + c.total()
}

// settle ends a run of image data and keeps of it what the decoder reads.
func (w *pngWalk) settle() error {
	r := w.run
	w.run = nil
	if !w.coded {
		return w.data.keep(r.first, r.end-r.first)
	}
	used, err := w.inflate(r)
	if err != nil {
		return err
	}
	return w.trim(r, used)
}

// inflate reads the stream of a run to its end and counts its compressed bytes. It must hold exactly the rows of the
// frame, each with a filter that exists, under a sound checksum: then every decoder shows it. Less is damage, and more,
// inside of the stream, is cargo that cannot be taken away without coding the pixels anew. Memory does not grow with the
// picture, nor does time beyond its last row.
func (w *pngWalk) inflate(r *pngRun) (used int64, err error) {
	in := &pngStream{walk: w, run: r, next: r.first}
	buf := bufio.NewReaderSize(in, 16<<10)
	if head, _ := buf.Peek(2); in.err != nil {
		return 0, in.err
	} else if !zlibHeader(head) {
		return 0, corrupt("png: %s begins with % x, no zlib stream", r.name, head)
	}
	z, err := zlib.NewReader(buf)
	if err != nil {
		return 0, corrupt("png: %s: %w", r.name, err)
	}
	if err = w.rows(r, z); err == nil {
		// What the checksum covers is compared when the reader finds the end.
		var more [1]byte
		if _, err = io.ReadFull(z, more[:]); err == nil {
			return 0, corrupt("png: %s holds more than %d x %d pixels", r.name, r.w, r.h)
		}
	}
	switch {
	case in.err != nil:
		return 0, in.err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return 0, truncated("png: %s ends before its pixels do", r.name)
	case !errors.Is(err, io.EOF):
		return 0, corrupt("png: %s: %w", r.name, err)
	}
	return in.read - int64(buf.Buffered()), nil
}

// rows reads every row of the frame, in every pass when it is interlaced, and checks the filter bytes.
func (w *pngWalk) rows(r *pngRun, z io.Reader) error {
	bits := int64(w.head.depth) * pngSamples[w.head.colour]
	row := make([]byte, 32<<10)
	for _, p := range pngPasses(w.head.interlaced, r.w, r.h) {
		length := 1 + (p[0]*bits+7)/8
		for range p[1] {
			for left := length; left > 0; {
				b := row[:min(left, int64(len(row)))]
				if _, err := io.ReadFull(z, b); err != nil {
					if errors.Is(err, io.EOF) {
						return io.ErrUnexpectedEOF
					}
					return err
				}
				if left == length && b[0] > 4 {
					return corrupt("png: filter %d", b[0])
				}
				left -= int64(len(b))
			}
		}
	}
	return nil
}

// pngSamples is how many samples a pixel of each colour type has (table 8).
var pngSamples = map[byte]int64{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}

// adam7 is where each pass of an interlaced picture begins and how far its pixels are apart (8.1): x, y, right, down.
var adam7 = [7][4]int64{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}

// pngPasses are the sizes of the pictures coded one after the other; empty ones are not coded at all.
func pngPasses(interlaced bool, w, h int64) (out [][2]int64) {
	if !interlaced {
		return [][2]int64{{w, h}}
	}
	for _, p := range adam7 {
		pw, ph := (w-p[0]+p[2]-1)/p[2], (h-p[1]+p[3]-1)/p[3]
		if pw > 0 && ph > 0 {
			out = append(out, [2]int64{pw, ph})
		}
	}
	return out
}

// zlibHeader reports whether the image data begins as RFC 1950, 2.2 and PNG 10.1 demand: deflate, a window of at most
// 32 KB, a sound check value and no preset dictionary. What begins otherwise is no picture but cargo.
func zlibHeader(b []byte) bool {
	return len(b) == 2 && b[0]&0x0f == 8 && b[0]>>4 <= 7 && b[1]&0x20 == 0 && binary.BigEndian.Uint16(b)%31 == 0
}

// trim keeps the chunks of a run up to the compressed byte used. The chunk in which the stream ends is made shorter;
// chunks behind it go, which those of a frame cannot, because their sequence numbers are counted.
func (w *pngWalk) trim(r *pngRun, used int64) error {
	for at := r.first; at < r.end; {
		c, err := w.chunk(at)
		if err != nil {
			return err
		}
		at += c.total()
		held := c.n - r.skip
		switch {
		case held <= used:
			err = w.data.keep(c.at, c.total())
		case used > 0:
			err = w.shorten(c, r.skip+used)
		case r.skip > 0:
			err = corrupt("png: %s after the end of its frame", r.name)
		}
		if err != nil {
			return err
		}
		used -= min(used, held)
		if used == 0 && r.skip == 0 {
			return nil
		}
	}
	return nil
}

// shorten keeps the first n bytes of a chunk's data, under a length and a checksum of their own.
func (w *pngWalk) shorten(c pngChunk, n int64) error {
	head := append(binary.BigEndian.AppendUint32(nil, uint32(n)), c.name...)
	sum := crc32.ChecksumIEEE(head[4:])
	for at, end := c.data(), c.data()+n; at < end; {
		b, err := w.in.rest(at)
		if err != nil {
			return err
		}
		b = b[:min(int64(len(b)), end-at)]
		sum = crc32.Update(sum, crc32.IEEETable, b)
		at += int64(len(b))
	}
	w.data.put(head...)
	if err := w.data.keep(c.data(), n); err != nil {
		return err
	}
	w.data.put(binary.BigEndian.AppendUint32(nil, sum)...)
	return nil
}

// pngStream reads the zlib stream of a run across its chunks.
type pngStream struct {
	walk *pngWalk
	run  *pngRun
	next int64 // where the next chunk begins
	at   int64 // what is to be read of this one
	end  int64
	read int64
	err  error // of the file, which decompressors would hide
}

func (s *pngStream) Read(p []byte) (int, error) {
	for s.at == s.end {
		if s.next >= s.run.end {
			return 0, io.EOF
		}
		c, err := s.walk.chunk(s.next)
		if err != nil {
			s.err = err
			return 0, err
		}
		s.at, s.end, s.next = c.data()+s.run.skip, c.data()+c.n, c.at+c.total()
	}
	b, err := s.walk.in.rest(s.at)
	if err != nil {
		s.err = err
		return 0, err
	}
	n := copy(p, b[:min(int64(len(b)), s.end-s.at)])
	s.at, s.read = s.at+int64(n), s.read+int64(n)
	return n, nil
}

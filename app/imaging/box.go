package imaging

import "encoding/binary"

// box averages boxes of k x k pixels of n interleaved 8-bit channels and returns a plane for each channel; boxes at the
// right and bottom edge may be smaller. The rows of a box are added first, eight samples at a time, because this is
// the one step besides decoding that touches every sample.
func box(pix []uint8, stride, w, h, k, n int) []*plane {
	out := make([]*plane, n)
	for c := range out {
		out[c] = newPlane((w+k-1)/k, (h+k-1)/k)
	}
	sums := newRowSums(w * n)
	for oy := range out[0].h {
		sums.reset()
		rows := min(k, h-oy*k)
		for y := oy * k; y < oy*k+rows; y++ {
			sums.add(pix[y*stride:][:w*n])
		}
		cols := sums.columns()
		for c, p := range out {
			boxColumns(p.row(oy), cols[c:], k, n, rows)
		}
	}
	return out
}

// boxColumns averages runs of k column sums that are n apart.
func boxColumns(dst []uint8, cols []uint16, k, n, rows int) {
	for x := range dst {
		var s uint32
		count := 0
		for i := x * k * n; i < len(cols) && count < k; i += n {
			s += uint32(cols[i])
			count++
		}
		area := uint32(rows * count)
		dst[x] = uint8((s + area/2) / area)
	}
}

// rowSums adds rows of bytes into 16-bit sums, four to a word: at most 257 rows fit, and k is at most 12 000 / 960.
type rowSums struct {
	words []uint64 // even and odd samples of each group of eight
	cols  []uint16
	tail  int // first sample that is not in a whole group
}

func newRowSums(n int) *rowSums {
	return &rowSums{words: make([]uint64, n/8*2), cols: make([]uint16, n), tail: n / 8 * 8}
}

func (r *rowSums) reset() {
	clear(r.words)
	clear(r.cols[r.tail:])
}

func (r *rowSums) add(row []uint8) {
	const even = 0x00ff00ff00ff00ff
	words := r.words
	for len(words) >= 2 && len(row) >= 8 {
		v := binary.LittleEndian.Uint64(row)
		words[0] += v & even
		words[1] += v >> 8 & even
		words, row = words[2:], row[8:]
	}
	for i, v := range row {
		r.cols[r.tail+i] += uint16(v)
	}
}

// columns unpacks the sums.
func (r *rowSums) columns() []uint16 {
	cols := r.cols
	for i := 0; i+1 < len(r.words) && len(cols) >= 8; i += 2 {
		e, o := r.words[i], r.words[i+1]
		cols[0], cols[1], cols[2], cols[3] = uint16(e), uint16(o), uint16(e>>16), uint16(o>>16)
		cols[4], cols[5], cols[6], cols[7] = uint16(e>>32), uint16(o>>32), uint16(e>>48), uint16(o>>48)
		cols = cols[8:]
	}
	return r.cols
}

// boxRows does the same for everything that has no plain 8-bit rows: they come premultiplied with 16 bits.
func boxRows(rows rowReader, w, h, k int) []*plane {
	bw, bh := (w+k-1)/k, (h+k-1)/k
	boxed := []*plane{newPlane(bw, bh), newPlane(bw, bh), newPlane(bw, bh), newPlane(bw, bh)}
	line, sums := make([]uint16, 4*w), make([]uint32, 4*w)
	for oy := range bh {
		clear(sums)
		count := min(k, h-oy*k)
		for y := oy * k; y < oy*k+count; y++ {
			rows(y, line)
			for i, v := range line {
				sums[i] += uint32(v)
			}
		}
		for x := range bw {
			left := sums[4*x*k:]
			n := min(k, w-x*k)
			area := uint64(count*n) * 257
			for c := range boxed {
				var s uint64
				for i := range n {
					s += uint64(left[4*i+c])
				}
				boxed[c].pix[oy*bw+x] = uint8((s + area/2) / area)
			}
		}
	}
	return boxed
}

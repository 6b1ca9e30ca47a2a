package pdq

import (
	"math"
	"slices"
)

// coefficients are frequencies 1..16 of both axes, rows vertical.
type coefficients [16][16]float32

// transform is the picture's low frequencies and its quality; not ok when it is too small.
func transform(pix []uint8, w, h int) (*coefficients, int, bool) {
	if w < MinSide || h < MinSide || len(pix) < w*h {
		return nil, 0, false
	}
	buf := make([]float32, w*h)
	for i := range buf {
		buf[i] = float32(pix[i])
	}
	tmp := make([]float32, w*h)
	for range 2 {
		boxRows(buf, tmp, w, h, w, 1)
		boxRows(tmp, buf, h, w, 1, w)
	}
	grid := decimate(buf, w, h)
	return cosine(grid), quality(grid), true
}

// window is the width of the box filter along an axis of n samples.
func window(n int) int { return (n + 127) / 128 }

// boxRows averages along lines of n samples; there are count lines, line apart, whose samples are step apart. Near the
// ends the average is over the samples that exist.
func boxRows(src, dst []float32, n, count, line, step int) {
	full := window(n)
	half := (full + 2) / 2
	for l := range count {
		base := l * line
		at := func(i int) int { return base + i*step }
		var sum float32
		var have float32
		right := 0
		for ; right < half-1; right++ {
			sum += src[at(right)]
			have++
		}
		for i := range n {
			if right < n {
				sum += src[at(right)]
				have++
				right++
			}
			if left := i + half - 1 - full; left >= 0 {
				sum -= src[at(left)]
				have--
			}
			dst[at(i)] = sum / have
		}
	}
}

type grid [64][64]float32

// decimate takes 64 x 64 samples at the centres of equal cells.
func decimate(buf []float32, w, h int) *grid {
	g := &grid{}
	for i := range g {
		y := int((float64(i) + 0.5) * float64(h) / 64)
		for j := range g[i] {
			x := int((float64(j) + 0.5) * float64(w) / 64)
			g[i][j] = buf[y*w+x]
		}
	}
	return g
}

// quality sums the visible gradients: 0 for an empty picture, 100 for a detailed one.
func quality(g *grid) int {
	sum := 0
	step := func(u, v float32) int {
		d := int((u - v) * 100 / 255)
		return max(d, -d)
	}
	for i := range 64 {
		for j := range 64 {
			if i < 63 {
				sum += step(g[i][j], g[i+1][j])
			}
			if j < 63 {
				sum += step(g[i][j], g[i][j+1])
			}
		}
	}
	return min(sum/90, 100)
}

// basis is the 16 x 64 cosine matrix of frequencies 1..16.
var basis = func() (d [16][64]float32) {
	for i := range d {
		for j := range d[i] {
			d[i][j] = float32(math.Sqrt(2.0/64) * math.Cos(math.Pi/2/64*float64(i+1)*float64(2*j+1)))
		}
	}
	return d
}()

// cosine is basis * grid * transposed basis.
func cosine(g *grid) *coefficients {
	var t [16][64]float32
	for i := range t {
		for j := range t[i] {
			var s float32
			for k := range 64 {
				s += basis[i][k] * g[k][j]
			}
			t[i][j] = s
		}
	}
	c := &coefficients{}
	for i := range c {
		for j := range c[i] {
			var s float32
			for k := range 64 {
				s += t[i][k] * basis[j][k]
			}
			c[i][j] = s
		}
	}
	return c
}

// threshold sets the bits of the coefficients above the lower median, the 128th of 256.
func threshold(c *coefficients) (h Hash) {
	var all [256]float32
	for i := range c {
		copy(all[16*i:], c[i][:])
	}
	sorted := all
	slices.Sort(sorted[:])
	median := sorted[127]
	for i, v := range all {
		if v > median {
			h[i/64] |= 1 << (i % 64)
		}
	}
	return h
}

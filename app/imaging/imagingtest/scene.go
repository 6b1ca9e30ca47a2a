// Package imagingtest paints pictures for tests: deterministic, different for each seed, and with enough detail that
// hashes and encoders behave as they do on photographs.
package imagingtest

import (
	"image"
	"math"
	"math/rand/v2"
)

type wave struct{ fx, fy, phase, amp float64 }

type disc struct{ x, y, r, v float64 }

// Scene paints a picture with the statistics of a photograph: soft light, some sharp shapes, fine texture.
func Scene(seed uint64, w, h int) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // the same picture every time is the point
	var waves [6]wave
	for i := range waves {
		waves[i] = wave{r.Float64()*9 - 4.5, r.Float64()*9 - 4.5, r.Float64() * 6, 35 / (1 + float64(i)/2)}
	}
	var discs [9]disc
	for i := range discs {
		discs[i] = disc{r.Float64(), r.Float64(), 0.04 + 0.16*r.Float64(), r.Float64()*160 - 80}
	}
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	line := make([]float64, w)
	for y := range h {
		v := float64(y) / float64(h)
		light(line, waves[:], v)
		shapes(line, discs[:], v)
		row := m.Pix[y*m.Stride:]
		for x, l := range line {
			l += float64((x*7919+y*104729)%13) - 6
			row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = clamp8(l+30*float64(x)/float64(w)), clamp8(l), clamp8(l-40*v), 255
		}
	}
	return m
}

// light adds up the waves along a row, turning each by a constant angle from pixel to pixel.
func light(line []float64, waves []wave, v float64) {
	for x := range line {
		line[x] = 128
	}
	for _, q := range waves {
		sin, cos := math.Sincos(math.Pi*q.fy*v + q.phase)
		ds, dc := math.Sincos(math.Pi * q.fx / float64(len(line)))
		for x := range line {
			line[x] += q.amp * sin
			sin, cos = sin*dc+cos*ds, cos*dc-sin*ds
		}
	}
}

// shapes adds the discs that cross a row.
func shapes(line []float64, discs []disc, v float64) {
	w := float64(len(line))
	for _, d := range discs {
		half := d.r*d.r - (v-d.y)*(v-d.y)
		if half <= 0 {
			continue
		}
		half = math.Sqrt(half)
		for x := max(0, int((d.x-half)*w)); x < min(len(line), int((d.x+half)*w)); x++ {
			line[x] += d.v
		}
	}
}

func clamp8(v float64) uint8 { return uint8(max(0, min(255, v))) }

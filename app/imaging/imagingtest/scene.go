// Package imagingtest paints pictures for tests: deterministic, different for each seed, and with enough detail that
// hashes and encoders behave as they do on photographs.
package imagingtest

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
)

// Scene paints a picture with the statistics of a photograph: soft light, some sharp shapes, fine texture. Each seed
// gives another one.
func Scene(seed uint64, w, h int) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 1))
	type wave struct{ fx, fy, phase, amp float64 }
	type disc struct{ x, y, r, v float64 }
	waves := make([]wave, 6)
	for i := range waves {
		waves[i] = wave{r.Float64()*9 - 4.5, r.Float64()*9 - 4.5, r.Float64() * 6, 35 / (1 + float64(i)/2)}
	}
	discs := make([]disc, 9)
	for i := range discs {
		discs[i] = disc{r.Float64(), r.Float64(), 0.04 + 0.16*r.Float64(), r.Float64()*160 - 80}
	}
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			u, v := float64(x)/float64(w), float64(y)/float64(h)
			l := 128.0
			for _, q := range waves {
				l += q.amp * math.Sin(math.Pi*(q.fx*u+q.fy*v)+q.phase)
			}
			for _, d := range discs {
				if (u-d.x)*(u-d.x)+(v-d.y)*(v-d.y) < d.r*d.r {
					l += d.v
				}
			}
			l += float64((x*7919+y*104729)%13) - 6
			m.SetRGBA(x, y, color.RGBA{clamp8(l + 30*u), clamp8(l), clamp8(l - 40*v), 255})
		}
	}
	return m
}

func clamp8(v float64) uint8 { return uint8(math.Max(0, math.Min(255, v))) }

// Package scene paints the pictures of the demo: landscapes, skies and patterns, each decided by its seed. They depict
// nobody and imitate nothing that moderation is about.
package scene

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
)

// Names are the kinds of pictures.
var Names = []string{"mountains", "sea", "dunes", "aurora", "skyline", "meadow", "bokeh", "tiles", "night", "ripples"}

// Paint draws one picture of the kind, w by h pixels. The same arguments give the same picture.
func Paint(name string, seed uint64, w, h int) *image.RGBA {
	c := &canvas{RGBA: image.NewRGBA(image.Rect(0, 0, w, h)), r: rand.New(rand.NewPCG(seed, 7)), w: float64(w), h: float64(h)} //nolint:gosec // art, not secrets
	map[string]func(*canvas){
		"mountains": mountains, "sea": sea, "dunes": dunes, "aurora": aurora, "skyline": skyline,
		"meadow": meadow, "bokeh": bokeh, "tiles": tiles, "night": night, "ripples": ripples,
	}[name](c)
	return c.RGBA
}

type canvas struct {
	*image.RGBA
	r    *rand.Rand
	w, h float64
}

type rgb struct{ r, g, b float64 }

// hsl makes a colour; hue in turns, the others 0 to 1.
func hsl(h, s, l float64) rgb {
	f := func(n float64) float64 {
		k := math.Mod(n+h*12, 12)
		return l - s*math.Min(l, 1-l)*math.Max(-1, math.Min(k-3, math.Min(9-k, 1)))
	}
	return rgb{f(0), f(8), f(4)}
}

func mix(a, b rgb, t float64) rgb {
	t = math.Max(0, math.Min(1, t))
	return rgb{a.r + (b.r-a.r)*t, a.g + (b.g-a.g)*t, a.b + (b.b-a.b)*t}
}

func (c rgb) rgba() color.RGBA {
	f := func(v float64) uint8 { return uint8(math.Max(0, math.Min(1, v))*255 + .5) }
	return color.RGBA{f(c.r), f(c.g), f(c.b), 255}
}

func (c *canvas) between(lo, hi float64) float64 { return lo + c.r.Float64()*(hi-lo) }

// sky fills everything from top to bottom.
func (c *canvas) sky(top, bottom rgb) {
	for y := range c.Rect.Dy() {
		col := mix(top, bottom, float64(y)/c.h).rgba()
		for x := range c.Rect.Dx() {
			c.SetRGBA(x, y, col)
		}
	}
}

// blend lays col over a pixel.
func (c *canvas) blend(x, y int, col rgb, a float64) {
	if !(image.Point{x, y}.In(c.Rect)) || a <= 0 {
		return
	}
	o := c.RGBAAt(x, y)
	c.SetRGBA(x, y, mix(rgb{float64(o.R) / 255, float64(o.G) / 255, float64(o.B) / 255}, col, a).rgba())
}

// disc draws a soft circle; edge is the share of the radius that fades.
func (c *canvas) disc(cx, cy, r, edge float64, col rgb, alpha float64) {
	for y := int(cy - r); y <= int(cy+r); y++ {
		for x := int(cx - r); x <= int(cx+r); x++ {
			d := math.Hypot(float64(x)-cx, float64(y)-cy) / r
			if d < 1 {
				c.blend(x, y, col, alpha*math.Min(1, (1-d)/math.Max(edge, .02)))
			}
		}
	}
}

// ridge is a smooth random line: a sum of waves with random phases.
func (c *canvas) ridge(rough float64) func(x float64) float64 {
	type wave struct{ f, a, p float64 }
	var ws []wave
	for f, a := c.between(.6, 1.8), 1.0; f < 90; f, a = f*c.between(1.7, 2.3), a*rough {
		ws = append(ws, wave{f, a, c.between(0, 2*math.Pi)})
	}
	return func(x float64) float64 {
		v := 0.0
		for _, w := range ws {
			v += w.a * math.Sin(w.f*2*math.Pi*x/c.w+w.p)
		}
		return v
	}
}

// below fills what lies under a line with a vertical gradient.
func (c *canvas) below(line func(x float64) float64, top, bottom rgb) {
	for x := range c.Rect.Dx() {
		edge := line(float64(x))
		for y := max(0, int(edge)); y < c.Rect.Dy(); y++ {
			a := math.Min(1, float64(y)+1-edge)
			c.blend(x, y, mix(top, bottom, (float64(y)-edge)/(c.h-edge+1)), a)
		}
	}
}

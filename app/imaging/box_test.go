package imaging

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// The fast sums are the obvious mean, for all sizes, strides and channel counts, also where boxes are cut off.
func TestBoxIsTheMean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 70).Draw(t, "w"), rapid.IntRange(1, 40).Draw(t, "h")
		k, n := rapid.IntRange(1, 13).Draw(t, "k"), rapid.SampledFrom([]int{1, 4}).Draw(t, "n")
		stride := w*n + rapid.IntRange(0, 9).Draw(t, "padding")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		pix := make([]uint8, stride*(h-1)+w*n)
		for i := range pix {
			pix[i] = uint8(r.Uint32() | uint32(i%2)*0xff)
		}
		for c, p := range box(pix, stride, w, h, k, n) {
			if p.w != (w+k-1)/k || p.h != (h+k-1)/k {
				t.Fatalf("%dx%d by %d is %dx%d", w, h, k, p.w, p.h)
			}
			for y := range p.h {
				for x := range p.w {
					sum, count := 0, 0
					for sy := y * k; sy < min(h, y*k+k); sy++ {
						for sx := x * k; sx < min(w, x*k+k); sx++ {
							sum, count = sum+int(pix[sy*stride+sx*n+c]), count+1
						}
					}
					if want := math.Round(float64(sum) / float64(count)); float64(p.row(y)[x]) != want {
						t.Fatalf("channel %d at %d,%d: %d, want %v", c, x, y, p.row(y)[x], want)
					}
				}
			}
		}
	})
}

// The path for 16-bit rows gives what the path for bytes gives.
func TestBoxRowsEqualsBox(t *testing.T) {
	m := scene(4, 101, 57)
	for k := 1; k < 8; k++ {
		rows := func(y int, dst []uint16) {
			for i, v := range m.Pix[y*m.Stride:][:len(dst)] {
				dst[i] = uint16(v) * 257
			}
		}
		a, b := box(m.Pix, m.Stride, 101, 57, k, 4), boxRows(rows, 101, 57, k)
		for c := range a {
			for i := range a[c].pix {
				if a[c].pix[i] != b[c].pix[i] {
					t.Fatalf("k %d, channel %d, sample %d: %d and %d", k, c, i, a[c].pix[i], b[c].pix[i])
				}
			}
		}
	}
}

// Every typed row reader says what At says.
func TestRowsEqualAt(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	bounds := image.Rect(3, 5, 24, 18)
	noise := func(b []uint8) {
		for i := range b {
			b[i] = uint8(r.Uint32())
		}
	}
	nrgba, nrgba64, gray16, cmyk := image.NewNRGBA(bounds), image.NewNRGBA64(bounds), image.NewGray16(bounds), image.NewCMYK(bounds)
	ycbcr, nycbcra := image.NewYCbCr(bounds, image.YCbCrSubsampleRatio420), image.NewNYCbCrA(bounds, image.YCbCrSubsampleRatio422)
	pal := image.NewPaletted(bounds, color.Palette{color.Black, color.White, color.NRGBA{200, 10, 90, 128}, color.Transparent})
	for _, b := range [][]uint8{nrgba.Pix, nrgba64.Pix, gray16.Pix, cmyk.Pix, ycbcr.Y, ycbcr.Cb, ycbcr.Cr, nycbcra.Y, nycbcra.Cb, nycbcra.Cr, nycbcra.A} {
		noise(b)
	}
	for i := range pal.Pix {
		pal.Pix[i] = uint8(i % 4)
	}
	rgba64 := image.NewRGBA64(bounds)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			rgba64.Set(x, y, nrgba64.At(x, y))
		}
	}
	canvas := onCanvas{frame: nrgba, at: webpFrame{x: 7, y: 2}, canvas: image.Rect(0, 0, 31, 20)}
	for _, m := range []image.Image{nrgba, nrgba64, gray16, cmyk, ycbcr, nycbcra, pal, rgba64, canvas, image.NewUniform(color.White)} {
		b := m.Bounds()
		if _, ok := m.(*image.Uniform); ok {
			m, b = onCanvas{frame: image.NewAlpha(bounds), placed: true, canvas: image.Rect(0, 0, 24, 18)}, image.Rect(0, 0, 24, 18)
		}
		rows, line := newRows(m), make([]uint16, 4*b.Dx())
		for y := range b.Dy() {
			rows(y, line)
			for x := range b.Dx() {
				r, g, bl, a := m.At(b.Min.X+x, b.Min.Y+y).RGBA()
				for c, want := range []uint32{r, g, bl, a} {
					// Lossy WebP is converted with 8 bits, image/color keeps more.
					if d := int(line[4*x+c]) - int(want); d > 300 || d < -300 {
						t.Fatalf("%T at %d,%d channel %d: %d, want %d", m, x, y, c, line[4*x+c], want)
					}
				}
			}
		}
	}
}

// The filter reproduces flat areas and does not shift the picture.
func TestResampleKeepsFlatAndCentre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 90).Draw(t, "w"), rapid.IntRange(1, 90).Draw(t, "h")
		tw, th := rapid.IntRange(1, w).Draw(t, "tw"), rapid.IntRange(1, h).Draw(t, "th")
		v := uint8(rapid.IntRange(0, 255).Draw(t, "value"))
		p := newPlane(w, h)
		for i := range p.pix {
			p.pix[i] = v
		}
		for _, got := range resample(p, float64(w), float64(h), tw, th).pix {
			if got != v {
				t.Fatalf("%d became %d", v, got)
			}
		}
	})
	ramp := newPlane(256, 1)
	for x := range ramp.pix {
		ramp.pix[x] = uint8(x)
	}
	for x, got := range resample(ramp, 256, 1, 64, 1).row(0)[4:60] {
		if want := float64(x+4)*4 + 1.5; math.Abs(float64(got)-want) > 1 {
			t.Fatalf("ramp at %d: %d, want %v", x+4, got, want)
		}
	}
}

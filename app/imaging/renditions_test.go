package imaging

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"imglink/app/imaging/pdq"
)

// The safe rendition must not show detail: hardly any difference between neighbours is left.
func TestSafeRenditionIsBlurredAndGrey(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 800, 600))
	for y := range 600 {
		for x := range 800 {
			if v := uint8(255 * ((x/16 + y/16) % 2)); v > 0 {
				m.SetRGBA(x, y, color.RGBA{v, 0, 0, 255})
			} else {
				m.SetRGBA(x, y, color.RGBA{0, 255, 255, 255})
			}
		}
	}
	safe, err := jpeg.Decode(bytes.NewReader(deriveBytes(t, encodeTestPNG(t, m)).Safe))
	if err != nil {
		t.Fatal(err)
	}
	g, ok := safe.(*image.Gray)
	if !ok || g.Rect.Dx() != 320 || g.Rect.Dy() != 240 {
		t.Fatalf("safe rendition is %T %v", safe, safe.Bounds())
	}
	lo, hi := uint8(255), uint8(0)
	for _, v := range g.Pix[40*g.Stride : 200*g.Stride] {
		lo, hi = min(lo, v), max(hi, v)
	}
	if hi-lo > 30 {
		t.Errorf("a checkerboard of contrast 127 is still visible with contrast %d", hi-lo)
	}
}

// A turned phone photograph, its upright copy and its thumbnail are the same picture to the hash.
func TestDeriveHash(t *testing.T) {
	m := scene(7, 1200, 900)
	base := deriveBytes(t, encodeTestJPEG(t, m, 90))
	if base.PDQQuality < 80 {
		t.Fatalf("quality %d", base.PDQQuality)
	}
	full, _ := pdq.Of(m)
	if d := pdq.Distance(full, pdq.FromBytes(base.PDQ)); d > 10 {
		t.Errorf("hash of the reduced picture is %d bits from the full one", d)
	}
	p := newPlane(1200, 900)
	turned := image.NewRGBA(image.Rect(0, 0, 900, 1200))
	for y := range p.h {
		for x := range p.w {
			turned.SetRGBA(y, p.w-1-x, m.RGBAAt(x, y))
		}
	}
	d := deriveBytes(t, leakyJPEG(t, encodeTestJPEG(t, turned, 90), 6))
	if n := pdq.Distance(pdq.FromBytes(base.PDQ), pdq.FromBytes(d.PDQ)); n > 8 {
		t.Errorf("the turned picture is %d bits away", n)
	}
}

func TestDeriveThumbKeepsProfile(t *testing.T) {
	for name, file := range map[string][]byte{"jpeg": leakyJPEG(t, encodeTestJPEG(t, scene(1, 700, 500), 85), 1)} {
		d := deriveBytes(t, file)
		tags := judge(t, d.Thumb, d.ThumbFormat.Ext())
		if tags["ICC_Profile:RedMatrixColumn"] == "" {
			t.Errorf("%s: the thumbnail has no profile: %v", name, tags)
		}
		if found := leaks(tags); len(found) > 0 {
			t.Errorf("%s: %v", name, found)
		}
	}
}

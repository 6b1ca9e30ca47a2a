package imaging

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"testing"

	"golang.org/x/image/webp"
)

func deriveBytes(t testing.TB, in []byte) Derived {
	t.Helper()
	clean, _ := sanitiseBytes(t, in)
	d, err := Derive(context.Background(), bytes.NewReader(clean), DefaultLimits())
	if err != nil {
		t.Fatalf("Derive: %v", err)
	}
	return d
}

func thumbOf(t testing.TB, d Derived) image.Image {
	t.Helper()
	decode := jpeg.Decode
	if d.ThumbFormat == WebP {
		decode = webp.Decode
	}
	var in []byte = d.Thumb
	if d.ThumbFormat == WebP {
		in = splitWebP(in)[0]
	}
	m, err := decode(bytes.NewReader(in))
	if err != nil {
		t.Fatalf("thumbnail: %v", err)
	}
	if m.Bounds().Dx() != d.ThumbW || m.Bounds().Dy() != d.ThumbH {
		t.Fatalf("thumbnail is %v, not %dx%d", m.Bounds(), d.ThumbW, d.ThumbH)
	}
	return m
}

// psnr compares two pictures of the same size, in decibels, over all channels.
func psnr(a, b image.Image) float64 {
	var sum, n float64
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r1, g1, b1, _ := a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y).RGBA()
			r2, g2, b2, _ := b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y).RGBA()
			for _, d := range []float64{float64(r1) - float64(r2), float64(g1) - float64(g2), float64(b1) - float64(b2)} {
				sum, n = sum+d*d/257/257, n+1
			}
		}
	}
	return 10 * math.Log10(255*255/(sum/n))
}

// areaMean is the slow and obviously correct reduction to compare with: the mean over each target pixel's area.
func areaMean(m image.Image, w, h int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	b := m.Bounds()
	for y := range h {
		for x := range w {
			var s [3]float64
			var n float64
			for sy := y * b.Dy() / h; sy < max((y+1)*b.Dy()/h, y*b.Dy()/h+1); sy++ {
				for sx := x * b.Dx() / w; sx < max((x+1)*b.Dx()/w, x*b.Dx()/w+1); sx++ {
					r, g, bl, _ := m.At(b.Min.X+sx, b.Min.Y+sy).RGBA()
					s[0], s[1], s[2], n = s[0]+float64(r), s[1]+float64(g), s[2]+float64(bl), n+257
				}
			}
			out.SetRGBA(x, y, color.RGBA{uint8(s[0] / n), uint8(s[1] / n), uint8(s[2] / n), 255})
		}
	}
	return out
}

func TestDeriveSizes(t *testing.T) {
	for _, c := range []struct{ w, h, tw, th int }{
		{2880, 1600, 480, 267},
		{1280, 720, 480, 270},
		{961, 3, 480, 1},
		{480, 480, 480, 480},
		{20, 9, 20, 9},
		{1, 1, 1, 1},
		{481, 7, 480, 7},
		{2999, 1, 480, 1},
		{300, 1501, 96, 480},
	} {
		d := deriveBytes(t, encodeTestJPEG(t, scene(1, c.w, c.h), 85))
		thumbOf(t, d)
		if d.ThumbW != c.tw || d.ThumbH != c.th || d.ThumbFormat != JPEG {
			t.Errorf("%dx%d: thumbnail %dx%d %v", c.w, c.h, d.ThumbW, d.ThumbH, d.ThumbFormat)
		}
		safe, err := jpeg.Decode(bytes.NewReader(d.Safe))
		if err != nil || max(safe.Bounds().Dx(), safe.Bounds().Dy()) > safeSide {
			t.Errorf("%dx%d: safe rendition %v, %v", c.w, c.h, safe.Bounds(), err)
		}
	}
}

// Every decoder type must give the picture that its pixels say, reduced.
func TestDeriveTypes(t *testing.T) {
	photo := scene(5, 1003, 601)
	grey16, rgba64, nrgba := image.NewGray16(photo.Rect), image.NewNRGBA64(photo.Rect), image.NewNRGBA(photo.Rect)
	grey8 := image.NewGray(photo.Rect)
	for _, m := range []draw.Image{grey16, rgba64, nrgba, grey8} {
		draw.Draw(m, photo.Rect, photo, image.Point{}, draw.Src)
	}
	for name, m := range map[string]image.Image{
		"rgba": photo, "gray16": grey16, "gray": grey8, "nrgba64": rgba64, "nrgba": nrgba, "paletted": paletted(photo),
	} {
		d := deriveBytes(t, encodeTestPNG(t, m))
		got := thumbOf(t, d)
		if v := psnr(got, areaMean(m, d.ThumbW, d.ThumbH)); v < 30 {
			t.Errorf("%s: %.1f dB", name, v)
		}
	}
	for _, name := range []string{
		"video-001.cmyk.jpeg", "video-001.rgb.jpeg", "video-001.progressive.jpeg", "video-001.q50.410.jpeg", "video-001.q50.411.jpeg",
		"video-001.q50.422.jpeg", "video-001.q50.440.jpeg", "video-001.221212.jpeg", "video-005.gray.jpeg", "yellow_rose.lossless.webp", "yellow_rose.lossy.webp",
	} {
		in := readTestdata(t, name)
		got := thumbOf(t, deriveBytes(t, in))
		if v := psnr(got, decodeFrames(t, in)[0]); v < 26 {
			t.Errorf("%s: %.1f dB", name, v)
		}
	}
}

func TestDeriveUpright(t *testing.T) {
	// The four corners of the stored picture differ, so each orientation has its own arrangement.
	m := image.NewRGBA(image.Rect(0, 0, 600, 400))
	corner := func(x, y int) color.RGBA {
		return [2][2]color.RGBA{{{230, 20, 20, 255}, {20, 200, 20, 255}}, {{20, 20, 220, 255}, {220, 220, 220, 255}}}[y*2/400][x*2/600]
	}
	for y := range 400 {
		for x := range 600 {
			m.SetRGBA(x, y, corner(x, y))
		}
	}
	names := map[color.RGBA]byte{corner(0, 0): 'R', corner(599, 0): 'G', corner(0, 399): 'B', corner(599, 399): 'W'}
	// Top left, top right, bottom left, bottom right as displayed (EXIF 2.32, tag 0x0112).
	wants := []string{1: "RGBW", 2: "GRWB", 3: "WBGR", 4: "BWRG", 5: "RBGW", 6: "BRWG", 7: "WGBR", 8: "GWRB"}
	for o := 1; o <= 8; o++ {
		for _, file := range [][]byte{
			leakyJPEG(t, encodeTestJPEG(t, m, 90), o),
			insertPNG(encodeTestPNG(t, m), pngChunkBytes("eXIf", orientationTIFF(o))),
		} {
			d := deriveBytes(t, file)
			th := thumbOf(t, d)
			if (d.ThumbW < d.ThumbH) != transposed(o) || d.Facts.Orientation != o {
				t.Errorf("orientation %d: thumbnail %dx%d", o, d.ThumbW, d.ThumbH)
			}
			got := ""
			for _, p := range []image.Point{{20, 20}, {d.ThumbW - 20, 20}, {20, d.ThumbH - 20}, {d.ThumbW - 20, d.ThumbH - 20}} {
				got += string(nearest(names, th.At(p.X, p.Y)))
			}
			if got != wants[o] {
				t.Errorf("orientation %d: corners %s, want %s", o, got, wants[o])
			}
		}
	}
}

func nearest(names map[color.RGBA]byte, c color.Color) byte {
	r, g, b, _ := c.RGBA()
	best, name := math.MaxFloat64, byte('?')
	for k, n := range names {
		d := math.Hypot(math.Hypot(float64(k.R)-float64(r>>8), float64(k.G)-float64(g>>8)), float64(k.B)-float64(b>>8))
		if d < best {
			best, name = d, n
		}
	}
	return name
}

func TestDeriveTransparency(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 1000, 700))
	for y := range 700 {
		for x := range 1000 {
			m.SetNRGBA(x, y, color.NRGBA{200, 80, 40, uint8(x * 255 / 999)})
		}
	}
	for name, file := range map[string][]byte{
		"png": encodeTestPNG(t, m), "png with profile": leakyPNG(t, encodeTestPNG(t, m)),
		"webp lossy": readTestdata(t, "yellow_rose.lossy-with-alpha.webp"), "webp lossless": leakyWebP(t, readTestdata(t, "tux.lossless.webp"), 1),
	} {
		d := deriveBytes(t, file)
		th := thumbOf(t, d)
		if d.ThumbFormat != WebP {
			t.Errorf("%s: thumbnail is %v", name, d.ThumbFormat)
			continue
		}
		if _, ok := th.(interface{ Opaque() bool }); !ok || th.(interface{ Opaque() bool }).Opaque() {
			t.Errorf("%s: thumbnail is opaque", name)
		}
	}
	got := thumbOf(t, deriveBytes(t, encodeTestPNG(t, m)))
	c := color.NRGBAModel.Convert(got.At(240, 100)).(color.NRGBA)
	if math.Abs(float64(c.A)-127) > 3 || math.Abs(float64(c.R)-200) > 3 || math.Abs(float64(c.G)-80) > 3 {
		t.Errorf("half transparent pixel became %v", c)
	}
}

func TestDeriveFirstFrame(t *testing.T) {
	g := deriveBytes(t, encodeTestGIF(t, 3, 200, 100))
	if v := psnr(thumbOf(t, g), paletted(scene(0, 200, 100))); v < 20 || !g.Facts.Animated {
		t.Errorf("gif: %.1f dB", v)
	}
	a := deriveBytes(t, encodeTestAPNG(t, 3, 200, 100))
	if v := psnr(thumbOf(t, a), scene(0, 200, 100)); v < 30 {
		t.Errorf("apng: %.1f dB", v)
	}
	rose := readTestdata(t, "yellow_rose.lossy.webp")
	w := deriveBytes(t, encodeTestWebPAnimation("VP8 ", webpChunks(rose)["VP8 "], 3, 400, 301, 20, 30, 440, 340))
	th := thumbOf(t, w)
	if w.ThumbFormat != WebP || w.ThumbW != 440 || w.ThumbH != 340 {
		t.Fatalf("webp: %v %dx%d", w.ThumbFormat, w.ThumbW, w.ThumbH)
	}
	inner := th.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(image.Rect(20, 30, 420, 331))
	if v := psnr(inner, decodeFrames(t, rose)[0]); v < 40 {
		t.Errorf("webp: %.1f dB", v)
	}
	if _, _, _, alpha := th.At(5, 5).RGBA(); alpha != 0 {
		t.Error("webp: the canvas outside the frame is not transparent")
	}
}

func TestDeriveRefusesDamage(t *testing.T) {
	good := encodeTestPNG(t, scene(1, 300, 200))
	s, err := scan(bytes.NewReader(good), int64(len(good)), DefaultLimits(), true)
	if err != nil {
		t.Fatal(err)
	}
	half := append(bytes.Clone(good[:33]), pngChunkBytes("IDAT", good[41:2000])...)
	half = append(half, pngChunkBytes("IEND", nil)...)
	_, err = Derive(context.Background(), bytes.NewReader(half), DefaultLimits())
	if !errors.Is(err, ErrTruncated) && !errors.Is(err, ErrCorrupt) {
		t.Errorf("half the data: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	leave, _ := processGate.Enter(context.Background(), GateBytes)
	defer leave()
	if _, err := Derive(ctx, bytes.NewReader(good), DefaultLimits()); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting at the gate with a cancelled context: %v", err)
	}
	if s.weight < 300*200*8 {
		t.Errorf("weight %d", s.weight)
	}
}

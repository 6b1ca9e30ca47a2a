package pdq

import (
	"bytes"
	"image"
	"image/jpeg"
	"strings"
	"testing"

	"golang.org/x/image/draw"
	"pgregory.net/rapid"

	"imglink/app/imaging/imagingtest"
)

func mustParse(t *testing.T, s string) Hash {
	t.Helper()
	h, err := Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	if h.String() != s || FromBytes(h.Bytes()) != h {
		t.Fatalf("%s became %s", s, h)
	}
	return h
}

// Published hashes of one picture and its changed copies (moderation.md, section 4).
func TestDistanceOfPublishedHashes(t *testing.T) {
	const (
		orig  = "d8f8f0cee0f4a84f0637022a078f67f0b36e2ed596621e1d33e6339c4e9c9b22"
		wee   = "6227401f601ff4ccafcc9fad4b0d95d371a2eb7265a3285234d228ca94deeb2d"
		small = "0007001f003f003f007f00ff00ff00ff01ff01ff01ff03ff03ff03ff03ff03ff"
	)
	for _, c := range []struct {
		name, a, b string
		want       int
	}{
		{"itself", orig, orig, 0},
		{"shrunk", orig, "d0f8f1ccc0f4a84d0a370a3a228f67f0b36e2ed5b6623e1d33e6339c4e9c9b22", 14},
		{"128 pixels", orig, "d8f8f1eec0f4a84f0e37022a078f63f0b36e2ed596621e1d33e6239c4e9c9b22", 6},
		{"sharpened", orig, "d0f8f0cec0f4a84f0e370a22338f67f0b36a2ef596231e1d72e6a39c4e9c9b22", 16},
		{"another picture", wee, small, 120},
		{"last bit", orig, orig[:63] + "3", 1},
	} {
		a, b := mustParse(t, c.a), mustParse(t, c.b)
		if got := Distance(a, b); got != c.want || Distance(b, a) != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	// Word 15 is printed first, word 0 last.
	if h := mustParse(t, "8000"+strings.Repeat("0", 56)+"0001"); h[0] != 1 || h[3] != 1<<63 {
		t.Errorf("words are in the wrong order: %x", h)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{"", "00", strings.Repeat("0", 63), strings.Repeat("0", 65), strings.Repeat("g", 64), strings.Repeat("é", 32)} {
		if _, err := Parse(s); err == nil {
			t.Errorf("%q was accepted", s)
		}
	}
	if _, err := Parse(strings.Repeat("AB", 32)); err != nil {
		t.Errorf("capital letters: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(strings.Repeat("0f", 32))
	f.Fuzz(func(t *testing.T, s string) {
		if h, err := Parse(s); err == nil && h.String() != strings.ToLower(s) {
			t.Fatalf("%q became %s", s, h)
		}
	})
}

func grey(m image.Image, w, h int) *image.Gray {
	scaled := m
	if m.Bounds() != image.Rect(0, 0, w, h) {
		rgba := image.NewRGBA(image.Rect(0, 0, w, h))
		draw.CatmullRom.Scale(rgba, rgba.Rect, m, m.Bounds(), draw.Src, nil)
		scaled = rgba
	}
	pix, _, _ := plane(scaled)
	return &image.Gray{Pix: pix, Stride: w, Rect: image.Rect(0, 0, w, h)}
}

// scenes are painted once: the properties are about what happens to them.
var scenes = func() (all [8]*image.RGBA) {
	for i := range all {
		all[i] = imagingtest.Scene(uint64(i), 480, 360)
	}
	return all
}()

func hashGrey(g *image.Gray) (Hash, int) { return Luma(g.Pix, g.Rect.Dx(), g.Rect.Dy()) }

// What people do to pictures keeps them within the radius; other pictures are far away.
func TestRobustness(t *testing.T) {
	for i, m := range scenes[:8] {
		orig, quality := hashGrey(grey(m, 480, 360))
		if quality < MinQuality {
			t.Fatalf("scene %d: quality %d", i, quality)
		}
		same := func(what string, value int, g *image.Gray) {
			if h, _ := hashGrey(g); Distance(orig, h) > Radius {
				t.Errorf("scene %d: %s %d: %d bits", i, what, value, Distance(orig, h))
			}
		}
		for _, w := range []int{120 + i, 233, 640 + i} {
			same("width", w, grey(m, w, w*3/4))
		}
		for _, q := range []int{20 + i, 60} {
			var b bytes.Buffer
			if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: q}); err != nil {
				t.Fatal(err)
			}
			again, err := jpeg.Decode(&b)
			if err != nil {
				t.Fatal(err)
			}
			same("JPEG quality", q, grey(again, 480, 360))
		}
		same("blur", 1+i%3, blur(grey(m, 480, 360), 1+i%3))
		for j, n := range scenes[:i] {
			if other, _ := hashGrey(grey(n, 480, 360)); Distance(orig, other) < 80 {
				t.Errorf("scenes %d and %d: %d bits", i, j, Distance(orig, other))
			}
		}
	}
}

func blur(g *image.Gray, radius int) *image.Gray {
	out := image.NewGray(g.Rect)
	w, h := g.Rect.Dx(), g.Rect.Dy()
	for y := range h {
		for x := range w {
			sum, n := 0, 0
			for yy := max(0, y-radius); yy <= min(h-1, y+radius); yy++ {
				for xx := max(0, x-radius); xx <= min(w-1, x+radius); xx++ {
					sum, n = sum+int(g.Pix[yy*w+xx]), n+1
				}
			}
			out.Pix[y*w+x] = uint8(sum / n)
		}
	}
	return out
}

// symmetric paints the picture in a symmetry of the square: the slow and obvious way.
func symmetric(g *image.Gray, v Variant) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	at := func(x, y int) uint8 { return g.Pix[y*w+x] }
	ow, oh := w, h
	if v == Rotate90 || v == Rotate270 || v == Transpose || v == Antitranspose {
		ow, oh = h, w
	}
	out := image.NewGray(image.Rect(0, 0, ow, oh))
	for y := range oh {
		for x := range ow {
			out.Pix[y*ow+x] = [Variants]func() uint8{
				Original:      func() uint8 { return at(x, y) },
				Rotate90:      func() uint8 { return at(w-1-y, x) }, // counter-clockwise
				Rotate180:     func() uint8 { return at(w-1-x, h-1-y) },
				Rotate270:     func() uint8 { return at(y, h-1-x) },
				FlipX:         func() uint8 { return at(w-1-x, y) },
				FlipY:         func() uint8 { return at(x, h-1-y) },
				Transpose:     func() uint8 { return at(y, x) },
				Antitranspose: func() uint8 { return at(w-1-y, h-1-x) },
			}[v]()
		}
	}
	return out
}

func TestDihedralEqualsTurnedPictures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(5, 200).Draw(t, "w"), rapid.IntRange(5, 200).Draw(t, "h")
		g := image.NewGray(image.Rect(0, 0, w, h))
		m := scenes[rapid.IntRange(0, len(scenes)-1).Draw(t, "scene")]
		for y := range h {
			for x := range w {
				g.Pix[y*w+x] = m.RGBAAt(x*480/w, y*360/h).G
			}
		}
		all, quality := Dihedral(g.Pix, w, h)
		orig, q := hashGrey(g)
		if all[Original] != orig || q != quality {
			t.Fatal("the original is not the original")
		}
		for v := range Variants {
			if turned, _ := hashGrey(symmetric(g, v)); turned != all[v] {
				t.Errorf("variant %d of %dx%d is not the hash of the turned picture", v, w, h)
			}
		}
	})
}

func TestTooSmallAndEmptyPictures(t *testing.T) {
	for _, c := range [][2]int{{4, 100}, {100, 4}, {0, 0}, {1, 1}} {
		if h, q := Luma(make([]uint8, c[0]*c[1]), c[0], c[1]); h != (Hash{}) || q != 0 {
			t.Errorf("%v: %s, %d", c, h, q)
		}
	}
	if _, q := Luma(bytes.Repeat([]byte{130}, 200*200), 200, 200); q != 0 {
		t.Errorf("a plain picture has quality %d", q)
	}
	if _, q := Luma(make([]uint8, 10), 5, 5); q != 0 {
		t.Error("a short buffer was hashed")
	}
	for _, side := range []int{5, 6, 63, 64, 65, 127, 128, 129, 257} {
		Luma(make([]uint8, side*side), side, side)
	}
}

// The cosine matrix is orthonormal, and exactly half of the bits are set when no coefficients are equal.
func TestTransformIsBalanced(t *testing.T) {
	for i := range basis {
		for j := range basis {
			var s float32
			for k := range 64 {
				s += basis[i][k] * basis[j][k]
			}
			want := float32(0)
			if i == j {
				want = 1
			}
			if s-want > 1e-5 || want-s > 1e-5 {
				t.Fatalf("rows %d and %d: %f", i, j, s)
			}
		}
	}
	h, _ := hashGrey(grey(imagingtest.Scene(3, 300, 200), 300, 200))
	if n := Distance(h, Hash{}); n != 128 {
		t.Errorf("%d bits set", n)
	}
}

func BenchmarkLuma480(b *testing.B) {
	g := grey(imagingtest.Scene(1, 480, 360), 480, 360)
	for b.Loop() {
		Luma(g.Pix, 480, 360)
	}
}

func BenchmarkDihedral480(b *testing.B) {
	g := grey(imagingtest.Scene(1, 480, 360), 480, 360)
	for b.Loop() {
		Dihedral(g.Pix, 480, 360)
	}
}

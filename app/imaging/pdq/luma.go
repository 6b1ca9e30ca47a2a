package pdq

import (
	"image"
	"image/color"
)

// Luma hashes a brightness plane of w x h samples without padding, top row first. Hash and quality are zero when a side
// is shorter than MinSide. Callers reduce large pictures first: at 480 pixels the hash takes milliseconds and stays
// within ten bits of the full-size one.
func Luma(pix []uint8, w, h int) (Hash, int) {
	c, quality, ok := transform(pix, w, h)
	if !ok {
		return Hash{}, 0
	}
	return threshold(c), quality
}

// Of hashes an image as it is stored, for callers that have no brightness plane. Transparency is ignored.
func Of(m image.Image) (Hash, int) {
	pix, w, h := plane(m)
	return Luma(pix, w, h)
}

func plane(m image.Image) ([]uint8, int, int) {
	b := m.Bounds()
	pix := make([]uint8, 0, b.Dx()*b.Dy())
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			g, _ := color.GrayModel.Convert(m.At(x, y)).(color.Gray)
			pix = append(pix, g.Y)
		}
	}
	return pix, b.Dx(), b.Dy()
}

// Variant numbers a symmetry of the square.
type Variant int

// The eight symmetries, as other implementations order them. Rotations are counter-clockwise.
const (
	Original Variant = iota
	Rotate90
	Rotate180
	Rotate270
	FlipX     // mirrored left to right
	FlipY     // mirrored top to bottom
	Transpose // mirrored at the falling diagonal
	Antitranspose
	Variants
)

// Dihedral hashes the picture in all eight symmetries. Search with all of them: the smallest of the eight is not stable
// and cannot serve as a canonical hash. The picture itself is turned, which costs eight hashes. Turning the transform
// instead is cheaper, but the reference filter is not centred (a window of even width looks one sample further ahead
// than back), which moves the hash of a mirrored picture by up to 48 bits, out of the radius.
func Dihedral(pix []uint8, w, h int) (all [Variants]Hash, quality int) {
	if w < MinSide || h < MinSide || len(pix) < w*h {
		return all, 0
	}
	buf := make([]uint8, w*h)
	for v := range Variants {
		ow, oh := turn(buf, pix, w, h, v)
		hash, q := Luma(buf, ow, oh)
		all[v] = hash
		if v == Original {
			quality = q
		}
	}
	return all, quality
}

// turn writes the picture in a symmetry to dst and returns its size.
func turn(dst, src []uint8, w, h int, v Variant) (int, int) {
	// Where the output starts in src, and how far one step to the right and one down go.
	first, right, down := 0, 1, w
	lastX, lastY := w-1, (h-1)*w
	switch v {
	case Rotate90:
		first, right, down = lastX, w, -1
	case Rotate180:
		first, right, down = lastX+lastY, -1, -w
	case Rotate270:
		first, right, down = lastY, -w, 1
	case FlipX:
		first, right, down = lastX, -1, w
	case FlipY:
		first, right, down = lastY, 1, -w
	case Transpose:
		right, down = w, 1
	case Antitranspose:
		first, right, down = lastX+lastY, -w, -1
	}
	ow, oh := w, h
	if right == w || right == -w {
		ow, oh = h, w
	}
	for y := range oh {
		at := first + y*down
		for x := range ow {
			dst[y*ow+x] = src[at+x*right]
		}
	}
	return ow, oh
}

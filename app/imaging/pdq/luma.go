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

// Dihedral hashes the picture in all eight symmetries from one transform. Search with all of them: the smallest of the
// eight is not stable and cannot serve as a canonical hash.
func Dihedral(pix []uint8, w, h int) (all [Variants]Hash, quality int) {
	c, quality, ok := transform(pix, w, h)
	if !ok {
		return all, 0
	}
	for v := range Variants {
		all[v] = threshold(c.symmetry(v))
	}
	return all, quality
}

// symmetry changes the coefficients as the symmetry changes the picture. Mirroring an axis negates its odd frequencies
// (index 0 is frequency 1); transposing the picture transposes the coefficients.
func (c *coefficients) symmetry(v Variant) *coefficients {
	swap := v == Rotate90 || v == Rotate270 || v == Transpose || v == Antitranspose
	negX := v == Rotate180 || v == FlipX || v == Rotate270 || v == Antitranspose
	negY := v == Rotate180 || v == FlipY || v == Rotate90 || v == Antitranspose
	out := &coefficients{}
	for i := range 16 {
		for j := range 16 {
			f := c[i][j]
			if swap {
				f = c[j][i]
			}
			if negX && j%2 == 0 {
				f = -f
			}
			if negY && i%2 == 0 {
				f = -f
			}
			out[i][j] = f
		}
	}
	return out
}

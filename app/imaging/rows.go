package imaging

import (
	"image"
	"image/color"
	"image/draw"
)

// rowReader writes row y, counted from the top, as premultiplied RGBA with 16 bits a sample.
type rowReader func(y int, dst []uint16)

// newRows picks the typed path of an image: going through At costs ten times as much.
func newRows(img image.Image) rowReader {
	b := img.Bounds()
	switch m := img.(type) {
	case *image.NRGBA:
		return func(y int, dst []uint16) { premultiply8(dst, m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:len(dst)]) }
	case *image.RGBA64:
		return func(y int, dst []uint16) {
			row := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:2*len(dst)]
			for i := range dst {
				dst[i] = uint16(row[2*i])<<8 | uint16(row[2*i+1])
			}
		}
	case *image.NRGBA64:
		return func(y int, dst []uint16) { premultiply16(dst, m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:2*len(dst)]) }
	case *image.Gray16:
		return func(y int, dst []uint16) {
			row := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):]
			for x := range len(dst) / 4 {
				v := uint16(row[2*x])<<8 | uint16(row[2*x+1])
				dst[4*x], dst[4*x+1], dst[4*x+2], dst[4*x+3] = v, v, v, 0xffff
			}
		}
	case *image.CMYK:
		return func(y int, dst []uint16) { cmykRow(dst, m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:len(dst)]) }
	case *image.Paletted:
		return paletteRows(m)
	case *image.NYCbCrA:
		return nycbcraRows(m)
	case *image.YCbCr:
		return ycbcrRows(m)
	case onCanvas:
		return canvasRows(m)
	}
	return anyRows(img)
}

func premultiply8(dst []uint16, row []uint8) {
	for i := 0; i+3 < len(dst); i += 4 {
		a := uint32(row[i+3])
		dst[i], dst[i+1], dst[i+2], dst[i+3] = uint16(uint32(row[i])*a*257/255), uint16(uint32(row[i+1])*a*257/255), uint16(uint32(row[i+2])*a*257/255), uint16(a*257)
	}
}

func premultiply16(dst []uint16, row []uint8) {
	at := func(i int) uint32 { return uint32(row[2*i])<<8 | uint32(row[2*i+1]) }
	for i := 0; i+3 < len(dst); i += 4 {
		a := at(i + 3)
		dst[i], dst[i+1], dst[i+2], dst[i+3] = uint16(at(i)*a/0xffff), uint16(at(i+1)*a/0xffff), uint16(at(i+2)*a/0xffff), uint16(a)
	}
}

// cmykRow converts as image/color does: ink takes light away.
func cmykRow(dst []uint16, row []uint8) {
	for i := 0; i+3 < len(dst); i += 4 {
		k := 255 - uint32(row[i+3])
		for c := range 3 {
			dst[i+c] = uint16((255 - uint32(row[i+c])) * k * 257 / 255)
		}
		dst[i+3] = 0xffff
	}
}

// paletteRows looks colours up in a table converted once. An index without a colour is transparent.
func paletteRows(m *image.Paletted) rowReader {
	var table [256][4]uint16
	for i, c := range m.Palette[:min(len(m.Palette), 256)] {
		r, g, b, a := c.RGBA()
		table[i] = [4]uint16{uint16(r), uint16(g), uint16(b), uint16(a)}
	}
	b := m.Bounds()
	return func(y int, dst []uint16) {
		row := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):]
		for x := range len(dst) / 4 {
			copy(dst[4*x:4*x+4], table[row[x]][:])
		}
	}
}

// ycbcrRows converts an opaque frame that covers only a part of its canvas.
func ycbcrRows(m *image.YCbCr) rowReader {
	b := m.Bounds()
	return func(y int, dst []uint16) {
		for x := range len(dst) / 4 {
			c := m.YCbCrAt(b.Min.X+x, b.Min.Y+y)
			r, g, bl := color.YCbCrToRGB(c.Y, c.Cb, c.Cr)
			dst[4*x], dst[4*x+1], dst[4*x+2], dst[4*x+3] = uint16(r)*257, uint16(g)*257, uint16(bl)*257, 0xffff
		}
	}
}

// nycbcraRows converts lossy WebP with transparency.
func nycbcraRows(m *image.NYCbCrA) rowReader {
	b := m.Bounds()
	return func(y int, dst []uint16) {
		sy := b.Min.Y + y
		for x := range len(dst) / 4 {
			sx := b.Min.X + x
			yi, ci := m.YOffset(sx, sy), m.COffset(sx, sy)
			r, g, bl := color.YCbCrToRGB(m.Y[yi], m.Cb[ci], m.Cr[ci])
			a := uint32(m.A[m.AOffset(sx, sy)])
			dst[4*x], dst[4*x+1], dst[4*x+2], dst[4*x+3] = uint16(uint32(r)*a*257/255), uint16(uint32(g)*a*257/255), uint16(uint32(bl)*a*257/255), uint16(a*257)
		}
	}
}

// canvasRows reads the rows of a frame into their place on the canvas.
func canvasRows(c onCanvas) rowReader {
	frame := newRows(c.frame)
	at := c.frame.Bounds()
	if !c.placed {
		at = at.Sub(at.Min).Add(image.Pt(int(c.at.x), int(c.at.y)))
	}
	at = at.Intersect(c.canvas)
	return func(y int, dst []uint16) {
		clear(dst)
		if y >= at.Min.Y && y < at.Max.Y {
			frame(y-at.Min.Y, dst[4*at.Min.X:4*at.Max.X])
		}
	}
}

// anyRows converts a type without a path of its own, a row at a time.
func anyRows(img image.Image) rowReader {
	b := img.Bounds()
	line := image.NewRGBA64(image.Rect(0, 0, b.Dx(), 1))
	rows := newRows(line)
	return func(y int, dst []uint16) {
		draw.Draw(line, line.Rect, img, image.Pt(b.Min.X, b.Min.Y+y), draw.Src)
		rows(0, dst)
	}
}

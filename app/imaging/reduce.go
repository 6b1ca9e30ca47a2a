package imaging

import (
	"image"
	"image/color"
)

// reduce brings an image down to a longest side of at most side pixels, upright. It averages whole boxes first, which
// reads every sample once and cannot alias, until the picture is about twice the wanted size, and filters finely after.
func reduce(img image.Image, s *scanned, side int) *picture {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	cw, ch := s.facts.stored()
	if w != cw || h != ch { // a frame smaller than its animation
		img = onCanvas{img, s.frame, s.facts.Format == GIF, image.Rect(0, 0, cw, ch)}
		w, h = cw, ch
	}
	tw, th := fit(w, h, side)
	k := max(1, max(w, h)/(2*side))
	var p *picture
	switch m := img.(type) {
	case *image.YCbCr:
		p = reduceYCbCr(m, k, side, tw, th)
	case *image.Gray:
		p = &picture{grey, []*plane{reducePlane(m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, w, h, k, tw, th)}}
	case *image.RGBA:
		p = finish(box(m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, w, h, k, 4), w, h, k, tw, th)
	default:
		p = finish(boxRows(newRows(img), w, h, k), w, h, k, tw, th)
	}
	return p.upright(s.facts.Orientation)
}

// fit scales w x h down into a square of side, never up, never to nothing.
func fit(w, h, side int) (int, int) {
	long := max(w, h)
	if long <= side {
		return w, h
	}
	return max(1, (w*side+long/2)/long), max(1, (h*side+long/2)/long)
}

// reducePlane reduces one 8-bit plane to tw x th.
func reducePlane(pix []uint8, stride, w, h, k, tw, th int) *plane {
	return resample(box(pix, stride, w, h, k, 1)[0], float64(w)/float64(k), float64(h)/float64(k), tw, th)
}

// reduceYCbCr resamples the planes of a JPEG or lossy WebP as they are. Chroma comes out at half size, as the encoder
// will store it.
func reduceYCbCr(m *image.YCbCr, k, side, tw, th int) *picture {
	b := m.Rect
	w, h := b.Dx(), b.Dy()
	y := reducePlane(m.Y[m.YOffset(b.Min.X, b.Min.Y):], m.YStride, w, h, k, tw, th)
	cw, ch := chromaSize(m.SubsampleRatio, w, h)
	off := m.COffset(b.Min.X, b.Min.Y)
	kc := max(1, max(cw, ch)/side) // twice what will be left
	cb := reducePlane(m.Cb[off:], m.CStride, cw, ch, kc, (tw+1)/2, (th+1)/2)
	cr := reducePlane(m.Cr[off:], m.CStride, cw, ch, kc, (tw+1)/2, (th+1)/2)
	return &picture{ycc, []*plane{y, cb, cr}}
}

// chromaSize is the size of the chroma planes of a w x h picture.
func chromaSize(r image.YCbCrSubsampleRatio, w, h int) (int, int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return (w + 1) / 2, h
	case image.YCbCrSubsampleRatio420:
		return (w + 1) / 2, (h + 1) / 2
	case image.YCbCrSubsampleRatio440:
		return w, (h + 1) / 2
	case image.YCbCrSubsampleRatio411:
		return (w + 3) / 4, h
	case image.YCbCrSubsampleRatio410:
		return (w + 3) / 4, (h + 1) / 2
	}
	return w, h
}

// finish filters the four boxed planes; three remain when nothing is transparent.
func finish(boxed []*plane, w, h, k, tw, th int) *picture {
	p := &picture{model: rgbaP}
	for _, q := range boxed {
		p.planes = append(p.planes, resample(q, float64(w)/float64(k), float64(h)/float64(k), tw, th))
	}
	if p.opaque() {
		return &picture{rgb, p.planes[:3]}
	}
	p.clampColour()
	return p
}

// clampColour keeps premultiplied colour below alpha after a filter that overshoots.
func (p *picture) clampColour() {
	for i, a := range p.planes[3].pix {
		for c := range 3 {
			p.planes[c].pix[i] = min(p.planes[c].pix[i], a)
		}
	}
}

// onCanvas places the first frame of an animation on its canvas; what it does not cover is transparent.
type onCanvas struct {
	frame  image.Image
	at     webpFrame
	placed bool // the frame's bounds are canvas coordinates already (GIF)
	canvas image.Rectangle
}

func (c onCanvas) Bounds() image.Rectangle { return c.canvas }
func (c onCanvas) ColorModel() color.Model { return color.RGBA64Model }

func (c onCanvas) At(x, y int) color.Color { return c.RGBA64At(x, y) }

// RGBA64At is the slow path of the interface; rows of the frame are read by newRows.
func (c onCanvas) RGBA64At(x, y int) color.RGBA64 {
	p := image.Pt(x, y)
	if !c.placed {
		p = p.Sub(image.Pt(int(c.at.x), int(c.at.y))).Add(c.frame.Bounds().Min)
	}
	if !p.In(c.frame.Bounds()) {
		return color.RGBA64{}
	}
	r, g, b, a := c.frame.At(p.X, p.Y).RGBA()
	return color.RGBA64{R: uint16(r), G: uint16(g), B: uint16(b), A: uint16(a)}
}

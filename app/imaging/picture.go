package imaging

// plane is one channel of a reduced picture, 8 bits a sample, without padding.
type plane struct {
	pix  []uint8
	w, h int
}

func newPlane(w, h int) *plane { return &plane{pix: make([]uint8, w*h), w: w, h: h} }

func (p *plane) row(y int) []uint8 { return p.pix[y*p.w : (y+1)*p.w] }

// model says what the planes of a picture mean.
type model uint8

const (
	grey  model = iota // one plane
	ycc                // Y, Cb, Cr; chroma has half the size, rounded up
	rgb                // R, G, B
	rgbaP              // R, G, B premultiplied, A
)

// picture is a reduced image as separate planes.
type picture struct {
	model  model
	planes []*plane
}

func (p *picture) size() (w, h int) { return p.planes[0].w, p.planes[0].h }

// upright applies an EXIF orientation.
func (p *picture) upright(orientation int) *picture {
	if orientation <= 1 {
		return p
	}
	out := &picture{model: p.model}
	for _, q := range p.planes {
		out.planes = append(out.planes, q.upright(orientation))
	}
	return out
}

// upright maps a stored plane to the displayed one (EXIF 2.32, tag 0x0112): 2 mirror, 3 half turn, 4 flip, 5 transpose,
// 6 quarter turn clockwise, 7 transverse, 8 quarter turn counter-clockwise.
func (p *plane) upright(orientation int) *plane {
	w, h := p.w, p.h
	if transposed(orientation) {
		w, h = h, w
	}
	out := newPlane(w, h)
	for y := range h {
		row := out.row(y)
		for x := range w {
			sx, sy := x, y
			switch orientation {
			case 2:
				sx = p.w - 1 - x
			case 3:
				sx, sy = p.w-1-x, p.h-1-y
			case 4:
				sy = p.h - 1 - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, p.h-1-x
			case 7:
				sx, sy = p.w-1-y, p.h-1-x
			case 8:
				sx, sy = p.w-1-y, x
			}
			row[x] = p.pix[sy*p.w+sx]
		}
	}
	return out
}

// luma is the brightness plane, transparency on white as viewers show it.
func (p *picture) luma() *plane {
	if p.model == grey || p.model == ycc {
		return p.planes[0]
	}
	r, g, b := p.planes[0], p.planes[1], p.planes[2]
	out := newPlane(r.w, r.h)
	for i := range out.pix {
		// ITU-R BT.601 in 16 bits: 0.299, 0.587, 0.114.
		v := (19595*uint32(r.pix[i]) + 38470*uint32(g.pix[i]) + 7471*uint32(b.pix[i]) + 1<<15) >> 16
		if p.model == rgbaP {
			v += 255 - uint32(p.planes[3].pix[i])
		}
		out.pix[i] = uint8(min(v, 255))
	}
	return out
}

// opaque reports whether no sample of the alpha plane lets anything through.
func (p *picture) opaque() bool {
	if p.model != rgbaP {
		return true
	}
	for _, a := range p.planes[3].pix {
		if a != 255 {
			return false
		}
	}
	return true
}

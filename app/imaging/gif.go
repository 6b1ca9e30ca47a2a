package imaging

import "encoding/binary"

// gifWalk is the state of one pass over the blocks of a GIF (GIF89a specification, CompuServe 1990).
type gifWalk struct {
	in      *source
	out     plan
	frames  tally
	w, h    int64
	looped  bool
	control []byte // a graphic control extension that waits for its image
}

// scanGIF walks from the header to the trailer.
func scanGIF(in *source, lim Limits) (*scanned, error) {
	g := &gifWalk{in: in, frames: tally{lim: lim}}
	head, err := in.peek(0, 13)
	if err != nil {
		return nil, err
	}
	g.w, g.h = int64(binary.LittleEndian.Uint16(head[6:])), int64(binary.LittleEndian.Uint16(head[8:]))
	if err := lim.checkSize(g.w, g.h); err != nil {
		return nil, err
	}
	at := 13 + gifTable(head[10])
	if at > in.size {
		return nil, truncated("gif: colour table")
	}
	if err := g.out.keep(0, at); err != nil {
		return nil, err
	}
	for done := false; !done && !g.endsEarly(at); {
		if at, done, err = g.block(at); err != nil {
			return nil, err
		}
	}
	if g.frames.frames == 0 {
		return nil, corrupt("gif: no frame")
	}
	g.out.put(0x3b)
	n := g.frames.frames
	return &scanned{
		facts: displayed(GIF, int(g.w), int(g.h), 1, n, n > 1), plan: g.out, weight: g.w * g.h * pixelWeight,
	}, nil
}

// endsEarly accepts a still picture that lacks only its trailer, which old programs leave out and every viewer forgives.
// An animation that ends early may have lost frames.
func (g *gifWalk) endsEarly(at int64) bool {
	return at == g.in.size && g.frames.frames == 1 && !g.looped && g.control == nil
}

// gifTable is the size in bytes of the colour table that a packed field announces.
func gifTable(packed byte) int64 {
	if packed&0x80 == 0 {
		return 0
	}
	return 3 << (packed&7 + 1)
}

// block handles the block at at and returns where the next one starts, or done at the trailer.
func (g *gifWalk) block(at int64) (next int64, done bool, err error) {
	b, err := g.in.peek(at, 1)
	if err != nil {
		return 0, false, err
	}
	switch b[0] {
	case 0x2c:
		next, err = g.image(at)
	case 0x21:
		next, err = g.extension(at)
	case 0x3b:
		done = true
	default:
		err = corrupt("gif: block %#x at %d", b[0], at)
	}
	return next, done, err
}

// image keeps an image descriptor, its colour table and its data.
func (g *gifWalk) image(at int64) (int64, error) {
	d, err := g.in.peek(at, 10)
	if err != nil {
		return 0, err
	}
	u16 := func(i int) int64 { return int64(binary.LittleEndian.Uint16(d[i:])) }
	x, y, w, h := u16(1), u16(3), u16(5), u16(7)
	if x+w > g.w || y+h > g.h {
		return 0, corrupt("gif: frame %dx%d+%d+%d outside %dx%d", w, h, x, y, g.w, g.h)
	}
	if err := g.frames.add(w, h); err != nil {
		return 0, err
	}
	data := at + 10 + gifTable(d[9])
	size, err := g.in.peek(data, 1)
	if err != nil {
		return 0, err
	}
	if size[0] < 2 || size[0] > 8 {
		return 0, corrupt("gif: code size %d", size[0])
	}
	end, total, err := g.subBlocks(data + 1)
	if err != nil {
		return 0, err
	}
	if total == 0 {
		return 0, corrupt("gif: frame without data")
	}
	g.out.put(g.control...)
	g.control = nil
	return end, g.out.keep(at, end-at)
}

// subBlocks walks a chain of sub-blocks and returns where it ends and how many data bytes it has.
func (g *gifWalk) subBlocks(at int64) (end, total int64, err error) {
	for {
		n, err := g.in.peek(at, 1)
		if err != nil {
			return 0, 0, err
		}
		size := int64(n[0])
		at += 1 + size
		if size == 0 {
			return at, total, nil
		}
		total += size
	}
}

// extension keeps graphic control (timing, transparency, disposal) and the loop count; comments, plain text, XMP and
// every other application block go. Plain text consumes the control block before it.
func (g *gifWalk) extension(at int64) (int64, error) {
	h, err := g.in.peek(at, 3)
	if err != nil {
		return 0, err
	}
	label, size := h[1], int(h[2])
	end, _, err := g.subBlocks(at + 2)
	if err != nil {
		return 0, err
	}
	switch {
	case label == 0xf9:
		if size != 4 || end != at+8 {
			return 0, corrupt("gif: control block of %d bytes", size)
		}
		d, err := g.in.peek(at, 8)
		if err != nil {
			return 0, err
		}
		g.control = append([]byte(nil), d...)
		g.control[3] &= 0x1f // reserved bits
	case label == 0x01:
		g.control = nil
	case label == 0xff && size == 11:
		return end, g.loop(at)
	}
	return end, nil
}

// loop keeps the first loop count, in the canonical form of the Netscape extension.
func (g *gifWalk) loop(at int64) error {
	d, err := g.in.peek(at, 14)
	if err != nil {
		return err
	}
	if name := string(d[3:14]); name != "NETSCAPE2.0" && name != "ANIMEXTS1.0" {
		return nil
	}
	if at+18 > g.in.size {
		return nil
	}
	if d, err = g.in.peek(at+14, 4); err != nil {
		return err
	}
	if g.looped || d[0] != 3 || d[1]&7 != 1 {
		return nil
	}
	g.looped = true
	g.out.put(append([]byte("\x21\xff\x0bNETSCAPE2.0\x03\x01"), d[2], d[3], 0)...)
	return nil
}

package imaging

import "encoding/binary"

// apng is the animation part of a PNG (PNG, third edition, 11.3.6). Without an acTL before IDAT the file is a still
// picture and animation chunks are dropped; with one, they must be complete, because a decoder shows them.
type apng struct {
	frames   tally
	declared int
	plays    uint32
	sequence uint32
	open     bool // an fcTL waits for its data
}

// acTL announces the animation.
func (w *pngWalk) acTL(c pngChunk) error {
	if w.phase == afterData {
		return nil
	}
	if w.anim.declared != 0 || c.n != 8 {
		return corrupt("png: acTL of %d bytes", c.n)
	}
	if err := w.verify(c); err != nil {
		return err
	}
	b, err := w.in.peek(c.data(), 8)
	if err != nil {
		return err
	}
	n := int64(binary.BigEndian.Uint32(b))
	if n == 0 {
		return corrupt("png: animation of no frames")
	}
	if n > int64(w.lim.Frames) {
		return saying(ErrFrames, "The animation has %d frames; the limit is %d. Shorten it and upload it again.", n, w.lim.Frames)
	}
	w.anim.declared, w.anim.plays = int(n), binary.BigEndian.Uint32(b[4:])
	return nil
}

// control is the data of the acTL chunk.
func (a *apng) control() []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(a.declared)), a.plays)
}

// next checks a sequence number: those of fcTL and fdAT count from 0 without a gap.
func (a *apng) next(b []byte) error {
	if got := binary.BigEndian.Uint32(b); got != a.sequence {
		return corrupt("png: animation sequence %d instead of %d", got, a.sequence)
	}
	a.sequence++
	return nil
}

// fcTL describes a frame: size, place, timing, disposal and blending.
func (w *pngWalk) fcTL(c pngChunk) error {
	if w.anim.declared == 0 {
		return nil
	}
	if c.n != 26 || w.anim.open {
		return corrupt("png: fcTL of %d bytes", c.n)
	}
	if err := w.verify(c); err != nil {
		return err
	}
	b, err := w.in.peek(c.data(), 26)
	if err != nil {
		return err
	}
	if err := w.anim.next(b); err != nil {
		return err
	}
	u32 := func(i int) int64 { return int64(binary.BigEndian.Uint32(b[i:])) }
	fw, fh, x, y := u32(4), u32(8), u32(12), u32(16)
	if x+fw > w.head.w || y+fh > w.head.h || b[24] > 2 || b[25] > 1 {
		return corrupt("png: frame %dx%d+%d+%d outside %dx%d", fw, fh, x, y, w.head.w, w.head.h)
	}
	if w.phase == beforeData && (fw != w.head.w || fh != w.head.h) {
		return corrupt("png: first frame smaller than the picture")
	}
	if err := w.anim.frames.add(fw, fh); err != nil {
		return err
	}
	w.anim.open, w.frameW, w.frameH = true, fw, fh
	return w.data.keep(c.at, c.total())
}

// fdAT keeps frame data.
func (w *pngWalk) fdAT(c pngChunk) error {
	if w.anim.declared == 0 {
		return nil
	}
	if w.phase == beforeData || c.n < 5 || !w.anim.open && w.last != "fdAT" {
		return corrupt("png: fdAT of %d bytes after %s", c.n, w.last)
	}
	if err := w.verify(c); err != nil {
		return err
	}
	b, err := w.in.peek(c.data(), 4)
	if err != nil {
		return err
	}
	if err := w.anim.next(b); err != nil {
		return err
	}
	w.anim.open = false
	w.follow(c, 4, w.frameW, w.frameH)
	return nil
}

// data notes that IDAT was seen: it is the data of a frame described before it.
func (a *apng) data() { a.open = false }

// end checks that every announced frame is there.
func (a *apng) end() error {
	if a.declared == 0 {
		return nil
	}
	if a.open || a.frames.frames != a.declared {
		return truncated("png: %d of %d frames", a.frames.frames, a.declared)
	}
	return nil
}

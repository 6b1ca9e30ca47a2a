package imaging

import "encoding/binary"

// Flags of the VP8X chunk (RFC 9649, 2.7.1).
const (
	webpAnimated = 1 << 1
	webpEXIF     = 1 << 3
	webpAlpha    = 1 << 4
	webpICC      = 1 << 5
)

// webpAnim is the animation part of a file.
type webpAnim struct {
	on          bool
	frames      tally
	head        []byte // the data of ANIM: background colour and loop count
	body        plan
	transparent bool
	first       webpFrame
}

// animHeader keeps the background colour and the loop count.
func (w *webpWalk) animHeader(c webpChunk) error {
	if !w.anim.on || w.anim.head != nil {
		return nil
	}
	if c.n != 6 {
		return corrupt("webp: ANIM of %d bytes", c.n)
	}
	b, err := w.in.bytes(c.data(), 6)
	w.anim.head = b
	return err
}

// animFrame rebuilds one ANMF chunk with its header and coded data and nothing else.
func (w *webpWalk) animFrame(c webpChunk) error {
	if !w.anim.on {
		return nil
	}
	if w.anim.head == nil || c.n < 16 {
		return corrupt("webp: ANMF of %d bytes at %d", c.n, c.at)
	}
	head, err := w.in.bytes(c.data(), 16)
	if err != nil {
		return err
	}
	x, y, fw, fh := 2*u24(head), 2*u24(head[3:]), 1+u24(head[6:]), 1+u24(head[9:])
	if x+fw > w.w || y+fh > w.h {
		return corrupt("webp: frame %dx%d+%d+%d outside %dx%d", fw, fh, x, y, w.w, w.h)
	}
	if err := w.anim.frames.add(fw, fh); err != nil {
		return err
	}
	var f webpFrame
	for at, end := c.data()+16, c.data()+c.n; at < end; {
		sub, err := w.chunk(at, end)
		if err != nil {
			return err
		}
		if sub.name == "VP8 " || sub.name == "VP8L" || sub.name == "ALPH" {
			if err := f.add(w, sub); err != nil {
				return err
			}
		}
		at = sub.end()
	}
	if f.w != fw || f.h != fh {
		return corrupt("webp: frame data %dx%d in a frame of %dx%d", f.w, f.h, fw, fh)
	}
	f.x, f.y = x, y
	if w.anim.frames.frames == 1 {
		w.anim.first = f
	}
	w.anim.transparent = w.anim.transparent || f.transparent || fw != w.w || fh != w.h
	head[15] &= 3 // reserved bits
	inner := plan{}
	if err := f.keep(&inner); err != nil {
		return err
	}
	w.anim.body.put(riffHeader("ANMF", 16+inner.size)...)
	w.anim.body.put(head...)
	if len(w.anim.body.parts) > maxParts {
		return corrupt("webp: more than %d pieces", maxParts)
	}
	w.anim.body.join(&inner)
	return nil
}

// keep adds the frame's chunks, with zero as padding.
func (f *webpFrame) keep(p *plan) error {
	for _, c := range []webpChunk{f.alpha, f.image} {
		if c.n == 0 {
			continue
		}
		if err := p.keep(c.at, 8+c.n); err != nil {
			return err
		}
		if c.n&1 == 1 {
			p.put(0)
		}
	}
	return nil
}

func riffHeader(name string, n int64) []byte {
	return binary.LittleEndian.AppendUint32([]byte(name), uint32(n))
}

// riffChunk is a complete chunk with its padding.
func riffChunk(name string, data []byte) []byte {
	b := append(riffHeader(name, int64(len(data))), data...)
	if len(data)&1 == 1 {
		b = append(b, 0)
	}
	return b
}

// webpExtended is a VP8X chunk.
func webpExtended(flags byte, w, h int64) []byte {
	return riffChunk("VP8X", []byte{
		flags, 0, 0, 0, byte(w - 1), byte((w - 1) >> 8), byte((w - 1) >> 16), byte(h - 1), byte((h - 1) >> 8), byte((h - 1) >> 16),
	})
}

func (w *webpWalk) finishStill() (*scanned, error) {
	f := &w.still
	if f.image.n == 0 {
		return nil, corrupt("webp: no picture")
	}
	if w.extended && (f.w != w.w || f.h != w.h) {
		return nil, corrupt("webp: picture %dx%d on a canvas of %dx%d", f.w, f.h, w.w, w.h)
	}
	w.w, w.h = f.w, f.h
	body := plan{}
	if err := f.keep(&body); err != nil {
		return nil, err
	}
	return w.finish(&body, 0, f.transparent, *f, 1)
}

func (w *webpWalk) finishAnimation() (*scanned, error) {
	if w.anim.frames.frames == 0 {
		return nil, corrupt("webp: animation without frames")
	}
	body := plan{}
	body.put(riffChunk("ANIM", w.anim.head)...)
	body.join(&w.anim.body)
	return w.finish(&body, webpAnimated, w.anim.transparent, w.anim.first, w.anim.frames.frames)
}

// finish puts the header in front. The simple form is used when nothing needs the extended one.
func (w *webpWalk) finish(body *plan, flags byte, transparent bool, first webpFrame, frames int) (*scanned, error) {
	orientation := max(w.orientation, 1)
	inner := plan{}
	if transparent {
		flags |= webpAlpha
	}
	var exif []byte
	if orientation != 1 {
		flags |= webpEXIF
		exif = riffChunk("EXIF", orientationTIFF(orientation))
	}
	if w.icc != nil {
		flags |= webpICC
	}
	if flags&^webpAlpha != 0 || first.alpha.n != 0 {
		inner.put(webpExtended(flags, w.w, w.h)...)
	}
	if w.icc != nil {
		inner.put(riffChunk("ICCP", w.icc)...)
	}
	inner.join(body)
	inner.put(exif...)
	out := plan{}
	out.put(riffHeader("RIFF", 4+inner.size)...)
	out.put([]byte("WEBP")...)
	out.join(&inner)
	return &scanned{
		facts: displayed(WebP, int(w.w), int(w.h), orientation, frames, frames > 1), plan: out,
		weight: w.w * w.h * pixelWeight, icc: w.icc, frame: first,
	}, nil
}

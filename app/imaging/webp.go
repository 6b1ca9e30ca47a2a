package imaging

import "encoding/binary"

// webpFrame is where the coded data of one frame lies, and where the frame sits on the canvas.
type webpFrame struct {
	alpha, image webpChunk // alpha.n is 0 without an ALPH chunk
	x, y, w, h   int64
	transparent  bool
}

// webpChunk is one RIFF chunk: data starts at at+8, padded to an even size.
type webpChunk struct {
	name  string
	at, n int64
}

func (c webpChunk) data() int64 { return c.at + 8 }
func (c webpChunk) end() int64  { return c.at + 8 + c.n + c.n&1 }

// webpWalk is the state of one pass over the chunks (RFC 9649).
type webpWalk struct {
	in          *source
	lim         Limits
	end         int64
	extended    bool
	w, h        int64
	icc         []byte
	orientation int
	anim        webpAnim
	still       webpFrame
	seen        map[string]bool
}

// scanWebP walks the RIFF container. Bytes after its declared size are not looked at.
func scanWebP(in *source, lim Limits) (*scanned, error) {
	w := &webpWalk{in: in, lim: lim, seen: map[string]bool{}, anim: webpAnim{frames: tally{lim: lim}}}
	head, err := in.peek(0, 12)
	if err != nil {
		return nil, err
	}
	w.end = 8 + int64(binary.LittleEndian.Uint32(head[4:]))
	if w.end > in.size {
		return nil, truncated("webp: %d of %d bytes", in.size, w.end)
	}
	for at := int64(12); at < w.end; {
		c, err := w.chunk(at, w.end)
		if err != nil {
			return nil, err
		}
		if at == 12 && c.name == "VP8X" {
			err = w.vp8x(c)
		} else {
			err = w.take(c)
		}
		if err != nil {
			return nil, err
		}
		at = c.end()
	}
	if w.anim.on {
		return w.finishAnimation()
	}
	return w.finishStill()
}

// chunk reads the chunk header at at; limit is where the enclosing chunk ends.
func (w *webpWalk) chunk(at, limit int64) (webpChunk, error) {
	if at+8 > limit {
		return webpChunk{}, truncated("webp: chunk header at %d of %d", at, limit)
	}
	b, err := w.in.peek(at, 8)
	if err != nil {
		return webpChunk{}, err
	}
	c := webpChunk{name: string(b[:4]), at: at, n: int64(binary.LittleEndian.Uint32(b[4:]))}
	if c.data()+c.n > limit {
		return c, truncated("webp: chunk %q of %d bytes at %d of %d", c.name, c.n, at, limit)
	}
	return c, nil
}

// vp8x reads the extended header: canvas size and the animation flag. The other flags are derived from what is found.
func (w *webpWalk) vp8x(c webpChunk) error {
	if c.n != 10 {
		return corrupt("webp: VP8X of %d bytes", c.n)
	}
	b, err := w.in.peek(c.data(), 10)
	if err != nil {
		return err
	}
	w.extended = true
	w.anim.on = b[0]&2 != 0
	w.w, w.h = 1+u24(b[4:]), 1+u24(b[7:])
	return w.lim.checkSize(w.w, w.h)
}

func u24(b []byte) int64 { return int64(b[0]) | int64(b[1])<<8 | int64(b[2])<<16 }

// take handles one chunk of the file.
func (w *webpWalk) take(c webpChunk) error {
	switch c.name {
	case "VP8 ", "VP8L", "ALPH":
		if w.anim.on {
			return nil // not shown, dropped
		}
		return w.still.add(w, c)
	case "ICCP":
		return w.iccp(c)
	case "EXIF":
		return w.exif(c)
	case "ANIM":
		return w.animHeader(c)
	case "ANMF":
		return w.animFrame(c)
	case "VP8X":
		return corrupt("webp: VP8X at %d", c.at)
	}
	return nil
}

func (w *webpWalk) iccp(c webpChunk) error {
	if w.seen[c.name] || c.n > maxICC {
		return nil
	}
	w.seen[c.name] = true
	b, err := w.in.bytes(c.data(), c.n)
	if err == nil {
		w.icc = cleanICC(b)
	}
	return err
}

func (w *webpWalk) exif(c webpChunk) error {
	if w.seen[c.name] {
		return nil
	}
	w.seen[c.name] = true
	b, err := w.in.bytes(c.data(), min(c.n, maxEXIF))
	if err == nil {
		w.orientation = parseOrientation(b)
	}
	return err
}

// add takes a frame's ALPH or image chunk. ALPH comes before VP8 and never with VP8L.
func (f *webpFrame) add(w *webpWalk, c webpChunk) error {
	if f.image.n != 0 || c.name == "ALPH" && f.alpha.n != 0 {
		return corrupt("webp: second %q at %d", c.name, c.at)
	}
	if c.name == "ALPH" {
		if c.n < 2 {
			return corrupt("webp: ALPH of %d bytes", c.n)
		}
		f.alpha = c
		return nil
	}
	if c.n < 10 && c.name == "VP8 " || c.n < 6 {
		return corrupt("webp: %q of %d bytes", c.name, c.n)
	}
	b, err := w.in.peek(c.data(), int(min(c.n, 10)))
	if err != nil {
		return err
	}
	f.image, f.transparent = c, f.alpha.n != 0
	if c.name == "VP8L" {
		bits := binary.LittleEndian.Uint32(b[1:])
		if b[0] != 0x2f || bits>>29 != 0 || f.alpha.n != 0 {
			return corrupt("webp: VP8L header % x", b[:5])
		}
		f.w, f.h, f.transparent = 1+int64(bits&0x3fff), 1+int64(bits>>14&0x3fff), bits>>28&1 == 1
		return w.lim.checkSize(f.w, f.h)
	}
	if b[0]&1 != 0 || string(b[3:6]) != "\x9d\x01\x2a" {
		return corrupt("webp: VP8 header % x", b)
	}
	first := int64(uint32(b[0])|uint32(b[1])<<8|uint32(b[2])<<16) >> 5
	if first+10 > c.n {
		return truncated("webp: first partition of %d bytes in %d", first, c.n)
	}
	f.w, f.h = int64(binary.LittleEndian.Uint16(b[6:])&0x3fff), int64(binary.LittleEndian.Uint16(b[8:])&0x3fff)
	return w.lim.checkSize(f.w, f.h)
}

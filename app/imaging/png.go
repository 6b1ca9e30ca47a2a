package imaging

import (
	"encoding/binary"
	"hash/crc32"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngHeader is IHDR (PNG, third edition, 11.2.1).
type pngHeader struct {
	w, h       int64
	depth      byte
	colour     byte
	interlaced bool
}

// pngWalk is the state of one pass over the chunks.
type pngWalk struct {
	in          *source
	lim         Limits
	head        pngHeader
	colour      plan // gAMA, cHRM, sRGB, cICP
	palette     plan // PLTE, tRNS
	data        plan // acTL aside: fcTL, IDAT, fdAT in their order
	seen        map[string]bool
	orientation int
	icc         []byte
	phase       pngPhase
	coded       bool    // look into the coded pixels too
	run         *pngRun // the chunks of image data that follow each other here, nil outside of any
	frameW      int64   // size of the frame that the next fdAT codes
	frameH      int64
	anim        apng
	last        string
}

type pngPhase uint8

const (
	beforeData pngPhase = iota
	afterData           // the first IDAT was seen
)

// pngChunk is one chunk: data starts at at+8 and is followed by the CRC.
type pngChunk struct {
	name  string
	at, n int64
}

func (c pngChunk) data() int64  { return c.at + 8 }
func (c pngChunk) total() int64 { return c.n + 12 }

// scanPNG walks from IHDR to IEND. What follows IEND is not looked at. With coded, the compressed pixels are checked to be
// exactly those of the picture, and what follows them inside of their chunks is left out.
func scanPNG(in *source, lim Limits, coded bool) (*scanned, error) {
	w := &pngWalk{in: in, lim: lim, coded: coded, seen: map[string]bool{}, anim: apng{frames: tally{lim: lim}}}
	at := int64(len(pngSignature))
	for {
		c, err := w.chunk(at)
		if err != nil {
			return nil, err
		}
		if at == int64(len(pngSignature)) {
			err = w.ihdr(c)
		} else {
			err = w.take(c)
		}
		if err != nil {
			return nil, err
		}
		if c.name == "IEND" {
			break
		}
		w.last = c.name
		at += c.total()
	}
	if w.phase == beforeData {
		return nil, corrupt("png: no IDAT")
	}
	return w.finish()
}

// chunk reads the length and name at at and makes sure that the chunk is complete.
func (w *pngWalk) chunk(at int64) (pngChunk, error) {
	b, err := w.in.peek(at, 8)
	if err != nil {
		return pngChunk{}, err
	}
	c := pngChunk{name: string(b[4:8]), at: at, n: int64(binary.BigEndian.Uint32(b))}
	for _, l := range b[4:8] {
		if l|0x20 < 'a' || l|0x20 > 'z' {
			return c, corrupt("png: chunk name %q", b[4:8])
		}
	}
	if c.n > 1<<31-1 {
		return c, corrupt("png: chunk %s of %d bytes", c.name, c.n)
	}
	if at+c.total() > w.in.size {
		return c, truncated("png: chunk %s of %d bytes at %d", c.name, c.n, at)
	}
	return c, nil
}

// verify checks the CRC of a chunk that will be kept.
func (w *pngWalk) verify(c pngChunk) error {
	sum := uint32(0)
	for at, end := c.at+4, c.data()+c.n; at < end; {
		b, err := w.in.rest(at)
		if err != nil {
			return err
		}
		b = b[:min(int64(len(b)), end-at)]
		sum = crc32.Update(sum, crc32.IEEETable, b)
		at += int64(len(b))
	}
	b, err := w.in.peek(c.data()+c.n, 4)
	if err != nil {
		return err
	}
	if binary.BigEndian.Uint32(b) != sum {
		return corrupt("png: checksum of %s at %d", c.name, c.at)
	}
	return nil
}

// ihdr reads and checks the header chunk.
func (w *pngWalk) ihdr(c pngChunk) error {
	if c.name == "CgBI" {
		return saying(ErrUnsupported, "This PNG was packed for an iPhone app and browsers cannot show it. Save it as a standard PNG and upload it again.")
	}
	if c.name != "IHDR" || c.n != 13 {
		return corrupt("png: first chunk %s of %d bytes", c.name, c.n)
	}
	if err := w.verify(c); err != nil {
		return err
	}
	b, err := w.in.peek(c.data(), 13)
	if err != nil {
		return err
	}
	w.head = pngHeader{
		w: int64(binary.BigEndian.Uint32(b)), h: int64(binary.BigEndian.Uint32(b[4:])), depth: b[8], colour: b[9], interlaced: b[12] == 1,
	}
	if b[10] != 0 || b[11] != 0 || b[12] > 1 || !pngDepths[b[9]][b[8]] {
		return corrupt("png: header % x", b[8:])
	}
	return w.lim.checkSize(w.head.w, w.head.h)
}

// pngDepths lists the bit depths of each colour type (table 12).
var pngDepths = map[byte]map[byte]bool{
	0: {1: true, 2: true, 4: true, 8: true, 16: true}, 2: {8: true, 16: true}, 3: {1: true, 2: true, 4: true, 8: true},
	4: {8: true, 16: true}, 6: {8: true, 16: true},
}

// take sorts a chunk after IHDR into what is kept and what is not.
func (w *pngWalk) take(c pngChunk) error {
	if w.run != nil && c.name != w.run.name {
		if err := w.settle(); err != nil {
			return err
		}
	}
	switch c.name {
	case "IDAT":
		return w.idat(c)
	case "PLTE", "tRNS":
		return w.table(c)
	case "gAMA", "cHRM", "sRGB", "cICP":
		return w.colourChunk(c)
	case "iCCP":
		return w.iccp(c)
	case "eXIf":
		return w.exif(c)
	case "acTL":
		return w.acTL(c)
	case "fcTL":
		return w.fcTL(c)
	case "fdAT":
		return w.fdAT(c)
	case "IEND":
		return w.end(c)
	}
	if c.name[0]&0x20 == 0 {
		return corrupt("png: critical chunk %s", c.name)
	}
	return nil
}

func (w *pngWalk) end(c pngChunk) error {
	if c.n != 0 {
		return corrupt("png: IEND of %d bytes", c.n)
	}
	return w.anim.end()
}

// idat keeps image data. All IDAT chunks follow each other (5.6).
func (w *pngWalk) idat(c pngChunk) error {
	if w.phase == afterData && w.last != "IDAT" {
		return corrupt("png: IDAT after %s", w.last)
	}
	if w.phase == beforeData && w.head.colour == 3 && !w.seen["PLTE"] {
		return corrupt("png: no palette")
	}
	w.phase = afterData
	w.anim.data()
	if err := w.verify(c); err != nil {
		return err
	}
	w.follow(c, 0, w.head.w, w.head.h)
	return nil
}

// finish writes the kept chunks in canonical order.
func (w *pngWalk) finish() (*scanned, error) {
	orientation := max(w.orientation, 1)
	out := plan{}
	if err := out.keep(0, int64(len(pngSignature))+25); err != nil {
		return nil, err
	}
	out.join(&w.colour)
	if w.icc != nil {
		out.put(iccpChunk(w.icc)...)
	}
	if orientation != 1 {
		out.put(pngChunkBytes("eXIf", orientationTIFF(orientation))...)
	}
	out.join(&w.palette)
	frames := 1
	if w.anim.declared > 0 {
		frames = w.anim.declared
		out.put(pngChunkBytes("acTL", w.anim.control())...)
	}
	out.join(&w.data)
	out.put(pngChunkBytes("IEND", nil)...)
	weight := w.head.w * w.head.h * pixelWeight // 16-bit RGBA
	if w.head.interlaced {
		weight *= 2 // each pass is an image of its own before it is merged
	}
	return &scanned{
		facts: displayed(PNG, int(w.head.w), int(w.head.h), orientation, frames, w.anim.declared > 1), plan: out,
		weight: weight, icc: w.icc,
	}, nil
}

// pngChunkBytes is a complete chunk.
func pngChunkBytes(name string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, name...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

package imaging

import (
	"bytes"
	"compress/zlib"
	"io"
)

// table keeps PLTE and tRNS, checked as decoders check them.
func (w *pngWalk) table(c pngChunk) error {
	if w.phase == afterData {
		return corrupt("png: %s after IDAT", c.name)
	}
	if w.seen[c.name] {
		return corrupt("png: second %s", c.name)
	}
	w.seen[c.name] = true
	colour := w.head.colour
	ok := c.n > 0
	switch {
	case c.name == "PLTE":
		if colour == 0 || colour == 4 || w.seen["tRNS"] {
			return corrupt("png: PLTE for colour type %d", colour)
		}
		ok = ok && c.n%3 == 0 && c.n <= 768 && (colour != 3 || c.n <= 3<<w.head.depth)
	case colour == 0:
		ok = c.n == 2
	case colour == 2:
		ok = c.n == 6
	case colour == 3:
		ok = ok && c.n <= 256 && w.seen["PLTE"]
	default:
		ok = false
	}
	if !ok {
		return corrupt("png: %s of %d bytes for colour type %d", c.name, c.n, colour)
	}
	if colour == 2 && c.name == "PLTE" {
		return nil // only a suggestion there
	}
	if err := w.verify(c); err != nil {
		return err
	}
	return w.palette.keep(c.at, c.total())
}

// pngColour lists the sizes of the colour chunks (11.3.2).
var pngColour = map[string]int64{"gAMA": 4, "cHRM": 32, "sRGB": 1, "cICP": 4}

// colourChunk keeps the first well-formed one of its kind, where decoders look for it: before PLTE and IDAT.
func (w *pngWalk) colourChunk(c pngChunk) error {
	if w.phase == afterData || w.seen["PLTE"] || w.seen[c.name] || c.n != pngColour[c.name] {
		return nil
	}
	if err := w.verify(c); err != nil {
		return err
	}
	w.seen[c.name] = true
	return w.colour.keep(c.at, c.total())
}

// iccp inflates a profile with a cap (a 97 KB chunk can inflate to 100 MB) and keeps its colour tags. A broken profile is
// ignored by browsers and dropped here.
func (w *pngWalk) iccp(c pngChunk) error {
	if w.phase == afterData || w.seen[c.name] || c.n > maxICC {
		return nil
	}
	if err := w.verify(c); err != nil {
		return err
	}
	w.seen[c.name] = true
	b, err := w.in.bytes(c.data(), c.n)
	if err != nil {
		return err
	}
	i := bytes.IndexByte(b, 0)
	if i < 1 || i > 79 || i+2 > len(b) || b[i+1] != 0 {
		return nil
	}
	w.icc = cleanICC(inflate(b[i+2:], maxICC))
	return nil
}

// inflate is nil when z is broken or holds more than limit bytes.
func inflate(z []byte, limit int64) []byte {
	r, err := zlib.NewReader(bytes.NewReader(z))
	if err != nil {
		return nil
	}
	out, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil || int64(len(out)) > limit {
		return nil
	}
	return out
}

// iccpChunk packs a clean profile under a constant name.
func iccpChunk(p []byte) []byte {
	var z bytes.Buffer
	z.WriteString("icc\x00\x00")
	f := zlib.NewWriter(&z)
	// A bytes.Buffer does not fail.
	_, _ = f.Write(p)
	_ = f.Close()
	return pngChunkBytes("iCCP", z.Bytes())
}

// exif reads the orientation; the chunk may stand anywhere before IEND.
func (w *pngWalk) exif(c pngChunk) error {
	if w.seen[c.name] {
		return nil
	}
	w.seen[c.name] = true
	b, err := w.in.bytes(c.data(), min(c.n, maxEXIF))
	if err != nil {
		return err
	}
	w.orientation = parseOrientation(b)
	return nil
}

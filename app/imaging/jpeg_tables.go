package imaging

import (
	"bytes"
	"encoding/binary"
)

// checkTables demands that quantisation and Huffman tables fill their segment exactly, so that nothing hides in it.
func checkTables(marker byte, d []byte) error {
	switch marker {
	case mDRI:
		if len(d) != 2 {
			return corrupt("jpeg: DRI of %d bytes", len(d))
		}
	case mDQT:
		for len(d) > 0 {
			n := 1 + 64
			if d[0]>>4 == 1 {
				n = 1 + 128
			}
			if d[0]>>4 > 1 || d[0]&15 > 3 || len(d) < n {
				return corrupt("jpeg: quantisation table %#x in %d bytes", d[0], len(d))
			}
			d = d[n:]
		}
	case mDHT:
		for len(d) > 0 {
			if len(d) < 17 || d[0]>>4 > 1 || d[0]&15 > 3 {
				return corrupt("jpeg: Huffman table in %d bytes", len(d))
			}
			n := 17
			for _, c := range d[1:17] {
				n += int(c)
			}
			if n > 17+256 || len(d) < n {
				return corrupt("jpeg: Huffman table of %d symbols in %d bytes", n-17, len(d))
			}
			d = d[n:]
		}
	}
	return nil
}

// app reads the few application segments that mean something to the picture.
func (w *jpegWalk) app(marker byte, d []byte) {
	switch {
	case marker == mAPP0 && bytes.HasPrefix(d, []byte("JFIF\x00")):
		w.jfif = true
	case marker == mAPP1 && bytes.HasPrefix(d, []byte(exifPrefix)):
		if w.orientation == 0 {
			w.orientation = parseOrientation(d)
		}
	case marker == mAPP2 && bytes.HasPrefix(d, []byte(iccPrefix)):
		w.icc.add(d[len(iccPrefix):])
	case marker == mAPP14 && bytes.HasPrefix(d, []byte("Adobe")) && len(d) >= 12:
		w.adobe = int(d[11]) // decoders let the last one win
	}
}

const iccPrefix = "ICC_PROFILE\x00"

// iccParts collects a profile split over APP2 segments (ICC.1:2022, B.4): sequence number and count, then data.
type iccParts struct {
	parts map[byte][]byte
	count byte
	size  int
	bad   bool
}

func (p *iccParts) add(d []byte) {
	if len(d) < 2 || d[0] == 0 || d[0] > d[1] || p.count != 0 && p.count != d[1] || p.parts[d[0]] != nil {
		p.bad = true
		return
	}
	if p.size += len(d) - 2; p.size > maxICC {
		p.bad = true
		return
	}
	if p.parts == nil {
		p.parts = map[byte][]byte{}
	}
	p.count = d[1]
	p.parts[d[0]] = append([]byte{}, d[2:]...)
}

// profile is the clean profile, nil when there is none or it is incomplete.
func (p *iccParts) profile() []byte {
	if p.bad || len(p.parts) != int(p.count) {
		return nil
	}
	var all []byte
	for i := 1; i <= int(p.count); i++ {
		all = append(all, p.parts[byte(i)]...)
	}
	return cleanICC(all)
}

// finish writes the canonical head in front of the kept body.
func (w *jpegWalk) finish() (*scanned, error) {
	orientation := max(w.orientation, 1)
	icc := w.icc.profile()
	out := plan{}
	out.put(0xff, mSOI)
	if w.jfif {
		out.put(jfifSegment()...)
	}
	if orientation != 1 {
		out.put(jpegSegment(mAPP1, append([]byte(exifPrefix), orientationTIFF(orientation)...))...)
	}
	out.put(iccSegments(icc)...)
	if w.adobe >= 0 {
		out.put(jpegSegment(mAPP14, []byte{'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, byte(w.adobe)})...)
	}
	out.join(&w.body)
	out.put(0xff, mEOI)
	pixels := int64(w.w+16) * int64(w.h+16)
	weight := pixels * pixelWeight // at most four 8-bit planes and a converted copy
	if w.progressive {
		weight = pixels * (int64(w.components)*5 + 4) // a plane and a 32-bit coefficient for each sample, and a conversion
	}
	return &scanned{
		facts: displayed(JPEG, w.w, w.h, orientation, 1, false), plan: out, weight: weight, icc: icc,
	}, nil
}

// jfifSegment has the presence of JFIF, which decides about the colour model, and neither density nor thumbnail.
func jfifSegment() []byte {
	return jpegSegment(mAPP0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"))
}

// jpegSegment frames data, which is below 64 KiB.
func jpegSegment(marker byte, data []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(data)+2)), data...)
}

// iccSegments splits a clean profile over APP2 segments.
func iccSegments(p []byte) []byte {
	const most = 0xffff - 2 - len(iccPrefix) - 2
	count := (len(p) + most - 1) / most
	if count > 255 {
		return nil
	}
	var out []byte
	for i := range count {
		d := append([]byte(iccPrefix), byte(i+1), byte(count))
		out = append(out, jpegSegment(mAPP2, append(d, p[i*most:min(len(p), (i+1)*most)]...))...)
	}
	return out
}

package imaging

import (
	"encoding/binary"
	"slices"
)

// maxICC bounds a profile after inflation; the largest press profiles have about 2 MB.
const maxICC = 4 << 20

// iccColour lists the tags that carry colour (ICC.1:2022, 9.2). Everything else can name a device, a place or a person:
// Apple display profiles keep a serial number in mmod, and desc is free text.
var iccColour = map[string]bool{
	"rXYZ": true, "gXYZ": true, "bXYZ": true, "rTRC": true, "gTRC": true, "bTRC": true, "kTRC": true,
	"wtpt": true, "bkpt": true, "chad": true, "cicp": true, "gamt": true,
	"A2B0": true, "A2B1": true, "A2B2": true, "B2A0": true, "B2A1": true, "B2A2": true,
	"D2B0": true, "D2B1": true, "D2B2": true, "D2B3": true, "B2D0": true, "B2D1": true, "B2D2": true, "B2D3": true,
}

// iccText is what every kept profile says about itself: two tags the standard demands.
const iccText = "colour"

type iccTag struct {
	sig  string
	data []byte
}

// cleanICC rebuilds a profile with its colour tags, constant texts and a header without dates, makers and ids. It is nil
// when the profile is broken or of a class that browsers ignore, which shows the picture as they would have.
func cleanICC(p []byte) []byte {
	if len(p) < 132 || len(p) > maxICC || string(p[36:40]) != "acsp" {
		return nil
	}
	switch string(p[12:16]) {
	case "mntr", "scnr", "prtr", "spac":
	default:
		return nil
	}
	tags, ok := iccTags(p)
	if !ok || len(tags) == 0 {
		return nil
	}
	text := iccTextV2
	if p[8] >= 4 {
		text = iccTextV4
	}
	tags = append(tags, iccTag{"desc", text("desc")}, iccTag{"cprt", text("cprt")})
	slices.SortFunc(tags, func(a, b iccTag) int { return slices.Compare([]byte(a.sig), []byte(b.sig)) })
	return buildICC(iccHeader(p), tags)
}

// iccTags reads the colour tags, each at most once.
func iccTags(p []byte) ([]iccTag, bool) {
	n := int64(binary.BigEndian.Uint32(p[128:]))
	if n > 200 || 132+n*12 > int64(len(p)) {
		return nil, false
	}
	var tags []iccTag
	seen := map[string]bool{}
	for i := range n {
		e := p[132+i*12:]
		sig := string(e[:4])
		off, size := int64(binary.BigEndian.Uint32(e[4:])), int64(binary.BigEndian.Uint32(e[8:]))
		if !iccColour[sig] || seen[sig] {
			continue
		}
		if off < 128 || size < 8 || off+size > int64(len(p)) {
			return nil, false
		}
		data := trimICC(p[off : off+size])
		if data == nil {
			return nil, false
		}
		seen[sig] = true
		tags = append(tags, iccTag{sig, data})
	}
	return tags, true
}

// trimICC cuts a tag to the length its type implies, so that nothing hides behind the values; nil when it is too short.
func trimICC(d []byte) []byte {
	need := int64(len(d))
	switch string(d[:4]) {
	case "XYZ ":
		need = 20
	case "sf32":
		need = 8 + 9*4
	case "cicp":
		need = 12
	case "curv":
		if len(d) < 12 {
			return nil
		}
		need = 12 + 2*int64(binary.BigEndian.Uint32(d[8:]))
	case "para":
		if len(d) < 12 {
			return nil
		}
		params := []int64{1, 3, 4, 5, 7}
		kind := int(binary.BigEndian.Uint16(d[8:]))
		if kind >= len(params) {
			return nil
		}
		need = 12 + 4*params[kind]
	case "mft1", "mft2", "mAB ", "mBA ", "mpet":
	default:
		return nil
	}
	if need > int64(len(d)) {
		return nil
	}
	out := slices.Clone(d[:need])
	clear(out[4:8]) // reserved
	return out
}

// iccHeader keeps version, class, spaces, intent and illuminant. The date is a constant, because it tells when a screen
// was calibrated; preferred CMM, platform, maker, model, creator and profile id are zero, which the standard allows.
func iccHeader(p []byte) []byte {
	h := make([]byte, 128)
	copy(h[8:24], p[8:24])
	copy(h[24:36], []byte{0x07, 0xd0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0}) // 2000-01-01
	copy(h[36:40], "acsp")
	copy(h[64:80], p[64:80])
	clear(h[10:12])
	return h
}

// buildICC lays the tags out, sharing equal data as profiles do; nil when the result is over the bound.
func buildICC(header []byte, tags []iccTag) []byte {
	out := append(header, 0, 0, 0, 0)
	binary.BigEndian.PutUint32(out[128:], uint32(len(tags)))
	out = append(out, make([]byte, 12*len(tags))...)
	at := map[string]int{}
	for i, t := range tags {
		off, ok := at[string(t.data)]
		if !ok {
			for len(out)%4 != 0 {
				out = append(out, 0)
			}
			off = len(out)
			at[string(t.data)] = off
			out = append(out, t.data...)
		}
		if len(out) > maxICC {
			return nil
		}
		e := out[132+12*i:]
		copy(e, t.sig)
		binary.BigEndian.PutUint32(e[4:], uint32(off))
		binary.BigEndian.PutUint32(e[8:], uint32(len(t.data)))
	}
	for len(out)%4 != 0 {
		out = append(out, 0)
	}
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	return out
}

// iccTextV4 is a multiLocalizedUnicodeType with one record.
func iccTextV4(string) []byte {
	b := append([]byte("mluc\x00\x00\x00\x00"), 0, 0, 0, 1, 0, 0, 0, 12, 'e', 'n', 'U', 'S', 0, 0, 0, 2*byte(len(iccText)), 0, 0, 0, 28)
	for _, c := range []byte(iccText) {
		b = append(b, 0, c)
	}
	return b
}

// iccTextV2 is a textDescriptionType for desc and a textType for cprt.
func iccTextV2(sig string) []byte {
	if sig == "cprt" {
		return append([]byte("text\x00\x00\x00\x00"+iccText), 0)
	}
	b := append([]byte("desc\x00\x00\x00\x00"), 0, 0, 0, byte(len(iccText)+1))
	b = append(append(b, iccText...), 0)
	return append(b, make([]byte, 4+4+2+1+67)...) // no Unicode, no ScriptCode text
}

// iccSpace is the data colour space of a clean profile: "RGB ", "GRAY", "CMYK", or "" without one.
func iccSpace(p []byte) string {
	if len(p) < 20 {
		return ""
	}
	return string(p[16:20])
}

package imaging

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// leakyICC is a display profile as Apple writes it: colour tags, and beside them a description, a copyright, a display
// model with a serial number (mmod), calibration (vcgt) and a date.
func leakyICC() []byte { return makeICC("RGB ", leakText) }

func makeICC(space, text string) []byte {
	be := binary.BigEndian
	xyz := func(x, y, z uint32) []byte {
		b := append([]byte("XYZ "), 0, 0, 0, 0)
		return be.AppendUint32(be.AppendUint32(be.AppendUint32(b, x), y), z)
	}
	curve := append([]byte("curv\x00\x00\x00\x00"), 0, 0, 0, 1, 2, 0x33)
	desc := append([]byte("desc\x00\x00\x00\x00"), 0, 0, 0, byte(len(text)+1))
	desc = append(append(desc, text...), make([]byte, 1+78)...)
	tags := []iccTag{
		{"desc", desc},
		{"cprt", append([]byte("text\x00\x00\x00\x00"+text), 0)},
		{"wtpt", xyz(0xf351, 0x10000, 0x116cc)},
		{"mmod", append([]byte("mmod\x00\x00\x00\x00\x00\x00\x06\x10"), text...)},
		{"vcgt", append([]byte("vcgt\x00\x00\x00\x00\x00\x00\x00\x01"), text...)},
	}
	if space == "GRAY" {
		tags = append(tags, iccTag{"kTRC", append(bytes.Clone(curve), text...)})
	} else {
		tags = append(tags, iccTag{"rXYZ", append(xyz(0x6fa0, 0x38f5, 0x390), text...)}, iccTag{"gXYZ", xyz(0x6297, 0xb787, 0x18d9)},
			iccTag{"bXYZ", xyz(0x249f, 0xf84, 0xb6c4)}, iccTag{"rTRC", curve}, iccTag{"gTRC", curve}, iccTag{"bTRC", append(bytes.Clone(curve), text...)})
	}
	h := make([]byte, 128)
	copy(h[4:], "appl")
	copy(h[8:], "\x02\x10\x00\x00mntr"+space+"XYZ ")
	copy(h[24:], []byte{0x07, 0xe4, 0, 5, 0, 17, 0, 8, 0, 9, 0, 10})
	copy(h[36:], "acspAPPL")
	copy(h[48:], "APPLSER1")
	copy(h[68:], []byte{0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d})
	copy(h[80:], "appl")
	copy(h[84:], "0123456789abcdef")
	return buildICC(h, tags)
}

// leakyEXIF is a TIFF block with maker, serial number, GPS, a MakerNote and a thumbnail in a second directory.
func leakyEXIF(t testing.TB, orientation int) []byte {
	le := binary.LittleEndian
	type entry struct {
		tag, kind uint16
		data      []byte
	}
	ascii := func(s string) []byte { return append([]byte(s), 0) }
	u32 := func(v int) []byte { return le.AppendUint32(nil, uint32(v)) }
	write := func(b []byte, entries []entry, next func(end int) int) []byte {
		sizes := map[uint16]int{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1}
		b = le.AppendUint16(b, uint16(len(entries)))
		data := len(b) + 12*len(entries) + 4
		var tail []byte
		for _, e := range entries {
			b = le.AppendUint32(le.AppendUint16(le.AppendUint16(b, e.tag), e.kind), uint32(len(e.data)/sizes[e.kind]))
			if len(e.data) <= 4 {
				b = append(append(b, e.data...), make([]byte, 4-len(e.data))...)
				continue
			}
			b = le.AppendUint32(b, uint32(data+len(tail)))
			tail = append(tail, e.data...)
		}
		return append(le.AppendUint32(b, uint32(next(data+len(tail)))), tail...)
	}
	thumb := encodeTestJPEG(t, scene(99, 32, 24), 60)
	none := func(int) int { return 0 }
	head := []byte("II*\x00\x08\x00\x00\x00")
	build := func(exif, gps int) []byte {
		return write(bytes.Clone(head), []entry{
			{0x010f, 2, ascii("Maker " + leakText)},
			{0x0110, 2, ascii("Model " + leakText)},
			{0x0112, 3, []byte{byte(orientation), 0}},
			{0x013b, 2, ascii("Artist " + leakText)},
			{0x8769, 4, u32(exif)},
			{0x8825, 4, u32(gps)},
		}, func(end int) int { return end })
	}
	first := build(0, 0)
	out := write(bytes.Clone(first), []entry{{0x0103, 3, []byte{6, 0}}, {0x0201, 4, u32(0)}, {0x0202, 4, u32(len(thumb))}}, none)
	at := len(out)
	out = write(append(out, thumb...), []entry{
		{0x9003, 2, ascii("2026:05:17 08:09:10")}, {0x927c, 7, []byte("Apple iOS\x00\x00\x01MM" + leakText)}, {0xa431, 2, ascii("Serial " + leakText)},
	}, none)
	exif := at + len(thumb)
	gps := len(out)
	deg := bytes.Join([][]byte{u32(52), u32(1), u32(31), u32(1), u32(12), u32(1)}, nil)
	out = write(out, []entry{{1, 2, ascii("N")}, {2, 5, deg}, {3, 2, ascii("E")}, {4, 5, deg}}, none)
	copy(out, build(exif, gps))
	copy(out[len(first)+2+12+8:], u32(at))
	return out
}

// inject puts segments right behind SOI.
func inject(jpeg []byte, segments ...[]byte) []byte {
	return append(append([]byte{0xff, mSOI}, bytes.Join(segments, nil)...), jpeg[2:]...)
}

// leakyJPEG is a photograph with everything phones, cameras and editors add to one.
func leakyJPEG(t testing.TB, base []byte, orientation int) []byte {
	xmp := "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:CreatorTool='" + leakText + "'/></rdf:RDF></x:xmpmeta>"
	iptc := "Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x0e\x1c\x02\x50\x00\x09" + leakText
	mpf := "MPF\x00MM\x00*\x00\x00\x00\x08\x00\x01\xb0\x00\x00\x07\x00\x00\x00\x040100\x00\x00\x00\x00"
	out := inject(base,
		jpegSegment(mAPP1, append([]byte(exifPrefix), leakyEXIF(t, orientation)...)),
		jpegSegment(mAPP1, []byte(xmp)), jpegSegment(0xed, []byte(iptc)), jpegSegment(mAPP2, []byte(mpf)),
		iccSegments(leakyICC()), jpegSegment(0xfe, []byte("comment "+leakText)), jpegSegment(0xe5, []byte("private "+leakText)),
		[]byte("\x00\x01garbage"+leakText),
	)
	second := inject(encodeTestJPEG(t, scene(98, 64, 48), 70), jpegSegment(0xfe, []byte("second "+leakText)))
	return append(append(out, second...), "PK\x03\x04 motion photo "+leakText...)
}

// insertPNG puts chunks behind IHDR.
func insertPNG(b []byte, chunks ...[]byte) []byte {
	return append(append(bytes.Clone(b[:33]), bytes.Join(chunks, nil)...), b[33:]...)
}

// leakyWebP wraps a simple file's image chunk with metadata.
func leakyWebP(t testing.TB, simple []byte, orientation int) []byte {
	chunks := webpChunks(simple)
	name := "VP8 "
	if _, ok := chunks["VP8L"]; ok {
		name = "VP8L"
	}
	s, err := scan(bytes.NewReader(simple), int64(len(simple)), DefaultLimits(), true)
	if err != nil {
		t.Fatal(err)
	}
	w, h := s.facts.stored()
	flags := byte(webpICC | webpEXIF | 1<<2)
	parts := [][]byte{nil, riffChunk("ICCP", leakyICC())}
	if a, ok := chunks["ALPH"]; ok {
		flags |= webpAlpha
		parts = append(parts, riffChunk("ALPH", a))
	}
	parts[0] = webpExtended(flags, int64(w), int64(h))
	parts = append(parts, riffChunk(name, chunks[name]), riffChunk("EXIF", leakyEXIF(t, orientation)),
		riffChunk("XMP ", []byte("<x:xmpmeta>"+leakText+"</x:xmpmeta>")), riffChunk("priv", []byte(leakText)))
	return append(riffFile(parts...), "tail "+leakText...)
}

func readTestdata(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "go", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

package imaging

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"testing"

	"imglink/app/imaging/imagingtest"
)

func scene(seed uint64, w, h int) *image.RGBA { return imagingtest.Scene(seed, w, h) }

func encodeTestJPEG(t testing.TB, m image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodeTestPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func paletted(m image.Image) *image.Paletted {
	p := image.NewPaletted(m.Bounds(), palette.WebSafe)
	draw.Draw(p, p.Rect, m, m.Bounds().Min, draw.Src)
	return p
}

// encodeTestGIF makes an endless animation of n frames.
func encodeTestGIF(t testing.TB, n, w, h int) []byte {
	t.Helper()
	g := &gif.GIF{}
	for i := range n {
		g.Image = append(g.Image, paletted(scene(uint64(i), w, h)))
		g.Delay = append(g.Delay, 7+i)
		g.Disposal = append(g.Disposal, gif.DisposalNone)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// encodeTestAPNG makes an animation out of the IDAT chunks of n stills.
func encodeTestAPNG(t testing.TB, n, w, h int) []byte {
	t.Helper()
	var body []byte
	seq := uint32(0)
	be := func(v ...uint32) (b []byte) {
		for _, x := range v {
			b = append(b, byte(x>>24), byte(x>>16), byte(x>>8), byte(x))
		}
		return b
	}
	var head []byte
	for i := range n {
		still := encodeTestPNG(t, scene(uint64(i), w, h))
		head = still[:33]
		control := append(be(seq, uint32(w), uint32(h), 0, 0), 0, 5, 0, 100, 1, 0)
		body = append(body, pngChunkBytes("fcTL", control)...)
		seq++
		for at := 33; at < len(still); {
			size := int(still[at])<<24 | int(still[at+1])<<16 | int(still[at+2])<<8 | int(still[at+3])
			if data := still[at+8 : at+8+size]; string(still[at+4:at+8]) == "IDAT" {
				if i == 0 {
					body = append(body, pngChunkBytes("IDAT", data)...)
				} else {
					body = append(body, pngChunkBytes("fdAT", append(be(seq), data...))...)
					seq++
				}
			}
			at += size + 12
		}
	}
	out := append([]byte{}, head...)
	out = append(out, pngChunkBytes("acTL", be(uint32(n), 3))...)
	return append(append(out, body...), pngChunkBytes("IEND", nil)...)
}

// webpChunks splits the chunks of a RIFF file.
func webpChunks(b []byte) map[string][]byte {
	out := map[string][]byte{}
	for at := 12; at+8 <= 8+int(binary.LittleEndian.Uint32(b[4:])); {
		n := int(b[at+4]) | int(b[at+5])<<8 | int(b[at+6])<<16 | int(b[at+7])<<24
		out[string(b[at:at+4])] = b[at+8 : at+8+n]
		at += 8 + n + n&1
	}
	return out
}

func riffFile(chunks ...[]byte) []byte {
	body := bytes.Join(chunks, nil)
	return append(append(riffHeader("RIFF", int64(4+len(body))), "WEBP"...), body...)
}

// encodeTestWebPAnimation makes an animation whose frames are the given image chunk (VP8 or VP8L) at an offset.
func encodeTestWebPAnimation(name string, data []byte, n, fw, fh, x, y, w, h int) []byte {
	u := func(v int) []byte { return []byte{byte(v), byte(v >> 8), byte(v >> 16)} }
	chunks := [][]byte{webpExtended(webpAnimated|webpEXIF|webpAlpha, int64(w), int64(h)), riffChunk("ANIM", []byte{1, 2, 3, 4, 5, 0})}
	for i := range n {
		frame := bytes.Join([][]byte{u(x / 2), u(y / 2), u(fw - 1), u(fh - 1), u(40 + i), {2}}, nil)
		frame = append(frame, riffChunk(name, data)...)
		frame = append(frame, riffChunk("junk", []byte("serial 1234567"))...)
		chunks = append(chunks, riffChunk("ANMF", frame))
	}
	chunks = append(chunks, riffChunk("EXIF", orientationTIFF(1)), riffChunk("XMP ", []byte("<x:xmpmeta/>")))
	return riffFile(chunks...)
}

func sanitiseBytes(t testing.TB, in []byte) ([]byte, Facts) {
	t.Helper()
	var out bytes.Buffer
	facts := sanitiseTo(t, in, &out)
	return out.Bytes(), facts
}

func sanitiseTo(t testing.TB, in []byte, dst io.Writer) Facts {
	t.Helper()
	facts, err := Sanitise(bytes.NewReader(in), int64(len(in)), dst, DefaultLimits())
	if err != nil {
		t.Fatalf("Sanitise: %v", err)
	}
	return facts
}

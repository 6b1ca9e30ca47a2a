package e2e

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"imglink/app/imaging"
	"imglink/app/imaging/imagingtest"
)

// photo is a JPEG with the statistics of a photograph, another one for each seed.
func photo(t testing.TB, seed uint64, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, imagingtest.Scene(seed, w, h), &jpeg.Options{Quality: 88}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// noise is a PNG of about 3*w*h bytes that nothing can compress, cheap to make, another one for each seed.
func noise(t testing.TB, seed uint64, w, h int) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	r := rand.NewChaCha8([32]byte(binary.BigEndian.AppendUint64(make([]byte, 24), seed)))
	_, _ = r.Read(m.Pix)
	for i := 3; i < len(m.Pix); i += 4 {
		m.Pix[i] = 255
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// animation is a GIF of n frames.
func animation(t testing.TB, n, w, h int) []byte {
	t.Helper()
	g := &gif.GIF{}
	for i := range n {
		p := image.NewPaletted(image.Rect(0, 0, w, h), palette.WebSafe)
		draw.Draw(p, p.Rect, imagingtest.Scene(uint64(i), w, h), image.Point{}, draw.Src)
		g.Image, g.Delay = append(g.Image, p), append(g.Delay, 7+i)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sample is a file of the imaging package's test data.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "imaging", "testdata", "go", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// chunk is one PNG chunk with its checksum.
func chunk(kind string, data []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	out = append(append(out, kind...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// bomb is a tiny PNG that claims to be w x h with 16 bits a channel.
func bomb(w, h uint32) []byte {
	ihdr := append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h), 16, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", ihdr)...)
	out = append(out, chunk("IDAT", []byte{0x78, 0x9c, 3, 0, 0, 0, 0, 1})...)
	return append(out, chunk("IEND", nil)...)
}

// frames is a GIF of n frames with next to no data.
func frames(n int) []byte {
	out := []byte("GIF89a\x0a\x00\x0a\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff")
	for range n {
		out = append(out, "\x2c\x00\x00\x00\x00\x0a\x00\x0a\x00\x00\x02\x02\x4c\x01\x00"...)
	}
	return append(out, 0x3b)
}

// stored is what the program is to store of a file: the sanitiser's output.
func stored(t testing.TB, in []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	lim := imaging.DefaultLimits()
	lim.Bytes = int64(len(in))
	if _, err := imaging.Sanitise(bytes.NewReader(in), int64(len(in)), &out, lim); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

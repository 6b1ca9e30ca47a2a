package imaging

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"golang.org/x/image/webp"
)

// decodeFrames decodes every frame with code that shares nothing with the sanitiser.
func decodeFrames(t *testing.T, b []byte) []image.Image {
	t.Helper()
	var frames []image.Image
	one := func(m image.Image, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("decoding: %v", err)
		}
		frames = append(frames, m)
	}
	switch f, _ := Sniff(b); f {
	case JPEG:
		one(jpeg.Decode(bytes.NewReader(b)))
	case PNG:
		for _, still := range splitAPNG(b) {
			one(png.Decode(bytes.NewReader(still)))
		}
	case GIF:
		g, err := gif.DecodeAll(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range g.Image {
			frames = append(frames, m)
		}
	case WebP:
		for _, still := range splitWebP(b) {
			one(webp.Decode(bytes.NewReader(still)))
		}
	}
	return frames
}

// splitAPNG turns every frame of an animation into a still file; a still picture stays as it is.
func splitAPNG(b []byte) [][]byte {
	if !bytes.Contains(b, []byte("acTL")) {
		return [][]byte{b}
	}
	var stills [][]byte
	var head, data, ihdr []byte
	flush := func() {
		if data != nil {
			still := append([]byte(pngSignature), pngChunkBytes("IHDR", ihdr)...)
			still = append(append(still, head...), pngChunkBytes("IDAT", data)...)
			stills = append(stills, append(still, pngChunkBytes("IEND", nil)...))
		}
		data = nil
	}
	for at := 8; at+12 <= len(b); {
		n := int(binary.BigEndian.Uint32(b[at:]))
		d := b[at+8 : at+8+n]
		switch string(b[at+4 : at+8]) {
		case "IHDR":
			ihdr = bytes.Clone(d)
		case "PLTE", "tRNS":
			head = append(head, b[at:at+12+n]...)
		case "fcTL":
			flush()
			copy(ihdr, d[4:12])
		case "IDAT":
			data = append(data, d...)
		case "fdAT":
			data = append(data, d[4:]...)
		}
		if string(b[at+4:at+8]) == "IEND" {
			break
		}
		at += 12 + n
	}
	flush()
	return stills
}

// splitWebP does the same for WebP; a still picture loses its VP8X header, which x/image/webp handles badly.
func splitWebP(b []byte) [][]byte {
	var stills [][]byte
	var walk func(b []byte)
	var alpha []byte
	walk = func(b []byte) {
		for at := 0; at+8 <= len(b); {
			n := int(binary.LittleEndian.Uint32(b[at+4:]))
			d := b[at+8 : at+8+n]
			switch name := string(b[at : at+4]); name {
			case "ANMF":
				walk(d[16:])
			case "ALPH":
				alpha = d
			case "VP8 ", "VP8L":
				var chunks [][]byte
				if alpha != nil {
					w, h := int64(binary.LittleEndian.Uint16(d[6:])&0x3fff), int64(binary.LittleEndian.Uint16(d[8:])&0x3fff)
					chunks = [][]byte{webpExtended(webpAlpha, w, h), riffChunk("ALPH", alpha)}
				}
				stills, alpha = append(stills, riffFile(append(chunks, riffChunk(name, d))...)), nil
			}
			at += 8 + n + n&1
		}
	}
	walk(b[12 : 8+binary.LittleEndian.Uint32(b[4:])])
	return stills
}

package imaging

import (
	"bytes"
	"context"
	"encoding/binary"
	"testing"

	"imglink/app/fault"
)

// fuzzLimits keep the decoders quick.
func fuzzLimits() Limits {
	l := DefaultLimits()
	l.Pixels, l.FramePixels, l.Side, l.Bytes = 100_000, 200_000, 1000, 1<<20
	return l
}

// checkAny holds for all bytes whatsoever: a refusal with a known code, or a file that is sanitised already, has the
// same facts, no longer holds anything dropped, and derives or is refused. A PNG that was accepted derives always.
func checkAny(t *testing.T, in []byte) {
	var out, again bytes.Buffer
	facts, err := Sanitise(bytes.NewReader(in), int64(len(in)), &out, fuzzLimits())
	if err != nil {
		if _, ok := Refusals()[fault.Of(err).Code]; !ok {
			t.Fatalf("unexpected failure: %v", err)
		}
		return
	}
	facts2, err := Sanitise(bytes.NewReader(out.Bytes()), int64(out.Len()), &again, fuzzLimits())
	if err != nil || facts2 != facts || !bytes.Equal(again.Bytes(), out.Bytes()) {
		t.Fatalf("the output is not a fixed point: %v, %+v and %+v", err, facts, facts2)
	}
	d, err := Derive(context.Background(), bytes.NewReader(out.Bytes()), fuzzLimits())
	if err != nil {
		if _, ok := Refusals()[fault.Of(err).Code]; !ok || facts.Format == PNG {
			t.Fatalf("unexpected failure of Derive: %v", err)
		}
		return
	}
	if len(d.Thumb) == 0 || len(d.Safe) == 0 || d.ThumbW < 1 || d.ThumbW > thumbSide || d.ThumbH < 1 || d.ThumbH > thumbSide {
		t.Fatalf("derived %dx%d", d.ThumbW, d.ThumbH)
	}
	thumbOf(t, d)
}

func fuzzFormat(f *testing.F, format Format, repair func([]byte) []byte) {
	small := map[string][]byte{
		"jpeg": leakyJPEG(f, encodeTestJPEG(f, scene(1, 24, 16), 50), 6), "progressive": readTestdata(f, "video-001.progressive.jpeg"),
		"scans": scanBomb(f, 3), "png": leakyPNG(f, encodeTestPNG(f, scene(1, 9, 7))), "apng": encodeTestAPNG(f, 3, 8, 8),
		"palette": encodeTestPNG(f, paletted(scene(1, 9, 7))), "bomb": bombPNG(50_000, 50_000, 16, 6),
		"gif": leakyGIF(encodeTestGIF(f, 2, 8, 8)), "frames": manyFrames(4, 9, 9, 5, 5),
		"webp": leakyWebP(f, readTestdata(f, "gopher-doc.8bpp.lossless.webp"), 5), "alpha": leakyWebP(f, readTestdata(f, "yellow_rose.lossy-with-alpha.webp"), 1),
		"animation": encodeTestWebPAnimation("VP8L", webpChunks(readTestdata(f, "gopher-doc.8bpp.lossless.webp"))["VP8L"], 2, 400, 300, 0, 0, 400, 300),
	}
	for _, b := range small {
		if got, _ := Sniff(b); got == format {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		checkAny(t, in)
		if repair != nil {
			checkAny(t, repair(in))
		}
	})
}

func FuzzJPEG(f *testing.F) { fuzzFormat(f, JPEG, nil) }
func FuzzGIF(f *testing.F)  { fuzzFormat(f, GIF, nil) }
func FuzzWebP(f *testing.F) { fuzzFormat(f, WebP, nil) }

// FuzzPNG repairs the checksums, or nothing would get past them.
func FuzzPNG(f *testing.F) {
	fuzzFormat(f, PNG, func(b []byte) []byte {
		b = bytes.Clone(b)
		for at := 8; at+12 <= len(b); {
			n := int(binary.BigEndian.Uint32(b[at:]))
			if n > len(b)-at-12 {
				break
			}
			copy(b[at:], pngChunkBytes(string(b[at+4:at+8]), b[at+8:at+8+n]))
			at += n + 12
		}
		return b
	})
}

func FuzzEXIF(f *testing.F) {
	f.Add(leakyEXIF(f, 6))
	f.Add(orientationTIFF(3))
	f.Fuzz(func(t *testing.T, b []byte) {
		o := parseOrientation(b)
		if o < 0 || o > 8 {
			t.Fatalf("orientation %d", o)
		}
		if o > 0 && parseOrientation(orientationTIFF(o)) != o {
			t.Fatalf("orientation %d does not survive", o)
		}
	})
}

func FuzzICC(f *testing.F) {
	f.Add(leakyICC())
	f.Add(makeICC("GRAY", "x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		clean := cleanICC(b)
		if clean != nil && !bytes.Equal(cleanICC(clean), clean) {
			t.Fatal("a clean profile changes when cleaned again")
		}
	})
}

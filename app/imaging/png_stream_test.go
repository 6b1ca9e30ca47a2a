package imaging

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"image/png"
	"io"
	"testing"

	"pgregory.net/rapid"

	"imglink/app/fault"
)

// pngOf is a 1 x 1 grey PNG whose image data comes in the given chunks.
func pngOf(parts ...[]byte) []byte {
	ihdr := append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 1), 1), 8, 0, 0, 0, 0)
	out := append([]byte(pngSignature), pngChunkBytes("IHDR", ihdr)...)
	for _, p := range parts {
		out = append(out, pngChunkBytes("IDAT", p)...)
	}
	return append(out, pngChunkBytes("IEND", nil)...)
}

// Image data that is no zlib stream is refused, wherever chunks cut its header.
func TestPNGDataIsZlib(t *testing.T) {
	z := []byte{0x78, 0x9c, 0x63, 0x60, 0, 0, 0, 2, 0, 1} // a filter byte and one black pixel
	for name, tc := range map[string]struct {
		parts [][]byte
		ok    bool
	}{
		"whole": {[][]byte{z}, true}, "cut after a byte": {[][]byte{z[:1], z[1:]}, true}, "empty first": {[][]byte{nil, z[:1], nil, z[1:]}, true},
		"empty": {[][]byte{nil}, false}, "one byte": {[][]byte{z[:1]}, false}, "an archive": {[][]byte{[]byte("PK\x03\x04 something else")}, false},
		"a script": {[][]byte{[]byte("<"), []byte("script>")}, false}, "a wrong check value": {[][]byte{append([]byte{0x78, 0x9d}, z[2:]...)}, false},
		"a window too large": {[][]byte{append([]byte{0x88, 0x1c}, z[2:]...)}, false}, "a preset dictionary": {[][]byte{append([]byte{0x78, 0xbb}, z[2:]...)}, false},
	} {
		in := pngOf(tc.parts...)
		_, err := Sanitise(bytes.NewReader(in), int64(len(in)), io.Discard, DefaultLimits())
		if (err == nil) != tc.ok || (err != nil && fault.Of(err).Kind == fault.Internal) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// deflated packs rows as a zlib stream.
func deflated(rows []byte) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, _ = w.Write(rows)
	_ = w.Close()
	return z.Bytes()
}

// What stands behind the end of the stream goes; what is inside of it and no pixel, or lacks one, is refused.
func TestPNGDataIsThePictureAndNothingElse(t *testing.T) {
	z, cargo := deflated([]byte{0, 7}), []byte("cargo that is no pixel")
	sum := bytes.Clone(z)
	sum[len(sum)-1] ^= 1
	for name, tc := range map[string]struct {
		parts [][]byte
		want  error
	}{
		"exact":                {[][]byte{z}, nil},
		"behind the stream":    {[][]byte{append(bytes.Clone(z), cargo...)}, nil},
		"in chunks of its own": {[][]byte{z[:3], z[3:], cargo, cargo}, nil},
		"both":                 {[][]byte{z[:3], append(bytes.Clone(z[3:]), cargo...), nil, cargo}, nil},
		"another stream":       {[][]byte{z, z}, nil},
		"more pixels":          {[][]byte{deflated([]byte{0, 7, 0})}, ErrCorrupt},
		"fewer pixels":         {[][]byte{deflated([]byte{0})}, ErrTruncated},
		"a cut stream":         {[][]byte{z[:len(z)-5]}, ErrTruncated},
		"a cut checksum":       {[][]byte{z[:len(z)-1]}, ErrTruncated},
		"a wrong checksum":     {[][]byte{sum}, ErrCorrupt},
		"no such filter":       {[][]byte{deflated([]byte{5, 7})}, ErrCorrupt},
		"no such block":        {[][]byte{{0x78, 0x9c, 0x07, 0, 0}}, ErrCorrupt},
	} {
		in := pngOf(tc.parts...)
		var out bytes.Buffer
		_, err := Sanitise(bytes.NewReader(in), int64(len(in)), &out, DefaultLimits())
		if !errors.Is(err, tc.want) || tc.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
		if err != nil {
			continue
		}
		m, err := png.Decode(bytes.NewReader(out.Bytes()))
		if err != nil || bytes.Contains(out.Bytes(), cargo[:8]) || bytes.Count(out.Bytes(), z[2:5]) > 1 {
			t.Errorf("%s: %v, or cargo is left: % x", name, err, out.Bytes())
		} else if r, _, _, _ := m.At(0, 0).RGBA(); r != 0x0707 {
			t.Errorf("%s: the pixel is %x", name, r)
		}
	}
}

// The frames of an animation are held to the same; a chunk that only holds cargo cannot go, because chunks are counted.
func TestAPNGDataIsTheFrameAndNothingElse(t *testing.T) {
	whole := encodeTestAPNG(t, 3, 8, 8)
	cargo := []byte("cargo that is no pixel")
	edit := func(do func(name string, data []byte) [][]byte) []byte {
		out := []byte(pngSignature)
		for at := len(pngSignature); at < len(whole); {
			n := int(binary.BigEndian.Uint32(whole[at:]))
			name, data := string(whole[at+4:at+8]), whole[at+8:at+8+n]
			for _, d := range do(name, bytes.Clone(data)) {
				out = append(out, pngChunkBytes(name, d)...)
			}
			at += n + 12
		}
		return out
	}
	frames := 0
	behind := edit(func(name string, d []byte) [][]byte {
		if name == "fdAT" {
			d = append(d, cargo...)
			frames++
		}
		return [][]byte{d}
	})
	var out bytes.Buffer
	if _, err := Sanitise(bytes.NewReader(behind), int64(len(behind)), &out, DefaultLimits()); err != nil || frames == 0 || bytes.Contains(out.Bytes(), cargo) {
		t.Errorf("%d frames with cargo: %v, or it is left", frames, err)
	}
	if got, want := decodeFrames(t, out.Bytes()), decodeFrames(t, whole); len(got) != len(want) {
		t.Errorf("%d of %d frames are left", len(got), len(want))
	}
	frames = 0
	last := edit(func(name string, d []byte) [][]byte {
		if name == "fdAT" {
			if frames++; frames == 2 { // the last of three frames: IDAT is the first
				return [][]byte{d, append(binary.BigEndian.AppendUint32(nil, binary.BigEndian.Uint32(d)+1), cargo...)}
			}
		}
		return [][]byte{d}
	})
	short := edit(func(name string, d []byte) [][]byte {
		if name == "fdAT" {
			d = d[:len(d)-6]
		}
		return [][]byte{d}
	})
	for name, in := range map[string][]byte{"a chunk of cargo": last, "a frame cut short": short} {
		if _, err := Sanitise(bytes.NewReader(in), int64(len(in)), io.Discard, DefaultLimits()); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// For every size, depth, colour and interlacing, the bytes we demand are those the decoder reads: one fewer and one more
// are refused by both.
func TestPNGSizesAreThoseOfTheDecoder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		colour := rapid.SampledFrom([]byte{0, 2, 4, 6}).Draw(t, "colour")
		depth := rapid.SampledFrom([]byte{1, 2, 4, 8, 16}).Filter(func(d byte) bool { return pngDepths[colour][d] }).Draw(t, "depth")
		w, h := rapid.Int64Range(1, 20).Draw(t, "w"), rapid.Int64Range(1, 20).Draw(t, "h")
		interlaced := rapid.Bool().Draw(t, "interlaced")
		size := int64(0)
		for _, p := range pngPasses(interlaced, w, h) {
			size += p[1] * (1 + (p[0]*int64(depth)*pngSamples[colour]+7)/8)
		}
		size += rapid.Int64Range(-1, 1).Draw(t, "surplus")
		ihdr := append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(w)), uint32(h)), depth, colour, 0, 0, 0)
		if interlaced {
			ihdr[12] = 1
		}
		in := append([]byte(pngSignature), pngChunkBytes("IHDR", ihdr)...)
		in = append(append(in, pngChunkBytes("IDAT", deflated(make([]byte, size)))...), pngChunkBytes("IEND", nil)...)
		_, decoder := png.Decode(bytes.NewReader(in))
		_, ours := Sanitise(bytes.NewReader(in), int64(len(in)), io.Discard, DefaultLimits())
		if (ours == nil) != (decoder == nil) {
			t.Fatalf("ours: %v, the decoder: %v", ours, decoder)
		}
		if ours == nil {
			if _, err := Derive(context.Background(), bytes.NewReader(in), DefaultLimits()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

package imaging

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"

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

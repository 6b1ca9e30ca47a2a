package imaging

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// Clean reads what Sanitise writes, from any place in any piece.
func TestCleanEqualsSanitise(t *testing.T) {
	jpg := encodeTestJPEG(t, scene(1, 90, 60), 80)
	rose := readTestdata(t, "yellow_rose.lossy.webp")
	for name, in := range map[string][]byte{
		"jpeg": jpg, "leaky jpeg": leakyJPEG(t, jpg, 6), "png": encodeTestPNG(t, scene(1, 90, 60)), "gif": encodeTestGIF(t, 3, 60, 40),
		"apng": encodeTestAPNG(t, 3, 60, 40), "webp": rose, "leaky webp": leakyWebP(t, rose, 6),
	} {
		want, facts := sanitiseBytes(t, in)
		c, err := Clean(bytes.NewReader(in), int64(len(in)), DefaultLimits())
		if err != nil || c.Facts != facts || c.Unchanged && !bytes.Equal(in, want) {
			t.Fatalf("%s: %v, %+v, unchanged %t", name, err, c.Facts, c.Unchanged)
		}
		if err := iotest.TestReader(c.Reader(), want); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		rapid.Check(t, func(r *rapid.T) {
			off := rapid.IntRange(0, len(want)).Draw(r, "off")
			p := make([]byte, rapid.IntRange(0, len(want)-off).Draw(r, "n"))
			if n, err := c.ReadAt(p, int64(off)); n != len(p) || err != nil && !errors.Is(err, io.EOF) || !bytes.Equal(p, want[off:off+n]) {
				r.Fatalf("%s at %d: %d of %d bytes, %v", name, off, n, len(p), err)
			}
		})
	}
	if _, err := Clean(bytes.NewReader(jpg[:50]), 50, DefaultLimits()); err == nil {
		t.Error("a truncated file is clean")
	}
}

// A source that fails while the cleaned file is read is an error, never a shorter file.
func TestCleanReportsABrokenSource(t *testing.T) {
	in := encodeTestPNG(t, scene(1, 90, 60))
	c, err := Clean(bytes.NewReader(in), int64(len(in)), DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	c.src = bytes.NewReader(in[:len(in)/2])
	if b, err := io.ReadAll(c.Reader()); err == nil {
		t.Errorf("%d of %d bytes without an error", len(b), len(in))
	}
}

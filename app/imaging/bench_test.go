package imaging

import (
	"bytes"
	"context"
	"image/jpeg"
	"io"
	"testing"
)

// The sizes people upload: a 12 megapixel phone photograph and a screen-size picture.
var benchSizes = []struct {
	name string
	w, h int
}{{"12MP", 4000, 3000}, {"1080p", 1920, 1080}}

func BenchmarkSanitiseJPEG(b *testing.B) {
	in := leakyJPEG(b, encodeTestJPEG(b, scene(1, 4000, 3000), 88), 6)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Sanitise(bytes.NewReader(in), int64(len(in)), io.Discard, DefaultLimits()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecode is the floor: image/jpeg alone.
func BenchmarkDecode(b *testing.B) {
	for _, s := range benchSizes {
		in := encodeTestJPEG(b, scene(1, s.w, s.h), 88)
		b.Run(s.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := jpeg.Decode(bytes.NewReader(in)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDerive(b *testing.B) {
	for _, s := range benchSizes {
		jpg, png := encodeTestJPEG(b, scene(1, s.w, s.h), 88), encodeTestPNG(b, scene(1, s.w, s.h))
		for name, in := range map[string][]byte{"JPEG": jpg, "PNG": png} {
			b.Run(s.name+name, func(b *testing.B) {
				for b.Loop() {
					if _, err := Derive(context.Background(), bytes.NewReader(in), DefaultLimits()); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

package imaging

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"syscall"
	"testing"
	"time"
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

// BenchmarkSanitisePNG inflates every pixel; decoding the same file is the measure beside it.
func BenchmarkSanitisePNG(b *testing.B) {
	in := encodeTestPNG(b, scene(1, 4000, 3000))
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	var decode, clean time.Duration
	for b.Loop() {
		start := processorTime()
		if _, err := Sanitise(bytes.NewReader(in), int64(len(in)), io.Discard, DefaultLimits()); err != nil {
			b.Fatal(err)
		}
		clean -= start - processorTime()
		start = processorTime()
		if _, err := png.Decode(bytes.NewReader(in)); err != nil {
			b.Fatal(err)
		}
		decode -= start - processorTime()
	}
	b.ReportMetric(float64(clean.Milliseconds())/float64(b.N), "sanitise-cpu-ms")
	b.ReportMetric(float64(decode.Milliseconds())/float64(b.N), "decode-cpu-ms")
}

// BenchmarkDerive measures deriving and, alternating with it, decoding alone, which is the floor; the ratio is of
// processor time and holds on a busy machine.
func BenchmarkDerive(b *testing.B) {
	for _, s := range benchSizes {
		m := scene(1, s.w, s.h)
		for _, f := range []struct {
			name   string
			in     []byte
			decode func(io.Reader) (image.Image, error)
		}{{"JPEG", encodeTestJPEG(b, m, 88), jpeg.Decode}, {"PNG", encodeTestPNG(b, m), png.Decode}} {
			b.Run(s.name+f.name, func(b *testing.B) {
				var decode, derive time.Duration
				for b.Loop() {
					start := processorTime()
					if _, err := f.decode(bytes.NewReader(f.in)); err != nil {
						b.Fatal(err)
					}
					decode -= start - processorTime()
					start = processorTime()
					if _, err := Derive(context.Background(), bytes.NewReader(f.in), DefaultLimits()); err != nil {
						b.Fatal(err)
					}
					derive -= start - processorTime()
				}
				b.ReportMetric(float64(derive.Milliseconds())/float64(b.N), "derive-cpu-ms")
				b.ReportMetric(float64(decode.Milliseconds())/float64(b.N), "decode-cpu-ms")
				b.ReportMetric(float64(derive)/float64(decode), "ratio")
			})
		}
	}
}

// processorTime is what this process has used.
func processorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

package sandbox

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"imglink/app/fault"
	"imglink/app/imaging"
)

// TestMain lets the test program be the worker, and workers that misbehave.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case Argument:
			Main(os.Args[2:])
		case "bad":
			misbehave(os.Args[2])
		}
	}
	os.Exit(m.Run())
}

func newPool(t *testing.T, opt Options) *Pool {
	t.Helper()
	p, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func bad(how string) []string { return []string{os.Args[0], "bad", how} }

func photo(t testing.TB, w, h int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetGray(x, y, color.Gray{Y: uint8(x*y/97 + x/3 + y)})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func derivePhoto(t testing.TB, p *Pool, ctx context.Context, b []byte) (imaging.Derived, error) {
	t.Helper()
	return p.Derive(ctx, bytes.NewReader(b), int64(len(b)))
}

func TestSameAsInProcess(t *testing.T) {
	p := newPool(t, Options{})
	for _, b := range [][]byte{photo(t, 800, 600), photo(t, 3, 3), photo(t, 1500, 20)} {
		want, err := imaging.Derive(context.Background(), bytes.NewReader(b), imaging.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		got, err := derivePhoto(t, p, context.Background(), b)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Thumb, want.Thumb) || !bytes.Equal(got.Safe, want.Safe) || got.PDQ != want.PDQ || got.Facts != want.Facts || got.PDQQuality != want.PDQQuality {
			t.Error("the worker derives something else")
		}
	}
	if len(p.idle) != 1 || p.idle[0].jobs != 3 {
		t.Errorf("three pictures should have used one worker: %d idle", len(p.idle))
	}
}

func TestRefusalsComeThrough(t *testing.T) {
	p := newPool(t, Options{})
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 300, 300))); err != nil {
		t.Fatal(err)
	}
	damaged := b.Bytes()
	at := bytes.Index(damaged, []byte("IDAT")) + 4
	broken := append(bytes.Clone(damaged[:at-8]), chunk("IDAT", []byte("\x78\x9cnot deflate"))...)
	broken = append(broken, chunk("IEND", nil)...)
	if _, err := derivePhoto(t, p, context.Background(), broken); !errors.Is(err, imaging.ErrCorrupt) {
		t.Errorf("damaged data: %v", err)
	}
	if _, err := derivePhoto(t, p, context.Background(), []byte("%PDF-1.4")); !errors.Is(err, imaging.ErrUnsupported) {
		t.Errorf("pdf: %v", err)
	}
	if _, err := derivePhoto(t, p, context.Background(), photo(t, 50, 50)); err != nil {
		t.Errorf("the next picture: %v", err)
	}
	if len(p.idle) != 1 || p.idle[0].jobs != 2 {
		t.Error("a refusal must not cost the worker")
	}
}

func chunk(name string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, name...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// The reason for all this: an allocation that fails is fatal in Go, and here it costs a worker.
func TestOutOfMemoryKillsOnlyTheWorker(t *testing.T) {
	if raceEnabled {
		t.Log("the race detector needs more memory than any limit; only recovery is tested")
		return
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 7000, 7000))); err != nil {
		t.Fatal(err)
	}
	p := newPool(t, Options{Memory: 160 << 20})
	if _, err := derivePhoto(t, p, context.Background(), b.Bytes()); !errors.Is(err, imaging.ErrPixels) {
		t.Fatalf("a picture that cannot fit: %v", err)
	}
	p.opt.Memory, p.opt.Command = 1<<30, bad("tight")
	_, err := derivePhoto(t, p, context.Background(), b.Bytes())
	if !errors.Is(err, ErrCrashed) || !strings.Contains(err.Error(), "memory") {
		t.Fatalf("49 megapixels in 160 MiB: %v", err)
	}
	if _, err := derivePhoto(t, p, context.Background(), photo(t, 500, 400)); err != nil {
		t.Errorf("the next picture: %v", err)
	}
}

func TestMisbehaviour(t *testing.T) {
	for _, how := range []string{"huge", "nonsense", "silent"} {
		p := newPool(t, Options{Command: bad(how)})
		if _, err := derivePhoto(t, p, context.Background(), photo(t, 40, 30)); !errors.Is(err, ErrCrashed) {
			t.Errorf("%s: %v", how, err)
		}
		if len(p.idle) != 0 {
			t.Errorf("%s: the worker was kept", how)
		}
	}
	p := newPool(t, Options{Command: bad("liar")})
	_, err := derivePhoto(t, p, context.Background(), photo(t, 40, 30))
	if e := fault.Of(err); e.Kind != fault.Internal || strings.Contains(e.Message, "secret") {
		t.Errorf("liar: %v", err)
	}
}

func TestRights(t *testing.T) {
	if raceEnabled {
		return
	}
	t.Setenv("SANDBOX_SECRET", "x")
	p := newPool(t, Options{Command: bad("rights")})
	_, err := derivePhoto(t, p, context.Background(), photo(t, 40, 30))
	if err == nil || !strings.HasSuffix(err.Error(), "did: ") {
		t.Errorf("a worker should be able to do nothing: %v", err)
	}
}

func TestTimeAndCancel(t *testing.T) {
	p := newPool(t, Options{Command: bad("sleep"), Wall: 200 * time.Millisecond})
	start := time.Now()
	if _, err := derivePhoto(t, p, context.Background(), photo(t, 40, 30)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a sleeping worker: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(100*time.Millisecond, cancel)
	p = newPool(t, Options{Command: bad("sleep")})
	if _, err := derivePhoto(t, p, ctx, photo(t, 40, 30)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("stopping took %v", d)
	}
}

func TestProcessorTime(t *testing.T) {
	if raceEnabled {
		return
	}
	p := newPool(t, Options{Command: bad("spin")})
	_, err := derivePhoto(t, p, context.Background(), photo(t, 40, 30))
	if !errors.Is(err, imaging.ErrComplex) {
		t.Errorf("a spinning worker: %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	p := newPool(t, Options{Workers: 3, Jobs: 4})
	b := photo(t, 300, 200)
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() {
			if _, err := derivePhoto(t, p, context.Background(), b); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(p.idle); n > 3 {
		t.Errorf("%d workers", n)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := derivePhoto(t, p, context.Background(), b); !errors.Is(err, errClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func BenchmarkWarm(b *testing.B) {
	p, err := New(Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	in := photo(b, 300, 200)
	for b.Loop() {
		if _, err := derivePhoto(b, p, context.Background(), in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCold(b *testing.B) {
	p, err := New(Options{Jobs: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	in := photo(b, 300, 200)
	for b.Loop() {
		if _, err := derivePhoto(b, p, context.Background(), in); err != nil {
			b.Fatal(err)
		}
	}
}

package imaging

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"imglink/app/fault"
)

// bombPNG claims a size in 74 bytes.
func bombPNG(w, h uint32, depth, colour byte) []byte {
	ihdr := append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h), depth, colour, 0, 0, 0)
	out := append([]byte(pngSignature), pngChunkBytes("IHDR", ihdr)...)
	out = append(out, pngChunkBytes("IDAT", []byte{0x78, 0x9c, 3, 0, 0, 0, 0, 1})...)
	return append(out, pngChunkBytes("IEND", nil)...)
}

// manyFrames is a GIF of n frames of fw x fh with next to no data.
func manyFrames(n, w, h, fw, fh int) []byte {
	u := func(v int) []byte { return []byte{byte(v), byte(v >> 8)} }
	out := bytes.Join([][]byte{[]byte("GIF89a"), u(w), u(h), {0x80, 0, 0}, {0, 0, 0, 255, 255, 255}}, nil)
	for range n {
		out = append(out, bytes.Join([][]byte{{0x2c, 0, 0, 0, 0}, u(fw), u(fh), {0}, {2, 2, 0x4c, 1, 0}}, nil)...)
	}
	return append(out, 0x3b)
}

// scanBomb repeats the last scan of a progressive JPEG n times.
func scanBomb(t testing.TB, n int) []byte {
	b := readTestdata(t, "video-001.progressive.jpeg")
	last := bytes.LastIndex(b, []byte{0xff, mSOS})
	out := bytes.Clone(b[:last])
	for range n {
		out = append(out, b[last:len(b)-2]...)
	}
	return append(out, 0xff, mEOI)
}

type badFile struct {
	name string
	in   []byte
	want *fault.Error
	says string
}

func badFiles(t testing.TB) []badFile {
	jpg, png := encodeTestJPEG(t, scene(1, 90, 60), 80), encodeTestPNG(t, scene(1, 90, 60))
	gif, apng := encodeTestGIF(t, 3, 60, 40), encodeTestAPNG(t, 3, 60, 40)
	rose := readTestdata(t, "yellow_rose.lossy.webp")
	anim := encodeTestWebPAnimation("VP8 ", webpChunks(rose)["VP8 "], 2, 400, 301, 0, 0, 400, 301)
	flip := func(b []byte, at int, v byte) []byte { c := bytes.Clone(b); c[at] ^= v; return c }
	sof := bytes.Index(jpg, []byte{0xff, 0xc0})
	files := []badFile{
		{"empty", nil, ErrEmpty, "empty"},
		{"zero bytes", make([]byte, 5000), ErrUnsupported, "not a JPEG"},
		{"text", []byte("hello"), ErrUnsupported, "not a JPEG"},
		{"svg", []byte("<?xml version='1.0'?>\n<!-- x -->\n<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"), ErrUnsupported, "SVG"},
		{"svg utf-16", []byte("\xff\xfe<\x00s\x00v\x00g\x00>\x00"), ErrUnsupported, "SVG"},
		{"heic", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), ErrUnsupported, "HEIC"},
		{"heif generic", []byte("\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic"), ErrUnsupported, "HEIC"},
		{"avif", []byte("\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf"), ErrUnsupported, "AVIF"},
		{"mp4", []byte("\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41"), ErrUnsupported, "Videos"},
		{"tiff", []byte("II*\x00\x08\x00\x00\x00"), ErrUnsupported, "TIFF"},
		{"bmp", []byte("BM\x00\x00\x00\x00"), ErrUnsupported, "BMP"},
		{"pdf", []byte("%PDF-1.7\n"), ErrUnsupported, "PDF"},
		{"zip", []byte("PK\x03\x04...."), ErrUnsupported, "Archives"},
		{"jpeg xl", []byte("\xff\x0a...."), ErrUnsupported, "JPEG XL"},
		{"png bomb", bombPNG(50_000, 50_000, 16, 6), ErrPixels, "12000"},
		{"png of 12000x12000", bombPNG(12_000, 12_000, 16, 6), ErrPixels, "144 megapixels"},
		{"png of 2^31", bombPNG(1<<31-1, 1<<31-1, 8, 6), ErrPixels, ""},
		{"png of no width", bombPNG(0, 5, 8, 6), ErrCorrupt, ""},
		{"png of odd depth", bombPNG(5, 5, 16, 3), ErrCorrupt, ""},
		{"png without palette", bombPNG(5, 5, 8, 3), ErrCorrupt, ""},
		{"png bad checksum", flip(png, 60, 1), ErrCorrupt, ""},
		{"png unknown critical chunk", insertPNG(png, pngChunkBytes("ABCD", []byte("x"))), ErrCorrupt, ""},
		{"png chunk length", flip(png, 33, 0x7f), ErrTruncated, ""},
		{"png for iphone apps", bytes.Replace(png, []byte("IHDR"), []byte("CgBI"), 1), ErrUnsupported, "iPhone app"},
		{"apng claims frames", bytes.Replace(apng, pngChunkBytes("acTL", []byte{0, 0, 0, 3, 0, 0, 0, 3}), pngChunkBytes("acTL", []byte{0, 0, 0, 4, 0, 0, 0, 3}), 1), ErrTruncated, ""},
		{"apng of a million frames", insertPNG(png, pngChunkBytes("acTL", []byte{0, 15, 0, 0, 0, 0, 0, 0})), ErrFrames, "983040"},
		{"gif of 5000 frames", manyFrames(5000, 10, 10, 10, 10), ErrFrames, "500"},
		{"gif of 100 frames 8000x8000", manyFrames(100, 8000, 6000, 8000, 6000), ErrPixels, "add up"},
		{"gif frame outside", manyFrames(1, 10, 10, 11, 10), ErrCorrupt, ""},
		{"gif without frames", manyFrames(0, 10, 10, 1, 1), ErrCorrupt, ""},
		{"gif block type", append(bytes.Clone(gif[:len(gif)-1]), 0x7f), ErrCorrupt, ""},
		{"jpeg scan bomb", scanBomb(t, 150), ErrScans, "passes"},
		{"jpeg of 65500x65500", append(bytes.Clone(jpg[:sof+5]), append([]byte{0xff, 0xdc, 0xff, 0xdc}, jpg[sof+9:]...)...), ErrPixels, ""},
		{"jpeg arithmetic coding", flip(jpg, sof+1, 0x09), ErrUnsupported, "coding"},
		{"jpeg 12 bits", flip(jpg, sof+4, 4), ErrUnsupported, "12 bits"},
		{"jpeg without scan", []byte{0xff, mSOI, 0xff, mEOI}, ErrCorrupt, ""},
		{"jpeg thousands of dropped pieces", manyPieces(t), ErrCorrupt, ""},
		{"webp frame size", flip(anim, bytes.Index(anim, []byte("ANMF"))+8+6, 8), ErrCorrupt, ""},
		{"webp canvas", bytes.Replace(leakyWebP(t, rose, 1), []byte("VP8X\x0a\x00\x00\x00"), []byte("VP8X\x0a\x00\x00\x01"), 1), ErrTruncated, ""},
		{"webp of no picture", riffFile(webpExtended(0, 4, 4)), ErrCorrupt, ""},
		{"too many bytes", make([]byte, 20<<20+1), ErrTooLarge, "20 MB"},
	}
	for name, whole := range map[string][]byte{"jpeg": jpg, "png": png, "gif": gif, "apng": apng, "webp": rose, "webp animation": anim} {
		for _, cut := range []int{1, 3, len(whole) / 2, len(whole) * 9 / 10} {
			files = append(files, badFile{name + " cut", whole[:len(whole)-cut], ErrTruncated, "ends before"})
		}
	}
	return files
}

// manyPieces alternates kept and dropped segments.
func manyPieces(t testing.TB) []byte {
	jpg := encodeTestJPEG(t, scene(1, 16, 16), 80)
	return inject(jpg, bytes.Repeat(append(jpegSegment(mDRI, []byte{0, 0}), jpegSegment(0xfe, nil)...), maxParts+1))
}

func TestRefusals(t *testing.T) {
	for _, f := range badFiles(t) {
		var out bytes.Buffer
		start := time.Now()
		_, err := Sanitise(bytes.NewReader(f.in), int64(len(f.in)), &out, DefaultLimits())
		if !errors.Is(err, f.want) {
			t.Errorf("%s (%d bytes): %v, want %s", f.name, len(f.in), err, f.want.Code)
			continue
		}
		if e := fault.Of(err); !strings.Contains(e.Message, f.says) || !strings.HasSuffix(e.Message, ".") {
			t.Errorf("%s: says %q", f.name, e.Message)
		}
		if out.Len() > 0 {
			t.Errorf("%s: %d bytes were written for a refused file", f.name, out.Len())
		}
		if d := time.Since(start); d > time.Second {
			t.Errorf("%s took %v", f.name, d)
		}
		if _, err := Derive(context.Background(), bytes.NewReader(f.in), DefaultLimits()); !errors.Is(err, f.want) {
			t.Errorf("%s: Derive: %v", f.name, err)
		}
	}
}

// Polyglots are pictures and something else; only the picture may come out.
func TestPolyglots(t *testing.T) {
	script := "<script>alert('" + leakText + "')</script>"
	jpg, gif, png := encodeTestJPEG(t, scene(1, 90, 60), 80), encodeTestGIF(t, 1, 60, 40), encodeTestPNG(t, scene(1, 90, 60))
	for name, in := range map[string][]byte{
		"jpeg and zip": append(bytes.Clone(jpg), "PK\x03\x04"+leakText...), "jpeg and script": inject(jpg, jpegSegment(0xfe, []byte(script))),
		"gif and script": append(bytes.Clone(gif), "/*"+script...), "png and html": insertPNG(png, pngChunkBytes("tEXt", []byte("c\x00"+script))),
		"webp and script": append(bytes.Clone(readTestdata(t, "yellow_rose.lossy.webp")), script...),
	} {
		out, _ := sanitiseBytes(t, in)
		if bytes.Contains(out, []byte(leakText)) || bytes.Contains(out, []byte("PK\x03\x04")) {
			t.Errorf("%s: the other half came through", name)
		}
	}
}

// Old programs forget the trailer of a GIF; every viewer shows the picture, and so do we, with a trailer.
func TestGIFWithoutTrailer(t *testing.T) {
	whole := encodeTestGIF(t, 1, 60, 40)
	out, facts := sanitiseBytes(t, whole[:len(whole)-1])
	want, _ := sanitiseBytes(t, whole)
	if !bytes.Equal(out, want) || facts.Frames != 1 {
		t.Errorf("%d bytes, want %d", len(out), len(want))
	}
}

// A profile that inflates without end is dropped, and costs no memory.
func TestICCBomb(t *testing.T) {
	var z bytes.Buffer
	f := zlib.NewWriter(&z)
	_, _ = f.Write(leakyICC())
	_, _ = io.CopyN(f, zeros{}, 100<<20)
	_ = f.Close()
	in := insertPNG(encodeTestPNG(t, scene(1, 60, 40)), pngChunkBytes("iCCP", append([]byte("x\x00\x00"), z.Bytes()...)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	out, _ := sanitiseBytes(t, in)
	runtime.ReadMemStats(&after)
	if bytes.Contains(out, []byte("iCCP")) {
		t.Error("the profile was kept")
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 40<<20 {
		t.Errorf("%d MiB allocated", got>>20)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Memory must not grow with the file.
func TestSanitiseMemoryIsFlat(t *testing.T) {
	in := inject(encodeTestJPEG(t, scene(1, 64, 48), 80), bytes.Repeat(jpegSegment(0xfe, make([]byte, 60_000)), 300))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	sanitiseTo(t, in, io.Discard)
	runtime.ReadMemStats(&after)
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 512<<10 {
		t.Errorf("%d KiB for %d MiB", allocated>>10, len(in)>>20)
	}
}

// Errors of the store are not the user's fault, and a reader that is shorter than declared is a truncated file.
func TestSourceErrors(t *testing.T) {
	in := encodeTestJPEG(t, scene(1, 64, 48), 80)
	if _, err := Sanitise(bytes.NewReader(in), int64(len(in))+5, io.Discard, DefaultLimits()); !errors.Is(err, ErrTruncated) {
		t.Errorf("short reader: %v", err)
	}
	broken := errors.New("disk")
	if _, err := Sanitise(failingAt{broken}, 100, io.Discard, DefaultLimits()); !errors.Is(err, broken) || fault.Of(err).Kind != fault.Internal {
		t.Errorf("failing reader: %v", err)
	}
	if _, err := Sanitise(bytes.NewReader(in), int64(len(in)), failingWriter{broken}, DefaultLimits()); !errors.Is(err, broken) {
		t.Errorf("failing writer: %v", err)
	}
}

type failingAt struct{ err error }

func (f failingAt) ReadAt([]byte, int64) (int, error) { return 0, f.err }

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

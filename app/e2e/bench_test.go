package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"testing"
	"time"

	"imglink/app/apptest"
	"imglink/app/imaging/sandbox"
	"imglink/app/objects"
)

// The benchmarks compare with the same S3 server through the same client, in rounds that alternate, so that a busy machine
// slows both sides. "ratio" is the raw time divided by ours: 1 means that the program costs nothing.
const benchWorkers = 16

// picture is one file of a benchmark, encoded once.
type picture struct {
	in, stored []byte
	form       []byte
	kind       string
}

// pictures are photographs of about the given number of bytes.
func pictures(b *testing.B, n, size int) []picture {
	b.Helper()
	side := 100
	for len(photo(b, 1, side*4, side*3)) < size {
		side = side * 5 / 4
	}
	out := make([]picture, n)
	for i := range out {
		in := photo(b, uint64(i+1), side*4, side*3)
		out[i] = picture{in: in, stored: stored(b, in)}
		out[i].form, out[i].kind = formOf(in)
	}
	return out
}

var benchSizes = []struct {
	name string
	size int
}{{"100KB", 100 << 10}, {"1MB", 1 << 20}, {"4MB", 4 << 20}}

// benchInstance serves without working on jobs, for many visitors.
func benchInstance(b *testing.B, env ...string) *apptest.Instance {
	env = append(env, "IMGLINK_UPLOADS_PER_MINUTE=1000000", "IMGLINK_LOG_LEVEL=error", "TRUSTED_PROXIES=127.0.0.0/8")
	return apptest.New(b, apptest.RealTime(), apptest.Env(env...), apptest.With(func(o *appOptions) { o.NoWork = true }))
}

// BenchmarkGet is image GETs through the program as a ratio to raw S3 GETs of the same objects.
func BenchmarkGet(b *testing.B) {
	for _, mode := range []string{"streamed", "cached"} {
		for _, size := range benchSizes {
			b.Run(mode+"/"+size.name, func(b *testing.B) { benchGet(b, size.size, mode == "streamed") })
		}
	}
}

func benchGet(b *testing.B, size int, streamed bool) {
	in := benchInstance(b)
	if streamed {
		in.Uploads.Cache = nil
	}
	var urls, keys []string
	for _, p := range pictures(b, 4, size) {
		img := upload(b, in.URL, p.in)[0]
		urls, keys = append(urls, img.ImageURL), append(keys, "images/"+img.ID+".jpg")
	}
	n, c := max(64, (256<<20)/8/size), pooled()
	raw := func(i int) error {
		obj, err := in.Objects.Get(context.Background(), keys[i%len(keys)], nil)
		if err != nil {
			return err
		}
		defer obj.Body.Close() //nolint:errcheck // read to its end
		_, err = io.Copy(io.Discard, obj.Body)
		return err
	}
	ours := func(i int) error { return fetch(c, urls[i%len(urls)]) }
	compare(b, n, raw, ours)
}

func fetch(c *http.Client, url string) error {
	res, err := c.Get(url)
	if err != nil {
		return err
	}
	defer res.Body.Close() //nolint:errcheck // read to its end
	n, err := io.Copy(io.Discard, res.Body)
	if err == nil && (res.StatusCode != http.StatusOK || n != res.ContentLength) {
		err = fmt.Errorf("status %d with %d of %d bytes", res.StatusCode, n, res.ContentLength)
	}
	return err
}

// compare alternates rounds of n calls of each side and reports the ratio over all of them.
func compare(b *testing.B, n int, raw, ours func(i int) error) {
	b.Helper()
	var rawTook, oursTook time.Duration
	round := func(do func(int) error, count int) time.Duration {
		took, err := fleet(benchWorkers, count, do)
		if err != nil {
			b.Fatal(err)
		}
		return took
	}
	round(raw, n/4)
	round(ours, n/4)
	rounds := 0
	for b.Loop() {
		rawTook += round(raw, n)
		oursTook += round(ours, n)
		rounds++
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(rawTook.Seconds()/oursTook.Seconds(), "ratio")
	b.ReportMetric(float64(rounds*n)/oursTook.Seconds(), "requests/s")
	b.ReportMetric(float64(rounds*n)/rawTook.Seconds(), "raw/s")
}

// BenchmarkUpload is a burst of acknowledged uploads as a ratio to raw S3 PUTs of the same bytes; derivations wait in the
// queue.
func BenchmarkUpload(b *testing.B) {
	for _, size := range benchSizes {
		b.Run("burst200/"+size.name, func(b *testing.B) {
			in, c, files, from := benchInstance(b), pooled(), pictures(b, 4, size.size), 0
			ours := func(i int) error {
				p := files[i%len(files)]
				return post(c, in.URL, p.kind, bytes.NewReader(p.form), int64(len(p.form)), client(from+i))
			}
			raw := func(i int) error {
				p := files[i%len(files)]
				return in.Objects.Put(context.Background(), fmt.Sprintf("raw/%d.jpg", i), bytes.NewReader(p.stored), objects.Meta{ContentType: "image/jpeg", Size: int64(len(p.stored))})
			}
			compare(b, 200, raw, ours)
		})
	}
}

// BenchmarkSustained is uploads until everything is derived of them, as a ratio to what the decoders alone could do with
// this machine.
func BenchmarkSustained(b *testing.B) {
	files := pictures(b, 4, 1<<20)
	in := apptest.New(b, apptest.RealTime(), apptest.Env("IMGLINK_UPLOADS_PER_MINUTE=1000000", "IMGLINK_LOG_LEVEL=error", "TRUSTED_PROXIES=127.0.0.0/8"))
	pool, err := sandbox.New(sandbox.Options{Workers: runtime.GOMAXPROCS(0)})
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close() //nolint:errcheck // test
	const n = 48
	var alone, ours time.Duration
	c, done := pooled(), 0
	for b.Loop() {
		took, err := fleet(runtime.GOMAXPROCS(0), n, func(i int) error {
			f := files[i%len(files)].stored
			_, err := pool.Derive(context.Background(), bytes.NewReader(f), int64(len(f)))
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		alone += took
		start := time.Now()
		if _, err := fleet(benchWorkers, n, func(i int) error {
			p := files[i%len(files)]
			return post(c, in.URL, p.kind, bytes.NewReader(p.form), int64(len(p.form)), client(i))
		}); err != nil {
			b.Fatal(err)
		}
		done += n
		eventually(b, 5*time.Minute, func() bool { return derived(b, in) >= done }, func() string { return fmt.Sprint(derived(b, in)) })
		ours += time.Since(start)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(alone.Seconds()/ours.Seconds(), "ratio")
	b.ReportMetric(float64(done)/ours.Seconds(), "images/s")
}

// derived counts the images that have everything.
func derived(b *testing.B, in *apptest.Instance) int {
	b.Helper()
	imgs, err := in.Store.ImagesToDerive(context.Background(), time.Now().Add(time.Hour), 100_000)
	if err != nil {
		b.Fatal(err)
	}
	return len(look(b, in.DSN, in.Config.S3Bucket, "").rows) - len(imgs)
}

// BenchmarkHash is the floor of an upload: each byte is hashed as received and as stored.
func BenchmarkHash(b *testing.B) {
	body := make([]byte, 1<<20)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		sha256.Sum256(body)
	}
}

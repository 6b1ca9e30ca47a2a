package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// fleet sends n requests from workers connections and gives the time all of them took. do gets the request's number.
func fleet(workers, n int, do func(i int) error) (time.Duration, error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	var first atomic.Pointer[error]
	start := time.Now()
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := do(i); err != nil {
					first.CompareAndSwap(nil, &err)
					return
				}
			}
		})
	}
	wg.Wait()
	if e := first.Load(); e != nil {
		return 0, *e
	}
	return time.Since(start), nil
}

// pooled keeps as many connections as the fleet has workers, like the store's own client.
func pooled() *http.Client {
	return &http.Client{Timeout: 5 * time.Minute, Transport: &http.Transport{
		MaxIdleConns: 64, MaxIdleConnsPerHost: 64, DisableCompression: true, ReadBufferSize: 32 << 10, WriteBufferSize: 32 << 10,
	}}
}

// client is the address of one of many visitors.
func client(i int) string { return fmt.Sprintf("203.%d.%d.%d", i>>16&255, i>>8&255, i&255) }

// post uploads one prepared body and demands 201.
func post(c *http.Client, url, kind string, body io.Reader, size int64, from string) error {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url+"/api/v1/images", body)
	if err != nil {
		return err
	}
	req.ContentLength = size
	req.Header.Set("Content-Type", kind)
	req.Header.Set("CF-Connecting-IP", from)
	res, err := c.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close() //nolint:errcheck // read to its end
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusCreated {
		err = fmt.Errorf("upload: status %d: %.200s", res.StatusCode, b)
	}
	return err
}

// memory reads a line of /proc/PID/status in bytes.
func memory(t testing.TB, pid int, name string) int64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, name+":"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(v), " kB"), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kb << 10
		}
	}
	t.Fatalf("no %s in /proc/%d/status", name, pid)
	return 0
}

// TestMemoryOfParallelUploads: 16 uploads of 50 MB at once add at most 64 MB to the serving process.
func TestMemoryOfParallelUploads(t *testing.T) {
	const parallel, bound = 16, 64 << 20
	b := newBackend(t)
	p := b.launch(t, t.TempDir(), []string{"serve", "--no-work"}, "IMGLINK_MAX_FILE_MIB=64", "IMGLINK_MAX_REQUEST_MIB=72")
	png := noise(t, 1, 4100, 4100) // 16.8 megapixels, 50.4 MB
	body, kind := formOf(png)
	if len(body) < 50_000_000 {
		t.Fatalf("only %d bytes", len(body))
	}
	small, smallKind := formOf(noise(t, 2, 100, 100))
	c := pooled()
	if _, err := fleet(parallel, 64, func(i int) error {
		return post(c, p.url, smallKind, bytes.NewReader(small), int64(len(small)), client(i))
	}); err != nil {
		t.Fatal(err)
	}
	pid := p.cmd.Process.Pid
	idle := memory(t, pid, "VmRSS")
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0); err != nil { // the peak starts anew
		t.Logf("the peak cannot be reset: %v", err)
	}
	took, err := fleet(parallel, parallel, func(i int) error {
		return post(c, p.url, kind, bytes.NewReader(body), int64(len(body)), client(1000+i))
	})
	if err != nil {
		t.Fatal(err)
	}
	peak := memory(t, pid, "VmHWM")
	t.Logf("%d uploads of %.1f MB in %v: %.1f MB idle, %.1f MB at the peak, %.1f MB added", parallel, float64(len(png))/1e6, took.Round(time.Millisecond),
		float64(idle)/(1<<20), float64(peak)/(1<<20), float64(peak-idle)/(1<<20))
	if peak-idle > bound {
		t.Errorf("%d MiB added, allowed are %d", (peak-idle)>>20, bound>>20)
	}
	if w := look(t, b.dsn, b.bucket, p.dir); len(w.rows) != 64+parallel {
		t.Errorf("%d images are stored", len(w.rows))
	}
}

package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"imglink/app"
	"imglink/app/clock"
	"imglink/app/web/tus"
)

// resumer is a client that sends one file over a connection that breaks.
type resumer struct {
	t    *testing.T
	http *http.Client
	path string // of the upload: the server may come back elsewhere
	file []byte
	says func() string // what the server has logged
}

var errCut = errors.New("e2e: the cable was pulled")

// patch sends what comes after the offset, of which at most n bytes get through.
func (r *resumer) patch(base string, offset, n int) (answer, error) {
	rest := r.file[offset:]
	body := io.Reader(bytes.NewReader(rest))
	if n < len(rest) {
		body = io.MultiReader(bytes.NewReader(rest[:n]), failing{errCut})
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPatch, base+r.path, body)
	if err != nil {
		return answer{}, err
	}
	req.ContentLength = int64(len(rest))
	for k, v := range map[string]string{"Tus-Resumable": "1.0.0", "Upload-Offset": strconv.Itoa(offset), "Content-Type": "application/offset+octet-stream"} {
		req.Header.Set(k, v)
	}
	res, err := r.http.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close() //nolint:errcheck // read to its end below
	b, err := io.ReadAll(res.Body)
	return answer{status: res.StatusCode, header: res.Header, body: b}, err
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// offset asks how much has arrived.
func (r *resumer) offset(base string) int {
	a := ask(r.t, http.MethodHead, base+r.path, nil, "Tus-Resumable", "1.0.0")
	n, err := strconv.Atoi(a.header.Get("Upload-Offset"))
	if a.status != http.StatusOK || err != nil {
		r.t.Fatalf("HEAD: %d %v", a.status, a.header)
	}
	return n
}

// settle waits until nobody else sends to the upload and says how much has arrived: a server notices a broken connection,
// and the end of a dead process's hold, in its own time. Sending nothing at all tells.
func (r *resumer) settle(base string) (at int) {
	eventually(r.t, 40*time.Second, func() bool {
		at = r.offset(base)
		a := ask(r.t, http.MethodPatch, base+r.path, nil, "Tus-Resumable", "1.0.0", "Upload-Offset", strconv.Itoa(at), "Content-Type", "application/offset+octet-stream")
		return a.status == http.StatusNoContent
	}, func() string { return fmt.Sprintf("%d bytes are counted\n%s", at, r.says()) })
	return at
}

// TestResumeAcrossBreaksAndARestart: an upload of 200 MB whose connection breaks ten times, and whose server is killed and
// comes back elsewhere, is the picture that was sent, and the servers' memory stays flat.
func TestResumeAcrossBreaksAndARestart(t *testing.T) {
	const breaks, bound = 10, 48 << 20
	env := []string{"IMGLINK_MAX_FILE_MIB=256", "IMGLINK_MAX_REQUEST_MIB=256", "IMGLINK_MAX_PIXELS_MP=80"}
	b, dir := newBackend(t), t.TempDir()
	r := &resumer{t: t, http: &http.Client{Timeout: 2 * time.Minute}, file: noise(t, 7, 8200, 8200)}
	if len(r.file) < 200_000_000 {
		t.Fatalf("only %d bytes", len(r.file))
	}
	p := b.launch(t, dir, []string{"serve", "--no-work"}, env...)
	a := ask(t, http.MethodPost, p.url+"/api/v1/tus", nil, "Tus-Resumable", "1.0.0", "Upload-Length", strconv.Itoa(len(r.file)))
	r.says = func() string { return p.stderr.String() }
	r.path = strings.TrimPrefix(a.header.Get("Location"), p.url)
	if a.status != http.StatusCreated || r.path == "" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	watch := watchMemory(t, p)
	at := 0
	for i := range breaks {
		n := (len(r.file) - at) / (breaks + 1 - i)
		if i == breaks/2 {
			r.patchUntilKilled(p, at, n)
			watch.stop(bound)
			p = b.launch(t, dir, []string{"serve", "--no-work"}, env...)
			watch = watchMemory(t, p)
			at = r.settle(p.url) // what its last request had not stored is sent again
			continue
		}
		if a, err := r.patch(p.url, at, n); err == nil {
			t.Fatalf("break %d: %d %s", i, a.status, a.body)
		}
		before := at
		if at = r.settle(p.url); at < before+n {
			t.Errorf("break %d: %d of %d bytes were kept", i, at-before, n)
		}
	}
	last, err := r.patch(p.url, at, len(r.file))
	if err != nil || last.status != http.StatusNoContent {
		t.Fatalf("the rest: %d %s %v", last.status, last.body, err)
	}
	watch.stop(bound)
	r.verify(p)
	if w := look(t, b.dsn, b.bucket, dir); len(w.rows) != 1 || len(w.objects) != 1 || len(w.spool) > 0 {
		t.Errorf("left: %v", w)
	}
}

// patchUntilKilled kills the server while it receives.
func (r *resumer) patchUntilKilled(p *process, at, n int) {
	go func() { time.Sleep(60 * time.Millisecond); p.kill() }()
	_, _ = r.patch(p.url, at, n)
	<-p.exited
}

// verify demands the picture, byte for byte.
func (r *resumer) verify(p *process) {
	var done tus.Progress
	if err := json.Unmarshal(ask(r.t, http.MethodGet, p.url+r.path, nil).body, &done); err != nil || done.State != "done" || done.Image == nil {
		r.t.Fatalf("%+v, %v", done, err)
	}
	a, err := send(r.http, http.MethodGet, done.Image.ImageURL, nil)
	if err != nil || a.status != http.StatusOK {
		r.t.Fatalf("%d, %v", a.status, err)
	}
	if sha256.Sum256(a.body) != sha256.Sum256(r.file) { // it holds nothing that would be removed
		r.t.Errorf("%d bytes came back, %d were sent, and they differ", len(a.body), len(r.file))
	}
}

// memoryWatch compares a process's peak with where it was.
type memoryWatch struct {
	t    *testing.T
	pid  int
	idle int64
	peak int64
	end  chan struct{}
	done chan struct{}
}

// watchMemory notes the peak until the process ends: what is read last stands.
func watchMemory(t *testing.T, p *process) *memoryWatch {
	t.Helper()
	w := &memoryWatch{t: t, pid: p.cmd.Process.Pid, end: make(chan struct{}), done: make(chan struct{})}
	w.idle = memory(t, w.pid, "VmRSS")
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", w.pid), []byte("5"), 0) // the peak starts anew
	go func() {
		defer close(w.done)
		for tick := time.NewTicker(50 * time.Millisecond); ; {
			if status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.pid)); err == nil && strings.Contains(string(status), "VmHWM") {
				w.peak = memory(w.t, w.pid, "VmHWM")
			}
			select {
			case <-w.end:
				tick.Stop()
				return
			case <-tick.C:
			}
		}
	}()
	return w
}

func (w *memoryWatch) stop(bound int64) {
	w.t.Helper()
	close(w.end)
	<-w.done
	w.t.Logf("%.1f MB idle, %.1f MB at the peak", float64(w.idle)/(1<<20), float64(w.peak)/(1<<20))
	if w.peak-w.idle > bound {
		w.t.Errorf("%d MiB added, allowed are %d", (w.peak-w.idle)>>20, bound>>20)
	}
}

// TestExpiredUploadsAreSwept: what nobody goes on with is gone after its time, rows and bytes.
func TestExpiredUploadsAreSwept(t *testing.T) {
	b, dir := newBackend(t), t.TempDir()
	p := b.launch(t, dir, []string{"serve"})
	a := ask(t, http.MethodPost, p.url+"/api/v1/tus", strings.NewReader("half"), "Tus-Resumable", "1.0.0", "Upload-Length", "8", "Content-Type", "application/offset+octet-stream")
	if a.status != http.StatusCreated || a.header.Get("Upload-Offset") != "4" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	p.kill()
	if w := look(t, b.dsn, b.bucket, dir); len(w.objects) != 1 {
		t.Fatalf("stored: %v", w)
	}
	b.later(t, dir, func(ctx context.Context, a *app.App) error {
		if err := a.Resumable.SweepExpired(ctx); err != nil || len(look(t, b.dsn, b.bucket, dir).objects) != 1 {
			t.Errorf("swept before its time, %v", err)
		}
		a.Clock.(*clock.Fake).Advance(24 * time.Hour)
		return a.Resumable.SweepExpired(ctx)
	})
	if w := look(t, b.dsn, b.bucket, dir); len(w.objects) > 0 || len(w.rows) > 0 {
		t.Errorf("left: %v", w)
	}
}

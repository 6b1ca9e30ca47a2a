package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"imglink/app"
	"imglink/app/clock"
	"imglink/app/config"
	"imglink/app/testdb"
)

// ledger holds what clients were promised: the address of every acknowledged picture and the hash of its bytes.
type ledger struct {
	mu       sync.Mutex
	promised map[string][32]byte // path -> SHA-256 of the stored bytes
	begun    int
}

// file is a picture to upload with what is to be stored of it.
type file struct {
	body, kind string
	want       [32]byte
}

// filesOf prepares n different pictures of mixed sizes.
func filesOf(t testing.TB, n int) []file {
	out := make([]file, n)
	for i := range out {
		side := []int{24, 80, 200, 420}[i%4]
		png := noise(t, uint64(i)+1000, side, side)
		body, kind := formOf(png)
		out[i] = file{string(body), kind, sha256.Sum256(stored(t, png))}
	}
	return out
}

// uploader sends pictures until the server is gone.
func (l *ledger) uploader(base string, files []file, client string) {
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}, Timeout: 20 * time.Second}
	defer c.CloseIdleConnections()
	for i := rand.IntN(len(files)); ; i++ {
		f := files[i%len(files)]
		l.mu.Lock()
		l.begun++
		l.mu.Unlock()
		a, err := send(c, "POST", base+"/api/v1/images", strings.NewReader(f.body), "Content-Type", f.kind, "CF-Connecting-IP", client)
		if err != nil {
			return
		}
		if imgs, err := a.images(); err == nil {
			l.mu.Lock()
			l.promised[strings.TrimPrefix(imgs[0].ImageURL, base)] = f.want
			l.mu.Unlock()
		}
	}
}

// verify demands every promised picture, byte for byte.
func (l *ledger) verify(t *testing.T, base string, paths map[string][32]byte) {
	t.Helper()
	c := &http.Client{Timeout: 20 * time.Second}
	for path, want := range paths {
		a, err := send(c, "GET", base+path, nil)
		if err != nil || a.status != http.StatusOK || sha256.Sum256(a.body) != want {
			t.Errorf("acknowledged %s: %v, status %d, %d bytes", path, err, a.status, len(a.body))
		}
	}
}

func rounds() int {
	if n, err := strconv.Atoi(os.Getenv("IMGLINK_TORTURE_ROUNDS")); err == nil && n > 0 {
		return n
	}
	return 12
}

// TestKillDuringUploads kills the server with SIGKILL at random moments of concurrent uploads. Nothing acknowledged is
// lost, nothing unfinished is shown, and after the sweep neither a pending row nor an object without a row remains.
func TestKillDuringUploads(t *testing.T) {
	b, dir, n := newBackend(t), t.TempDir(), rounds()
	l := &ledger{promised: map[string][32]byte{}}
	files, checked := filesOf(t, 48), map[string]bool{}
	for round := range n {
		p := b.launch(t, dir, []string{"serve"})
		var wg sync.WaitGroup
		for u := range 4 {
			wg.Go(func() { l.uploader(p.url, files, fmt.Sprintf("203.0.%d.%d", round%250, u+1)) })
		}
		time.Sleep(time.Duration(rand.IntN(400)) * time.Millisecond)
		p.kill()
		wg.Wait()
		if left := look(t, b.dsn, b.bucket, dir).spool; len(left) > 0 {
			t.Errorf("round %d left %v in the spool directory", round, left)
		}
	}
	p := b.launch(t, dir, []string{"serve"})
	l.verify(t, p.url, l.promised)
	pending := 0
	for id, state := range look(t, b.dsn, b.bucket, dir).rows {
		if checked[id] = state == "pending"; checked[id] {
			pending++
			if a := ask(t, "GET", p.url+"/i/"+id+".png", nil); a.status != http.StatusNotFound {
				t.Errorf("the unfinished %s is shown: %d", id, a.status)
			}
		}
	}
	p.kill()
	w := b.sweep(t, dir)
	expectWhole(t, w)
	t.Logf("%d rounds: %d uploads begun, %d acknowledged, %d unfinished and swept, %d live", n, l.begun, len(l.promised), pending, len(w.rows))
	if len(l.promised) < n {
		t.Errorf("only %d uploads were acknowledged in %d rounds: the kills came too early to mean anything", len(l.promised), n)
	}
	again := b.launch(t, dir, []string{"serve"})
	l.verify(t, again.url, l.promised)
}

// later runs fn on an instance over the same database and bucket whose clock is an hour ahead.
func (b *backend) later(t *testing.T, dir string, fn func(context.Context, *app.App) error) {
	t.Helper()
	ctx := context.Background()
	cfg, err := config.Load(append([]string{"IMGLINK_DATA_DIR=" + dir}, b.environ...))
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(ctx, cfg, app.Options{Clock: clock.NewFake(time.Now().Add(time.Hour)), Log: testdb.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close(ctx) //nolint:errcheck // test
	if err := fn(ctx, a); err != nil {
		t.Errorf("sweep: %v", err)
	}
}

// sweep drops what was abandoned and erases what was deleted. A sweep takes a bounded number of rows.
func (b *backend) sweep(t *testing.T, dir string) world {
	t.Helper()
	b.later(t, dir, func(ctx context.Context, a *app.App) (err error) {
		for range 20 {
			err = errors.Join(err, a.Uploads.SweepAbandoned(ctx), a.Uploads.SweepErase(ctx))
		}
		return err
	})
	return look(t, b.dsn, b.bucket, dir)
}

// deriveLost derives what a killed worker had taken: its jobs count as running for some minutes.
func (b *backend) deriveLost(t *testing.T, dir string) {
	t.Helper()
	b.later(t, dir, func(ctx context.Context, a *app.App) error { return a.Uploads.SweepUnderived(ctx) })
}

// expectWhole demands that every row is finished and every object belongs to one.
func expectWhole(t *testing.T, w world) {
	t.Helper()
	want := map[string]bool{}
	for id, state := range w.rows {
		if state == "pending" {
			t.Errorf("%s is still pending after the sweep", id)
		}
		if state == "live" {
			want[id] = false
		}
	}
	for _, key := range w.objects {
		_, name, _ := strings.Cut(key, "/")
		id, _, _ := strings.Cut(name, ".")
		if _, ok := want[id]; !ok {
			t.Errorf("object %s belongs to nothing", key)
		}
		if strings.HasPrefix(key, "images/") {
			want[id] = true
		}
	}
	for id, has := range want {
		if !has {
			t.Errorf("live image %s has no object", id)
		}
	}
	if len(w.spool) > 0 {
		t.Errorf("spooled files were left: %v", w.spool)
	}
}

// TestHangUpMidBody: a client that leaves during its upload leaves nothing behind, on disk or elsewhere.
func TestHangUpMidBody(t *testing.T) {
	b := newBackend(t)
	p := b.serve(t)
	body, kind := formOf(noise(t, 1, 600, 600))
	for range 20 {
		conn := dial(t, p.url)
		_, _ = fmt.Fprintf(conn, "POST /api/v1/images HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", kind, len(body))
		_, _ = conn.Write(body[:rand.IntN(len(body)-10)])
		_ = conn.Close()
	}
	eventually(t, 5*time.Second, func() bool { return len(openFiles(p.cmd.Process.Pid, p.dir)) == 0 },
		func() string { return fmt.Sprint(openFiles(p.cmd.Process.Pid, p.dir)) })
	if w := look(t, b.dsn, b.bucket, p.dir); len(w.rows)+len(w.objects)+len(w.spool) > 0 {
		t.Errorf("left behind: %v", w)
	}
	if img := upload(t, p.url, noise(t, 2, 30, 30))[0]; !bytes.Equal(ask(t, "GET", img.ImageURL, nil).body, stored(t, noise(t, 2, 30, 30))) {
		t.Error("the next upload is damaged")
	}
}

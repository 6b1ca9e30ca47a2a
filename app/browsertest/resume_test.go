package browsertest

import (
	"bytes"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/proto"
	"github.com/jackc/pgx/v5"
)

// heavy is a PNG of more than 5 MiB, so that the page sends it in pieces.
func heavy(t *testing.T, name string) string {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 1600, 1200))
	_, _ = rand.NewChaCha8([32]byte([]byte("imglink imglink imglink imglink "))).Read(img.Pix)
	var b bytes.Buffer
	must(t, (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&b, img))
	if b.Len() < 6<<20 {
		t.Fatalf("only %d bytes", b.Len())
	}
	path := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(path, b.Bytes(), 0o600))
	return path
}

// network emulates a connection: bytes a second upwards, 0 for none at all, negative for the machine's own.
func (v *visitor) network(up float64) {
	v.Helper()
	must(v.T, proto.NetworkEmulateNetworkConditions{Offline: up == 0, DownloadThroughput: -1, UploadThroughput: up, Latency: 0}.Call(v.page))
}

func (v *visitor) sends(path string) {
	v.Helper()
	el, err := v.page.Timeout(patience).Element("#files")
	must(v.T, err)
	must(v.T, el.SetFiles([]string{path}))
}

// begun counts the uploads in pieces that were ever begun.
func (w *world) begun() (n int) {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.DSN)
	must(w.t, err)
	defer conn.Close(w.t.Context()) //nolint:errcheck // test
	must(w.t, conn.QueryRow(w.t.Context(), `SELECT count(*) FROM partial_uploads`).Scan(&n))
	return n
}

const slow = 1_500_000 // bytes a second

// A large upload pauses and goes on by hand, goes on by itself after the connection was lost, and after a reload of the
// page once the same file is chosen again; nothing of it stays in the browser.
func TestLargeUploadsGoOn(t *testing.T) {
	w := begin(t)
	v := visit(t, chromium(t), w.URL).withAxe()
	file := heavy(t, "mountains.png")
	v.open("/")
	v.network(slow)
	v.sends(file)
	v.until("progress", `() => /^[1-9][0-9.]* MiB of/.test(document.querySelector('.up .meta')?.innerText)`)
	v.click("[data-pause]")
	v.until("the pause", `() => document.querySelector('.up .meta').innerText.startsWith('Paused at')`)
	v.inspect("public-upload-paused")
	v.click("[data-pause]")
	v.until("going on", `() => / of /.test(document.querySelector('.up .meta').innerText)`)
	v.network(0)
	v.until("the loss", `() => document.querySelector('.up .meta').innerText.startsWith('No connection')`)
	v.network(slow)
	v.appears(".up.done .links")
	for _, p := range v.drain() {
		if !strings.Contains(p, "ERR_INTERNET_DISCONNECTED") {
			t.Errorf("the browser complained: %s", p)
		}
	}
	if n := w.begun(); n != 1 {
		t.Errorf("%d uploads were begun", n)
	}

	v.open("/")
	v.sends(file)
	v.until("progress again", `() => / of /.test(document.querySelector('.up .meta')?.innerText)`)
	v.until("something that arrived", `() => document.querySelector('.up progress').value > 0.3`)
	v.click("[data-pause]")
	v.network(-1)
	v.open("/")
	v.appears("#interrupted")
	v.says("An upload was interrupted: mountains.png.")
	v.inspect("public-upload-interrupted")
	v.sends(file)
	v.appears(".up.done .links")
	if n := w.begun(); n != 2 {
		t.Errorf("%d uploads were begun: the second did not go on", n)
	}
	if left := v.js(`() => JSON.stringify(Object.keys(sessionStorage)) + JSON.stringify(Object.keys(localStorage))`); left != "[][]" {
		t.Errorf("left in the browser: %s", left)
	}
}

// A cancelled upload is gone from the server too.
func TestACancelledUploadIsGone(t *testing.T) {
	w := begin(t)
	v := visit(t, chromium(t), w.URL)
	v.open("/")
	v.network(slow)
	v.sends(heavy(t, "forest.png"))
	v.until("progress", `() => / of /.test(document.querySelector('.up .meta')?.innerText)`)
	v.click("[data-pause]")
	v.until("the pause", `() => document.querySelector('.up .meta').innerText.startsWith('Paused at')`)
	v.network(-1)
	v.until("an upload nobody sends to", `async () => (await fetch(sessionStorage.getItem(Object.keys(sessionStorage)[0]))).ok`)
	v.click("[data-cancel]")
	v.until("an empty list", `() => !document.querySelector('.up') && sessionStorage.length === 0`)
	for range 100 {
		if w.begun() == 0 {
			return
		}
		v.is(`() => new Promise(done => { setTimeout(() => done(true), 50); })`)
	}
	t.Error("it is still there")
}

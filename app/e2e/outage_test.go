package e2e

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"imglink/app/apptest"
	"imglink/app/objects/objectstest"
	"imglink/app/web/api"
)

// outage is one server going away below a running process.
type outage struct {
	t       *testing.T
	p       *process
	before  api.Image // acknowledged before
	bytes   []byte
	png     []byte
	browser *browser
}

// TestOutages: while the store or the database is away every request says so and when to come back; afterwards everything
// works again without a restart and nothing acknowledged is lost.
func TestOutages(t *testing.T) {
	b, db, store := wired(t)
	p := b.serve(t)
	o := &outage{t: t, p: p, png: noise(t, 9, 60, 60), browser: newBrowser(t, p.url)}
	first := noise(t, 8, 700, 700)
	o.before, o.bytes = upload(t, p.url, first)[0], stored(t, first)

	store.pull()
	o.expectDown("objects", "storage_unavailable", "storage")
	store.plug(t)
	o.expectUp()

	db.pull()
	o.expectDown("database", "database_unavailable", "database")
	db.plug(t)
	o.expectUp()

	db.pull()
	store.pull()
	if s := o.readiness(); s["database"] != "unavailable" || s["objects"] != "unavailable" {
		t.Errorf("both away: %v", s)
	}
	db.plug(t)
	store.plug(t)
	o.expectUp()
	p.kill()
	direct := backendAt(b.dsn, "http://"+store.addr, b.bucket, t)
	expectWhole(t, direct.sweep(t, p.dir))
}

func (o *outage) readiness() map[string]string {
	o.t.Helper()
	a := ask(o.t, "GET", o.p.url+"/readyz", nil)
	state := map[string]string{}
	if err := json.Unmarshal(a.body, &state); err != nil {
		o.t.Errorf("readyz: %v: %s", err, a.body)
	}
	state["status"] = strconv.Itoa(a.status)
	return state
}

func (o *outage) expectDown(what, code, word string) {
	t := o.t
	t.Helper()
	body, kind := formOf(o.png)
	a := ask(t, "POST", o.p.url+"/api/v1/images", bytes.NewReader(body), "Content-Type", kind)
	if pr := a.problem(t); a.status != 503 || pr.Code != code || !strings.Contains(pr.Detail, word) || pr.RetryAfter < 1 || a.header.Get("Retry-After") == "" {
		t.Errorf("%s away, upload: %d %+v, Retry-After %q", what, a.status, pr, a.header.Get("Retry-After"))
	}
	body, kind = multipartOf(part{name: "_csrf", body: []byte(o.browser.token)}, part{name: "file", file: "a.png", body: o.png})
	page := o.browser.ask("POST", "/upload", bytes.NewReader(body), "Content-Type", kind)
	if page.status != 503 || !bytes.Contains(page.body, []byte(word)) || page.header.Get("Retry-After") == "" || !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") {
		t.Errorf("%s away, form: %d %q %.300s", what, page.status, page.header.Get("Content-Type"), page.body)
	}
	if a := ask(t, "GET", o.before.ImageURL, nil); a.status != 503 || a.header.Get("Retry-After") == "" || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s away, picture: %d, Retry-After %q, Cache-Control %q", what, a.status, a.header.Get("Retry-After"), a.header.Get("Cache-Control"))
	}
	if s := o.readiness(); s["status"] != "503" || s[what] != "unavailable" {
		t.Errorf("%s away: readyz %v", what, s)
	}
	for _, path := range []string{"/healthz", "/", "/help"} {
		if a := ask(t, "GET", o.p.url+path, nil); a.status != 200 {
			t.Errorf("%s away: %s is %d", what, path, a.status)
		}
	}
}

func (o *outage) expectUp() {
	t := o.t
	t.Helper()
	start := time.Now()
	eventually(t, 15*time.Second, func() bool { return o.readiness()["status"] == "200" }, func() string { return "readyz is not 200 again" })
	img := upload(t, o.p.url, o.png)[0]
	if a := ask(t, "GET", img.ImageURL, nil); a.status != 200 || !bytes.Equal(a.body, stored(t, o.png)) {
		t.Errorf("the upload after the outage: %d", a.status)
	}
	if a := ask(t, "GET", o.before.ImageURL, nil); a.status != 200 || !bytes.Equal(a.body, o.bytes) {
		t.Errorf("the upload before the outage: %d, %d bytes", a.status, len(a.body))
	}
	t.Logf("working again after %v", time.Since(start).Round(time.Millisecond))
}

// TestSilentServers: servers that accept connections and never answer make the instance unready within seconds.
func TestSilentServers(t *testing.T) {
	b, db, store := wired(t)
	p := b.serve(t)
	o := &outage{t: t, p: p}
	for what, c := range map[string]*cable{"database": db, "objects": store} {
		end := c.silence()
		start := time.Now()
		if s := o.readiness(); s["status"] != "503" || s[what] != "unavailable" || time.Since(start) > 8*time.Second {
			t.Errorf("silent %s: readyz %v after %v", what, s, time.Since(start))
		}
		end()
		eventually(t, 15*time.Second, func() bool { return o.readiness()["status"] == "200" }, func() string { return "readyz is not 200 again" })
	}
}

// TestStoreFailures: a Put that failed before it reached the store and one whose answer was lost look alike to the client;
// neither shows a picture, and the sweep leaves nothing of either.
func TestStoreFailures(t *testing.T) {
	faulty := objectstest.NewFaulty(nil)
	in := apptest.New(t, apptest.With(func(o *appOptions) { o.Transport = faulty }))
	png := noise(t, 1, 50, 50)
	body, kind := formOf(png)
	for name, f := range map[string]struct {
		mode objectstest.Mode
		left int // objects a failed Put leaves until the sweep
	}{"failed and not persisted": {objectstest.FailBefore, 0}, "failed but persisted": {objectstest.FailAfter, 1}, "overloaded": {objectstest.Answer503, 0}} {
		faulty.Set(f.mode, objectstest.Method("PUT"))
		a := ask(t, "POST", in.URL+"/api/v1/images", bytes.NewReader(body), "Content-Type", kind)
		faulty.Set(objectstest.Pass, nil)
		if pr := a.problem(t); a.status != 503 || pr.Code != "storage_unavailable" {
			t.Errorf("%s: %d %s", name, a.status, pr.Code)
		}
		w := look(t, in.DSN, in.Config.S3Bucket, in.Dir)
		if len(w.objects) != f.left || len(w.rows) != 1 {
			t.Errorf("%s: %v, want %d objects", name, w, f.left)
		}
		for id, state := range w.rows {
			if got := ask(t, "GET", in.URL+"/i/"+id+".png", nil); state != "pending" || got.status != 404 {
				t.Errorf("%s: state %s, shown with %d", name, state, got.status)
			}
		}
		in.Clock.Advance(time.Hour)
		if err := in.Uploads.SweepAbandoned(t.Context()); err != nil {
			t.Error(err)
		}
		if w := look(t, in.DSN, in.Config.S3Bucket, in.Dir); len(w.rows)+len(w.objects)+len(w.spool) != 0 {
			t.Errorf("%s: after the sweep: %v", name, w)
		}
	}
}

// TestBrokenReads: a read that breaks off is never a complete answer, and never kept.
func TestBrokenReads(t *testing.T) {
	faulty := objectstest.NewFaulty(nil)
	in := apptest.New(t, apptest.With(func(o *appOptions) { o.Transport = faulty }))
	for name, side := range map[string]int{"kept in memory": 100, "streamed": 1300} {
		png := noise(t, 2, side, side)
		img := upload(t, in.URL, png)[0]
		settled(t, in, len(look(t, in.DSN, in.Config.S3Bucket, "").rows))
		faulty.Set(objectstest.CutBody, objectstest.Method("GET"))
		if a, err := send(quick, "GET", img.ImageURL, nil); err == nil && a.status == 200 {
			t.Errorf("%s: a broken read was a complete answer of %d bytes", name, len(a.body))
		}
		faulty.Set(objectstest.Pass, nil)
		for range 2 {
			if a := ask(t, "GET", img.ImageURL, nil); a.status != 200 || !bytes.Equal(a.body, stored(t, png)) {
				t.Errorf("%s: afterwards %d with %d bytes", name, a.status, len(a.body))
			}
		}
	}
}

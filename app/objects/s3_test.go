package objects_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"imglink/app/fault"
	"imglink/app/objects"
	"imglink/app/objects/objectstest"
)

func put(t *testing.T, s *objects.S3, key, body string) {
	t.Helper()
	if err := s.Put(t.Context(), key, strings.NewReader(body), objects.Meta{ContentType: "image/png", Size: int64(len(body))}); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, s *objects.S3, key string, r *objects.Range) (string, objects.Info) {
	t.Helper()
	o, err := s.Get(t.Context(), key, r)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Body.Close()
	b, err := io.ReadAll(o.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), o.Info
}

func TestPutGetHeadDelete(t *testing.T) {
	s := open(t, nil)
	put(t, s, "i/aa/one.png", "0123456789")
	head, err := s.Head(t.Context(), "i/aa/one.png")
	if err != nil {
		t.Fatal(err)
	}
	if head.Size != 10 || head.TotalSize != 10 || head.ContentType != "image/png" || head.ETag == "" || time.Since(head.LastModified) > time.Hour {
		t.Errorf("head = %+v", head)
	}
	for _, c := range []struct {
		r    *objects.Range
		want string
	}{
		{nil, "0123456789"},
		{&objects.Range{Start: 2, Length: 3}, "234"},
		{&objects.Range{Start: 7}, "789"},
		{&objects.Range{Start: -4}, "6789"},
		{&objects.Range{Start: 8, Length: 50}, "89"},
	} {
		got, info := read(t, s, "i/aa/one.png", c.r)
		if got != c.want || info.Size != int64(len(c.want)) || info.TotalSize != 10 || info.ETag != head.ETag {
			t.Errorf("range %+v: %q %+v", c.r, got, info)
		}
	}
	if _, err := s.Get(t.Context(), "i/aa/one.png", &objects.Range{Start: 10}); fault.Of(err).Code != "range_not_satisfiable" {
		t.Errorf("range past the end: %v", err)
	}
	put(t, s, "i/aa/one.png", "replaced")
	if got, _ := read(t, s, "i/aa/one.png", nil); got != "replaced" {
		t.Errorf("after replacing: %q", got)
	}
	for range 2 { // the second one finds nothing and is a success
		if err := s.Delete(t.Context(), "i/aa/one.png"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Get(t.Context(), "i/aa/one.png", nil); !fault.Is(err, fault.NotFound) {
		t.Errorf("get after delete: %v", err)
	}
	if _, err := s.Head(t.Context(), "i/aa/one.png"); !fault.Is(err, fault.NotFound) {
		t.Errorf("head after delete: %v", err)
	}
}

func TestPutRefusesOtherBytes(t *testing.T) {
	s := open(t, nil)
	sum := sha256.Sum256([]byte("right"))
	if err := s.Put(t.Context(), "ok", strings.NewReader("right"), objects.Meta{Size: 5, SHA256: sum[:]}); err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]objects.Meta{
		"other hash": {Size: 5, SHA256: sum[:]}, "short body": {Size: 9}, "long body": {Size: 2}, "half a hash": {Size: 5, SHA256: sum[:7]},
	} {
		if err := s.Put(t.Context(), "bad", strings.NewReader("wrong"), m); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if _, err := s.Head(t.Context(), "bad"); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: something was stored: %v", name, err)
		}
	}
}

func TestListPagesAndDeleteAll(t *testing.T) {
	s := open(t, nil)
	const n = 1105
	keys := make([]string, n)
	var wg sync.WaitGroup
	for i := range n {
		keys[i] = fmt.Sprintf("p/%04d", i)
	}
	for part := range slices.Chunk(keys, 70) {
		wg.Go(func() {
			for _, k := range part {
				put(t, s, k, "x")
			}
		})
	}
	wg.Wait()
	put(t, s, "q/other", "x")
	var got []string
	for e, err := range s.List(t.Context(), "p/") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.Key)
	}
	if !slices.Equal(got, keys) {
		t.Fatalf("listed %d keys, want %d in order", len(got), n)
	}
	for range 2 {
		if err := s.DeleteAll(t.Context(), append(keys, "p/never-there")); err != nil {
			t.Fatal(err)
		}
	}
	for e, err := range s.List(t.Context(), "") {
		if err != nil || e.Key != "q/other" {
			t.Errorf("left: %v %v", e, err)
		}
	}
}

// TestSSEHeader watches the wire: the embedded server drops the header, so only a proxy can tell that it was sent.
func TestSSEHeader(t *testing.T) {
	target, _ := url.Parse(server.Endpoint)
	for mode, want := range map[string]string{"": "", "AES256": "AES256", "aws:kms": "aws:kms", "provider": ""} {
		t.Run("mode "+mode, func(t *testing.T) {
			var mu sync.Mutex
			var seen []http.Header
			proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
				p.SetURL(target)
				p.Out.Host = p.In.Host
				if p.In.Method == http.MethodPut {
					mu.Lock()
					defer mu.Unlock()
					seen = append(seen, p.In.Header.Clone())
				}
			}})
			defer proxy.Close()
			s := open(t, func(c *objects.Config) { c.Endpoint, c.SSE = proxy.URL, mode })
			put(t, s, "k", "v")
			if len(seen) != 1 {
				t.Fatalf("%d PUTs on the wire", len(seen))
			}
			if got := seen[0].Get("X-Amz-Server-Side-Encryption"); got != want {
				t.Errorf("header %q, want %q", got, want)
			}
			if want != "" && !strings.Contains(seen[0].Get("Authorization"), "x-amz-server-side-encryption") {
				t.Error("the header is not part of the signature")
			}
			for name := range seen[0] {
				if strings.HasPrefix(name, "X-Amz-Checksum") || strings.HasPrefix(name, "X-Amz-Sdk-Checksum") {
					t.Errorf("%s sent: R2 does not know it", name)
				}
			}
		})
	}
}

func TestFailures(t *testing.T) {
	f := objectstest.NewFaulty(nil)
	s := open(t, func(c *objects.Config) { c.Transport = f })
	store := func(key string) error {
		return s.Put(t.Context(), key, strings.NewReader("abc"), objects.Meta{Size: 3})
	}
	for _, c := range []struct {
		mode      objectstest.Mode
		persisted bool
	}{{objectstest.FailBefore, false}, {objectstest.FailAfter, true}, {objectstest.Answer503, false}} {
		key := fmt.Sprintf("mode-%d", c.mode)
		f.Set(c.mode, objectstest.Method(http.MethodPut))
		_, before := f.Counts()
		err := store(key)
		if e := fault.Of(err); e.Kind != fault.Unavailable || e.RetryAfter <= 0 || strings.Contains(e.Message, "injected") {
			t.Errorf("mode %d: %v", c.mode, err)
		}
		if _, after := f.Counts(); after-before != 3 {
			t.Errorf("mode %d: %d tries, want 3", c.mode, after-before)
		}
		_, err = s.Head(t.Context(), key)
		if c.persisted != (err == nil) {
			t.Errorf("mode %d: persisted=%v, head: %v", c.mode, c.persisted, err)
		}
		f.Set(objectstest.Pass, nil)
		if err := store(key); err != nil {
			t.Errorf("mode %d: repeat: %v", c.mode, err)
		}
	}
	f.Set(objectstest.FailAfter, objectstest.Method(http.MethodDelete))
	if err := s.Delete(t.Context(), "mode-1"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("delete with its answer lost: %v", err)
	}
	f.Set(objectstest.Pass, nil)
	if err := s.Delete(t.Context(), "mode-1"); err != nil {
		t.Errorf("repeated delete: %v", err)
	}
}

func TestRetriesHideSporadicFailures(t *testing.T) {
	f := objectstest.NewFaulty(nil)
	s := open(t, func(c *objects.Config) { c.Transport, c.Attempts = f, 8 })
	f.Set(objectstest.FailBefore, nil)
	f.Percent(20)
	for i := range 20 {
		put(t, s, fmt.Sprintf("k%d", i), "abc")
	}
	if _, failed := f.Counts(); failed == 0 {
		t.Error("nothing failed: the test proves nothing")
	}
}

func TestBrokenAndHungBodies(t *testing.T) {
	f := objectstest.NewFaulty(nil)
	s := open(t, func(c *objects.Config) { c.Transport, c.Timeout, c.Attempts = f, 200*time.Millisecond, 1 })
	put(t, s, "k", strings.Repeat("x", 1000))
	f.Set(objectstest.CutBody, objectstest.Method(http.MethodGet))
	o, err := s.Get(t.Context(), "k", nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(o.Body)
	if !fault.Is(err, fault.Unavailable) || len(b) != 500 {
		t.Errorf("cut body: %d bytes, %v", len(b), err)
	}
	_ = o.Body.Close()
	f.Set(objectstest.Pass, nil)
	f.Latency(time.Minute)
	for name, call := range map[string]func() error{
		"get":  func() error { _, err := s.Get(t.Context(), "k", nil); return err },
		"head": func() error { _, err := s.Head(t.Context(), "k"); return err },
		"ping": func() error { return s.Ping(t.Context()) },
		"put":  func() error { return s.Put(t.Context(), "k", bytes.NewReader(nil), objects.Meta{}) },
	} {
		begin := time.Now()
		if err := call(); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s on a hung store: %v", name, err)
		}
		if took := time.Since(begin); took > 3*time.Second {
			t.Errorf("%s on a hung store took %v", name, took)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Head(ctx, "k"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled caller: %v", err)
	}
}

// TestStalledBody serves headers and half a body, then silence.
func TestStalledBody(t *testing.T) {
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		_, _ = w.Write([]byte("12345"))
		w.(http.Flusher).Flush()
		<-release
	}))
	defer srv.Close()
	defer close(release)
	s, err := objects.Open(t.Context(), objects.Config{
		Endpoint: srv.URL, Region: "auto", Bucket: "b", AccessKeyID: "a", SecretAccessKey: "s", Timeout: 100 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	o, err := s.Get(t.Context(), "k", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Body.Close()
	time.Sleep(250 * time.Millisecond) // a slow reader alone must not end the transfer
	b, err := io.ReadAll(o.Body)
	if string(b) != "12345" || !fault.Is(err, fault.Unavailable) {
		t.Errorf("%q, %v", b, err)
	}
}

func TestMisconfiguration(t *testing.T) {
	_, err := objects.Open(t.Context(), objects.Config{Endpoint: "store.example", SSE: "yes", SecretAccessKey: "hunter2"})
	for _, want := range []string{"endpoint", "region", "bucket", "access key id", "sse"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not reported: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Error("the secret is in the error")
	}
	for name, change := range map[string]func(*objects.Config){
		"wrong secret": func(c *objects.Config) { c.SecretAccessKey = "nope" },
		"no bucket":    func(c *objects.Config) { c.Bucket = "never-made" },
		"no server":    func(c *objects.Config) { c.Endpoint = "http://127.0.0.1:1" },
	} {
		s := open(t, change)
		if err := s.Ping(t.Context()); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: ping: %v", name, err)
		}
	}
	s := open(t, nil)
	for _, key := range []string{"", "/a", "a//b", "../a", "a/..", "a\\b", "a\x00", strings.Repeat("k", 1025)} {
		if err := s.Put(t.Context(), key, strings.NewReader(""), objects.Meta{}); err == nil {
			t.Errorf("key %q accepted", key)
		}
	}
}

// TestBurstsReuseConnections counts dials: Go's default pool would keep two of 64 and dial again for every burst.
func TestBurstsReuseConnections(t *testing.T) {
	var dials atomic.Int32
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(20 * time.Millisecond)
		_, _ = w.Write(make([]byte, 4096))
	}))
	srv.Config.ConnState = func(_ net.Conn, st http.ConnState) {
		if st == http.StateNew {
			dials.Add(1)
		}
	}
	srv.Start()
	defer srv.Close()
	s, err := objects.Open(t.Context(), objects.Config{Endpoint: srv.URL, Region: "auto", Bucket: "b", AccessKeyID: "a", SecretAccessKey: "s"})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				o, err := s.Get(t.Context(), "k", nil)
				if err != nil {
					t.Error(err)
					return
				}
				if n, err := io.Copy(io.Discard, o.Body); n != 4096 || err != nil {
					t.Errorf("%d bytes, %v", n, err)
				}
				_ = o.Body.Close()
			})
		}
		wg.Wait()
	}
	if n := dials.Load(); n > 80 {
		t.Errorf("%d connections for five bursts of 64", n)
	}
}

package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/apptest"
	"imglink/models"
)

// served uploads one picture and gives it with its stored bytes.
func served(t *testing.T, in *apptest.Instance, side int) (url, id string, body []byte) {
	t.Helper()
	png := noise(t, uint64(side), side, side)
	img := upload(t, in.URL, png)[0]
	return img.ImageURL, img.ID, stored(t, png)
}

// TestRanges is the table of RFC 9110 section 14, for a picture kept in memory and for one that is streamed.
func TestRanges(t *testing.T) {
	in := apptest.New(t)
	for _, side := range []int{60, 1300} {
		url, _, body := served(t, in, side)
		n := len(body)
		ask(t, "GET", url, nil) // warms the cache
		etag := ask(t, "HEAD", url, nil).header.Get("ETag")
		for _, r := range []struct {
			header   string
			ifRange  string
			status   int
			from, to int
		}{
			{"bytes=0-0", "", 206, 0, 1},
			{"bytes=0-99", "", 206, 0, 100},
			{"bytes=100-", "", 206, 100, n},
			{"bytes=-100", "", 206, n - 100, n},
			{"bytes=-999999999", "", 206, 0, n},
			{fmt.Sprintf("bytes=%d-%d", n-1, n-1), "", 206, n - 1, n},
			{fmt.Sprintf("bytes=10-%d", n+1000), "", 206, 10, n},
			{fmt.Sprintf("bytes=%d-", n), "", 416, 0, 0},
			{"bytes=-0", "", 416, 0, 0},
			{"bytes=5-4", "", 200, 0, n},
			{"bytes=a-b", "", 200, 0, n},
			{"bytes=", "", 200, 0, n},
			{"bytes=--5", "", 200, 0, n},
			{"pages=1-2", "", 200, 0, n},
			{"bytes=0-1,5-6", "", 200, 0, n},
			{"bytes=0-99999999999999999999", "", 200, 0, n},
			{"bytes=0-99", etag, 206, 0, 100},
			{"bytes=0-99", `"other"`, 200, 0, n},
			{"bytes=0-99", "W/" + etag, 200, 0, n},
			{fmt.Sprintf("bytes=%d-", n), `"other"`, 200, 0, n},
		} {
			h := []string{"Range", r.header}
			if r.ifRange != "" {
				h = append(h, "If-Range", r.ifRange)
			}
			a := ask(t, "GET", url, nil, h...)
			if a.status != r.status || r.status != 416 && !bytes.Equal(a.body, body[r.from:r.to]) {
				t.Errorf("%q, If-Range %q of %d bytes: %d with %d bytes, want %d with %d", r.header, r.ifRange, n, a.status, len(a.body), r.status, r.to-r.from)
			}
			want := map[int]string{206: fmt.Sprintf("bytes %d-%d/%d", r.from, r.to-1, n), 416: fmt.Sprintf("bytes */%d", n)}[r.status]
			if got := a.header.Get("Content-Range"); got != want {
				t.Errorf("%q: Content-Range %q, want %q", r.header, got, want)
			}
		}
		if a := ask(t, "HEAD", url, nil, "Range", "bytes=0-9"); a.status != 200 || a.header.Get("Content-Length") != fmt.Sprint(n) {
			t.Errorf("HEAD knows no ranges (RFC 9110, 14.2): %d, length %s", a.status, a.header.Get("Content-Length"))
		}
	}
}

// TestConditionsAndHeaders: validators, HEAD like GET, and the headers that make a picture harmless in every browser.
func TestConditionsAndHeaders(t *testing.T) {
	in := apptest.New(t)
	url, _, body := served(t, in, 80)
	get, head := ask(t, "GET", url, nil), ask(t, "HEAD", url, nil)
	for name, want := range map[string]string{
		"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "cross-origin", "Accept-Ranges": "bytes",
		"Access-Control-Allow-Origin": "*", "Content-Length": fmt.Sprint(len(body)), "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
	} {
		if got := get.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if cc := get.header.Get("Cache-Control"); cc != "private, max-age=3600, immutable" {
		t.Errorf("Cache-Control %q where no shared cache can be purged", cc)
	}
	if len(get.header.Values("Set-Cookie")) > 0 || len(head.body) > 0 || head.status != 200 {
		t.Errorf("cookies %v, HEAD %d with %d bytes", get.header.Values("Set-Cookie"), head.status, len(head.body))
	}
	for name := range get.header {
		if name != "X-Request-Id" && name != "Date" && get.header.Get(name) != head.header.Get(name) {
			t.Errorf("HEAD has %s %q, GET %q", name, head.header.Get(name), get.header.Get(name))
		}
	}
	etag, modified := get.header.Get("ETag"), get.header.Get("Last-Modified")
	for _, c := range []struct {
		name, value string
		status      int
	}{
		{"If-None-Match", etag, 304},
		{"If-None-Match", "W/" + etag, 304},
		{"If-None-Match", `"a", ` + etag, 304},
		{"If-None-Match", "*", 304},
		{"If-None-Match", `"other"`, 200},
		{"If-Modified-Since", modified, 304},
		{"If-Modified-Since", "Mon, 01 Jan 2001 00:00:00 GMT", 200},
		{"If-Modified-Since", "nonsense", 200},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			a := ask(t, method, url, nil, c.name, c.value)
			if a.status != c.status || a.status == 304 && (len(a.body) > 0 || a.header.Get("ETag") != etag) {
				t.Errorf("%s with %s %q: %d, want %d", method, c.name, c.value, a.status, c.status)
			}
		}
	}
	if a := ask(t, "GET", url, nil, "If-None-Match", `"other"`, "If-Modified-Since", modified); a.status != 200 {
		t.Errorf("If-None-Match comes before If-Modified-Since: %d", a.status)
	}
	for path, want := range map[string]int{url[:len(url)-3] + "jpg": 404, in.URL + "/i/AAAAAAAAAAAA.png": 404, in.URL + "/i/x.png": 404, in.URL + "/i/..%2f..%2fetc.png": 404} {
		if a := ask(t, "GET", path, nil); a.status != want {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

// TestStateChangesShowAtOnce: with a warm cache and kept connections, the next request already sees a decision.
func TestStateChangesShowAtOnce(t *testing.T) {
	in := apptest.New(t)
	for _, c := range []struct {
		to         models.ImageState
		file, page int
	}{{models.ImageRemoved, 410, 410}, {models.ImageDisabled, 451, 451}, {models.ImageDeleted, 410, 410}, {models.ImageRestricted, 403, 200}} {
		for _, side := range []int{50, 1300} {
			url, id, body := served(t, in, side)
			etag := ask(t, "HEAD", url, nil).header.Get("ETag")
			kept := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}}
			for range 3 {
				if a, err := send(kept, "GET", url, nil); err != nil || a.status != 200 || !bytes.Equal(a.body, body) {
					t.Fatalf("before: %v %d", err, a.status)
				}
			}
			change := models.Change{Actor: actor.System("test"), Needs: actor.Public, Action: "image.decide", Entity: "image", ID: id}
			if err := in.Store.Write(t.Context(), change, func(tx *models.Tx) error {
				return tx.SetImageState(id, []models.ImageState{models.ImageLive}, c.to, "")
			}); err != nil {
				t.Fatal(err)
			}
			for _, h := range [][]string{nil, {"If-None-Match", etag}, {"Range", "bytes=0-9"}} {
				for _, method := range []string{"GET", "HEAD"} {
					a, err := send(kept, method, url, nil, h...)
					if err != nil || a.status != c.file || bytes.Contains(a.body, body[:64]) || strings.Contains(a.header.Get("Cache-Control"), "public") {
						t.Errorf("%s: %s with %v: %v %d, Cache-Control %q", c.to, method, h, err, a.status, a.header.Get("Cache-Control"))
					}
				}
			}
			if a, err := send(kept, "GET", in.URL+"/"+id, nil); err != nil || a.status != c.page {
				t.Errorf("%s: the page: %v %d", c.to, err, a.status)
			}
			if a, err := send(kept, "GET", in.URL+"/t/"+id+".jpg", nil); err != nil || a.status != c.file {
				t.Errorf("%s: the thumbnail: %v %d", c.to, err, a.status)
			}
			kept.CloseIdleConnections()
		}
	}
}

// keyed posts with an idempotency key.
func keyed(t *testing.T, url, key string, body []byte, kind string, more ...string) answer {
	t.Helper()
	return ask(t, "POST", url+"/api/v1/images", bytes.NewReader(body), append([]string{"Content-Type", kind, "Idempotency-Key", key}, more...)...)
}

// TestIdempotency: one key is one upload, however often and however concurrently it is sent; a failure uses nothing up.
func TestIdempotency(t *testing.T) {
	in := apptest.New(t, apptest.Env("TRUSTED_PROXIES=127.0.0.0/8"))
	body, kind := formOf(noise(t, 1, 40, 40))
	other, otherKind := formOf(noise(t, 2, 41, 41))
	bad, badKind := formOf([]byte("no picture"))
	first := keyed(t, in.URL, "k1", body, kind)
	again := keyed(t, in.URL, "k1", body, kind)
	if first.status != 201 || again.status != 201 || !bytes.Equal(first.body, again.body) || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("replay: %d %d %q", first.status, again.status, again.header.Get("Idempotent-Replayed"))
	}
	if a := keyed(t, in.URL, "k1", other, otherKind); a.status != 422 || a.problem(t).Fields[0].Name != "Idempotency-Key" {
		t.Errorf("another body under the key: %d %s", a.status, a.body)
	}
	if a := keyed(t, in.URL, "k1", body, kind, "CF-Connecting-IP", "203.0.113.7"); a.status != 201 || bytes.Equal(a.body, first.body) {
		t.Errorf("another client sees the first one's delete token: %d", a.status)
	}
	if a := keyed(t, in.URL, strings.Repeat("k", 256), body, kind); a.status != 422 {
		t.Errorf("long key: %d", a.status)
	}
	if a := keyed(t, in.URL, "k2", bad, badKind); a.status != 415 {
		t.Errorf("failed first attempt: %d", a.status)
	}
	if a := keyed(t, in.URL, "k2", body, kind); a.status != 201 || a.header.Get("Idempotent-Replayed") != "" {
		t.Errorf("second attempt after a failure: %d", a.status)
	}
	images := len(look(t, in.DSN, in.Config.S3Bucket, "").rows)
	answers := make([]answer, 8)
	if _, err := fleet(8, 8, func(i int) (err error) {
		answers[i], err = send(quick, "POST", in.URL+"/api/v1/images", io.MultiReader(bytes.NewReader(other)), "Content-Type", otherKind, "Idempotency-Key", "k3")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	fresh := 0
	for _, a := range answers {
		if a.status == 201 && a.header.Get("Idempotent-Replayed") == "" {
			fresh++
		} else if a.status != 201 && (a.status != 409 || a.problem(t).Code != "idempotency_busy" || a.header.Get("Retry-After") == "") {
			t.Errorf("concurrent: %d %s", a.status, a.body)
		}
	}
	if n := len(look(t, in.DSN, in.Config.S3Bucket, "").rows); fresh != 1 || n != images+1 {
		t.Errorf("%d fresh answers and %d images for one key", fresh, n-images)
	}
	in.Clock.Advance(25 * time.Hour)
	if a := keyed(t, in.URL, "k1", body, kind); a.status != 201 || a.header.Get("Idempotent-Replayed") != "" {
		t.Errorf("after a day the key is free again: %d", a.status)
	}
}

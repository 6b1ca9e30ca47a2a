package e2e

import (
	"strings"
	"testing"

	"imglink/app/apptest"
	"imglink/static"
)

// A shared cache may keep a picture only where a removal reaches it.
func TestSharedCachesNeedAPurger(t *testing.T) {
	in := apptest.New(t, apptest.Idle(), apptest.Env("CLOUDFLARE_ZONE_ID=zone", "CLOUDFLARE_API_TOKEN=token"))
	url, _, _ := served(t, in, 60)
	if cc := ask(t, "GET", url, nil).header.Get("Cache-Control"); cc != "public, max-age=3600, s-maxage=31536000, immutable" {
		t.Errorf("Cache-Control %q", cc)
	}
}

// Refusals that no page draws go through the one place for errors all the same.
func TestRefusalsAreProblems(t *testing.T) {
	in := apptest.New(t)
	url, _, _ := served(t, in, 60)
	for _, r := range []struct {
		path, code string
		status     int
		header     []string
	}{
		{in.URL + "/oembed?format=xml&url=" + in.URL, "oembed_format", 501, nil},
		{url, "range_not_satisfiable", 416, []string{"Range", "bytes=99999999-"}},
	} {
		a := ask(t, "GET", r.path, nil, append(r.header, "Accept", "application/json")...)
		if p := a.problem(t); a.status != r.status || p.Code != r.code || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %q, Cache-Control %q", r.path, a.status, p.Code, a.header.Get("Cache-Control"))
		}
	}
	page := ask(t, "GET", url, nil, "Range", "bytes=99999999-", "Accept", "text/html")
	if page.status != 416 || !strings.Contains(string(page.body), "<main") || page.header.Get("ETag") != "" {
		t.Errorf("a range that is not there, as a page: %d with %d bytes", page.status, len(page.body))
	}
}

// Static files are sent in a coding the client takes, and not at all when it holds them.
func TestStaticNegotiation(t *testing.T) {
	in := apptest.New(t, apptest.Idle())
	url := in.URL + static.Asset("staff.css")
	for accept, want := range map[string]string{
		"br": "br", "gzip, br": "br", "gzip, br;q=0": "gzip", "br;q=0": "", "br;q=0.1, gzip;q=0.9": "gzip", "*": "br", "identity": "", "x-broken": "",
	} {
		a := ask(t, "GET", url, nil, "Accept-Encoding", accept)
		if got := a.header.Get("Content-Encoding"); a.status != 200 || got != want || !strings.Contains(a.header.Get("Vary"), "Accept-Encoding") {
			t.Errorf("Accept-Encoding %q: %d with coding %q, want %q", accept, a.status, got, want)
		}
	}
	etag := ask(t, "GET", url, nil).header.Get("ETag")
	for tag, want := range map[string]int{etag: 304, `"other", ` + etag: 304, "W/" + etag + `, "x"`: 304, "*": 304, `"other"`: 200} {
		if a := ask(t, "GET", url, nil, "If-None-Match", tag); a.status != want {
			t.Errorf("If-None-Match %s: %d, want %d", tag, a.status, want)
		}
	}
}

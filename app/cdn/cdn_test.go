package cdn_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"imglink/app/cdn"
	"imglink/app/clock"
	"imglink/app/fault"
)

const (
	zone  = "0123456789abcdef0123456789abcdef"
	token = "s3cr3t-token"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// api is a fake of Cloudflare's endpoint that records what it purged.
type api struct {
	purged [][]string
	status int
	body   string
	header map[string]string
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in map[string][]string
	err := json.NewDecoder(r.Body).Decode(&in)
	if err != nil || len(in) != 1 || r.Method != http.MethodPost || r.URL.Path != "/client/v4/zones/"+zone+"/purge_cache" ||
		r.Header.Get("Authorization") != "Bearer "+token || r.Header.Get("Content-Type") != "application/json" {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	a.purged = append(a.purged, in["files"])
	for k, v := range a.header {
		w.Header().Set(k, v)
	}
	w.WriteHeader(a.status)
	fmt.Fprint(w, a.body)
}

func cloudflare(t *testing.T, a *api) *cdn.Cloudflare {
	t.Helper()
	srv := httptest.NewServer(a)
	t.Cleanup(srv.Close)
	c := &cdn.Cloudflare{ZoneID: zone, Token: token, BaseURL: srv.URL + "/", Clock: clock.NewFake(noon)}
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	return c
}

func addresses(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("https://img.example/i/%03d.png", i)
	}
	return out
}

func TestPurgeInCallsOfThirty(t *testing.T) {
	for n, want := range map[int][]int{0: nil, 1: {1}, 30: {30}, 31: {30, 1}, 75: {30, 30, 15}} {
		a := &api{status: 200, body: `{"success":true,"errors":[],"messages":[],"result":{"id":"x"}}`}
		in := addresses(n)
		if err := cloudflare(t, a).Purge(t.Context(), append(in, in...)); err != nil {
			t.Fatal(err)
		}
		var sizes []int
		seen := map[string]int{}
		for _, call := range a.purged {
			sizes = append(sizes, len(call))
			for _, u := range call {
				seen[u]++
			}
		}
		if fmt.Sprint(sizes) != fmt.Sprint(want) || len(seen) != n {
			t.Errorf("%d addresses: calls of %v, want %v, %d distinct", n, sizes, want, len(seen))
		}
	}
}

func TestPurgeFailures(t *testing.T) {
	for _, c := range []struct {
		name         string
		status       int
		body, header string
		code         string
		wait         time.Duration
	}{
		{"rate limit in seconds", 429, `{"success":false,"errors":[{"code":1015,"message":"slow down"}]}`, "77", "cdn_unavailable", 77 * time.Second},
		{"rate limit with a date", 429, `{}`, "Mon, 23 Nov 2026 12:02:00 GMT", "cdn_unavailable", 2 * time.Minute},
		{"rate limit with a past date", 429, `{}`, "Mon, 23 Nov 2026 11:02:00 GMT", "cdn_unavailable", time.Second},
		{"rate limit for a day", 429, `{}`, "86400", "cdn_unavailable", time.Hour},
		{"rate limit with nonsense", 429, `{}`, "soon", "cdn_unavailable", 30 * time.Second},
		{"rate limit without a time", 429, `{}`, "", "cdn_unavailable", 30 * time.Second},
		{"server error", 500, `<html>`, "", "cdn_unavailable", 30 * time.Second},
		{"not JSON", 200, `<html>`, "", "cdn_unavailable", 30 * time.Second},
		{"wrong token", 403, `{"success":false,"errors":[{"code":10000,"message":"Authentication error for ` + token + `"}]}`, "", "cdn_refused", 10 * time.Minute},
		{"unknown zone", 404, `{"success":false,"errors":[{"code":7003,"message":"no zone ` + zone + `"}]}`, "", "cdn_refused", 10 * time.Minute},
		{"200 without success", 200, `{"success":false,"errors":[{"code":1012,"message":"bad"}]}`, "", "cdn_refused", 10 * time.Minute},
		{"redirect", 302, ``, "", "cdn_refused", 10 * time.Minute},
	} {
		a := &api{status: c.status, body: c.body, header: map[string]string{"Location": "http://127.0.0.1:1/"}}
		if c.header != "" {
			a.header["Retry-After"] = c.header
		}
		err := cloudflare(t, a).Purge(t.Context(), addresses(31))
		if e := fault.Of(err); e.Code != c.code || e.RetryAfter != c.wait {
			t.Errorf("%s: %v after %v", c.name, err, e.RetryAfter)
		}
		if err != nil && (strings.Contains(err.Error(), token) || strings.Contains(err.Error(), zone)) {
			t.Errorf("%s: a secret is in %v", c.name, err)
		}
		if len(a.purged) != 1 {
			t.Errorf("%s: %d calls, want to stop after the first", c.name, len(a.purged))
		}
	}
	err := cloudflare(t, &api{status: 403, body: `{"errors":[{"code":10000,"message":"Authentication error"}]}`}).Purge(t.Context(), addresses(1))
	if !strings.Contains(err.Error(), "10000 Authentication error") {
		t.Errorf("what Cloudflare said is lost: %v", err)
	}
}

func TestPurgeOfWrongAddressesAndServers(t *testing.T) {
	a := &api{status: 200, body: `{"success":true}`}
	c := cloudflare(t, a)
	for _, bad := range []string{"", "/i/x.png", "img.example/x", "ftp://img.example/x", "https://", "http://a b/"} {
		if err := c.Purge(t.Context(), []string{"https://img.example/ok", bad}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if len(a.purged) != 0 {
		t.Error("a call went out beside a wrong address")
	}
	c.BaseURL = "http://127.0.0.1:1"
	if err := c.Purge(t.Context(), addresses(1)); !fault.Is(err, fault.Unavailable) || fault.Of(err).Code != "cdn_unavailable" {
		t.Errorf("no server: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Purge(ctx, addresses(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	var none cdn.Purger = cdn.None{}
	if err := none.Purge(t.Context(), addresses(1)); err != nil {
		t.Error(err)
	}
	err := (&cdn.Cloudflare{ZoneID: "../x", Token: "a b", BaseURL: "cf"}).Check()
	for _, want := range []string{"zone id", "token", "base URL"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not reported: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "a b") {
		t.Error("the token is in the error")
	}
}

func TestProbe(t *testing.T) {
	var noHead atomic.Bool
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if noHead.Load() && r.Method == http.MethodHead {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("Cf-Cache-Status", "hit")
		w.Header().Set("Age", "120")
		w.Header().Set("Location", "/404")
		var n int
		_, _ = fmt.Sscanf(r.URL.Path, "/%d", &n)
		w.WriteHeader(n)
	}))
	defer srv.Close()
	var p cdn.Prober
	for range 2 {
		for status, want := range map[int]string{
			200: "there", 206: "there", 404: "gone", 410: "gone", 451: "gone", 302: "unknown", 403: "unknown", 429: "unknown", 500: "unknown", 503: "unknown", 521: "unknown",
		} {
			gone, err := p.Probe(t.Context(), fmt.Sprintf("%s/%d", srv.URL, status))
			got := map[bool]string{true: "gone", false: "there"}[gone]
			if err != nil {
				if got = "unknown"; gone || !fault.Is(err, fault.Unavailable) {
					t.Errorf("%d: gone=%v, %v", status, gone, err)
				}
			}
			if got != want {
				t.Errorf("%d: %s, want %s", status, got, want)
			}
		}
		noHead.Store(true) // the second round asks an edge that knows no HEAD
	}
	s, err := p.Look(t.Context(), srv.URL+"/200")
	if err != nil || s != (cdn.Sighting{Status: 200, Cache: "HIT", Age: "120"}) {
		t.Errorf("%+v, %v", s, err)
	}
	if gone, err := p.Probe(t.Context(), "http://127.0.0.1:1/x"); gone || !fault.Is(err, fault.Unavailable) {
		t.Errorf("no edge: %v, %v", gone, err)
	}
	if gone, err := p.Probe(t.Context(), "/i/x.png"); gone || !fault.Is(err, fault.Invalid) {
		t.Errorf("relative address: %v, %v", gone, err)
	}
}

package botcheck_test

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"imglink/app/botcheck"
	"imglink/app/botcheck/botchecktest"
	"imglink/app/clock"
	"imglink/app/fault"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

type object = map[string]any

func good() object {
	return object{"success": true, "error-codes": []string{}, "challenge_ts": "2026-11-23T11:59:00Z", "hostname": "img.example", "action": "report", "cdata": ""}
}

func with(key string, value any) object {
	o := good()
	o[key] = value
	return o
}

func turnstile(url string) *botcheck.Turnstile {
	return &botcheck.Turnstile{
		SiteKey: "0x4AAAAAAA", Secret: "0x4BBBBBBB", VerifyURL: url, Hostname: "img.example",
		Timeout: 200 * time.Millisecond, Once: &botchecktest.Memory{}, Clock: clock.NewFake(noon),
	}
}

func TestTurnstileOutcomes(t *testing.T) {
	code := func(codes ...string) object { return object{"success": false, "error-codes": codes} }
	for _, c := range []struct {
		name   string
		status int
		out    any
		want   string
		calls  int
	}{
		{"passed", 200, good(), "", 1},
		{"passed on our host in capitals", 200, with("hostname", "IMG.example"), "", 1},
		{"missing-input-secret", 200, code("missing-input-secret"), "botcheck_unavailable", 1},
		{"invalid-input-secret", 200, code("invalid-input-secret"), "botcheck_unavailable", 1},
		{"missing-input-response", 200, code("missing-input-response"), "botcheck_failed", 1},
		{"invalid-input-response", 200, code("invalid-input-response"), "botcheck_failed", 1},
		{"bad-request", 400, code("bad-request"), "botcheck_unavailable", 1},
		{"timeout-or-duplicate", 200, code("timeout-or-duplicate"), "botcheck_failed", 1},
		{"internal-error", 200, code("internal-error"), "botcheck_unavailable", 2},
		{"a code of the future", 200, code("something-new"), "botcheck_failed", 1},
		{"no code at all", 200, object{"success": false}, "botcheck_failed", 1},
		{"success with status 400", 400, good(), "botcheck_failed", 1},
		{"other host", 200, with("hostname", "evil.example"), "botcheck_failed", 1},
		{"host with ours inside", 200, with("hostname", "img.example.evil.example"), "botcheck_failed", 1},
		{"no host", 200, with("hostname", ""), "botcheck_failed", 1},
		{"other action", 200, with("action", "signup"), "botcheck_failed", 1},
		{"no action", 200, with("action", ""), "botcheck_failed", 1},
		{"status 500", 500, good(), "botcheck_unavailable", 2},
		{"status 403", 403, good(), "botcheck_unavailable", 2},
		{"status 302", 302, good(), "botcheck_unavailable", 2},
		{"not JSON", 200, "<html>", "botcheck_unavailable", 2},
		{"wrong type", 200, `{"success":"true"}`, "botcheck_unavailable", 2},
		{"empty", 200, "", "botcheck_unavailable", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := botchecktest.NewSiteverify(t, func(int, map[string]string) (int, any) { return c.status, c.out })
			err := turnstile(srv.URL).Verify(t.Context(), "token", "report", "203.0.113.7")
			verdict(t, err, c.want)
			calls := srv.Calls()
			if len(calls) != c.calls {
				t.Fatalf("%d calls, want %d", len(calls), c.calls)
			}
			in := calls[0]
			if in["secret"] != "0x4BBBBBBB" || in["response"] != "token" || in["remoteip"] != "203.0.113.7" {
				t.Errorf("request %v", in)
			}
			if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(in["idempotency_key"]) {
				t.Errorf("idempotency key %q", in["idempotency_key"])
			}
			if len(calls) == 2 && calls[1]["idempotency_key"] != in["idempotency_key"] {
				t.Error("the second try has another idempotency key")
			}
		})
	}
}

// verdict compares an error with the wanted code and demands a sentence that leaks nothing.
func verdict(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Errorf("refused: %v", err)
		}
		return
	}
	if err == nil || fault.Of(err).Code != want {
		t.Errorf("%v, want %s", err, want)
		return
	}
	if e := fault.Of(err); strings.Contains(err.Error(), "0x4B") || strings.Contains(e.Message, "siteverify") || want == "botcheck_unavailable" && e.RetryAfter <= 0 {
		t.Errorf("%+v: %v", e, err)
	}
}

func TestTurnstileSecondTrySucceeds(t *testing.T) {
	srv := botchecktest.NewSiteverify(t, func(call int, _ map[string]string) (int, any) {
		if call == 1 {
			return http.StatusBadGateway, ""
		}
		return 200, good()
	})
	verdict(t, turnstile(srv.URL).Verify(t.Context(), "token", "report", ""), "")
	if _, sent := srv.Calls()[1]["remoteip"]; sent {
		t.Error("an unknown address was sent")
	}
}

func TestTurnstileTokenIsSpentOnce(t *testing.T) {
	srv := botchecktest.NewSiteverify(t, func(int, map[string]string) (int, any) { return 200, good() }) // one that forgot
	ts := turnstile(srv.URL)
	var passed atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if ts.Verify(context.Background(), "token", "report", "") == nil {
				passed.Add(1)
			}
		})
	}
	wg.Wait()
	if passed.Load() != 1 {
		t.Errorf("%d of 16 passed with one token", passed.Load())
	}
	verdict(t, ts.Verify(t.Context(), "token", "report", ""), "botcheck_failed")
	verdict(t, ts.Verify(t.Context(), "another", "report", ""), "")
}

func TestTurnstileFailsClosed(t *testing.T) {
	srv := botchecktest.NewSiteverify(t, func(int, map[string]string) (int, any) { return 200, good() })
	ts := turnstile(srv.URL)
	verdict(t, ts.Verify(t.Context(), "", "report", ""), "botcheck_failed")
	verdict(t, ts.Verify(t.Context(), strings.Repeat("x", 2049), "report", ""), "botcheck_failed")
	if n := len(srv.Calls()); n != 0 {
		t.Errorf("%d calls for tokens that cannot be right", n)
	}
	verdict(t, ts.Verify(t.Context(), strings.Repeat("x", 2048), "report", ""), "")
	verdict(t, ts.Verify(t.Context(), "no action asked", "", ""), "botcheck_failed")

	broken := turnstile(srv.URL)
	broken.Once = &botchecktest.Memory{Err: errors.New("database down")}
	verdict(t, broken.Verify(t.Context(), "token", "report", ""), "botcheck_unavailable")
	nowhere := turnstile("http://127.0.0.1:1")
	verdict(t, nowhere.Verify(t.Context(), "token", "report", ""), "botcheck_unavailable")
	hostless := turnstile(srv.URL)
	hostless.Hostname = ""
	verdict(t, hostless.Verify(t.Context(), "t2", "report", ""), "botcheck_failed")

	slow := botchecktest.NewSiteverify(t, func(int, map[string]string) (int, any) { time.Sleep(500 * time.Millisecond); return 200, good() })
	begin := time.Now()
	verdict(t, turnstile(slow.URL).Verify(t.Context(), "token", "report", ""), "botcheck_unavailable")
	if took := time.Since(begin); took > 480*time.Millisecond {
		t.Errorf("two tries of 200 ms took %v", took)
	}
}

// TestDummyKeys: all keys of developers.cloudflare.com/turnstile/troubleshooting/testing.
func TestDummyKeys(t *testing.T) {
	for _, site := range []string{"1x00000000000000000000AA", "2x00000000000000000000AB", "1x00000000000000000000BB", "2x00000000000000000000BB", "3x00000000000000000000FF"} {
		if !botcheck.IsTestKey(site, "0x4real") {
			t.Errorf("site key %s", site)
		}
	}
	for _, secret := range []string{"1x0000000000000000000000000000000AA", "2x0000000000000000000000000000000AA", "3x0000000000000000000000000000000AA"} {
		if !botcheck.IsTestKey("0x4real", secret) {
			t.Errorf("secret %s", secret)
		}
	}
	for _, key := range []string{"", "0x4AAAAAAADnPIDROrmt1Wwj", "0x0000000000000000000000000000000AA", "1x4AAAAAAADnPIDROrmt1Wwj"} {
		if botcheck.IsTestKey(key, key) {
			t.Errorf("%q counts as a test key", key)
		}
	}
	srv := botchecktest.NewSiteverify(t, func(int, map[string]string) (int, any) { return 200, with("hostname", "example.com") })
	ts := turnstile(srv.URL)
	ts.Secret = "1x0000000000000000000000000000000AA"
	verdict(t, ts.Check(t.Context(), botcheck.Answer{Token: "XXXX.DUMMY.TOKEN.XXXX", Action: "report"}), "")
	if w := ts.Describe(); w != (botcheck.Widget{Kind: "turnstile", SiteKey: "0x4AAAAAAA"}) {
		t.Errorf("widget %+v", w)
	}
}

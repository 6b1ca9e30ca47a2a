package botcheck_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"imglink/app/botcheck"
	"imglink/app/botcheck/botchecktest"
	"imglink/app/clock"
)

var secret = []byte("0123456789abcdef0123456789abcdef")

func proof(t interface{ Fatal(...any) }, c clock.Clock, once botcheck.Once) *botcheck.Proof {
	p, err := botcheck.NewProof(secret, once, c, botcheck.ProofOptions{Max: 500, TTL: 10 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestProof(t *testing.T) {
	c := clock.NewFake(noon)
	p := proof(t, c, &botchecktest.Memory{})
	ch := p.Issue("report")
	if ch.Algorithm != "SHA-256" || ch.Max != 500 || ch.Expires != noon.Add(10*time.Minute).Unix() || len(ch.Challenge) != 64 || len(ch.Signature) != 64 {
		t.Fatalf("%+v", ch)
	}
	var checker botcheck.Checker = p
	if checker.Describe() != (botcheck.Widget{Kind: "pow"}) {
		t.Errorf("widget %+v", checker.Describe())
	}
	answer := botcheck.Answer{Pow: botchecktest.Solve(ch), Action: "report"}
	other := answer
	other.Action = "upload"
	verdict(t, checker.Check(t.Context(), other), "botcheck_failed")
	verdict(t, checker.Check(t.Context(), answer), "")
	verdict(t, checker.Check(t.Context(), answer), "botcheck_failed") // replay

	late := botchecktest.Solve(p.Issue("report"))
	c.Advance(10*time.Minute - time.Second)
	verdict(t, p.Verify(t.Context(), botchecktest.Solve(p.Issue("report")), "report"), "")
	c.Advance(time.Second)
	verdict(t, p.Verify(t.Context(), late, "report"), "botcheck_failed") // expired

	down := proof(t, c, &botchecktest.Memory{Err: errors.New("database down")})
	verdict(t, down.Verify(t.Context(), botchecktest.Solve(down.Issue("report")), "report"), "botcheck_unavailable")
}

func TestProofOfAnotherSecretOrReplica(t *testing.T) {
	once := &botchecktest.Memory{}
	c := clock.NewFake(noon)
	a, b := proof(t, c, once), proof(t, c, once)
	answer := botchecktest.Solve(a.Issue("report"))
	verdict(t, b.Verify(t.Context(), answer, "report"), "")
	verdict(t, a.Verify(t.Context(), answer, "report"), "botcheck_failed")
	stranger, err := botcheck.NewProof([]byte(strings.Repeat("x", 32)), once, c, botcheck.ProofOptions{Max: 500})
	if err != nil {
		t.Fatal(err)
	}
	verdict(t, a.Verify(t.Context(), botchecktest.Solve(stranger.Issue("report")), "report"), "botcheck_failed")
	if _, err := botcheck.NewProof([]byte("short"), once, c, botcheck.ProofOptions{}); err == nil {
		t.Error("a short secret was accepted")
	}
	if _, err := botcheck.NewProof(secret, once, c, botcheck.ProofOptions{Max: -1}); err == nil {
		t.Error("a negative difficulty was accepted")
	}
}

func TestProofIsSpentOnceUnderARace(t *testing.T) {
	p := proof(t, clock.NewFake(noon), &botchecktest.Memory{})
	answer := botchecktest.Solve(p.Issue("report"))
	var passed atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if p.Verify(context.Background(), answer, "report") == nil {
				passed.Add(1)
			}
		})
	}
	wg.Wait()
	if passed.Load() != 1 {
		t.Errorf("%d of 16 passed", passed.Load())
	}
}

// TestProofSplicing moves the digits of the expiry into the number, the known weakness of the scheme's first version.
func TestProofSplicing(t *testing.T) {
	p := proof(t, clock.NewFake(noon), &botchecktest.Memory{})
	ch := p.Issue("report")
	var s struct{ Number int64 }
	raw, _ := base64.StdEncoding.DecodeString(botchecktest.Solve(ch))
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	for cut := 1; cut <= 4; cut++ {
		spliced := ch
		spliced.Salt = ch.Salt[:len(ch.Salt)-1-cut]
		n, err := strconv.ParseInt(ch.Salt[len(ch.Salt)-1-cut:len(ch.Salt)-1]+strconv.FormatInt(s.Number, 10), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		spliced.Max = 1 << 40
		verdict(t, p.Verify(t.Context(), botchecktest.Payload(spliced, n), "report"), "botcheck_failed")
	}
}

// TestProofTampering: after changing any one byte of the answer it is refused, unless it still says the very same.
func TestProofTampering(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := proof(r, clock.NewFake(noon), &botchecktest.Memory{})
		raw, err := base64.StdEncoding.DecodeString(botchecktest.Solve(p.Issue("report")))
		if err != nil {
			r.Fatal(err)
		}
		changed := append([]byte(nil), raw...)
		i := rapid.IntRange(0, len(raw)-1).Draw(r, "at")
		changed[i] ^= byte(rapid.IntRange(1, 255).Draw(r, "flip"))
		err = p.Verify(context.Background(), base64.StdEncoding.EncodeToString(changed), "report")
		if err == nil && !sameAnswer(raw, changed) {
			r.Fatalf("accepted after a change at %d: %s", i, changed)
		}
		if err == nil && p.Verify(context.Background(), base64.StdEncoding.EncodeToString(raw), "report") == nil {
			r.Fatal("the answer passed twice in two spellings")
		}
	})
}

// sameAnswer compares as encoding/json reads: keys without regard to case.
func sameAnswer(a, b []byte) bool {
	type fields struct {
		Algorithm, Challenge, Salt, Signature string
		Number, Max, Expires                  int64
	}
	var x, y fields
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && x == y
}

func TestProofPayloads(t *testing.T) {
	p := proof(t, clock.NewFake(noon), &botchecktest.Memory{})
	ch := p.Issue("report")
	ok, _ := base64.StdEncoding.DecodeString(botchecktest.Solve(ch))
	for name, payload := range map[string]string{
		"empty": "", "not base64": "%%%", "not JSON": b64("hello"), "list": b64("[]"), "null": b64("null"), "empty object": b64("{}"),
		"unknown field": b64(strings.Replace(string(ok), "{", `{"x":1,`, 1)), "two answers": b64(string(ok) + string(ok)), "too long": strings.Repeat("A", 2052),
		"negative number": botchecktest.Payload(ch, -1), "number over max": botchecktest.Payload(ch, 501), "huge number": b64(`{"number":99999999999999999999}`),
		"raised max": botchecktest.Payload(func() botcheck.Challenge { c := ch; c.Max++; return c }(), 1),
	} {
		err := p.Verify(t.Context(), payload, "report")
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		verdict(t, err, "botcheck_failed")
	}
	verdict(t, p.Verify(t.Context(), b64(string(ok)), "report"), "")
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func FuzzProofVerify(f *testing.F) {
	c := clock.NewFake(noon)
	p := proof(f, c, &botchecktest.Memory{})
	ch := p.Issue("report")
	f.Add(botchecktest.Payload(ch, 0))
	f.Add("e30=")
	f.Add("")
	f.Fuzz(func(t *testing.T, payload string) {
		verdict(t, p.Verify(t.Context(), payload, "another"), "botcheck_failed")
	})
}

func BenchmarkProofVerify(b *testing.B) {
	p := proof(b, clock.NewFake(noon), &botchecktest.Memory{})
	answer := botchecktest.Solve(p.Issue("report"))
	for b.Loop() {
		_ = p.Verify(b.Context(), answer, "report")
	}
}

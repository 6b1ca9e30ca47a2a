package botcheck

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"imglink/app/clock"
	"imglink/app/fault"
)

// VerifyURL is Cloudflare's own.
const VerifyURL = "https://challenges.cloudflare.com/turnstile/v0/siteverify"

const (
	maxToken  = 2048            // characters, by Turnstile's documentation
	tokenLife = 5 * time.Minute // how long Turnstile accepts a token
)

var (
	errReused = errors.New("the answer was used before")
	errRetry  = errors.New("siteverify failed")
)

// Turnstile asks Cloudflare about a token. All fields but HTTP and Timeout are required.
type Turnstile struct {
	SiteKey   string
	Secret    string
	VerifyURL string
	Hostname  string        // of our pages; a token solved on another site is refused
	HTTP      *http.Client  // nil: a client without redirects
	Timeout   time.Duration // of one try; 5 s
	Once      Once
	Clock     clock.Clock
}

// Describe tells the page to show Turnstile.
func (t *Turnstile) Describe() Widget { return Widget{Kind: KindTurnstile, SiteKey: t.SiteKey} }

// Check verifies the token of a.
func (t *Turnstile) Check(ctx context.Context, a Answer) error {
	return t.Verify(ctx, a.Token, a.Action, a.RemoteIP)
}

// verdict is the answer of siteverify.
type verdict struct {
	Success  bool     `json:"success"`
	Codes    []string `json:"error-codes"`
	Hostname string   `json:"hostname"`
	Action   string   `json:"action"`
}

// Verify accepts a token that Cloudflare vouches for, solved on our host for this action, never used before.
func (t *Turnstile) Verify(ctx context.Context, token, action, remoteIP string) (err error) {
	defer fault.Wrap(&err, "botcheck.Turnstile.Verify(%s)", action)
	if token == "" || len(token) > maxToken {
		return refused(fmt.Errorf("token of %d characters", len(token)))
	}
	v, err := t.ask(ctx, token, remoteIP)
	if err != nil {
		return err
	}
	if !v.Success {
		return judge(v.Codes)
	}
	// The test keys answer for example.com whatever the page; they accept every token anyway.
	if !IsTestKey("", t.Secret) {
		if t.Hostname == "" || !strings.EqualFold(v.Hostname, t.Hostname) {
			return refused(errors.New("solved on another host"))
		}
		if action == "" || v.Action != action {
			return refused(errors.New("solved for another action"))
		}
	}
	return useOnce(ctx, t.Once, KindTurnstile, token, t.Clock.Now().Add(2*tokenLife))
}

// judge sorts the published error codes: what the visitor can mend by solving again, and what only we or Cloudflare can.
func judge(codes []string) error {
	cause := fmt.Errorf("siteverify: %s", strings.Join(codes, ", "))
	for _, ours := range []string{"missing-input-secret", "invalid-input-secret", "bad-request", "internal-error"} {
		if slices.Contains(codes, ours) {
			return down.Because(cause)
		}
	}
	return refused(cause) // missing-input-response, invalid-input-response, timeout-or-duplicate, and whatever comes new
}

// ask tries twice. The idempotency key makes the second try repeat the first instead of finding the token spent by it.
func (t *Turnstile) ask(ctx context.Context, token, remoteIP string) (v verdict, err error) {
	in := map[string]string{"secret": t.Secret, "response": token, "idempotency_key": uuid()}
	if remoteIP != "" {
		in["remoteip"] = remoteIP
	}
	body, err := json.Marshal(in)
	if err != nil {
		return v, err
	}
	for range 2 {
		if v, err = t.post(ctx, body); err == nil && !slices.Contains(v.Codes, "internal-error") {
			return v, nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	if err != nil {
		return verdict{}, down.Because(err)
	}
	return v, nil
}

func (t *Turnstile) post(ctx context.Context, body []byte) (v verdict, err error) {
	timeout := t.Timeout
	if timeout <= 0 {
		timeout = 5 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.VerifyURL, bytes.NewReader(body))
	if err != nil {
		return v, err
	}
	req.Header.Set("Content-Type", "application/json")
	client := t.HTTP
	if client == nil {
		client = noRedirects
	}
	resp, err := client.Do(req)
	if err != nil {
		return v, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return v, err
	}
	// Refusals come as 200 and, for malformed requests, as 400 with the same body; anything else is no verdict.
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusBadRequest {
		return v, fmt.Errorf("%w: status %d", errRetry, resp.StatusCode)
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return verdict{}, fmt.Errorf("%w: answer is not JSON", errRetry)
	}
	if resp.StatusCode != http.StatusOK {
		v.Success = false
	}
	return v, nil
}

// noRedirects keeps the secret from following a redirect to somebody else.
var noRedirects = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// uuid is a random version 4 UUID (RFC 9562), the form siteverify wants.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand, Go 1.24)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// Package botchecktest holds doubles for the outside of botcheck: a memory of used keys, a siteverify server, a solver.
package botchecktest

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"imglink/app/botcheck"
)

// Memory is a botcheck.Once in memory. Err, when set, fails every call.
type Memory struct {
	mu   sync.Mutex
	used map[[32]byte]time.Time
	Err  error
}

// Use implements botcheck.Once.
func (m *Memory) Use(_ context.Context, key [32]byte, until time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Err != nil {
		return false, m.Err
	}
	if _, seen := m.used[key]; seen {
		return false, nil
	}
	if m.used == nil {
		m.used = map[[32]byte]time.Time{}
	}
	m.used[key] = until
	return true, nil
}

// Solve finds the number as a browser would and gives the payload to send.
func Solve(c botcheck.Challenge) string {
	for n := int64(0); n <= c.Max; n++ {
		h := sha256.Sum256([]byte(c.Salt + strconv.FormatInt(n, 10)))
		if hex.EncodeToString(h[:]) == c.Challenge {
			return Payload(c, n)
		}
	}
	return ""
}

// Payload is the answer with the given number, right or wrong.
func Payload(c botcheck.Challenge, number int64) string {
	b, err := json.Marshal(map[string]any{
		"algorithm": c.Algorithm, "challenge": c.Challenge, "number": number, "salt": c.Salt,
		"signature": c.Signature, "max": c.Max, "expires": c.Expires,
	})
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(b)
}

// Siteverify is a fake of Cloudflare's endpoint. The answer function decides; a string it returns is sent raw.
type Siteverify struct {
	URL string

	mu     sync.Mutex
	answer func(call int, in map[string]string) (status int, out any)
	calls  []map[string]string
}

// NewSiteverify starts the server for the length of the test.
func NewSiteverify(t testing.TB, answer func(call int, in map[string]string) (status int, out any)) *Siteverify {
	t.Helper()
	s := &Siteverify{answer: answer}
	srv := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(srv.Close)
	s.URL = srv.URL
	return s
}

// Calls is a copy of the requests so far.
func (s *Siteverify) Calls() []map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]map[string]string(nil), s.calls...)
}

func (s *Siteverify) serve(w http.ResponseWriter, r *http.Request) {
	in := map[string]string{}
	if r.Method != http.MethodPost || json.NewDecoder(r.Body).Decode(&in) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.calls = append(s.calls, in)
	n := len(s.calls)
	s.mu.Unlock()
	status, out := s.answer(n, in)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if text, raw := out.(string); raw {
		_, _ = w.Write([]byte(text))
		return
	}
	_ = json.NewEncoder(w).Encode(out)
}

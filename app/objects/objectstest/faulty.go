// Package objectstest holds the failing double of the object store: a round tripper between the real client and the
// real server, so that what a failure leaves behind is the server's truth.
package objectstest

import (
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Mode says what happens to a matching request.
type Mode uint8

// The modes. Both failures look alike to the caller; they differ in what the store remembers.
const (
	Pass       Mode = iota // forwarded untouched
	FailBefore             // refused before it reaches the store: failed and not persisted
	FailAfter              // executed by the store, its answer lost: failed but persisted
	Answer503              // the store answers 503 SlowDown without executing
	CutBody                // the answer's body breaks off half way
)

// ErrInjected is the cause of every injected transport failure.
var ErrInjected = errors.New("objectstest: injected failure")

// Faulty is an http.RoundTripper with switchable failures. It is safe for concurrent use.
type Faulty struct {
	next http.RoundTripper

	mu      sync.Mutex
	mode    Mode
	match   func(*http.Request) bool
	percent int
	latency time.Duration
	rng     *rand.Rand
	seen    int
	failed  int
}

// NewFaulty wraps next, or a fresh transport when next is nil. It starts in Pass.
func NewFaulty(next http.RoundTripper) *Faulty {
	if next == nil {
		next = &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
	}
	return &Faulty{next: next, percent: 100, rng: rand.New(rand.NewPCG(1, 2))} //nolint:gosec // repeatable on purpose
}

// Set switches the mode for the requests match accepts; a nil match means all. The share of failures returns to 100 %.
func (f *Faulty) Set(m Mode, match func(*http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mode, f.match, f.percent = m, match, 100
}

// Percent lets only n of 100 matching requests fail, drawn from a fixed seed.
func (f *Faulty) Percent(n int) { f.mu.Lock(); defer f.mu.Unlock(); f.percent = n }

// Latency delays every matching request.
func (f *Faulty) Latency(d time.Duration) { f.mu.Lock(); defer f.mu.Unlock(); f.latency = d }

// Counts is the number of requests seen and of those failed since the start.
func (f *Faulty) Counts() (seen, failed int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.seen, f.failed
}

// Method matches requests by HTTP method.
func Method(m string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == m }
}

func (f *Faulty) draw(r *http.Request) (Mode, time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen++
	if f.match != nil && !f.match(r) {
		return Pass, 0
	}
	if f.mode == Pass || f.rng.IntN(100) >= f.percent {
		return Pass, f.latency
	}
	f.failed++
	return f.mode, f.latency
}

// RoundTrip forwards or fails the request.
func (f *Faulty) RoundTrip(r *http.Request) (*http.Response, error) {
	mode, latency := f.draw(r)
	if latency > 0 {
		select {
		case <-time.After(latency):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	switch mode {
	case FailBefore:
		drop(r.Body)
		return nil, ErrInjected
	case Answer503:
		drop(r.Body)
		return &http.Response{
			StatusCode: http.StatusServiceUnavailable, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{}, Body: http.NoBody, Request: r,
		}, nil
	}
	resp, err := f.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	switch mode {
	case FailAfter:
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		return nil, ErrInjected
	case CutBody:
		resp.Body = &cut{ReadCloser: resp.Body, left: resp.ContentLength / 2}
	}
	return resp, nil
}

// drop closes an unread request body, as the RoundTripper contract demands.
func drop(body io.ReadCloser) {
	if body != nil {
		_ = body.Close()
	}
}

type cut struct {
	io.ReadCloser
	left int64
}

func (c *cut) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, ErrInjected
	}
	n, err := c.ReadCloser.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

// Package clock is the only place that reads the wall clock.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time, in UTC with microseconds: the precision PostgreSQL keeps.
type Clock interface{ Now() time.Time }

// System is the machine's clock.
type System struct{}

// Now is the current instant.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// Fake is a clock that moves only when told to. It is safe for concurrent use.
type Fake struct {
	mu sync.Mutex
	at time.Time
}

// NewFake starts a fake clock.
func NewFake(at time.Time) *Fake { return &Fake{at: at.UTC().Truncate(time.Microsecond)} }

// Now is the instant it was last set to.
func (f *Fake) Now() time.Time { f.mu.Lock(); defer f.mu.Unlock(); return f.at }

// Advance moves the clock forward.
func (f *Fake) Advance(d time.Duration) { f.mu.Lock(); defer f.mu.Unlock(); f.at = f.at.Add(d) }

// Stopwatch starts measuring real time, which passes in tests too: for metrics, never for rules.
func Stopwatch() (elapsed func() time.Duration) {
	start := time.Now()
	return func() time.Duration { return time.Since(start) }
}

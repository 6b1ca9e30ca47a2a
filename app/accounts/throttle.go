package accounts

import (
	"context"
	"fmt"
	"time"

	"imglink/app/fault"
)

// attemptWindow is how long attempts are remembered after the first one.
const attemptWindow = 24 * time.Hour

// gate counts the attempts on one thing. After free attempts each further one closes the gate, for first, then twice as
// long each time, at most for limit. Names and keys are hashed with a key: what is stored tells nobody who tried what.
type gate struct {
	name, key    string
	free         int
	first, limit time.Duration
	shared       bool // one success does not clear it: others fail behind the same address
}

// signInGates are what a password attempt passes. The tightest counts an account as tried from one network, so that a
// stranger far away does not lock its holder out; the widest stop a distributed guess and a sweep over many accounts.
func signInGates(email, network string) []gate {
	return []gate{
		{name: "signin.pair", key: email + "\x00" + network, free: 5, first: time.Minute, limit: time.Hour},
		{name: "signin.account", key: email, free: 20, first: time.Minute, limit: 15 * time.Minute},
		{name: "signin.network", key: network, free: 50, first: time.Minute, limit: time.Hour, shared: true},
	}
}

// factorGates are what an attempt at a second factor passes: six digits must not be guessed.
func factorGates(staffID string) []gate {
	return []gate{{name: "factor", key: staffID, free: 5, first: time.Minute, limit: time.Hour}}
}

func (s *Service) gateKeys(g gate) (count, lock []byte) {
	return s.keys.MAC("throttle.count", g.name, g.key), s.keys.MAC("throttle.lock", g.name, g.key)
}

// enter counts an attempt before it is judged, so that a burst in parallel gets no more than its share, and refuses
// while a gate is closed. It reports for how long this attempt closed a gate behind itself; zero when it did not.
func (s *Service) enter(ctx context.Context, gates []gate) (closed time.Duration, err error) {
	now := s.clock.Now()
	for _, g := range gates { // a refused attempt counts nowhere
		_, lock := s.gateKeys(g)
		hits, until, err := s.store.Hit(ctx, lock, 0, 0)
		if err != nil {
			return 0, err
		}
		if hits > 0 {
			return 0, lockedFor(until.Sub(now))
		}
	}
	for _, g := range gates {
		count, lock := s.gateKeys(g)
		n, _, err := s.store.Hit(ctx, count, attemptWindow, 1)
		if err != nil {
			return 0, err
		}
		if n <= g.free {
			continue
		}
		wait := lockTime(g, n)
		hits, until, err := s.store.Hit(ctx, lock, wait, 1)
		if err != nil {
			return 0, err
		}
		if hits > 1 {
			return 0, lockedFor(until.Sub(now))
		}
		closed = max(closed, wait)
	}
	return closed, nil
}

// lockTime is how long the n-th attempt closes a gate.
func lockTime(g gate, n int) time.Duration {
	wait := g.first
	for range min(n-g.free-1, 20) {
		wait = min(2*wait, g.limit)
	}
	return wait
}

// leave opens the gates again after a success.
func (s *Service) leave(ctx context.Context, gates []gate) error {
	for _, g := range gates {
		count, lock := s.gateKeys(g)
		if g.shared {
			if _, _, err := s.store.Hit(ctx, count, attemptWindow, -1); err != nil {
				return err
			}
		} else if err := s.store.ForgetHits(ctx, count); err != nil {
			return err
		}
		if err := s.store.ForgetHits(ctx, lock); err != nil {
			return err
		}
	}
	return nil
}

func lockedFor(d time.Duration) error {
	d = max(d, time.Second)
	return fault.New(fault.TooMany, "locked_out", fmt.Sprintf("Too many attempts. Try again in %s.", inWords(d))).After(d)
}

func inWords(d time.Duration) string {
	if d <= 90*time.Second {
		return fmt.Sprintf("%d seconds", int((d+time.Second-1)/time.Second))
	}
	return fmt.Sprintf("%d minutes", int((d+time.Minute-1)/time.Minute))
}

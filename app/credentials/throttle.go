package credentials

import (
	"context"
	"time"

	"imglink/app/clock"
	"imglink/app/fault"
	"imglink/app/keyring"
)

// attemptWindow is how long attempts are remembered after the first one.
const attemptWindow = 24 * time.Hour

// Gate counts the attempts on one thing. After Free attempts each further one closes the gate, for First, then twice as
// long each time, at most for Limit. Names and keys are hashed with a key: what is stored tells nobody who tried what.
type Gate struct {
	Name, Key    string
	Free         int
	First, Limit time.Duration
	Shared       bool // one success does not clear it: others fail behind the same address
}

// SignInGates are what a password attempt passes. The tightest counts an account as tried from one network, so that a
// stranger far away does not lock its holder out; the widest stop a distributed guess and a sweep over many accounts.
// realm keeps apart the sign-ins of different people: "" is staff.
func SignInGates(realm, account, network string) []Gate {
	return []Gate{
		{Name: realm + "signin.pair", Key: account + "\x00" + network, Free: 5, First: time.Minute, Limit: time.Hour},
		{Name: realm + "signin.account", Key: account, Free: 20, First: time.Minute, Limit: 15 * time.Minute},
		{Name: realm + "signin.network", Key: network, Free: 50, First: time.Minute, Limit: time.Hour, Shared: true},
	}
}

// FactorGates are what an attempt at a second factor passes: six digits must not be guessed.
func FactorGates(realm, holder string) []Gate {
	return []Gate{{Name: realm + "factor", Key: holder, Free: 5, First: time.Minute, Limit: time.Hour}}
}

// Hits counts; models.Store is one. Hit adds weight to a counter that begins anew after window and reports its value and
// end; ForgetHits ends it.
type Hits interface {
	Hit(ctx context.Context, key []byte, window time.Duration, weight int) (hits int, until time.Time, err error)
	ForgetHits(ctx context.Context, key []byte) error
}

// Throttle opens and closes gates, on all replicas together.
type Throttle struct {
	Hits  Hits
	Keys  keyring.Ring
	Clock clock.Clock
}

func (t Throttle) keys(g Gate) (count, lock []byte) {
	return t.Keys.MAC("throttle.count", g.Name, g.Key), t.Keys.MAC("throttle.lock", g.Name, g.Key)
}

// Enter counts an attempt before it is judged, so that a burst in parallel gets no more than its share, and refuses
// while a gate is closed. It reports for how long this attempt closed a gate behind itself; zero when it did not.
func (t Throttle) Enter(ctx context.Context, gates []Gate) (closed time.Duration, err error) {
	now := t.Clock.Now()
	for _, g := range gates { // a refused attempt counts nowhere
		_, lock := t.keys(g)
		hits, until, err := t.Hits.Hit(ctx, lock, 0, 0)
		if err != nil {
			return 0, err
		}
		if hits > 0 {
			return 0, lockedFor(until.Sub(now))
		}
	}
	for _, g := range gates {
		count, lock := t.keys(g)
		n, _, err := t.Hits.Hit(ctx, count, attemptWindow, 1)
		if err != nil {
			return 0, err
		}
		if n <= g.Free {
			continue
		}
		wait := lockTime(g, n)
		hits, until, err := t.Hits.Hit(ctx, lock, wait, 1)
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
func lockTime(g Gate, n int) time.Duration {
	wait := g.First
	for range min(n-g.Free-1, 20) {
		wait = min(2*wait, g.Limit)
	}
	return wait
}

// Leave opens the gates again after a success.
func (t Throttle) Leave(ctx context.Context, gates []Gate) error {
	for _, g := range gates {
		count, lock := t.keys(g)
		if g.Shared {
			if _, _, err := t.Hits.Hit(ctx, count, attemptWindow, -1); err != nil {
				return err
			}
		} else if err := t.Hits.ForgetHits(ctx, count); err != nil {
			return err
		}
		if err := t.Hits.ForgetHits(ctx, lock); err != nil {
			return err
		}
	}
	return nil
}

func lockedFor(d time.Duration) error {
	d = max(d, time.Second)
	if d <= 90*time.Second {
		return fault.Newf(fault.TooMany, "locked_out", "Too many attempts. Try again in %d seconds.", int((d+time.Second-1)/time.Second)).After(d)
	}
	return fault.Newf(fault.TooMany, "locked_out", "Too many attempts. Try again in %d minutes.", int((d+time.Minute-1)/time.Minute)).After(d)
}

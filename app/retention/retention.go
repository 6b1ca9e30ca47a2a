package retention

import (
	"context"
	"errors"
	"time"

	"imglink/app/actor"
	"imglink/app/clock"
	"imglink/app/fault"
	"imglink/models"
)

// Pruner removes mails kept as files that are older than the instant; mail.Outbox is one. "Already gone" is success.
type Pruner interface {
	Prune(ctx context.Context, olderThan time.Time) (int, error)
}

// Service enforces the policies. Outbox is nil where mail is sent.
type Service struct {
	Store  *models.Store
	Clock  clock.Clock
	Outbox Pruner
	Batch  int // rows in one transaction; 0 means 5000
}

// Sweep enforces every policy. One that fails keeps no other from running. What is about people leaves an audit entry with
// the number, and none when nothing was due.
func (s *Service) Sweep(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "retention.Sweep")
	for _, p := range Policies {
		err = errors.Join(err, s.enforce(ctx, p))
	}
	return err
}

func (s *Service) enforce(ctx context.Context, p Policy) error {
	batch := s.Batch
	if batch <= 0 {
		batch = 5000
	}
	before := p.Period.Before(s.Clock.Now())
	for {
		n, err := s.expire(ctx, p, before, batch)
		if err != nil || n < int64(batch) {
			return err
		}
	}
}

var errNothing = errors.New("retention: nothing is due")

func (s *Service) expire(ctx context.Context, p Policy, before time.Time, limit int) (n int64, err error) {
	switch {
	case p.Name == Outbox:
		return 0, s.pruneOutbox(ctx, p, before)
	case p.Entity == "":
		return s.Store.Expire(ctx, p.Expiry, before, limit)
	}
	err = s.Store.Write(ctx, change(p), func(tx *models.Tx) error {
		if n, err = tx.Expire(p.Expiry, before, limit); err == nil && n == 0 {
			return errNothing
		}
		tx.Detail("expired", n)
		tx.Detail("before", before.UTC().Format(time.RFC3339))
		return err
	})
	if errors.Is(err, errNothing) {
		return 0, nil
	}
	return n, err
}

// pruneOutbox removes files first and tells afterwards: a crash between loses the note, never the removal.
func (s *Service) pruneOutbox(ctx context.Context, p Policy, before time.Time) error {
	if s.Outbox == nil {
		return nil
	}
	n, err := s.Outbox.Prune(ctx, before)
	if n == 0 {
		return err
	}
	return errors.Join(err, s.Store.Write(ctx, change(p), func(tx *models.Tx) error { tx.Detail("expired", n); return nil }))
}

func change(p Policy) models.Change {
	return models.Change{Actor: actor.System("retention"), Needs: actor.Public, Action: "retention." + p.Name, Entity: p.Entity, ID: "*", Reason: "period_over"}
}

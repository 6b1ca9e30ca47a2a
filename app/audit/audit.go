package audit

import (
	"context"
	"log/slog"
	"time"

	"imglink/app/clock"
	"imglink/app/fault"
	"imglink/models"
)

// Service seals and reads the audit log. It is safe for concurrent use, on any number of replicas.
type Service struct {
	Store *models.Store
	Clock clock.Clock
	Log   *slog.Logger
	Batch int // entries sealed or read at once; 0 means 2000
}

func (s *Service) batch() int {
	if s.Batch > 0 {
		return s.Batch
	}
	return 2000
}

// Seal links every entry that is due and reports how many. One replica seals at a time: on the others it does nothing.
func (s *Service) Seal(ctx context.Context) (sealed int, err error) {
	defer fault.Wrap(&err, "audit.Seal")
	for {
		n, err := s.Store.SealAudit(ctx, s.batch(), links)
		sealed += n
		if err != nil || n < s.batch() {
			return sealed, err
		}
	}
}

// links makes the links of due entries, in order, behind the last one.
func links(last models.AuditLink, due []models.AuditRow, now time.Time) ([]models.AuditLink, error) {
	prev, seq := last.Hash, last.Seq
	if seq == 0 {
		prev = zero
	}
	now = now.UTC().Truncate(time.Microsecond)
	out := make([]models.AuditLink, 0, len(due))
	for _, r := range due {
		seq++
		hash, err := hashOf(prev, seq, now, r)
		if err != nil {
			return nil, err
		}
		out = append(out, models.AuditLink{Seq: seq, AuditID: r.ID, PrevHash: prev, Hash: hash, SealedAt: now})
		prev = hash
	}
	return out, nil
}

// interval is how long an entry may wait for its seal, about.
const interval = time.Second

// Follow seals about every second until ctx ends, and once more then, so that a stopped program leaves nothing open. While
// the database is away it goes on trying.
func (s *Service) Follow(ctx context.Context) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	failing := false
	for {
		_, err := s.Seal(ctx)
		if failed := err != nil && ctx.Err() == nil; failed != failing {
			failing = failed
			if failing {
				s.Log.ErrorContext(ctx, "audit entries cannot be sealed", "error", err)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			_, _ = s.Seal(last) // the next start seals what this could not
			return
		}
	}
}

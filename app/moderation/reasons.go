package moderation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/models"
)

// reasonSet is the reasons in force as they were read at an instant.
type reasonSet struct {
	at   time.Time
	list []models.ReasonCode
	by   map[string]models.ReasonCode
}

// reasonsKept is how long another replica's change may go unnoticed.
const reasonsKept = time.Minute

// Reasons lists the reasons in force, in their order. Callers must not change the list.
func (s *Service) Reasons(ctx context.Context) ([]models.ReasonCode, error) {
	set, err := s.reasonSet(ctx)
	if err != nil {
		return nil, err
	}
	return set.list, nil
}

func (s *Service) reasonSet(ctx context.Context) (*reasonSet, error) {
	now := s.now()
	if set := s.reasons.Load(); set != nil && now.Sub(set.at) < reasonsKept {
		return set, nil
	}
	list, err := s.Store.CurrentReasons(ctx)
	if err != nil {
		return nil, fmt.Errorf("moderation.Reasons: %w", err)
	}
	set := &reasonSet{at: now, list: list, by: make(map[string]models.ReasonCode, len(list))}
	for _, r := range list {
		set.by[r.Code] = r
	}
	s.reasons.Store(set)
	return set, nil
}

// label is how a reason is called, also when it is no longer in force.
func (r *reasonSet) label(code string) string {
	if known, ok := r.by[code]; ok {
		return known.Label
	}
	return code
}

// prepared reports whether a text is the prepared explanation of a reason, which argues for a measure.
func (r *reasonSet) prepared(text string) bool {
	folded := fold(text)
	return folded != "" && slices.ContainsFunc(r.list, func(known models.ReasonCode) bool { return folded == fold(known.Explanation) })
}

// EnsureReasons brings the stored reasons to the program's own: a changed text becomes a new version, a reason that is gone
// ends. Decisions keep the version they were made under. Replicas that start together take turns.
func (s *Service) EnsureReasons(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "moderation.EnsureReasons")
	current, err := s.Store.CurrentReasons(ctx)
	if err != nil || sameReasons(current, DefaultReasons()) {
		return err
	}
	change := models.Change{Actor: system, Needs: actor.PolicyEdit, Action: "reason.install", Entity: "reason", ID: "taxonomy"}
	err = s.Store.Write(ctx, change, func(tx *models.Tx) error {
		if err := tx.LockReasons(); err != nil {
			return err
		}
		current, err := tx.CurrentReasons(ctx)
		if err != nil {
			return err
		}
		return replaceReasons(ctx, tx, current, DefaultReasons())
	})
	s.reasons.Store(nil)
	return err
}

func replaceReasons(ctx context.Context, tx *models.Tx, current, wanted []models.ReasonCode) error {
	for _, old := range current {
		if i := slices.IndexFunc(wanted, func(r models.ReasonCode) bool { return r.Code == old.Code }); i >= 0 && sameReason(old, wanted[i]) {
			continue
		}
		if err := tx.RetireReason(old.Code, old.Version); err != nil {
			return err
		}
		tx.Note("reason.retire", "reason", old.Code, map[string]any{"version": old.Version})
	}
	for _, r := range wanted {
		if slices.ContainsFunc(current, func(old models.ReasonCode) bool { return sameReason(old, r) }) {
			continue
		}
		last, err := tx.LastReasonVersion(ctx, r.Code)
		if err != nil {
			return err
		}
		r.Version, r.ValidFrom = last+1, tx.Now
		if err := tx.InsertReason(r); err != nil {
			return err
		}
		tx.Note("reason.publish", "reason", r.Code, map[string]any{"version": r.Version})
	}
	return nil
}

func sameReasons(a, b []models.ReasonCode) bool { return slices.EqualFunc(a, b, sameReason) }

// sameReason compares everything but version and validity.
func sameReason(a, b models.ReasonCode) bool {
	return a.Code == b.Code && a.Label == b.Label && a.Description == b.Description && a.Ground == b.Ground && a.Reference == b.Reference &&
		a.Clause == b.Clause && a.Explanation == b.Explanation && a.Severity == b.Severity && a.ContactOptional == b.ContactOptional &&
		a.TDBCategory == b.TDBCategory && slices.Equal(a.TDBKeywords, b.TDBKeywords) && a.Position == b.Position
}

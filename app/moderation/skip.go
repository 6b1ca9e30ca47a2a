package moderation

import (
	"context"

	"imglink/app/actor"
	"imglink/app/fault"
)

// Skipped is where skipping leads: the case taken instead, or the key of the page of the view to look on, or neither when
// nothing is left.
type Skipped struct{ CaseID, After string }

// Skip gives a case back and takes the next one below it in the view that nobody else holds. A case that was lost
// already needs no giving back.
func (s *Service) Skip(ctx context.Context, a actor.Actor, f Filter, caseID string, fence int64) (_ Skipped, err error) {
	defer fault.Wrap(&err, "moderation.Skip(%s)", caseID)
	q, err := s.Queue(ctx, a, f)
	if err != nil {
		return Skipped{}, err
	}
	err = s.Release(ctx, a, caseID, fence)
	if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Locked) {
		return Skipped{}, err
	}
	for _, next := range below(q.Cases, caseID) {
		if next.Lease != nil && !next.Lease.Mine {
			continue
		}
		switch _, err := s.Claim(ctx, a, next.ID); {
		case err == nil:
			return Skipped{CaseID: next.ID}, nil
		case fault.Is(err, fault.Locked), fault.Is(err, fault.Conflict), fault.Is(err, fault.Forbidden):
		default:
			return Skipped{}, err
		}
	}
	return Skipped{After: q.Next}, nil
}

// below are the cases of a page after the given one, all of them when it is not on the page.
func below(rows []CaseRow, id string) []CaseRow {
	for i, r := range rows {
		if r.ID == id {
			return rows[i+1:]
		}
	}
	return rows
}

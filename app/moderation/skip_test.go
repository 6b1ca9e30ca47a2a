package moderation_test

import (
	"testing"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/moderation"
)

// Skipping gives the case back and takes the next below it that nobody else holds; at the end of the view nothing is taken.
func TestSkipTakesTheNextFreeCase(t *testing.T) {
	r := newRig(t)
	mod, other := r.hire(actor.Moderator), r.hire(actor.Moderator)
	for range 4 {
		r.reported()
	}
	q, err := r.Queue(t.Context(), mod, moderation.Filter{})
	if err != nil || len(q.Cases) != 4 {
		t.Fatalf("%d cases, %v", len(q.Cases), err)
	}
	first, held, third, last := q.Cases[0].ID, q.Cases[1].ID, q.Cases[2].ID, q.Cases[3].ID
	r.claim(other, held)
	lease := r.claim(mod, first)
	next, err := r.Skip(t.Context(), mod, moderation.Filter{}, first, lease.Fence)
	if err != nil || next.CaseID != third {
		t.Fatalf("skipping the first leads to %+v, %v, want %s", next, err, third)
	}
	r.claim(other, first) // it was given back
	if _, err := r.Claim(t.Context(), other, third); !fault.Is(err, fault.Locked) && !fault.Is(err, fault.Conflict) {
		t.Errorf("the next case is not held: %v", err)
	}
	r.claim(other, last)
	lease = r.claim(mod, third)
	if next, err = r.Skip(t.Context(), mod, moderation.Filter{}, third, lease.Fence); err != nil || next != (moderation.Skipped{}) {
		t.Errorf("at the end of the view skipping leads to %+v, %v", next, err)
	}
}

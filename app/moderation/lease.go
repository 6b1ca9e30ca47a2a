package moderation

import (
	"context"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/models"
)

var (
	errLeaseLost = fault.New(fault.Conflict, "lease_lost", "Your hold on this case has ended. Claim it again and look at what has changed.")
	errNoNext    = fault.New(fault.NotFound, "queue_empty", "No case is waiting here.")
	errLeadOnly  = fault.New(fault.Forbidden, "lead_only", "Only a lead can work on this case now.")
)

// heldBy says who holds a case.
func heldBy(l *models.LeaseRow) error {
	return fault.New(fault.Locked, "case_held", l.HolderName+" is working on this case.")
}

// Claim gives the actor a case for LeaseTime. One's own claim is renewed under the same fence.
func (s *Service) Claim(ctx context.Context, a actor.Actor, caseID string) (Lease, error) {
	return s.take(ctx, a, caseID, actor.CaseClaim, "case.claim", false)
}

// Steal takes a case over from whoever holds it; their decision will be refused.
func (s *Service) Steal(ctx context.Context, a actor.Actor, caseID string) (Lease, error) {
	return s.take(ctx, a, caseID, actor.CaseLead, "case.steal", true)
}

func (s *Service) take(ctx context.Context, a actor.Actor, caseID string, p actor.Permission, action string, force bool) (out Lease, err error) {
	defer fault.Wrap(&err, "moderation: %s(%s)", action, caseID)
	change := models.Change{Actor: a, Needs: p, Action: action, Entity: "case", ID: caseID}
	err = s.Store.Write(ctx, change, func(tx *models.Tx) error {
		c, err := tx.LockCase(caseID)
		if err != nil {
			return unknownCase(err)
		}
		out, err = s.lease(ctx, tx, a, c, force)
		return err
	})
	return out, err
}

// lease gives a locked case to the actor.
func (s *Service) lease(ctx context.Context, tx *models.Tx, a actor.Actor, c models.Case, force bool) (Lease, error) {
	if c.State != models.CaseOpen && !a.Can(actor.CaseLead) {
		return Lease{}, errLeadOnly
	}
	held, err := tx.LeaseOf(ctx, c.ID, tx.Now)
	if err != nil {
		return Lease{}, err
	}
	if held != nil && held.Holder != a.ID && !force {
		return Lease{}, heldBy(held)
	}
	l := models.CaseLease{CaseID: c.ID, Holder: a.ID, TakenAt: tx.Now, Until: tx.Now.Add(LeaseTime)}
	if held != nil && held.Holder == a.ID {
		l.Fence, l.TakenAt = held.Fence, held.TakenAt
	} else {
		c.Fence++
		l.Fence = c.Fence
		if c.FirstActionAt == nil {
			c.FirstActionAt = &tx.Now
		}
		if held != nil {
			tx.Detail("from", held.Holder)
		}
	}
	if err := tx.SaveCase(c); err != nil {
		return Lease{}, err
	}
	return leaseOf(&models.LeaseRow{CaseLease: l}, a), tx.PutLease(l)
}

// Heartbeat keeps a case for another LeaseTime. It fails with a conflict when the lease has run out or was taken over.
func (s *Service) Heartbeat(ctx context.Context, a actor.Actor, caseID string, fence int64) (out Lease, err error) {
	defer fault.Wrap(&err, "moderation.Heartbeat(%s)", caseID)
	if err := needs(a, actor.CaseClaim); err != nil {
		return out, err
	}
	until := s.now().Add(LeaseTime)
	if err := s.Store.ExtendLease(ctx, caseID, a.ID, fence, until); err != nil {
		if fault.Is(err, fault.Conflict) {
			return out, s.leaseLost(ctx, s.Store.Queries, caseID)
		}
		return out, err
	}
	return Lease{CaseID: caseID, Holder: a.ID, Mine: true, Fence: fence, Until: until}, nil
}

// Release gives a case back to the queue. Giving back what one no longer holds succeeds.
func (s *Service) Release(ctx context.Context, a actor.Actor, caseID string, fence int64) (err error) {
	defer fault.Wrap(&err, "moderation.Release(%s)", caseID)
	change := models.Change{Actor: a, Needs: actor.CaseClaim, Action: "case.release", Entity: "case", ID: caseID}
	return s.Store.Write(ctx, change, func(tx *models.Tx) error {
		c, err := tx.LockCase(caseID)
		if err != nil {
			return unknownCase(err)
		}
		held, err := tx.LeaseOf(ctx, c.ID, tx.Now)
		if err != nil || held == nil || held.Holder != a.ID || held.Fence != fence {
			return err
		}
		return tx.DropLease(c.ID)
	})
}

// Next claims the first free case that the filter chooses. Any number of people asking at once get different cases.
func (s *Service) Next(ctx context.Context, a actor.Actor, f Filter) (out Lease, err error) {
	defer fault.Wrap(&err, "moderation.Next")
	q, err := s.caseQuery(ctx, a, f)
	if err != nil {
		return out, err
	}
	q.After, q.Holder, q.Waiting = models.CaseCursor{}, "", true
	if q.State == "" && !a.Can(actor.CaseLead) {
		q.State = models.CaseOpen
	}
	change := models.Change{Actor: a, Needs: actor.CaseClaim, Action: "case.claim", Entity: "case", ID: "next"}
	err = s.Store.Write(ctx, change, func(tx *models.Tx) error {
		q.Now = tx.Now
		var skip []string
		for {
			c, err := tx.LockNextCase(q, skip)
			if err != nil {
				if fault.Is(err, fault.NotFound) {
					return errNoNext
				}
				return err
			}
			held, err := tx.LeaseOf(ctx, c.ID, tx.Now)
			if err != nil {
				return err
			}
			if held != nil {
				skip = append(skip, c.ID)
				continue
			}
			tx.SetID(c.ID)
			out, err = s.lease(ctx, tx, a, c, false)
			return err
		}
	})
	return out, err
}

// checkLease refuses a decision from somebody who does not hold the case any more.
func (s *Service) checkLease(ctx context.Context, tx *models.Tx, c models.Case, a actor.Actor, fence int64) error {
	held, err := tx.LeaseOf(ctx, c.ID, tx.Now)
	if err != nil {
		return err
	}
	if held == nil || held.Holder != a.ID || held.Fence != fence {
		return s.lostTo(held, a)
	}
	return nil
}

func (s *Service) leaseLost(ctx context.Context, q models.Queries, caseID string) error {
	held, err := q.LeaseOf(ctx, caseID, s.now())
	if err != nil {
		return err
	}
	return s.lostTo(held, actor.Actor{})
}

func (s *Service) lostTo(held *models.LeaseRow, a actor.Actor) error {
	if held == nil || held.Holder == a.ID {
		return errLeaseLost
	}
	lost := *errLeaseLost
	lost.Message = held.HolderName + " is working on this case now. Your hold on it has ended."
	return &lost
}

func leaseOf(l *models.LeaseRow, a actor.Actor) Lease {
	return Lease{CaseID: l.CaseID, Holder: l.Holder, HolderName: l.HolderName, Mine: l.Holder == a.ID, Fence: l.Fence, TakenAt: l.TakenAt, Until: l.Until}
}

// unknownCase words a missing case.
func unknownCase(err error) error {
	if fault.Is(err, fault.NotFound) {
		return errNoCase
	}
	return err
}

package audit

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/models"
)

// Chain is what is known of the hash chain. OK is the outcome of the last verification.
type Chain struct {
	Entries, Sealed int64
	Checked         int64     // entries covered by the last verification
	CheckedAt       time.Time // zero when never verified
	OK              bool
	BrokenAt        int64 // seq of the first entry that does not fit, when not OK
	Problem         string
	AskedAt         time.Time // when the verification was asked for that is still to come; zero when none is
	Lost            bool      // it was asked for so long ago that nothing may come of it: it may be asked for again
}

// Verifying reports whether a verification is on its way.
func (c Chain) Verifying() bool { return !c.AskedAt.IsZero() && !c.Lost }

// longest is how long one verification may take. One that was asked for longer ago was lost.
const longest = time.Hour

// The verification leaves two entries of the log: who asked for it, and how it came out.
const (
	asked    = "audit.verify_ask"
	verified = "audit.verify"
)

// VerifyJob verifies the chain outside of any request, for reading millions of entries takes minutes.
type VerifyJob struct{}

// Kind implements models.Job.
func (VerifyJob) Kind() string { return "audit_verify" }

// Queue implements jobs.Routed.
func (VerifyJob) Queue() string { return "verify" }

// Timeout implements jobs.Timed.
func (VerifyJob) Timeout() time.Duration { return longest }

var errUnderWay = errors.New("audit: a verification is under way")

// Ask has the whole chain verified by a job. Chain tells on every replica whether it is under way and how it came out.
// While one is under way, asking again changes nothing. Forbidden for whoever may not read the whole log.
func (s *Service) Ask(ctx context.Context, a actor.Actor) (err error) {
	defer fault.Wrap(&err, "audit.Ask")
	c := models.Change{Actor: a, Needs: actor.AuditRead, Action: asked, Entity: "audit", ID: "chain"}
	err = s.Store.Write(ctx, c, func(tx *models.Tx) error {
		at, _, err := pending(ctx, tx.Queries)
		if err != nil {
			return err
		}
		if !at.IsZero() && tx.Now.Sub(at) < longest {
			return errUnderWay
		}
		return tx.Enqueue(VerifyJob{})
	})
	if errors.Is(err, errUnderWay) {
		return nil
	}
	return err
}

// pending tells when the verification was asked for that has no outcome yet, zero when none was, and the last outcome.
func pending(ctx context.Context, q models.Queries) (at time.Time, last models.AuditListRow, err error) {
	ask, err := q.AuditLast(ctx, asked)
	if err == nil || fault.Is(err, fault.NotFound) {
		last, err = q.AuditLast(ctx, verified)
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return time.Time{}, last, err
	}
	if ask.ID > last.ID {
		at = ask.At
	}
	return at, last, nil
}

// outcome is a verification as its own audit entry keeps it.
type outcome struct {
	OK       bool   `json:"ok"`
	Checked  int64  `json:"checked"`
	BrokenAt int64  `json:"broken_at"`
	Problem  string `json:"problem"`
	Head     string `json:"head"`
}

// Verify reads the whole chain and keeps the outcome in the log itself, where Chain finds it on every replica, and where
// the head it saw becomes part of what is sealed next. Run again after its outcome was kept, it does nothing.
func (s *Service) Verify(ctx context.Context, _ VerifyJob) (err error) {
	defer fault.Wrap(&err, "audit.Verify")
	if at, _, err := pending(ctx, s.Store.Queries); err != nil || at.IsZero() {
		return err
	}
	r, err := s.Check(ctx, Options{})
	if err != nil {
		return err
	}
	o := outcome{OK: r.OK(), Checked: r.Sealed, Head: hex.EncodeToString(r.Head)}
	if r.FirstBad != nil {
		o.BrokenAt, o.Problem = r.FirstBad.Seq, r.FirstBad.Problem
	}
	c := models.Change{Actor: actor.System("verify"), Needs: actor.AuditRead, Action: verified, Entity: "audit", ID: "chain"}
	return s.Store.Write(ctx, c, func(tx *models.Tx) error {
		for k, v := range map[string]any{"ok": o.OK, "checked": o.Checked, "broken_at": o.BrokenAt, "problem": o.Problem, "head": o.Head} {
			tx.Detail(k, v)
		}
		return nil
	})
}

// Chain tells how far the chain reaches and how its last verification came out.
func (s *Service) Chain(ctx context.Context) (_ Chain, err error) {
	defer fault.Wrap(&err, "audit.Chain")
	st, err := s.Store.AuditState(ctx)
	if err != nil {
		return Chain{}, err
	}
	c := Chain{Entries: st.Head.Seq + st.Unsealed, Sealed: st.Head.Seq}
	at, last, err := pending(ctx, s.Store.Queries)
	if err != nil {
		return Chain{}, err
	}
	c.AskedAt, c.Lost = at, !at.IsZero() && s.Clock.Now().Sub(at) >= longest
	if last.ID == 0 {
		return c, nil
	}
	var o outcome
	if err := json.Unmarshal(last.Notes, &o); err != nil {
		return Chain{}, err
	}
	c.Checked, c.CheckedAt, c.OK, c.BrokenAt, c.Problem = o.Checked, last.At, o.OK, o.BrokenAt, o.Problem
	return c, nil
}

package moderation

import (
	"context"
	"encoding/json"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

var errTooLate = fault.New(fault.Conflict, "undo_over", "The decision is final: its letters are on their way. A lead can decide the case anew.")

// Undo takes a decision back within its UndoWindow: every image returns to exactly the state it had, a decision that had
// been replaced stands again, nobody is written to, and the case is back in its queue. Only who decided may do it, or a
// lead. Undoing twice succeeds.
func (s *Service) Undo(ctx context.Context, a actor.Actor, decisionID string) (err error) {
	defer fault.Wrap(&err, "moderation.Undo(%s)", decisionID)
	d, err := s.Store.Decision(ctx, decisionID)
	if err != nil {
		return err
	}
	if d.DecidedBy != a.ID && !a.Can(actor.CaseLead) {
		return fault.New(fault.Forbidden, "not_yours", "Only who made a decision can undo it, or a lead.")
	}
	change := models.Change{Actor: a, Needs: actor.DecideSoft, Action: "case.undo", Entity: "case", ID: d.CaseID, Reason: d.ReasonCode}
	return s.Store.Write(ctx, change, func(tx *models.Tx) error {
		c, err := tx.LockCase(d.CaseID)
		if err != nil {
			return err
		}
		if d, err = tx.Decision(ctx, decisionID); err != nil {
			return err
		}
		if d.State == models.DecisionVoided {
			return nil
		}
		if d.State != models.DecisionPending || !tx.Now.Before(d.FinalAt) {
			return errTooLate
		}
		tx.Detail("decision", d.ID)
		tx.Detail("action", d.Action)
		return s.takeBack(tx, c, d)
	})
}

func (s *Service) takeBack(tx *models.Tx, c models.Case, d models.Decision) error {
	if err := tx.MoveDecision(d.ID, models.DecisionPending, models.DecisionVoided); err != nil {
		return err
	}
	if d.Supersedes != nil {
		if err := tx.MoveDecision(*d.Supersedes, models.DecisionSuperseded, models.DecisionEffective); err != nil {
			return err
		}
	}
	images, err := tx.RevertDecision(d.ID)
	if err != nil {
		return err
	}
	for _, id := range images {
		tx.Note("image.restore", "image", id, map[string]any{"decision": d.ID})
	}
	waiting, err := tx.UnlinkItems(d.ID)
	if err != nil {
		return err
	}
	for _, id := range waiting {
		tx.Note("notice.unlink", "notice", id, map[string]any{"decision": d.ID})
	}
	if c.State == models.CaseDecided { // a notice may have opened it again meanwhile
		var was before
		if err := json.Unmarshal(d.Before, &was); err != nil {
			return err
		}
		c.State, c.DecidedAt, c.FirstActionAt = was.State, was.DecidedAt, was.FirstActionAt
	}
	c.Version++
	if err := tx.SaveCase(c); err != nil {
		return err
	}
	if err := tx.VoidEffects(d.ID); err != nil {
		return err
	}
	return purgeAgain(tx, d)
}

// purgeAgain makes caches forget the refusals they may have kept meanwhile.
func purgeAgain(tx *models.Tx, d models.Decision) error {
	purges, err := tx.EffectsOf(tx.Context(), d.ID, models.EffectPurge)
	if err != nil {
		return err
	}
	for _, e := range purges {
		if err := tx.QueueEffect(e.ID); err != nil {
			return err
		}
		if err := tx.Enqueue(EffectJob{EffectID: e.ID, At: tx.Now}); err != nil {
			return err
		}
	}
	return nil
}

// Escalate hands a case to the leads. Only who holds it can.
func (s *Service) Escalate(ctx context.Context, a actor.Actor, caseID string, fence int64, note string) (err error) {
	defer fault.Wrap(&err, "moderation.Escalate(%s)", caseID)
	if len([]rune(note)) > MaxNote {
		return fault.InvalidField("note", "Shorten the note to 2000 characters.")
	}
	change := models.Change{Actor: a, Needs: actor.CaseClaim, Action: "case.escalate", Entity: "case", ID: caseID}
	return s.Store.Write(ctx, change, func(tx *models.Tx) error {
		c, err := tx.LockCase(caseID)
		if err != nil {
			return unknownCase(err)
		}
		if c.State != models.CaseOpen {
			return fault.New(fault.Conflict, "case_not_open", "This case is not open any more.")
		}
		if err := s.checkLease(ctx, tx, c, a, fence); err != nil {
			return err
		}
		c.State = models.CaseEscalated
		c.Version++
		if note != "" {
			tx.Commit("note", note) // free text stays out of the chain, where it could not be erased
		}
		if err := tx.SaveCase(c); err != nil {
			return err
		}
		return tx.DropLease(c.ID)
	})
}

var errAlone = fault.New(fault.Conflict, "decide_alone", "Critical, escalated and decided cases are decided one by one. Open this one.")

// Together reports whether a case may be decided with others: only an open one that is not critical.
func Together(c models.Case) bool { return c.State == models.CaseOpen && c.Severity < Critical }

// DecideBulk makes one decision on up to MaxBulk cases, each in a transaction of its own: what fails is listed and the
// rest stands. One batch id undoes them together.
func (s *Service) DecideBulk(ctx context.Context, a actor.Actor, in BulkInput) (out BulkResult, err error) {
	defer fault.Wrap(&err, "moderation.DecideBulk(%d)", len(in.Cases))
	if err := needs(a, actor.DecideBulk); err != nil {
		return out, err
	}
	if len(in.Cases) == 0 || len(in.Cases) > MaxBulk {
		return out, fault.InvalidField("cases", "Choose from 1 to 20 cases.")
	}
	set, err := s.reasonSet(ctx)
	if err != nil {
		return out, err
	}
	if err := s.checkInput(set, in.Template, s.now()); err != nil {
		return out, err
	}
	out.BatchID = ident.Public()
	for _, c := range in.Cases {
		one := in.Template
		one.CaseID, one.Version = c.ID, c.Version
		d, err := s.decide(ctx, a, one, out.BatchID, true)
		out.add(c.ID, d, err)
	}
	return out, nil
}

func (r *BulkResult) add(caseID string, d models.Decision, err error) {
	if err != nil {
		r.Failed = append(r.Failed, BulkFailure{CaseID: caseID, Message: fault.Of(err).Message})
		return
	}
	r.Done = append(r.Done, d)
}

// UndoBatch undoes every decision of a batch that can still be undone, and lists the others.
func (s *Service) UndoBatch(ctx context.Context, a actor.Actor, batchID string) (out BulkResult, err error) {
	defer fault.Wrap(&err, "moderation.UndoBatch(%s)", batchID)
	if err := needs(a, actor.DecideBulk); err != nil {
		return out, err
	}
	list, err := s.Store.DecisionsOfBatch(ctx, batchID)
	if err != nil {
		return out, err
	}
	if len(list) == 0 {
		return out, models.ErrNotFound
	}
	out.BatchID = batchID
	for _, d := range list {
		out.add(d.CaseID, d, s.Undo(ctx, a, d.ID))
	}
	return out, nil
}

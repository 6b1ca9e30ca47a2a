package moderation

import (
	"context"
	"errors"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

const (
	verifyAfter = 5 * time.Second // a purge takes a moment to reach every edge
	giveUpAfter = 8               // attempts; then the effect waits for staff
	maxBackoff  = time.Hour
	sweepGrace  = time.Minute // jobs come first; what is due this long has lost its job
	sweepLimit  = 200
)

// RunEffect carries out one effect. It may be called any number of times: what is done stays done once. A failure is kept
// beside the effect for staff to see, and returned so that the queue tries again; after giveUpAfter attempts the effect
// waits for Retry. An effect that is not due yet is left alone.
func (s *Service) RunEffect(ctx context.Context, effectID string) (err error) {
	defer fault.Wrap(&err, "moderation.RunEffect(%s)", effectID)
	e, err := s.Store.Effect(ctx, effectID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || e.State != models.EffectQueued || s.now().Before(e.NextAt) {
		return err
	}
	if err = s.run(ctx, e); err == nil {
		return nil
	}
	pause := min(time.Duration(1<<min(e.Attempts, 10))*2*time.Second, maxBackoff)
	state, recordErr := s.Store.RecordEffectError(context.WithoutCancel(ctx), e.ID, shorten(err.Error(), 500), s.now().Add(pause), giveUpAfter)
	if recordErr == nil && state == models.EffectFailed {
		s.Log.ErrorContext(ctx, "effect failed", "effect", e.ID, "kind", e.Kind, "case", e.CaseID, "error", err)
		return nil // visible to staff now; more attempts would change nothing
	}
	return errors.Join(err, recordErr)
}

func (s *Service) run(ctx context.Context, e models.Effect) error {
	switch e.Kind {
	case models.EffectPurge:
		return s.purge(ctx, e)
	case models.EffectVerifyGone:
		return s.verifyGone(ctx, e)
	case models.EffectFinalise:
		return s.finalise(ctx, e)
	case models.EffectMailNotifier:
		return s.tellNotifier(ctx, e)
	}
	return s.finish(ctx, e, models.EffectVoid) // guests have no address to write to
}

// finish records the end of an effect whose work is idempotent.
func (s *Service) finish(ctx context.Context, e models.Effect, state models.EffectState) error {
	change := models.Change{Actor: system, Needs: actor.EffectRetry, Action: "case.effect", Entity: "case", ID: e.CaseID}
	return s.Store.Write(ctx, change, func(tx *models.Tx) error {
		now, err := tx.LockEffect(e.ID)
		if err != nil || now.State != models.EffectQueued {
			return err
		}
		tx.Detail("kind", e.Kind)
		tx.Detail("target", e.Target)
		tx.Detail("state", state)
		return tx.FinishEffect(e.ID, state)
	})
}

func (s *Service) purge(ctx context.Context, e models.Effect) error {
	img, err := s.Store.Image(ctx, e.Target)
	if err != nil {
		return err
	}
	if err := s.Purger.Purge(ctx, s.URLs(img)); err != nil {
		return err
	}
	return s.finish(ctx, e, models.EffectDone)
}

var errStillServed = fault.New(fault.Unavailable, "still_served", "A cache still answers with the picture.")

// verifyGone asks from outside whether the picture is really gone.
func (s *Service) verifyGone(ctx context.Context, e models.Effect) error {
	img, err := s.Store.Image(ctx, e.Target)
	if err != nil {
		return err
	}
	if img.Served() {
		return s.finish(ctx, e, models.EffectVoid)
	}
	for _, u := range s.URLs(img) {
		gone, err := s.Prober.Probe(ctx, u)
		if err != nil {
			return err
		}
		if !gone {
			if err := s.Purger.Purge(ctx, s.URLs(img)); err != nil {
				return err
			}
			return errStillServed
		}
	}
	return s.finish(ctx, e, models.EffectDone)
}

// finalise makes a decision effective once the undo window has passed: block list, outcomes of the notices, letters.
func (s *Service) finalise(ctx context.Context, e models.Effect) error {
	change := models.Change{Actor: system, Needs: actor.EffectRetry, Action: "case.finalise", Entity: "case", ID: e.CaseID}
	return s.Store.Write(ctx, change, func(tx *models.Tx) error {
		c, err := tx.LockCase(e.CaseID)
		if err != nil {
			return err
		}
		d, err := tx.Decision(ctx, e.DecisionID)
		if err != nil {
			return err
		}
		if d.State != models.DecisionPending {
			return tx.FinishEffect(e.ID, models.EffectVoid)
		}
		if tx.Now.Before(d.FinalAt) {
			return nil
		}
		if err := tx.MoveDecision(d.ID, models.DecisionPending, models.DecisionEffective); err != nil {
			return err
		}
		tx.Detail("decision", d.ID)
		if err := s.settleBlocks(ctx, tx, c, d); err != nil {
			return err
		}
		if err := s.settleNotices(ctx, tx, d); err != nil {
			return err
		}
		return tx.FinishEffect(e.ID, models.EffectDone)
	})
}

// settleBlocks puts the content on the block list when the decision says so, and takes off what a replaced decision put there.
func (s *Service) settleBlocks(ctx context.Context, tx *models.Tx, c models.Case, d models.Decision) error {
	if d.Supersedes != nil && !d.BlockHash {
		gone, err := tx.DeleteBlocksOf(*d.Supersedes)
		if err != nil {
			return err
		}
		for _, id := range gone {
			tx.Note("block.remove", "block", id, map[string]any{"decision": d.ID})
		}
	}
	if !d.BlockHash {
		return nil
	}
	hashes, err := tx.ContentHashes(ctx, c.SHA256, 1000)
	if err != nil {
		return err
	}
	for _, h := range hashes {
		b := models.BlockedHash{SHA256: h, ID: ident.Public(), DecisionID: &d.ID, ReasonCode: d.ReasonCode, CreatedBy: d.DecidedBy}
		added, err := tx.InsertBlock(b)
		if err != nil {
			return err
		}
		if added {
			tx.Note("block.add", "block", b.ID, map[string]any{"decision": d.ID})
		}
	}
	return nil
}

func (s *Service) settleNotices(ctx context.Context, tx *models.Tx, d models.Decision) error {
	ids, err := tx.SettleItems(d)
	if err != nil {
		return err
	}
	for _, id := range ids {
		tx.Note("notice.answer", "notice", id, map[string]any{"decision": d.ID, "outcome": d.Action})
	}
	if err := tx.CloseNotices(ids); err != nil {
		return err
	}
	tell, err := tx.NoticesToTell(ctx, ids)
	if err != nil {
		return err
	}
	letters := make([]models.Effect, len(tell))
	for i, id := range tell {
		letters[i] = models.Effect{DecisionID: d.ID, CaseID: d.CaseID, Kind: models.EffectMailNotifier, Target: id}
	}
	tx.Detail("letters", len(letters))
	return queueEffects(tx, letters)
}

// tellNotifier queues the letter in the transaction that marks the effect as done, so that it is written exactly once.
func (s *Service) tellNotifier(ctx context.Context, e models.Effect) error {
	change := models.Change{Actor: system, Needs: actor.EffectRetry, Action: "notice.letter", Entity: "notice", ID: e.Target}
	return s.Store.Write(ctx, change, func(tx *models.Tx) error {
		now, err := tx.LockEffect(e.ID)
		if err != nil || now.State != models.EffectQueued {
			return err
		}
		n, err := tx.Notice(ctx, e.Target)
		if err != nil {
			return err
		}
		d, err := tx.Decision(ctx, e.DecisionID)
		if err != nil {
			return err
		}
		tx.Detail("decision", d.ID)
		if n.ContactEmail == "" { // erased meanwhile
			return tx.FinishEffect(e.ID, models.EffectVoid)
		}
		items, err := tx.NoticeItems(ctx, n.ID)
		if err != nil {
			return err
		}
		letter := s.notifierLetter(n, itemURLs(items, e.CaseID), d, s.redress(tx.Now))
		if err := tx.QueueMail(mailOf("notice_decision", n, letter)); err != nil {
			return err
		}
		return tx.FinishEffect(e.ID, models.EffectDone)
	})
}

func itemURLs(items []models.NoticeItem, caseID string) []string {
	var urls []string
	for _, i := range items {
		if i.CaseID != nil && *i.CaseID == caseID {
			urls = append(urls, i.URL)
		}
	}
	return urls
}

// Retry runs a failed effect again at once.
func (s *Service) Retry(ctx context.Context, a actor.Actor, effectID string) (err error) {
	defer fault.Wrap(&err, "moderation.Retry(%s)", effectID)
	e, err := s.Store.Effect(ctx, effectID)
	if err != nil {
		return err
	}
	change := models.Change{Actor: a, Needs: actor.EffectRetry, Action: "case.effect.retry", Entity: "case", ID: e.CaseID}
	return s.Store.Write(ctx, change, func(tx *models.Tx) error {
		e, err := tx.LockEffect(effectID)
		if err != nil {
			return err
		}
		if e.State == models.EffectDone || e.State == models.EffectVoid {
			return fault.New(fault.Conflict, "effect_done", "There is nothing left to do here.")
		}
		tx.Detail("kind", e.Kind)
		if e.NextAt.After(tx.Now) && e.LastError == "" {
			return fault.New(fault.Conflict, "effect_waiting", "This is not due yet.")
		}
		if err := tx.QueueEffect(e.ID); err != nil {
			return err
		}
		return tx.Enqueue(EffectJob{EffectID: e.ID, At: tx.Now})
	})
}

// FailedEffects lists what waits for staff, newest first.
func (s *Service) FailedEffects(ctx context.Context, a actor.Actor, limit int) ([]models.Effect, error) {
	if err := needs(a, actor.CaseView); err != nil {
		return nil, err
	}
	return s.Store.EffectsFailed(ctx, min(max(limit, 1), PageLimit))
}

// Sweep does what is due and has lost its job: effects, notices in the slow lane, decisions that have reached their end.
func (s *Service) Sweep(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "moderation.Sweep")
	now := s.now()
	due, err := s.Store.EffectsDue(ctx, now.Add(-sweepGrace), sweepLimit)
	if err != nil {
		return err
	}
	var problems []error
	for _, e := range due {
		problems = append(problems, s.RunEffect(ctx, e.ID))
	}
	waiting, err := s.Store.NoticesScreening(ctx, now.Add(-SlowLane-sweepGrace), sweepLimit)
	problems = append(problems, err)
	for _, id := range waiting {
		problems = append(problems, s.Admit(ctx, id))
	}
	ending, err := s.Store.DecisionsEnding(ctx, now, sweepLimit)
	problems = append(problems, err)
	for _, d := range ending {
		problems = append(problems, s.expire(ctx, d))
	}
	return errors.Join(problems...)
}

// expire ends a decision whose end date has passed: its images are public again.
func (s *Service) expire(ctx context.Context, d models.Decision) error {
	change := models.Change{Actor: system, Needs: actor.EffectRetry, Action: "case.expire", Entity: "case", ID: d.CaseID, Reason: d.ReasonCode}
	return s.Store.Write(ctx, change, func(tx *models.Tx) error {
		if _, err := tx.LockCase(d.CaseID); err != nil {
			return err
		}
		now, err := tx.Decision(ctx, d.ID)
		if err != nil || now.State != models.DecisionEffective {
			return err
		}
		if err := tx.MoveDecision(d.ID, models.DecisionEffective, models.DecisionExpired); err != nil {
			return err
		}
		images, err := tx.EndDecision(d.ID)
		if err != nil {
			return err
		}
		for _, id := range images {
			tx.Note("image.restore", "image", id, map[string]any{"decision": d.ID})
		}
		return purgeAgain(tx, d)
	})
}

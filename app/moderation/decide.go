package moderation

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

// states is what each action makes of an image.
var states = map[models.Action]models.ImageState{
	models.ActionKeep: models.ImageLive, models.ActionRestrict: models.ImageRestricted,
	models.ActionDisable: models.ImageDisabled, models.ActionRemove: models.ImageRemoved,
}

func hard(a models.Action) bool { return a == models.ActionDisable || a == models.ActionRemove }

// permission is what an action takes.
func permission(a models.Action) actor.Permission {
	if hard(a) {
		return actor.DecideHard
	}
	return actor.DecideSoft
}

// draft is a decision with everything it rests on, not yet made.
type draft struct {
	decision  models.Decision
	reason    models.ReasonCode
	case_     models.Case
	standing  *models.Decision
	statement Statement
}

// checkInput refuses what no case could be decided with, naming each field.
func (s *Service) checkInput(set *reasonSet, in DecisionInput, now time.Time) error {
	var c fault.Collect
	_, known := states[in.Action]
	c.Check(known, "action", "Choose keep, restrict, disable or remove.")
	c.Check(len(in.Territory) == 0, "territory", "A restriction applies everywhere: serving cannot be limited to countries. Leave this empty.")
	c.Check(in.EndsAt == nil || in.EndsAt.After(now), "ends_at", "Choose an end in the future, or none.")
	c.Check(!in.BlockHash || (hard(in.Action) && in.EndsAt == nil), "block", "Only a file that is removed or disabled without an end can be refused for the future.")
	limit := func(text, name string, n int) {
		c.Check(utf8.RuneCountInString(text) <= n && utf8.ValidString(text) && !strings.ContainsRune(text, 0), name, fmt.Sprintf("Use at most %d ordinary characters.", n))
	}
	limit(in.Facts, "facts", MaxFacts)
	limit(in.Explanation, "explanation", MaxWhy)
	limit(in.Note, "note", MaxNote)
	reason, found := set.by[in.ReasonCode]
	if in.Action == models.ActionKeep {
		c.Check(in.ReasonCode == "" || found, "reason", "Choose one of the reasons, or none.")
		c.Check(in.EndsAt == nil, "ends_at", "Keeping an image has no end.")
		c.Check(!set.prepared(in.Explanation), "explanation", "This is the prepared text of a measure, and the image is kept. Say why it stays, or leave it empty for the standard sentence.")
		return c.Err()
	}
	c.Check(found, "reason", "Choose the reason.")
	c.Check(in.Ground == "" || in.Ground == GroundLaw || in.Ground == GroundTerms, "ground", "Choose law or terms.")
	c.Check(in.Ground == "" || !found || in.Ground == reason.Ground, "ground", "This reason rests on the other ground. Choose a reason that rests on this one.")
	c.Check(utf8.RuneCountInString(fold(in.Facts)) >= MinFacts, "facts", fmt.Sprintf("Say in at least %d letters or digits what can be seen in the image and in which context.", MinFacts))
	c.Check(explains(in.Explanation, reason.Reference, reason.Label, reason.Clause, reason.Description), "explanation",
		fmt.Sprintf("Say in at least %d characters why the content falls under the rule. Naming the rule again is not enough (Art. 17(3) DSA).", MinWhy))
	return c.Err()
}

// prepare compiles a decision on a case as it stands, and checks that its statement of reasons is whole.
func (s *Service) prepare(ctx context.Context, q models.Queries, a actor.Actor, in DecisionInput, c models.Case, now time.Time) (*draft, error) {
	set, err := s.reasonSet(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.checkInput(set, in, now); err != nil {
		return nil, err
	}
	notices, err := q.CaseNotices(ctx, c.ID, 200)
	if err != nil {
		return nil, err
	}
	knows, err := s.knowsReporters(ctx, q, a, c, now)
	if err != nil {
		return nil, err
	}
	if err := keepsSecret(in, notices, knows); err != nil {
		return nil, err
	}
	standing, err := q.StandingDecision(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	d := models.Decision{
		ID: ident.Public(), CaseID: c.ID, CaseVersion: c.Version, Action: in.Action, ReasonCode: in.ReasonCode, Facts: strings.TrimSpace(in.Facts),
		Explanation: strings.TrimSpace(in.Explanation), Note: strings.TrimSpace(in.Note), EndsAt: in.EndsAt, Source: sourceOwn,
		AutomatedDecision: "none", BlockHash: in.BlockHash, DecidedBy: a.ID, DecidedAt: now, FinalAt: now.Add(UndoWindow), State: models.DecisionPending,
	}
	if slices.ContainsFunc(notices, func(n models.CaseNotice) bool { return n.Intake != sourceOwn }) {
		d.Source = sourceNotice
	}
	reason := set.by[in.ReasonCode]
	if d.ReasonVersion = reason.Version; d.Action != models.ActionKeep {
		d.Ground, d.Reference = reason.Ground, reason.Reference
	} else if d.Explanation == "" {
		d.Explanation = fmt.Sprintf("We compared the image with what was reported (%s) and with our terms of use. We found neither a breach of the law nor of the terms.", strings.ToLower(set.label(c.ReasonCode)))
	}
	if standing != nil {
		d.Supersedes = &standing.ID
	}
	out := &draft{decision: d, reason: reason, case_: c, standing: standing, statement: s.compile(d, c, reason)}
	if d.Action != models.ActionKeep {
		if err := out.statement.Check(); err != nil {
			return nil, fault.InvalidField("explanation", "The statement of reasons is incomplete. Fill in facts and explanation.").Because(err)
		}
	}
	return out, nil
}

// Preview compiles what everybody would read, without deciding anything.
func (s *Service) Preview(ctx context.Context, a actor.Actor, in DecisionInput) (p Preview, err error) {
	defer fault.Wrap(&err, "moderation.Preview(%s)", in.CaseID)
	if err := needs(a, permission(in.Action)); err != nil {
		return p, err
	}
	now := s.now()
	err = s.Store.Read(ctx, func(q models.Queries) error {
		c, err := q.Case(ctx, in.CaseID)
		if err != nil {
			return unknownCase(err)
		}
		d, err := s.prepare(ctx, q, a, in, c, now)
		if err != nil {
			return err
		}
		d.statement.ImageID = c.ImageID
		p.Statement = d.statement
		if d.decision.Action != models.ActionKeep {
			p.LetterToUploader = uploaderLetter(ctx, d.statement)
		}
		return s.previewNotifiers(ctx, q, d, &p)
	})
	return p, err
}

func (s *Service) previewNotifiers(ctx context.Context, q models.Queries, d *draft, p *Preview) (err error) {
	if p.NotifierLetters, err = q.CountNoticesToTell(ctx, d.case_.ID); err != nil {
		return err
	}
	notices, err := q.CaseNotices(ctx, d.case_.ID, 50)
	for _, n := range notices {
		if n.Outcome == "" && n.ContactEmail != "" && len(p.LettersToNotifier) < 3 {
			n.ContactName = "" // a preview shows the letter, not the person
			p.LettersToNotifier = append(p.LettersToNotifier, s.notifierLetter(n.Notice, []string{n.URL}, d.decision, d.statement.Redress))
		}
	}
	return err
}

// Decide decides a case. All images with its content change their state in this transaction, and the caches are told at
// once: harm stops now. The letters and the block list wait until the UndoWindow has passed, so that a slip can be put back
// before anybody has been written to. (A decision that only begins to take effect after the window would leave harmful
// content public for that long, for the sake of a slip that is rare.)
//
// The actor must hold the case under in.Fence, and the case must still be as it was shown (in.Version); else it is a
// conflict that says who holds it.
func (s *Service) Decide(ctx context.Context, a actor.Actor, in DecisionInput) (models.Decision, error) {
	return s.decide(ctx, a, in, "", false)
}

func (s *Service) decide(ctx context.Context, a actor.Actor, in DecisionInput, batch string, claim bool) (out models.Decision, err error) {
	defer fault.Wrap(&err, "moderation.Decide(%s)", in.CaseID)
	change := models.Change{Actor: a, Needs: permission(in.Action), Action: "case.decide", Entity: "case", ID: in.CaseID, Reason: in.ReasonCode}
	err = s.Store.Write(ctx, change, func(tx *models.Tx) error {
		c, err := tx.LockCase(in.CaseID)
		if err != nil {
			return unknownCase(err)
		}
		if err := s.mayDecide(ctx, tx, a, in, &c, claim); err != nil {
			return err
		}
		d, err := s.prepare(ctx, tx.Queries, a, in, c, tx.Now)
		if err != nil {
			return err
		}
		d.decision.BatchID = batch
		out = d.decision
		return s.serve(ctx, tx, d)
	})
	return out, err
}

// mayDecide checks the lease, the version and what only a lead may do. A batch leases each case on the way.
func (s *Service) mayDecide(ctx context.Context, tx *models.Tx, a actor.Actor, in DecisionInput, c *models.Case, claim bool) error {
	if c.State != models.CaseOpen && !a.Can(actor.CaseLead) {
		return errLeadOnly
	}
	if in.Version != 0 && in.Version != c.Version {
		return models.ErrStale
	}
	if !claim {
		return s.checkLease(ctx, tx, *c, a, in.Fence)
	}
	if !Together(*c) {
		return errAlone
	}
	held, err := tx.LeaseOf(ctx, c.ID, tx.Now)
	if err != nil {
		return err
	}
	if held != nil && held.Holder != a.ID {
		return heldBy(held)
	}
	c.Fence++ // whoever else believes to hold it is refused from now on
	return nil
}

// before is what undo puts back about the case.
type before struct {
	State         models.CaseState `json:"state"`
	DecidedAt     *time.Time       `json:"decided_at"`
	FirstActionAt *time.Time       `json:"first_action_at"`
}

// serve makes the decision: rows, image states, statements, effects.
func (s *Service) serve(ctx context.Context, tx *models.Tx, d *draft) error {
	dec, c := &d.decision, d.case_
	was, err := json.Marshal(before{State: c.State, DecidedAt: c.DecidedAt, FirstActionAt: c.FirstActionAt})
	if err != nil {
		return err
	}
	dec.Before = was
	if d.standing != nil {
		if d.standing.State == models.DecisionPending {
			return fault.New(fault.Conflict, "decision_pending", "This case has just been decided. Undo that decision, or wait until it is final.")
		}
		if err := tx.MoveDecision(d.standing.ID, models.DecisionEffective, models.DecisionSuperseded); err != nil {
			return err
		}
		tx.Detail("supersedes", d.standing.ID)
	}
	if err := tx.InsertDecision(*dec); err != nil {
		return err
	}
	tx.Detail("action", dec.Action)
	tx.Detail("decision", dec.ID)
	if err := s.changeImages(tx, d); err != nil {
		return err
	}
	if c.FirstActionAt == nil {
		c.FirstActionAt = &tx.Now
	}
	c.State, c.DecidedAt = models.CaseDecided, &tx.Now
	c.Version++
	if err := tx.SaveCase(c); err != nil {
		return err
	}
	return tx.DropLease(c.ID)
}

// changeImages puts every image with the content into its new state, issues its statement and queues what follows.
func (s *Service) changeImages(tx *models.Tx, d *draft) error {
	dec, to := d.decision, states[d.decision.Action]
	images, err := tx.LockContent(d.case_.SHA256)
	if err != nil {
		return err
	}
	if err := tx.ApplyDecision(dec, d.case_.SHA256, to); err != nil {
		return err
	}
	effects := []models.Effect{{DecisionID: dec.ID, CaseID: dec.CaseID, Kind: models.EffectFinalise, Target: dec.ID, NextAt: dec.FinalAt}}
	for _, img := range images {
		tx.Note("image."+string(dec.Action), "image", img.ID, map[string]any{"decision": dec.ID, "from": img.State, "to": to})
		if img.State == to {
			continue
		}
		effects = append(effects, models.Effect{DecisionID: dec.ID, CaseID: dec.CaseID, Kind: models.EffectPurge, Target: img.ID})
		if hard(dec.Action) {
			effects = append(effects, models.Effect{DecisionID: dec.ID, CaseID: dec.CaseID, Kind: models.EffectVerifyGone, Target: img.ID, NextAt: tx.Now.Add(verifyAfter)})
		}
	}
	if dec.Action != models.ActionKeep {
		rows, err := issue(d.statement, dec.CaseID, images)
		if err != nil {
			return err
		}
		if err := tx.InsertStatements(rows); err != nil {
			return err
		}
	}
	tx.Detail("images", len(images))
	return queueEffects(tx, effects)
}

package moderation_test

import (
	"strings"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/moderation"
	"imglink/models"
)

// effect finds the one effect of a kind.
func (r *rig) effect(kind models.EffectKind) models.Effect {
	r.t.Helper()
	var id string
	if err := r.db.QueryRow(ctx, `SELECT id FROM effects WHERE kind = $1`, string(kind)).Scan(&id); err != nil {
		r.t.Fatalf("effect %s: %v", kind, err)
	}
	e, err := r.store.Effect(ctx, id)
	must(r.t, err)
	return e
}

// A purge that fails is seen by staff, tried again with pauses, and waits for them in the end; Retry brings it back.
func TestPurgeFailsVisibly(t *testing.T) {
	r := newRig(t)
	img, c := r.reported()
	r.edge.fail = errBoom
	d := r.decided(r.staff[actor.Moderator], c, models.ActionRemove)
	if r.state(img.ID) != models.ImageRemoved {
		t.Fatal("serving stops whatever the edge says")
	}
	e := r.effect(models.EffectPurge)
	for i := range 8 {
		err := r.RunEffect(ctx, e.ID)
		if last := i == 7; (err == nil) != last {
			t.Fatalf("attempt %d: %v", i+1, err)
		}
		r.clock.Advance(2 * time.Hour)
	}
	e = r.effect(models.EffectPurge)
	if e.State != models.EffectFailed || e.Attempts != 8 || !strings.Contains(e.LastError, "boom") {
		t.Fatalf("got %+v", e)
	}
	failed, err := r.FailedEffects(ctx, r.staff[actor.Lead], 10)
	must(t, err)
	if len(failed) != 1 || failed[0].DecisionID != d.ID {
		t.Errorf("failed effects: %+v", failed)
	}
	r.edge.fail = nil
	must(t, r.Retry(ctx, r.staff[actor.Lead], e.ID))
	must(t, r.RunEffect(ctx, e.ID))
	if e = r.effect(models.EffectPurge); e.State != models.EffectDone || e.LastError != "" {
		t.Errorf("after the retry: %+v", e)
	}
	if err := r.Retry(ctx, r.staff[actor.Lead], e.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("nothing left to retry: %v", err)
	}
}

// Failed, but persisted: the edge forgot everything and still reported an error. Purging again is harmless.
func TestPurgeFailedButPersisted(t *testing.T) {
	r := newRig(t)
	_, c := r.reported()
	r.edge.after = errBoom
	r.decided(r.staff[actor.Moderator], c, models.ActionRemove)
	e := r.effect(models.EffectPurge)
	if err := r.RunEffect(ctx, e.ID); err == nil {
		t.Fatal("the error must not be swallowed")
	}
	r.edge.after = nil
	if err := r.RunEffect(ctx, e.ID); err != nil || r.effect(models.EffectPurge).State == models.EffectDone {
		t.Fatalf("it must wait for its pause: %v", err)
	}
	r.clock.Advance(time.Hour)
	must(t, r.RunEffect(ctx, e.ID))
	must(t, r.RunEffect(ctx, e.ID))
	if len(r.edge.purged) != 2 || r.effect(models.EffectPurge).State != models.EffectDone {
		t.Errorf("purged %v", r.edge.purged)
	}
}

// No letter is lost and none is sent twice, whether the work failed before or after it was kept.
func TestNoDoubleLetter(t *testing.T) {
	r := newRig(t)
	_, c := r.reported()
	r.decided(r.staff[actor.Moderator], c, models.ActionRemove)
	r.clock.Advance(moderation.UndoWindow)
	fin := r.effect(models.EffectFinalise)
	letters := func() int { return r.count(`SELECT count(*) FROM mails WHERE kind = 'notice_decision'`) }

	r.jobs.fail = errBoom // failed and not persisted: the queue refuses the letter's job, so nothing of it may be kept
	if err := r.RunEffect(ctx, fin.ID); err == nil {
		t.Fatal("the failure was swallowed")
	}
	if n := r.count(`SELECT count(*) FROM decisions WHERE state = 'pending'`); n != 1 || r.count(`SELECT count(*) FROM effects WHERE kind = 'mail_notifier'`) != 0 {
		t.Fatal("half of the finalisation was kept")
	}
	r.jobs.fail = nil
	r.clock.Advance(time.Hour)
	must(t, r.RunEffect(ctx, fin.ID))
	must(t, r.RunEffect(ctx, fin.ID)) // failed but persisted: the worker died after the commit and runs again
	mail := r.effect(models.EffectMailNotifier)
	done := make(chan error)
	for range 8 {
		go func() { done <- r.RunEffect(ctx, mail.ID) }()
	}
	for range 8 {
		must(t, <-done)
	}
	r.clock.Advance(time.Hour)
	must(t, r.Sweep(ctx))
	if letters() != 1 {
		t.Errorf("%d letters, want exactly one", letters())
	}
}

// Every job may be lost: the sweep finds what is due.
func TestSweepReplacesLostJobs(t *testing.T) {
	r := newRig(t)
	_, c := r.reported()
	r.decided(r.staff[actor.Moderator], c, models.ActionRemove)
	for range 3 {
		r.clock.Advance(2 * time.Minute)
		must(t, r.Sweep(ctx))
	}
	if n := r.count(`SELECT count(*) FROM effects WHERE state <> 'done'`); n != 0 {
		t.Errorf("%d effects left", n)
	}
	if n := r.count(`SELECT count(*) FROM mails WHERE kind = 'notice_decision'`); n != 1 {
		t.Errorf("%d letters", n)
	}
}

func TestStillServedIsSeenAndPurgedAgain(t *testing.T) {
	r := newRig(t)
	_, c := r.reported()
	r.decided(r.staff[actor.Moderator], c, models.ActionRemove)
	r.edge.serves = true
	r.clock.Advance(time.Minute)
	e := r.effect(models.EffectVerifyGone)
	if err := r.RunEffect(ctx, e.ID); err == nil {
		t.Fatal("a cache still serves it")
	}
	if e = r.effect(models.EffectVerifyGone); !strings.Contains(e.LastError, "still answers") || len(r.edge.purged) == 0 {
		t.Errorf("got %+v, purged %v", e, r.edge.purged)
	}
}

// The database refuses every way around the write door for what a decision touches.
func TestDatabaseRefusesUnauditedDecisions(t *testing.T) {
	r := newRig(t)
	img, c := r.reported()
	d := r.decided(r.staff[actor.Moderator], c, models.ActionRemove)
	r.exec(`SET session_replication_role = origin`)
	for _, sql := range []string{
		`UPDATE images SET state = 'live' WHERE id = '` + img.ID + `'`,
		`UPDATE cases SET state = 'open' WHERE id = '` + c.ID + `'`,
		`UPDATE decisions SET action = 'keep' WHERE id = '` + d.ID + `'`,
		`UPDATE notices SET explanation = ''`,
		`DELETE FROM notice_items`,
		`DELETE FROM statements`,
		`DELETE FROM decision_images`,
		`UPDATE reason_codes SET label = 'x'`,
		`INSERT INTO blocked_hashes (id, sha256, reason_code, created_by, created_at) VALUES ('x', 'x', 'spam', 'x', now())`,
	} {
		if _, err := r.db.Exec(ctx, sql); err == nil || !strings.Contains(err.Error(), "without an audit entry") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// Each step of a decision's life leaves its entry, with its actor and without personal data.
func TestEveryStepIsAudited(t *testing.T) {
	r := newRig(t)
	mod := r.staff[actor.Moderator]
	img, c := r.reported()
	d := r.decided(mod, c, models.ActionRemove)
	must(t, r.Undo(ctx, mod, d.ID))
	in := input(c, r.claim(mod, c.ID), models.ActionRemove)
	in.BlockHash = true
	_, err := r.Decide(ctx, mod, in)
	must(t, err)
	r.finalised()
	r.settle()
	for action, want := range map[string]int{
		"notice.file": 1, "case.open": 1, "case.claim": 2, "case.decide": 2, "image.remove": 2, "case.undo": 1, "image.restore": 1,
		"case.finalise": 1, "notice.answer": 1, "notice.letter": 1, "block.add": 1,
	} {
		if n := r.count(`SELECT count(*) FROM audit_log WHERE action = $1`, action); n != want {
			t.Errorf("%s: %d entries, want %d", action, n, want)
		}
	}
	if n := r.count(`SELECT count(*) FROM audit_log WHERE action IN ('case.decide', 'image.remove', 'case.undo') AND (actor_kind <> 'staff' OR actor_id <> $1)`, mod.ID); n != 0 {
		t.Errorf("%d entries with another actor", n)
	}
	if n := r.count(`SELECT count(*) FROM audit_log a WHERE a::text LIKE '%@mail.example%' OR a::text LIKE '%Notifier%'`); n != 0 {
		t.Errorf("%d entries name a notifier", n)
	}
	if _, err := r.Reveal(ctx, mod, img.ID, c.ID); err != nil {
		t.Fatal(err)
	}
	if n := r.count(`SELECT count(*) FROM audit_log WHERE action = 'image.reveal' AND entity_id = $1`, img.ID); n != 1 {
		t.Errorf("%d reveals logged", n)
	}
}

package moderation_test

import (
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/moderation"
	"imglink/models"
)

// snapshot is everything undo promises to put back.
func (r *rig) snapshot(c models.Case) string {
	r.t.Helper()
	var out string
	err := r.db.QueryRow(ctx, `SELECT json_build_object(
		'images', (SELECT json_agg(json_build_object('id', id, 'state', state, 'decision', decision_id, 'ended', ended_at) ORDER BY id) FROM images WHERE sha256 = $1),
		'case', (SELECT json_build_object('state', state, 'decided', decided_at, 'first', first_action_at, 'rank', rank, 'points', points, 'reason', reason_code) FROM cases WHERE id = $2),
		'standing', (SELECT json_agg(json_build_object('id', id, 'state', state) ORDER BY n) FROM decisions WHERE case_id = $2 AND state <> 'voided'),
		'items', (SELECT json_agg(json_build_object('n', n, 'outcome', outcome, 'decision', decision_id) ORDER BY n) FROM notice_items WHERE case_id = $2),
		'notices', (SELECT json_agg(json_build_object('id', id, 'state', state, 'decided', decided_at) ORDER BY n) FROM notices),
		'blocks', (SELECT json_agg(id) FROM blocked_hashes))::text`, c.SHA256, c.ID).Scan(&out)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// Whatever the images were before, undo brings back exactly that: also a decision that had been replaced.
func TestUndoRestoresExactly(t *testing.T) {
	r := newRig(t)
	lead := r.staff[actor.Lead]
	img := r.image("same", "g")
	r.image("same", "h")
	r.file(notice("copyright", "ann", img.ID))
	c := r.caseOf(img)
	for _, first := range []models.Action{models.ActionRestrict, models.ActionRemove, models.ActionKeep, models.ActionDisable} {
		for _, second := range []models.Action{models.ActionKeep, models.ActionRestrict, models.ActionDisable, models.ActionRemove} {
			r.decided(lead, c, first)
			r.finalised()
			l := r.claim(lead, c.ID)
			was := r.snapshot(c)
			in := input(c, l, second)
			in.BlockHash = second == models.ActionRemove
			d, err := r.Decide(ctx, lead, in)
			must(t, err)
			r.settle()
			r.clock.Advance(moderation.UndoWindow - time.Second)
			must(t, r.Undo(ctx, lead, d.ID))
			must(t, r.Undo(ctx, lead, d.ID))
			if got := r.snapshot(c); got != was {
				t.Fatalf("%s then %s undone:\ngot  %s\nwant %s", first, second, got, was)
			}
			r.finalised()
			if got := r.snapshot(c); got != was {
				t.Fatalf("%s then %s: something happened after the undo:\ngot  %s\nwant %s", first, second, got, was)
			}
		}
	}
	if n := r.count(`SELECT count(*) FROM decisions WHERE state = 'pending'`); n != 0 {
		t.Errorf("%d decisions left pending", n)
	}
}

func TestUndoIsForTheDeciderAndInTime(t *testing.T) {
	r := newRig(t)
	mod, other, lead := r.staff[actor.Moderator], r.hire(actor.Moderator), r.staff[actor.Lead]
	img, c := r.reported()
	d := r.decided(mod, c, models.ActionRemove)
	if err := r.Undo(ctx, other, d.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("another moderator: %v", err)
	}
	must(t, r.Undo(ctx, lead, d.ID))
	if r.state(img.ID) != models.ImageLive {
		t.Error("not restored")
	}
	d = r.decided(mod, r.caseOf(img), models.ActionRemove)
	r.clock.Advance(moderation.UndoWindow)
	if err := r.Undo(ctx, mod, d.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("at the end of the window: %v", err)
	}
	r.settle()
	if got, _ := r.store.Decision(ctx, d.ID); got.State != models.DecisionEffective {
		t.Errorf("got %s", got.State)
	}
	if n := r.count(`SELECT count(*) FROM mails WHERE kind = 'notice_decision'`); n != 1 {
		t.Errorf("%d letters: the undone decision must not be told", n)
	}
}

// A notice that arrives within the window shares the outcome when the window ends, and is free again when it is undone.
func TestNoticeDuringTheWindow(t *testing.T) {
	r := newRig(t)
	mod := r.staff[actor.Moderator]
	for _, undo := range []bool{true, false} {
		img, c := r.reported()
		d := r.decided(mod, c, models.ActionRemove)
		r.clock.Advance(10 * time.Second)
		rec := r.file(notice("copyright", "late", img.ID))
		st, err := r.NoticeStatus(ctx, rec.StatusToken)
		must(t, err)
		if st.Items[0].Outcome != "" {
			t.Fatal("nobody is told before the window ends")
		}
		if undo {
			must(t, r.Undo(ctx, mod, d.ID))
		}
		r.finalised()
		st, err = r.NoticeStatus(ctx, rec.StatusToken)
		must(t, err)
		if want := map[bool]string{true: "", false: "remove"}[undo]; st.Items[0].Outcome != want {
			t.Errorf("undo %v: outcome %q, want %q", undo, st.Items[0].Outcome, want)
		}
		if undo {
			r.decided(mod, r.caseOf(img), models.ActionKeep)
			r.finalised()
			if st, _ = r.NoticeStatus(ctx, rec.StatusToken); st.Items[0].Outcome != "keep" {
				t.Errorf("decided anew: %+v", st.Items)
			}
		}
	}
}

func TestBulkAndItsUndo(t *testing.T) {
	r := newRig(t)
	mod := r.staff[actor.Moderator]
	var cases []models.Case
	var images []models.Image
	in := moderation.BulkInput{Template: input(models.Case{}, moderation.Lease{}, models.ActionRemove)}
	for range 5 {
		img, c := r.reported()
		images, cases = append(images, img), append(cases, c)
		in.Cases = append(in.Cases, moderation.BulkCase{ID: c.ID, Version: c.Version})
	}
	r.claim(r.hire(actor.Moderator), cases[1].ID) // somebody else works on it
	r.file(notice("csam", "kim", images[2].ID))   // it has become another case
	res, err := r.DecideBulk(ctx, mod, in)
	must(t, err)
	if len(res.Done) != 3 || len(res.Failed) != 2 || res.Failed[0].CaseID != cases[1].ID || res.Failed[0].Message == "" {
		t.Fatalf("got %d done, failed %+v", len(res.Done), res.Failed)
	}
	if n := r.count(`SELECT count(*) FROM decisions WHERE batch_id = $1`, res.BatchID); n != 3 {
		t.Errorf("%d decisions in the batch", n)
	}
	back, err := r.UndoBatch(ctx, mod, res.BatchID)
	must(t, err)
	if len(back.Done) != 3 || len(back.Failed) != 0 {
		t.Errorf("undo: %+v", back)
	}
	for _, img := range images {
		if r.state(img.ID) != models.ImageLive {
			t.Errorf("%s is %s", img.ID, r.state(img.ID))
		}
	}
	in.Cases = []moderation.BulkCase{{ID: cases[2].ID, Version: r.caseOf(images[2]).Version}} // critical, and seen as it is now
	if res, err := r.DecideBulk(ctx, mod, in); err != nil || len(res.Done) != 0 || len(res.Failed) != 1 || r.state(images[2].ID) != models.ImageLive {
		t.Errorf("a critical case was decided with others: %+v, %v", res, err)
	}
	in.Cases = make([]moderation.BulkCase, moderation.MaxBulk+1)
	if _, err := r.DecideBulk(ctx, mod, in); !fault.Is(err, fault.Invalid) {
		t.Errorf("too many: %v", err)
	}
}

func TestDecisionEnds(t *testing.T) {
	r := newRig(t)
	lead := r.staff[actor.Lead]
	img, c := r.reported()
	in := input(c, r.claim(lead, c.ID), models.ActionDisable)
	ends := r.clock.Now().Add(24 * time.Hour)
	in.EndsAt = &ends
	_, err := r.Decide(ctx, lead, in)
	must(t, err)
	r.finalised()
	must(t, r.Sweep(ctx))
	if r.state(img.ID) != models.ImageDisabled {
		t.Fatal("ended too early")
	}
	r.clock.Advance(24 * time.Hour)
	must(t, r.Sweep(ctx))
	must(t, r.Sweep(ctx))
	if r.state(img.ID) != models.ImageLive {
		t.Errorf("still %s", r.state(img.ID))
	}
	if n := r.count(`SELECT count(*) FROM decisions WHERE state = 'expired'`); n != 1 {
		t.Errorf("%d expired decisions", n)
	}
}

func TestSupersedeIsForTheLead(t *testing.T) {
	r := newRig(t)
	mod, lead := r.staff[actor.Moderator], r.staff[actor.Lead]
	img, c := r.reported()
	in := input(c, r.claim(mod, c.ID), models.ActionRemove)
	in.BlockHash = true
	first, err := r.Decide(ctx, mod, in)
	must(t, err)
	if _, err := r.Claim(ctx, mod, c.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a decided case is for the lead: %v", err)
	}
	l := r.claim(lead, c.ID)
	if _, err := r.Decide(ctx, lead, input(c, l, models.ActionKeep)); !fault.Is(err, fault.Conflict) {
		t.Errorf("within the undo window of the first: %v", err)
	}
	r.finalised()
	second, err := r.Decide(ctx, lead, input(c, l, models.ActionKeep))
	must(t, err)
	r.finalised()
	if old, _ := r.store.Decision(ctx, first.ID); old.State != models.DecisionSuperseded || second.Supersedes == nil || *second.Supersedes != first.ID {
		t.Errorf("old %s, new %+v", old.State, second.Supersedes)
	}
	if r.state(img.ID) != models.ImageLive || r.count(`SELECT count(*) FROM blocked_hashes`) != 0 {
		t.Error("the picture must be back and its file welcome")
	}
	if n := r.count(`SELECT count(*) FROM mails WHERE kind = 'notice_decision'`); n != 2 {
		t.Errorf("%d letters: the notifier learns of both", n)
	}
}

func TestEscalate(t *testing.T) {
	r := newRig(t)
	triage, mod, lead := r.staff[actor.Triage], r.staff[actor.Moderator], r.staff[actor.Lead]
	_, c := r.reported()
	l := r.claim(triage, c.ID)
	if err := r.Escalate(ctx, mod, c.ID, l.Fence, ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("only the holder escalates: %v", err)
	}
	must(t, r.Escalate(ctx, triage, c.ID, l.Fence, "Looks like a known campaign."))
	if _, err := r.Claim(ctx, mod, c.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an escalated case is for the lead: %v", err)
	}
	if _, err := r.Next(ctx, mod, moderation.Filter{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("nor may a moderator come by it: %v", err)
	}
	if next, err := r.Next(ctx, lead, moderation.Filter{}); err != nil || next.CaseID != c.ID {
		t.Errorf("the lead's next case: %+v %v", next, err)
	}
	d, err := r.Case(ctx, lead, c.ID)
	must(t, err)
	found := false
	for _, e := range d.Timeline {
		found = found || (e.Action == "case.escalate" && e.Note == "Looks like a known campaign.")
	}
	if !found {
		t.Errorf("the note is not in the timeline: %+v", d.Timeline)
	}
}

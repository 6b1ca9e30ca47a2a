package moderation_test

import (
	"strings"
	"testing"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/moderation"
	"imglink/models"
)

// message is what the form says about one field, "" for nothing.
func message(err error, field string) string {
	if err != nil {
		for _, f := range fault.Of(err).Fields {
			if f.Name == field {
				return f.Message
			}
		}
	}
	return ""
}

// Whoever may not know the reporters learns nothing about them from what the form refuses.
func TestRefusalsDoNotTellWhoReported(t *testing.T) {
	r := newRig(t)
	_, c := r.reported()
	answer := func(a actor.Actor, l moderation.Lease, what string) string {
		in := input(c, l, models.ActionRestrict)
		in.Explanation = what + " told us. " + why
		_, err := r.Preview(ctx, a, in)
		_, decided := r.Decide(ctx, a, in)
		if l.Fence > 0 && message(err, "explanation") != message(decided, "explanation") {
			t.Errorf("preview and decision differ: %v, %v", err, decided)
		}
		return message(err, "explanation")
	}
	mod, triage := r.staff[actor.Moderator], r.staff[actor.Triage]
	strangers := func(a actor.Actor, l moderation.Lease) {
		t.Helper()
		hit, miss := answer(a, l, "ann@mail.example"), answer(a, l, "somebody@else.example")
		if hit == "" || hit != miss || strings.Contains(hit, "report") {
			t.Errorf("%s: the reporter's address %q, another %q", a.Role, hit, miss)
		}
	}
	strangers(mod, moderation.Lease{Fence: -1})
	l := r.claim(triage, c.ID)
	strangers(triage, l)
	if _, err := r.Preview(ctx, mod, func() moderation.DecisionInput {
		in := input(c, moderation.Lease{}, models.ActionRestrict)
		in.Facts = "Ann Notifier holds the rights in this picture."
		return in
	}()); err != nil {
		t.Errorf("a name by somebody who does not hold the case: %v", err)
	}
	must(t, r.Release(ctx, triage, c.ID, l.Fence))
	l = r.claim(mod, c.ID)
	for _, who := range []string{"Ann Notifier", "ANN@mail.example"} {
		if got := answer(mod, l, who); !strings.Contains(got, "reported") {
			t.Errorf("%s by the holder, who knows: %q", who, got)
		}
	}
}

// Low severity of one case opens nothing that another case calls grave, nor pictures nobody has judged.
func TestRevealCountsTheGravestCase(t *testing.T) {
	r := newRig(t)
	mod, triage := r.staff[actor.Moderator], r.staff[actor.Triage]
	img, c := r.reported()
	grave, near := r.image("grave", img.Uploader), r.image("looks alike", "another")
	copied := r.image("plain", img.Uploader)
	r.file(notice("csam", "kim", grave.ID))
	r.near.list = []moderation.Near{{ImageID: near.ID, Distance: 4}}
	for _, other := range []models.Image{grave, near, copied} {
		if _, err := r.Reveal(ctx, triage, other.ID, c.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("triage opens %s through a harmless case: %v", other.ID, err)
		}
	}
	_, err := r.Reveal(ctx, triage, img.ID, c.ID)
	must(t, err)
	if _, err := r.Reveal(ctx, triage, grave.ID, r.caseOf(grave).ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("triage opens it through its own case: %v", err)
	}
	_, err = r.Reveal(ctx, mod, grave.ID, c.ID)
	must(t, err)
	if n := r.count(`SELECT count(*) FROM audit_log WHERE action = 'image.reveal' AND entity_id = $1 AND notes->>'severity' = '5'`, grave.ID); n != 1 {
		t.Errorf("%d entries name the severity that counted, want 1", n)
	}
}

// A mild notice opens a grave case again without making it look harmless.
func TestReopeningKeepsTheSeverity(t *testing.T) {
	r := newRig(t)
	mod, triage := r.staff[actor.Moderator], r.staff[actor.Triage]
	img := r.image("grave", "guest")
	r.file(notice("csam", "kim", img.ID))
	was := r.caseOf(img)
	r.decided(mod, was, models.ActionKeep)
	r.finalised()
	r.file(notice("spam", "max", img.ID))
	if got := r.caseOf(img); got.State != models.CaseOpen || got.Severity != 5 || got.ReasonCode != "csam" || got.Points < was.Points {
		t.Fatalf("opened again by a notice: %+v", got)
	}
	r.decided(mod, r.caseOf(img), models.ActionKeep)
	r.finalised()
	_, err := r.OpenCase(ctx, triage, img.ID, "spam", "This looks like an advertisement to me, seen again and again.")
	must(t, err)
	if got := r.caseOf(img); got.State != models.CaseOpen || got.Severity != 5 || got.Points < was.Points {
		t.Errorf("opened again by triage: %+v", got)
	}
	if _, err := r.Reveal(ctx, triage, img.ID, was.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("triage opens the picture: %v", err)
	}
}

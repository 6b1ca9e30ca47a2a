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

// The main job: a notice becomes a case, a moderator removes the image, everybody is told, nothing is told twice.
func TestFromNoticeToLetters(t *testing.T) {
	r := newRig(t)
	img, copyOf := r.image("same", "guest1"), r.image("same", "guest2")
	rec := r.file(notice("copyright", "ann", "https://cdn.img.example/i/"+img.ID+".jpg"))
	c := r.caseOf(img)
	if !rec.Admitted || c.Images != 2 || c.Notices != 1 || c.Notifiers != 1 || c.Severity != 2 || c.State != models.CaseOpen {
		t.Fatalf("receipt %+v, case %+v", rec, c)
	}
	mod := r.staff[actor.Moderator]
	in := input(c, r.claim(mod, c.ID), models.ActionRemove)
	in.BlockHash = true
	p, err := r.Preview(ctx, mod, in)
	must(t, err)
	if p.NotifierLetters != 1 || len(p.LettersToNotifier) != 1 || strings.Contains(p.LettersToNotifier[0].Text, "ann Notifier") || !strings.Contains(p.LetterToUploader.Text, why) {
		t.Fatalf("preview %+v", p)
	}
	d, err := r.Decide(ctx, mod, in)
	must(t, err)
	for _, id := range []string{img.ID, copyOf.ID} {
		if r.state(id) != models.ImageRemoved {
			t.Errorf("image %s is %s: serving must stop at once", id, r.state(id))
		}
		st, ok, err := r.StatementFor(ctx, id)
		if err != nil || !ok || st.ImageID != id || st.Check() != nil {
			t.Errorf("statement of %s: %+v, %v, %v", id, st, ok, err)
		}
	}
	r.settle()
	if n := r.count(`SELECT count(*) FROM mails WHERE kind = 'notice_decision'`); n != 0 {
		t.Errorf("%d letters within the undo window", n)
	}
	if n := r.count(`SELECT count(*) FROM blocked_hashes`); n != 0 {
		t.Errorf("%d files blocked within the undo window", n)
	}
	r.finalised()
	r.settle()
	if n := r.count(`SELECT count(*) FROM mails WHERE kind = 'notice_decision' AND recipient = 'ann@mail.example'`); n != 1 {
		t.Errorf("%d letters to the notifier, want 1", n)
	}
	if n := r.count(`SELECT count(*) FROM blocked_hashes WHERE decision_id = $1`, d.ID); n != 1 {
		t.Errorf("%d blocked files, want 1", n)
	}
	st, err := r.NoticeStatus(ctx, rec.StatusToken)
	must(t, err)
	if st.State != models.NoticeDecided || st.Items[0].Outcome != "remove" || len(st.Items[0].Redress) != 3 || st.ReceivedOn.Hour() != 0 {
		t.Errorf("status %+v", st)
	}
	if n := r.count(`SELECT count(*) FROM effects WHERE state <> 'done'`); n != 0 {
		t.Errorf("%d effects not done", n)
	}
}

func TestKeepTellsTheNotifierWhy(t *testing.T) {
	r := newRig(t)
	img, c := r.reported()
	r.decided(r.staff[actor.Triage], c, models.ActionKeep)
	r.finalised()
	if r.state(img.ID) != models.ImageLive {
		t.Error("kept images stay live")
	}
	if _, ok, err := r.StatementFor(ctx, img.ID); ok || err != nil {
		t.Errorf("nothing was restricted: no statement, got %v %v", ok, err)
	}
	if n := r.count(`SELECT count(*) FROM mails WHERE kind = 'notice_decision' AND body_text LIKE '%What you can do%' AND body_text LIKE '%leave it public%'`); n != 1 {
		t.Errorf("%d letters with outcome and redress (Art. 16(5)), want 1", n)
	}
}

func TestUnusableNoticesNameTheField(t *testing.T) {
	r := newRig(t)
	img := r.image("x", "g")
	long := strings.Repeat("a", moderation.MaxExplanation+1)
	for name, tc := range map[string]struct {
		change func(*moderation.NoticeInput)
		field  string
		says   string
	}{
		"no address":      {func(n *moderation.NoticeInput) { n.URLs = []string{" "} }, "urls", "at least one"},
		"foreign address": {func(n *moderation.NoticeInput) { n.URLs = append(n.URLs, "https://other.example/i/"+img.ID) }, "urls", "https://other.example/i/"},
		"never existed":   {func(n *moderation.NoticeInput) { n.URLs = []string{"AAAAAAAAAAAA"} }, "urls", "AAAAAAAAAAAA"},
		"too many":        {func(n *moderation.NoticeInput) { n.URLs = make51(img.ID) }, "urls", "up to 50"},
		"unknown reason":  {func(n *moderation.NoticeInput) { n.ReasonCode = "nope" }, "reason", "Choose"},
		"long text":       {func(n *moderation.NoticeInput) { n.Explanation = long }, "explanation", "Shorten"},
		"bad e-mail":      {func(n *moderation.NoticeInput) { n.Email = "a@b@c" }, "email", "name@example.org"},
		"header in mail":  {func(n *moderation.NoticeInput) { n.Email = "a@b.c\r\nBcc: x@y.z" }, "email", "name@example.org"},
		"control in name": {func(n *moderation.NoticeInput) { n.Name = "a\x00b" }, "name", "200"},
	} {
		in := notice("copyright", "ann", img.ID)
		tc.change(&in)
		_, err := r.FileNotice(ctx, in)
		if f := fault.Of(err); f.Kind != fault.Invalid || len(f.Fields) == 0 || f.Fields[0].Name != tc.field || !strings.Contains(f.Fields[0].Message, tc.says) {
			t.Errorf("%s: got %v, fields %v", name, err, f.Fields)
		}
	}
	if n := r.count(`SELECT count(*) FROM notices`); n != 0 {
		t.Errorf("%d notices kept from refused input", n)
	}
}

func make51(id string) []string {
	out := make([]string, 51)
	for i := range out {
		out[i] = id
	}
	return out
}

// Art. 16(2) must be enabled, not demanded: missing elements make a notice incomplete, never refused.
func TestIncompleteNoticesAreTaken(t *testing.T) {
	r := newRig(t)
	img := r.image("x", "g")
	r.file(moderation.NoticeInput{URLs: []string{img.ID}, ReasonCode: "spam", ReporterKey: key("a"), Verified: true})
	full := notice("copyright", "b", img.ID)
	r.file(full)
	anonymous := notice("csam", "c", img.ID)
	anonymous.Name, anonymous.Email = "", ""
	r.file(anonymous)
	if n := r.count(`SELECT count(*) FROM notices WHERE complete`); n != 2 {
		t.Errorf("%d complete notices, want the full one and the anonymous one about abuse of a child", n)
	}
	c := r.caseOf(img)
	if c.Severity != 5 || c.ReasonCode != "csam" || c.Notifiers != 3 || c.Points != 2408 {
		t.Errorf("the gravest reason leads: %+v", c)
	}
	sum := 0
	for _, chip := range moderation.Explain(c, r.clock.Now()) {
		sum += chip.Points
	}
	if sum != c.Points {
		t.Errorf("chips add up to %d, the case has %d points", sum, c.Points)
	}
}

func TestSlowLane(t *testing.T) {
	r := newRig(t)
	img := r.image("x", "g")
	in := notice("spam", "ann", img.ID)
	in.Verified = false
	rec := r.file(in)
	if rec.Admitted || r.count(`SELECT count(*) FROM cases`) != 0 || r.count(`SELECT count(*) FROM mails WHERE kind = 'notice_receipt'`) != 1 {
		t.Fatal("an unverified notice is confirmed at once and waits")
	}
	must(t, r.Admit(ctx, rec.NoticeID))
	if r.count(`SELECT count(*) FROM cases`) != 0 {
		t.Fatal("admitted too early")
	}
	r.clock.Advance(moderation.SlowLane)
	must(t, r.Admit(ctx, rec.NoticeID))
	must(t, r.Admit(ctx, rec.NoticeID))
	if c := r.caseOf(img); c.Notices != 1 {
		t.Errorf("admitted %d times", c.Notices)
	}
	late := r.image("y", "g")
	in.URLs = []string{late.ID}
	r.file(in)
	r.clock.Advance(moderation.SlowLane + 2*time.Minute)
	must(t, r.Sweep(ctx)) // its job was lost
	r.caseOf(late)
}

func TestOnePersonCountsOnce(t *testing.T) {
	r := newRig(t)
	img := r.image("x", "g")
	r.file(notice("spam", "ann", img.ID))
	r.file(notice("spam", "ann", img.ID))
	if c := r.caseOf(img); c.Notices != 1 || c.Notifiers != 1 {
		t.Errorf("repetition within a day: %+v", c)
	}
	r.clock.Advance(moderation.DedupWindow + time.Hour)
	r.file(notice("spam", "ann", img.ID))
	if c := r.caseOf(img); c.Notices != 2 || c.Notifiers != 1 {
		t.Errorf("a day later it is a new notice of the same person: %+v", c)
	}
	r.file(notice("spam", "bob", img.ID))
	if c := r.caseOf(img); c.Notices != 3 || c.Notifiers != 2 || c.Points != 4 {
		t.Errorf("another person: %+v", c)
	}
}

func TestDecidedCaseReopensOnlyForSomethingNew(t *testing.T) {
	r := newRig(t)
	img, c := r.reported()
	r.decided(r.staff[actor.Moderator], c, models.ActionKeep)
	r.finalised()
	// Ann again, and somebody repeating her words: same outcome at once, told so.
	again := notice("copyright", "ann", img.ID)
	r.clock.Advance(48 * time.Hour)
	r.file(again)
	parrot := notice("copyright", "eve", img.ID)
	parrot.Explanation = strings.ToUpper(again.Explanation) + "!!"
	rec := r.file(parrot)
	if got := r.caseOf(img); got.State != models.CaseDecided {
		t.Fatalf("reopened without anything new: %+v", got)
	}
	st, err := r.NoticeStatus(ctx, rec.StatusToken)
	must(t, err)
	if st.State != models.NoticeDecided || st.Items[0].Outcome != "keep" {
		t.Errorf("the same outcome at once: %+v", st)
	}
	r.clock.Advance(time.Minute)
	r.settle()
	if n := r.count(`SELECT count(*) FROM mails WHERE kind = 'notice_decision' AND recipient = 'eve@mail.example'`); n != 1 {
		t.Errorf("%d letters to eve, want 1", n)
	}
	// New facts from somebody else reopen.
	r.file(notice("copyright", "zoe", img.ID))
	got := r.caseOf(img)
	if got.State != models.CaseOpen || got.ReopenedAt == nil || got.Version <= c.Version {
		t.Fatalf("new facts must reopen: %+v", got)
	}
	// Removed content is looked at again only for a graver reason.
	r.decided(r.staff[actor.Moderator], got, models.ActionRemove)
	r.finalised()
	r.file(notice("spam", "max", img.ID))
	if got := r.caseOf(img); got.State != models.CaseDecided {
		t.Error("a milder reason against removed content must not reopen")
	}
	r.file(notice("csam", "kim", img.ID))
	if got := r.caseOf(img); got.State != models.CaseOpen || got.Severity != 5 {
		t.Errorf("a graver reason must reopen: %+v", got)
	}
}

package moderation_test

import (
	"testing"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/moderation"
	"imglink/models"
)

// Every staff method for every role: who may gets anything but Forbidden, who may not gets Forbidden and nothing changes.
func TestPermissionMatrix(t *testing.T) {
	r := newRig(t)
	img, c := r.reported()
	grave := r.image("grave", "g")
	r.file(notice("hate", "ann", grave.ID))
	hard := r.caseOf(grave)
	methods := map[string]struct {
		who string // T triage M moderator L lead P privacy U auditor N analyst A admin
		do  func(actor.Actor) error
	}{
		"Queue":      {"TMLU", func(a actor.Actor) error { _, err := r.Queue(ctx, a, moderation.Filter{}); return err }},
		"Case":       {"TMLU", func(a actor.Actor) error { _, err := r.Case(ctx, a, c.ID); return err }},
		"Claim":      {"TML", func(a actor.Actor) error { _, err := r.Claim(ctx, a, c.ID); return err }},
		"Heartbeat":  {"TML", func(a actor.Actor) error { _, err := r.Heartbeat(ctx, a, c.ID, -1); return err }},
		"Release":    {"TML", func(a actor.Actor) error { return r.Release(ctx, a, c.ID, -1) }},
		"Steal":      {"L", func(a actor.Actor) error { _, err := r.Steal(ctx, a, c.ID); return err }},
		"Next":       {"TML", func(a actor.Actor) error { _, err := r.Next(ctx, a, moderation.Filter{Reason: "fraud"}); return err }},
		"Escalate":   {"TML", func(a actor.Actor) error { return r.Escalate(ctx, a, c.ID, -1, "") }},
		"Reveal low": {"TMLU", func(a actor.Actor) error { _, err := r.Reveal(ctx, a, img.ID, c.ID); return err }},
		"Reveal":     {"MLU", func(a actor.Actor) error { _, err := r.Reveal(ctx, a, grave.ID, hard.ID); return err }},
		"SafeImage":  {"TMLU", func(a actor.Actor) error { _, err := r.SafeImage(ctx, a, img.ID); return err }},
		"Preview keep": {"TML", func(a actor.Actor) error {
			_, err := r.Preview(ctx, a, input(c, moderation.Lease{}, models.ActionKeep))
			return err
		}},
		"Preview hard": {"ML", func(a actor.Actor) error {
			_, err := r.Preview(ctx, a, input(c, moderation.Lease{}, models.ActionRemove))
			return err
		}},
		"keep": {"TML", func(a actor.Actor) error {
			_, err := r.Decide(ctx, a, input(c, moderation.Lease{Fence: -1}, models.ActionKeep))
			return err
		}},
		"restrict": {"TML", func(a actor.Actor) error {
			_, err := r.Decide(ctx, a, input(c, moderation.Lease{Fence: -1}, models.ActionRestrict))
			return err
		}},
		"disable": {"ML", func(a actor.Actor) error {
			_, err := r.Decide(ctx, a, input(c, moderation.Lease{Fence: -1}, models.ActionDisable))
			return err
		}},
		"remove": {"ML", func(a actor.Actor) error {
			_, err := r.Decide(ctx, a, input(c, moderation.Lease{Fence: -1}, models.ActionRemove))
			return err
		}},
		"DecideBulk":    {"ML", func(a actor.Actor) error { _, err := r.DecideBulk(ctx, a, moderation.BulkInput{}); return err }},
		"UndoBatch":     {"ML", func(a actor.Actor) error { _, err := r.UndoBatch(ctx, a, "x"); return err }},
		"OpenCase":      {"TML", func(a actor.Actor) error { _, err := r.OpenCase(ctx, a, img.ID, "nope", ""); return err }},
		"FailedEffects": {"TMLU", func(a actor.Actor) error { _, err := r.FailedEffects(ctx, a, 1); return err }},
		"Blocks":        {"L", func(a actor.Actor) error { _, err := r.Blocks(ctx, a, "", 0); return err }},
		"AddBlock":      {"L", func(a actor.Actor) error { _, err := r.AddBlock(ctx, a, "zz", "spam"); return err }},
		"RemoveBlock":   {"L", func(a actor.Actor) error { return r.RemoveBlock(ctx, a, "x") }},
	}
	letters := map[rune]actor.Role{'T': actor.Triage, 'M': actor.Moderator, 'L': actor.Lead, 'P': actor.PrivacyOfficer, 'U': actor.Auditor, 'N': actor.Analyst, 'A': actor.Admin}
	for name, m := range methods {
		may := map[actor.Role]bool{}
		for _, l := range m.who {
			may[letters[l]] = true
		}
		for _, role := range actor.Roles {
			if err := m.do(r.staff[role]); fault.Is(err, fault.Forbidden) == may[role] {
				t.Errorf("%s as %s: %v, may %v", name, role, err, may[role])
			}
		}
		if err := m.do(actor.Guest("g")); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s as a guest: %v", name, err)
		}
	}
	if n := r.count(`SELECT count(*) FROM decisions`); n != 0 {
		t.Errorf("%d decisions were made", n)
	}
}

// Who reported is shown to those who may know, and only while they hold the case.
func TestReporterIdentity(t *testing.T) {
	r := newRig(t)
	_, c := r.reported()
	mod, triage := r.staff[actor.Moderator], r.staff[actor.Triage]
	sees := func(a actor.Actor) bool {
		d, err := r.Case(ctx, a, c.ID)
		must(t, err)
		if !d.Notices[0].HasContact {
			t.Error("that there is a contact is known to all")
		}
		return d.Notices[0].Email != "" || d.Notices[0].Name != ""
	}
	if sees(mod) || sees(r.staff[actor.Auditor]) {
		t.Error("without holding the case")
	}
	l := r.claim(triage, c.ID)
	if sees(triage) || sees(mod) {
		t.Error("triage never, others not while somebody else holds it")
	}
	must(t, r.Release(ctx, triage, c.ID, l.Fence))
	r.claim(mod, c.ID)
	if !sees(mod) {
		t.Error("a moderator who holds the case must see it")
	}
}

func TestRevealStaysWithinTheCase(t *testing.T) {
	r := newRig(t)
	img, c := r.reported()
	other := r.image("elsewhere", "stranger")
	same := r.image("more of the same guest", img.Uploader)
	near := r.image("looks alike", "another")
	r.near.list = []moderation.Near{{ImageID: near.ID, Distance: 4}}
	for id, want := range map[string]bool{img.ID: true, same.ID: true, near.ID: true, other.ID: false} {
		_, err := r.Reveal(ctx, r.staff[actor.Moderator], id, c.ID)
		if (err == nil) != want {
			t.Errorf("%s: %v, want %v", id, err, want)
		}
	}
}

func TestCasePageShowsPrecedents(t *testing.T) {
	r := newRig(t)
	mod := r.staff[actor.Moderator]
	near := r.image("looks alike", "another")
	r.file(notice("adult", "ann", near.ID))
	r.decided(mod, r.caseOf(near), models.ActionRestrict)
	img, c := r.reported()
	old := r.image("old", img.Uploader)
	r.file(notice("spam", "ann", old.ID))
	r.decided(mod, r.caseOf(old), models.ActionRemove)
	r.near.list = []moderation.Near{{ImageID: near.ID, Distance: 4}}
	d, err := r.Case(ctx, mod, c.ID)
	must(t, err)
	if len(d.Precedents) != 2 || d.Precedents[0].ImageID != near.ID || d.Precedents[0].Distance != 4 || d.Precedents[0].Action != models.ActionRestrict ||
		d.Precedents[1].ImageID != old.ID || d.Precedents[1].Distance != -1 {
		t.Errorf("precedents %+v", d.Precedents)
	}
	if len(d.Uploads) != 1 || d.Uploads[0].ID != old.ID || len(d.Images) != 1 || len(d.Timeline) == 0 || !d.May.Claim || d.May.Hard {
		t.Errorf("uploads %d, images %d, timeline %d, may %+v", len(d.Uploads), len(d.Images), len(d.Timeline), d.May)
	}
	r.claim(mod, c.ID)
	if d, _ = r.Case(ctx, mod, c.ID); !d.May.Hard || !d.May.Escalate || d.May.Claim || d.Lease == nil || d.Lease.HolderName == "" {
		t.Errorf("holding it: %+v, %+v", d.May, d.Lease)
	}
}

// Paging shows each case once, in the order of rank, whatever the filter.
func TestQueuePages(t *testing.T) {
	r := newRig(t)
	mod := r.staff[actor.Moderator]
	for i := range 23 {
		r.file(notice([]string{"spam", "copyright", "csam"}[i%3], unique("p", i), r.image(unique("c", i), "g").ID))
	}
	first, err := r.Queue(ctx, mod, moderation.Filter{Limit: 5})
	must(t, err)
	r.claim(mod, first.Cases[0].ID)
	r.decided(mod, first.Cases[1].Case, models.ActionKeep)
	for name, tc := range map[string]struct {
		f    moderation.Filter
		want int
	}{
		"all": {moderation.Filter{Limit: 5}, 22}, "reason": {moderation.Filter{Limit: 3, Reason: "spam"}, 8}, "severity": {moderation.Filter{Limit: 3, Severity: 5}, 6},
		"decided": {moderation.Filter{Limit: 3, State: "decided"}, 1}, "mine": {moderation.Filter{Limit: 3, Mine: true}, 1},
		"reference": {moderation.Filter{Search: " " + first.Cases[2].Reference + " "}, 1}, "image": {moderation.Filter{Search: "https://img.example/i/" + first.Cases[1].ImageID + ".jpg"}, 1},
		"nothing": {moderation.Filter{Search: "C-XXXX-XXXX"}, 0},
	} {
		seen, last := map[string]bool{}, int64(-1<<62)
		for f := tc.f; ; {
			page, err := r.Queue(ctx, mod, f)
			must(t, err)
			for _, c := range page.Cases {
				if seen[c.ID] || (tc.f.State == "" && c.Rank < last) {
					t.Errorf("%s: %s twice or out of order", name, c.ID)
				}
				seen[c.ID], last = true, c.Rank
			}
			if f.After = page.Next; f.After == "" {
				break
			}
		}
		if len(seen) != tc.want {
			t.Errorf("%s: %d cases, want %d", name, len(seen), tc.want)
		}
	}
	q, err := r.Queue(ctx, mod, moderation.Filter{})
	must(t, err)
	if q.Facets.State["open"].N != 22 || q.Facets.State["decided"].N != 1 || q.Facets.Reason["spam"].N != 8 || q.Facets.Severity[5].N != 6 || q.Facets.Mine.N != 1 {
		t.Errorf("counts %+v", q.Facets)
	}
	for _, f := range []moderation.Filter{{State: "x"}, {Severity: 9}, {After: "!!"}} {
		if _, err := r.Queue(ctx, mod, f); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

func TestBlockList(t *testing.T) {
	r := newRig(t)
	lead := r.staff[actor.Lead]
	sum := "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	b, err := r.AddBlock(ctx, lead, sum, "spam")
	must(t, err)
	if _, err := r.AddBlock(ctx, lead, sum, "spam"); !fault.Is(err, fault.Conflict) {
		t.Errorf("twice: %v", err)
	}
	for i := range 4 {
		_, err := r.AddBlock(ctx, lead, sum[:63]+unique("", i), "spam")
		must(t, err)
	}
	seen := 0
	for after, first := "", true; first || after != ""; first = false {
		page, err := r.Blocks(ctx, lead, after, 2)
		must(t, err)
		seen, after = seen+len(page.Rows), page.Next
	}
	if seen != 5 {
		t.Errorf("%d entries listed", seen)
	}
	if hit, err := r.store.HitBlocked(ctx, b.SHA256); err != nil || !hit {
		t.Errorf("not refused: %v %v", hit, err)
	}
	must(t, r.RemoveBlock(ctx, lead, b.ID))
	if hit, _ := r.store.HitBlocked(ctx, b.SHA256); hit {
		t.Error("still refused")
	}
}

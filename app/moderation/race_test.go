package moderation_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/moderation"
	"imglink/models"
)

// Fifty people asking for work at once get fifty different cases, the gravest first.
func TestNextHandsOutEachCaseOnce(t *testing.T) {
	r := newRig(t)
	const cases, workers = 60, 50
	for i := range cases {
		reason := "spam"
		if i%2 == 0 {
			reason = "csam"
		}
		r.file(notice(reason, unique("p", i), r.image(unique("c", i), "g").ID))
	}
	people := make([]actor.Actor, workers)
	for i := range people {
		people[i] = r.hire(actor.Moderator)
	}
	var mu sync.Mutex
	got := map[string]string{}
	var wg sync.WaitGroup
	for _, p := range people {
		wg.Go(func() {
			l, err := r.Next(ctx, p, moderation.Filter{})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Errorf("Next: %v", err)
			} else if other, taken := got[l.CaseID]; taken {
				t.Errorf("case %s was given to %s and %s", l.CaseID, other, p.ID)
			}
			got[l.CaseID] = p.ID
		})
	}
	wg.Wait()
	grave := 0
	for id := range got {
		c, err := r.store.Case(ctx, id)
		must(t, err)
		if c.Severity == 5 {
			grave++
		}
	}
	if len(got) != workers || grave != cases/2 {
		t.Errorf("%d cases handed out, %d of 30 grave ones among them", len(got), grave)
	}
	for range cases - workers {
		_, err := r.Next(ctx, r.hire(actor.Moderator), moderation.Filter{})
		must(t, err)
	}
	if _, err := r.Next(ctx, people[0], moderation.Filter{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("nothing is left, got %v", err)
	}
}

// Two moderators race for one case, over and over: one holds it, the other is told who.
func TestTwoModeratorsRace(t *testing.T) {
	r := newRig(t)
	a, b := r.staff[actor.Moderator], r.hire(actor.Moderator)
	for range 10 {
		_, c := r.reported()
		errs := make([]error, 2)
		leases := make([]moderation.Lease, 2)
		var wg sync.WaitGroup
		for i, who := range []actor.Actor{a, b} {
			wg.Go(func() { leases[i], errs[i] = r.Claim(ctx, who, c.ID) })
		}
		wg.Wait()
		winner := 0
		if errs[0] != nil {
			winner = 1
		}
		loser := 1 - winner
		if errs[winner] != nil || !fault.Is(errs[loser], fault.Locked) {
			t.Fatalf("want one lease and one refusal, got %v", errs)
		}
		who := []actor.Actor{a, b}
		if want := "Person " + who[winner].ID; fault.Of(errs[loser]).Message != want+" is working on this case." {
			t.Errorf("the refusal must name %s: %q", want, fault.Of(errs[loser]).Message)
		}
		in := input(c, leases[winner], models.ActionRemove)
		if _, err := r.Decide(ctx, who[loser], in); !fault.Is(err, fault.Conflict) {
			t.Errorf("a decision under somebody else's fence: %v", err)
		}
		if _, err := r.Decide(ctx, who[winner], in); err != nil {
			t.Errorf("the holder's decision: %v", err)
		}
	}
}

// Both decide at the same instant, one with a lease that was taken over: exactly one decision stands.
func TestRacingDecisions(t *testing.T) {
	r := newRig(t)
	lead, mod := r.staff[actor.Lead], r.staff[actor.Moderator]
	for range 10 {
		_, c := r.reported()
		old := r.claim(mod, c.ID)
		taken, err := r.Steal(ctx, lead, c.ID)
		must(t, err)
		errs := make([]error, 2)
		var wg sync.WaitGroup
		wg.Go(func() { _, errs[0] = r.Decide(ctx, mod, input(c, old, models.ActionKeep)) })
		wg.Go(func() { _, errs[1] = r.Decide(ctx, lead, input(c, taken, models.ActionRemove)) })
		wg.Wait()
		if !fault.Is(errs[0], fault.Conflict) && !fault.Is(errs[0], fault.Forbidden) || errs[1] != nil {
			t.Fatalf("got %v", errs)
		}
		if n := r.count(`SELECT count(*) FROM decisions WHERE case_id = $1`, c.ID); n != 1 {
			t.Fatalf("%d decisions", n)
		}
	}
}

func TestLeaseRunsOutMidDecision(t *testing.T) {
	r := newRig(t)
	mod := r.staff[actor.Moderator]
	img, c := r.reported()
	l := r.claim(mod, c.ID)
	r.clock.Advance(moderation.LeaseTime - time.Second)
	l, err := r.Heartbeat(ctx, mod, c.ID, l.Fence)
	must(t, err)
	r.clock.Advance(moderation.LeaseTime)
	if _, err := r.Heartbeat(ctx, mod, c.ID, l.Fence); !fault.Is(err, fault.Conflict) {
		t.Errorf("a heartbeat cannot wake a dead lease: %v", err)
	}
	if _, err := r.Decide(ctx, mod, input(c, l, models.ActionRemove)); !fault.Is(err, fault.Conflict) {
		t.Errorf("want a conflict, got %v", err)
	}
	if r.state(img.ID) != models.ImageLive {
		t.Error("a refused decision changed the image")
	}
	other := r.hire(actor.Moderator)
	fresh := r.claim(other, c.ID)
	if fresh.Fence <= l.Fence {
		t.Errorf("the fence must grow: %d after %d", fresh.Fence, l.Fence)
	}
	if _, err := r.Decide(ctx, mod, input(c, l, models.ActionRemove)); fault.Of(err).Message != fmt.Sprintf("Person %s is working on this case now. Your hold on it has ended.", other.ID) {
		t.Errorf("the refusal must say who holds it: %v", err)
	}
	must(t, r.Release(ctx, other, c.ID, fresh.Fence))
	must(t, r.Release(ctx, other, c.ID, fresh.Fence))
	r.claim(mod, c.ID)
}

func TestStaleVersionIsRefused(t *testing.T) {
	r := newRig(t)
	mod := r.staff[actor.Moderator]
	img, c := r.reported()
	l := r.claim(mod, c.ID)
	in := input(c, l, models.ActionKeep)
	in.Version = c.Version
	r.file(notice("copyright", "bob", img.ID)) // one more voice changes nothing about what is decided
	r.file(notice("csam", "kim", img.ID))      // a graver reason does
	if _, err := r.Decide(ctx, mod, in); !fault.Is(err, fault.Conflict) {
		t.Fatalf("the case has become another: want a conflict, got %v", err)
	}
	in.Version = r.caseOf(img).Version
	_, err := r.Decide(ctx, mod, in)
	must(t, err)
}

// Many notices at once about the same contents: one case each, nothing lost, no deadlock.
func TestConcurrentNotices(t *testing.T) {
	r := newRig(t)
	a, b := r.image("a", "g"), r.image("b", "g")
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			urls := []string{a.ID, b.ID}
			if i%2 == 0 {
				urls = []string{b.ID, a.ID}
			}
			if _, err := r.FileNotice(ctx, notice("spam", unique("p", i), urls...)); err != nil {
				t.Errorf("FileNotice: %v", err)
			}
		})
	}
	wg.Wait()
	for _, img := range []models.Image{a, b} {
		if c := r.caseOf(img); c.Notices != 40 || c.Notifiers != 40 {
			t.Errorf("case of %s: %d notices, %d notifiers", img.ID, c.Notices, c.Notifiers)
		}
	}
}

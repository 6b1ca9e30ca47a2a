package users

import (
	"testing"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/models"
)

func TestChoicesAndTheirHistory(t *testing.T) {
	f := setup(t)
	f.add("maya")
	w, _ := f.signedIn("maya")
	for _, step := range []struct {
		purpose string
		given   bool
	}{{ConsentName, true}, {ConsentName, true}, {ConsentAnalytics, false}, {ConsentName, false}, {ConsentAnalytics, true}} {
		f.must(f.Choose(f.ctx, w, step.purpose, step.given))
		now, err := f.Choices(f.ctx, w)
		f.must(err)
		if step.purpose == ConsentName && now.PublicName != step.given || step.purpose == ConsentAnalytics && now.Objects == step.given {
			t.Fatalf("%+v leaves %+v", step, now)
		}
	}
	now, err := f.Choices(f.ctx, w)
	if err != nil || len(now.History) != 5 { // the policy, and four choices: the repeated one adds nothing
		t.Fatalf("%d entries, %v", len(now.History), err)
	}
	if err := f.Choose(f.ctx, w, ConsentPolicy, false); !fault.Is(err, fault.Invalid) {
		t.Errorf("the policy is no choice: %v", err)
	}
}

func TestDataRequests(t *testing.T) {
	f := setup(t)
	f.add("maya")
	f.add("noor")
	w, _ := f.signedIn("maya")
	other, _ := f.signedIn("noor")
	r, err := f.OpenRequest(f.ctx, w, RequestAccess, " please ")
	if err != nil || r.Note != "please" {
		t.Fatal(r, err)
	}
	if again, err := f.OpenRequest(f.ctx, w, RequestAccess, ""); err != nil || again.Reference != r.Reference {
		t.Fatal(again, err)
	}
	if _, err := f.OpenRequest(f.ctx, w, "everything", ""); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	f.want("a request of somebody else", f.WithdrawRequest(f.ctx, other, r.ID), models.ErrStale)
	if _, _, err := f.Waiting(f.ctx, actor.Staff("s", actor.Admin), 0); !fault.Is(err, fault.Forbidden) {
		t.Errorf("administrators are no privacy officers: %v", err)
	}
	rows, next, err := f.Waiting(f.ctx, actor.Staff("s", actor.PrivacyOfficer), 0)
	if err != nil || len(rows) != 1 || next != 0 || rows[0].Username != "maya" || rows[0].Email != "maya@example.org" {
		t.Fatalf("%+v, %d, %v", rows, next, err)
	}
	f.must(f.WithdrawRequest(f.ctx, w, r.ID))
	if n, err := f.WaitingCount(f.ctx); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	if later, err := f.OpenRequest(f.ctx, w, RequestAccess, ""); err != nil || later.Reference == r.Reference {
		t.Fatal(later, err)
	}
}

func TestProfile(t *testing.T) {
	f := setup(t)
	f.add("maya")
	f.add("noor")
	w, _ := f.signedIn("maya")
	f.must(f.SetProfile(f.ctx, w, Profile{Username: "Maya", DisplayName: " Maya Lind ", Locale: "de", Theme: "dark"}))
	if p, err := f.Profile(f.ctx, w); err != nil || p.Username != "Maya" || p.DisplayName != "Maya Lind" || p.Locale != "de" || p.Theme != "dark" {
		t.Fatal(p, err)
	}
	f.want("somebody's name", f.SetProfile(f.ctx, w, Profile{Username: "NOOR"}), errTaken)
	for _, bad := range []Profile{{Username: "maya", Locale: "xx"}, {Username: "maya", Theme: "pink"}, {Username: "maya", DisplayName: "a\nb"}} {
		if err := f.SetProfile(f.ctx, w, bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

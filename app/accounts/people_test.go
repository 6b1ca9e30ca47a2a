package accounts

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

func token(t *testing.T, link string) ident.Token {
	t.Helper()
	tok, ok := strings.CutPrefix(link, "https://img.example.org/staff/setup/")
	if !ok {
		t.Fatalf("link %q", link)
	}
	return ident.Token(tok)
}

func (f *fixture) invited(admin Who, email string, role actor.Role) (ident.Token, string) {
	f.t.Helper()
	link, id, err := f.Invite(f.ctx, admin, InviteInput{Email: email, Name: "Grace Hopper", Role: role})
	if err != nil {
		f.t.Fatal(err)
	}
	return token(f.t, link), id
}

var chosen = SetUpInput{Password: goodPassword, Again: goodPassword}

func TestInvitationToFirstSignIn(t *testing.T) {
	f := setup(t)
	f.add("admin@example.org", actor.Admin)
	admin, _ := f.signedIn("admin@example.org")
	tok, id := f.invited(admin, "Grace@Example.org", actor.Moderator)
	mails := f.rows(`SELECT recipient || ' ' || body_text FROM mails WHERE entity_id = $1`, id)
	if len(mails) != 1 || !strings.Contains(mails[0], "grace@example.org") || !strings.Contains(mails[0], string(tok)) {
		t.Fatal(mails)
	}
	for range 2 { // looking does not use it
		if got, err := f.LookUp(f.ctx, tok); err != nil || got.Email != "grace@example.org" || got.Role != actor.Moderator || got.NeedsIdentity {
			t.Fatal(got, err)
		}
	}
	bad := chosen
	bad.Again = "something else"
	if _, err := f.Complete(f.ctx, tok, bad); !fault.Is(err, fault.Invalid) {
		t.Fatal(err)
	}
	ticket, err := f.Complete(f.ctx, tok, chosen)
	if err != nil || ticket.Stage != models.StageEnrol {
		t.Fatal(ticket, err)
	}
	if w := f.who(ticket); w.Stage != models.StageEnrol || w.StaffID != id {
		t.Fatalf("%+v", w)
	}
	_, err = f.Complete(f.ctx, tok, chosen)
	f.want("used", err, ErrLink)
	if state := f.rows(`SELECT state FROM mails WHERE entity_id = $1`, id); state[0] != "void" {
		t.Errorf("the unsent mail with the spent link must be withdrawn, it is %s", state)
	}
	f.wantAudited(id, "staff.invite", "staff.setup")
}

func TestLinkRace(t *testing.T) {
	f := setup(t)
	f.add("admin@example.org", actor.Admin)
	admin, _ := f.signedIn("admin@example.org")
	tok, _ := f.invited(admin, "grace@example.org", actor.Moderator)
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for range 6 {
		wg.Go(func() {
			_, err := f.Complete(f.ctx, tok, chosen)
			if err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			} else if !errors.Is(err, ErrLink) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Fatalf("%d people opened one account, want 1", won)
	}
}

func TestLinkEnds(t *testing.T) {
	f := setup(t)
	f.add("admin@example.org", actor.Admin)
	admin, _ := f.signedIn("admin@example.org")
	old, id := f.invited(admin, "grace@example.org", actor.Moderator)
	link, err := f.NewLink(f.ctx, admin, id)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.LookUp(f.ctx, old)
	f.want("replaced", err, ErrLink)
	f.clock.Advance(LinkLife - time.Second)
	if _, err := f.LookUp(f.ctx, token(t, link)); err != nil {
		t.Fatalf("a second before the end: %v", err)
	}
	f.clock.Advance(time.Second)
	_, err = f.Complete(f.ctx, token(t, link), chosen)
	f.want("after 72 hours", err, ErrLink)

	admin.VerifiedAt = f.clock.Now()
	tok, id := f.invited(admin, "other@example.org", actor.Triage)
	if err := f.Disable(f.ctx, admin, id); err != nil {
		t.Fatal(err)
	}
	_, err = f.Complete(f.ctx, tok, chosen)
	f.want("of a disabled account", err, ErrLink)
	if _, err := f.NewLink(f.ctx, admin, id); !fault.Is(err, fault.Conflict) {
		t.Fatal(err)
	}
}

// A reset link changes the password and nothing else: the second factor stays.
func TestPasswordReset(t *testing.T) {
	f := setup(t)
	f.add("admin@example.org", actor.Admin)
	ada := f.add("ada@example.org", actor.Triage)
	_, open := f.signedIn("ada@example.org")
	admin, _ := f.signedIn("admin@example.org")
	link := f.mailedLink(admin, ada.ID)
	const next = "quiet lantern 61 gravel tuesday"
	ticket, err := f.Complete(f.ctx, token(t, link), SetUpInput{Password: next, Again: next})
	if err != nil || ticket.Stage != models.StagePassword {
		t.Fatal(ticket, err)
	}
	f.ended("sessions under the old password", open)
	_, err = f.try("ada@example.org", goodPassword, "192.0.2.1")
	f.want("the old password", err, ErrCredentials)
}

func TestRoleChangeEndsSessions(t *testing.T) {
	f := setup(t)
	f.add("admin@example.org", actor.Admin)
	ada := f.add("ada@example.org", actor.Triage)
	_, open := f.signedIn("ada@example.org")
	admin, _ := f.signedIn("admin@example.org")
	if err := f.SetRole(f.ctx, admin, ada.ID, actor.Lead); err != nil {
		t.Fatal(err)
	}
	f.ended("the role changed", open)
	w, _ := f.signedIn("ada@example.org")
	if w.Role != actor.Lead {
		t.Fatal(w.Role)
	}
	if err := f.SetRole(f.ctx, admin, ada.ID, "boss"); !fault.Is(err, fault.Invalid) {
		t.Fatal(err)
	}
	if notes := f.rows(`SELECT notes ->> 'to' FROM audit_log WHERE action = 'staff.role_change'`); len(notes) != 1 || notes[0] != "lead" {
		t.Fatal(notes)
	}
}

func TestDisableAndEnable(t *testing.T) {
	f := setup(t)
	f.add("admin@example.org", actor.Admin)
	ada := f.add("ada@example.org", actor.Triage)
	_, open := f.signedIn("ada@example.org")
	half := f.half("ada@example.org")
	admin, _ := f.signedIn("admin@example.org")
	if err := f.Disable(f.ctx, admin, ada.ID); err != nil {
		t.Fatal(err)
	}
	f.ended("disabled", open)
	_, err := f.WithTOTP(f.ctx, half, f.code())
	f.want("a sign-in that was under way", err, ErrSignIn)
	_, err = f.try("ada@example.org", goodPassword, "192.0.2.1")
	f.want("the right password", err, ErrCredentials)
	if err := f.Enable(f.ctx, admin, ada.ID); err != nil {
		t.Fatal(err)
	}
	f.signedIn("ada@example.org")
	f.wantAudited(ada.ID, "staff.disable", "staff.enable")
}

func TestOnlyAdminsManageAndNobodyThemselves(t *testing.T) {
	f := setup(t)
	boss := f.add("admin@example.org", actor.Admin)
	ada := f.add("ada@example.org", actor.Lead)
	admin, _ := f.signedIn("admin@example.org")
	lead, _ := f.signedIn("ada@example.org")
	acts := map[string]func(w Who, id string) error{
		"role":    func(w Who, id string) error { return f.SetRole(f.ctx, w, id, actor.Auditor) },
		"disable": func(w Who, id string) error { return f.Disable(f.ctx, w, id) },
		"enable":  func(w Who, id string) error { return f.Enable(f.ctx, w, id) },
		"factors": func(w Who, id string) error { return f.ResetFactors(f.ctx, w, id) },
		"link":    func(w Who, id string) error { _, err := f.NewLink(f.ctx, w, id); return err },
		"end":     func(w Who, id string) error { return f.EndSessions(f.ctx, w, id) },
	}
	stale := admin
	stale.VerifiedAt = f.clock.Now().Add(-RecentLimit - time.Second)
	for name, act := range acts {
		f.want(name+" of oneself", act(admin, boss.ID), ErrOwnAccount)
		if err := act(lead, boss.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s by a lead: %v", name, err)
		}
		f.want(name+" without confirming", act(stale, ada.ID), ErrConfirm)
	}
	if _, _, err := f.Invite(f.ctx, lead, InviteInput{Email: "x@example.org", Name: "X", Role: actor.Triage}); !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Forbidden) {
		t.Errorf("an invitation by a lead: %v", err)
	}
	if _, _, err := f.People(f.ctx, lead, ""); !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
	if _, err := f.Person(f.ctx, lead, boss.ID); !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
	stale.VerifiedAt = f.clock.Now().Add(-ResetLimit - time.Second)
	f.want("a reset asks for a fresher confirmation", f.ResetFactors(f.ctx, stale, ada.ID), ErrConfirm)
}

func TestResetFactors(t *testing.T) {
	f := setup(t)
	f.add("admin@example.org", actor.Admin)
	ada := f.add("ada@example.org", actor.Triage)
	w, open := f.signedIn("ada@example.org")
	f.registered(w)
	admin, _ := f.signedIn("admin@example.org")
	if err := f.ResetFactors(f.ctx, admin, ada.ID); err != nil {
		t.Fatal(err)
	}
	f.ended("the factors were reset", open)
	first, err := f.try("ada@example.org", goodPassword, "192.0.2.1")
	if err != nil || first.Stage != models.StageEnrol {
		t.Fatal(first, err)
	}
	f.wantAudited(ada.ID, "staff.factors_reset")
}

// Two administrators who remove each other at the same moment: one stays.
func TestLastAdminStays(t *testing.T) {
	for name, act := range map[string]func(f *fixture, w Who, id string) error{
		"disable": func(f *fixture, w Who, id string) error { return f.Disable(f.ctx, w, id) },
		"demote":  func(f *fixture, w Who, id string) error { return f.SetRole(f.ctx, w, id, actor.Triage) },
	} {
		f := setup(t)
		one, two := f.add("one@example.org", actor.Admin), f.add("two@example.org", actor.Admin)
		a, _ := f.signedIn("one@example.org")
		b, _ := f.signedIn("two@example.org")
		var wg sync.WaitGroup
		var errs [2]error
		wg.Go(func() { errs[0] = act(f, a, two.ID) })
		wg.Go(func() { errs[1] = act(f, b, one.ID) })
		wg.Wait()
		left := f.rows(`SELECT id FROM staff WHERE role = 'admin' AND state = 'active'`)
		if len(left) != 1 || (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("%s: %d administrators are left, errors %v", name, len(left), errs)
		}
	}
}

func TestInviteChecksItsInput(t *testing.T) {
	f := setup(t)
	f.add("admin@example.org", actor.Admin)
	admin, _ := f.signedIn("admin@example.org")
	for _, in := range []InviteInput{
		{"nonsense", "N", actor.Triage},
		{"a@b", "N", actor.Triage},
		{"Ada <ada@example.org>", "N", actor.Triage},
		{"ok@example.org", "", actor.Triage},
		{"ok@example.org", strings.Repeat("n", 81), actor.Triage},
		{"ok@example.org", "a\nb", actor.Triage},
		{"ok@example.org", "N", "boss"},
		{"ADMIN@example.org", "N", actor.Triage},
	} {
		if _, _, err := f.Invite(f.ctx, admin, in); !fault.Is(err, fault.Invalid) || len(fault.Of(err).Fields) == 0 {
			t.Errorf("%+v: %v", in, err)
		}
	}
	if rows, _, err := f.People(f.ctx, admin, ""); err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
}

func TestPeopleListPages(t *testing.T) {
	f := setup(t)
	f.add("admin@example.org", actor.Admin)
	admin, _ := f.signedIn("admin@example.org")
	for n := range PeoplePage + 5 {
		f.invited(admin, "p"+string(rune('a'+n/26))+string(rune('a'+n%26))+"@example.org", actor.Triage)
	}
	seen := map[string]bool{}
	after, pages := "", 0
	for {
		rows, next, err := f.People(f.ctx, admin, after)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if seen[r.ID] {
				t.Fatalf("%s twice", r.Email)
			}
			seen[r.ID] = true
			if r.ID == admin.StaffID && (r.Sessions != 1 || r.SeenAt == nil) {
				t.Errorf("%+v", r)
			}
		}
		pages++
		if after = next; next == "" {
			break
		}
	}
	if len(seen) != PeoplePage+6 || pages != 2 {
		t.Fatalf("%d people on %d pages", len(seen), pages)
	}
}

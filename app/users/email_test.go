package users

import (
	"strings"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/testdb"
	"imglink/app/tokens"
	"imglink/models"
)

var testStart = testdb.Start

func TestReset(t *testing.T) {
	f := setup(t)
	f.add("maya")
	_, open := f.signedIn("maya")
	f.must(f.AskReset(f.ctx, "Maya@example.org"))
	old := f.mailed("maya@example.org")
	f.must(f.AskReset(f.ctx, "maya@example.org"))
	token := f.mailed("maya@example.org")
	f.want("a link replaced by a newer one", second(f.Reset(f.ctx, old, otherPassword, Origin{})), ErrLink)
	if _, err := f.Reset(f.ctx, token, "short", Origin{}); !fault.Is(err, fault.Invalid) {
		t.Fatal(err)
	}
	errs := f.race(4, func(int) error { return second(f.Reset(f.ctx, token, otherPassword, Origin{})) })
	if len(errs) != 3 {
		t.Fatalf("a link worked %d times", 4-len(errs))
	}
	f.ended("a session from before", open)
	f.want("the old password", second(f.try("maya", goodPassword)), ErrCredentials)
	f.must(second(f.try("maya", otherPassword)))
	if body := strings.Join(f.rows(`SELECT body_text FROM mails WHERE kind = 'user_notice'`), ""); !strings.Contains(body, "password of your account was changed") {
		t.Errorf("the holder was not told: %q", body)
	}
	f.must(f.AskReset(f.ctx, "maya@example.org"))
	late := f.mailed("maya@example.org")
	f.clock.Advance(ResetLife)
	f.want("an expired link", second(f.LookUpReset(f.ctx, late)), ErrLink)
	f.want("an expired link", second(f.Reset(f.ctx, late, otherPassword, Origin{})), ErrLink)
}

// A new password opens nothing past the second factor.
func TestResetKeepsTheSecondFactor(t *testing.T) {
	f := setup(t)
	f.add("maya")
	w, _ := f.signedIn("maya")
	f.enrol(w)
	f.must(f.AskReset(f.ctx, "maya@example.org"))
	got, err := f.Reset(f.ctx, f.mailed("maya@example.org"), otherPassword, Origin{})
	if err != nil || got.Stage != models.StagePassword {
		t.Fatal(got, err)
	}
}

func TestResetTellsNobodyWhoHasAnAccount(t *testing.T) {
	f := setup(t)
	f.add("maya")
	a := f.work(func() { f.must(f.AskReset(f.ctx, "maya@example.org")) })
	b := f.work(func() { f.must(f.AskReset(f.ctx, "nobody@example.org")) })
	if a != b || a.Mails != 1 || a.Compared != 0 {
		t.Errorf("an account costs %+v, none %+v", a, b)
	}
}

func TestMovingToAnotherAddress(t *testing.T) {
	f := setup(t)
	u := f.add("maya")
	f.add("noor")
	w, _ := f.signedIn("maya")
	f.must(f.ChangeEmail(f.ctx, w, "new@example.org"))
	if p, err := f.Profile(f.ctx, w); err != nil || p.Email != u.Email || p.PendingEmail != "new@example.org" {
		t.Fatal(p, err)
	}
	confirm := f.mailed("new@example.org")
	f.want("the confirmation used as a way back", second(f.RestoreEmail(f.ctx, confirm)), ErrLink)
	f.must(f.ConfirmEmail(f.ctx, confirm))
	f.want("the link used twice", f.ConfirmEmail(f.ctx, confirm), ErrLink)
	if p, err := f.Profile(f.ctx, w); err != nil || p.Email != "new@example.org" || p.PendingEmail != "" {
		t.Fatal(p, err)
	}
	told := strings.Join(f.rows(`SELECT subject || body_text FROM mails WHERE recipient = 'maya@example.org'`), "\n")
	if !strings.Contains(told, "is to move to another address") || !strings.Contains(told, "has moved to another address") {
		t.Errorf("the address before reads %q", told)
	}
	a := f.work(func() { f.must(f.ChangeEmail(f.ctx, w, "free@example.org")) })
	b := f.work(func() { f.must(f.ChangeEmail(f.ctx, w, "noor@example.org")) })
	if a != b {
		t.Errorf("a free address costs %+v, somebody's %+v", a, b)
	}
	if body := strings.Join(f.rows(`SELECT body_text FROM mails WHERE recipient = 'noor@example.org'`), ""); strings.Contains(body, "/settings/email/") {
		t.Error("the holder of the address got a link that would move somebody's account")
	}
}

// Whoever took an account over and moved it away loses it again to the address before.
func TestTheWayBack(t *testing.T) {
	f := setup(t)
	f.add("maya")
	w, thief := f.signedIn("maya")
	f.must(f.ChangeEmail(f.ctx, w, "thief@example.net"))
	back := f.mailed("maya@example.org")
	f.must(f.ConfirmEmail(f.ctx, f.mailed("thief@example.net")))
	f.clock.Advance(time.Minute)
	f.enrol(w)
	reset, err := f.RestoreEmail(f.ctx, back)
	f.must(err)
	f.ended("the thief's session", thief)
	f.want("the way back taken twice", second(f.RestoreEmail(f.ctx, back)), ErrLink)
	got, err := f.Reset(f.ctx, reset, otherPassword, Origin{})
	if err != nil || got.Stage != models.StageFull {
		t.Fatalf("the thief's second factor must be gone: %+v, %v", got, err)
	}
	if p, err := f.Profile(f.ctx, f.who(got)); err != nil || p.Email != "maya@example.org" {
		t.Fatal(p, err)
	}
}

// Who took an account over was its holder for a while: a way back to their address, or a token for programs, must not
// outlast the owner's return.
func TestTheWayBackIsNotTakenTwice(t *testing.T) {
	f := setup(t)
	f.add("maya")
	w, _ := f.signedIn("maya")
	f.must(f.ChangeEmail(f.ctx, w, "thief@example.net"))
	back := f.mailed("maya@example.org")
	f.must(f.ConfirmEmail(f.ctx, f.mailed("thief@example.net")))
	f.clock.Advance(time.Minute)
	programs := &tokens.Service{Store: f.store, Clock: f.clock}
	made, err := programs.Make(f.ctx, actor.User(w.UserID), tokens.New{Name: "kept", Scopes: []string{string(actor.ImagesDelete)}})
	f.must(err)
	f.must(f.ChangeEmail(f.ctx, w, "elsewhere@example.net"))
	again := f.mailed("thief@example.net")
	f.must(second(f.RestoreEmail(f.ctx, back)))
	f.want("the thief's way back", second(f.LookUpEmail(f.ctx, again, true)), ErrLink)
	f.want("the thief's way back", second(f.RestoreEmail(f.ctx, again)), ErrLink)
	f.want("the thief's further move", f.ConfirmEmail(f.ctx, f.mailed("elsewhere@example.net")), ErrLink)
	if _, err := programs.Resolve(f.ctx, string(made.Secret)); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("the thief's token: %v", err)
	}
}

// A way back to an address from before the move that is taken back stays open: its holder was there first.
func TestEarlierWaysBackStay(t *testing.T) {
	f := setup(t)
	f.add("maya")
	w, _ := f.signedIn("maya")
	f.must(f.ChangeEmail(f.ctx, w, "second@example.org"))
	first := f.mailed("maya@example.org")
	f.must(f.ConfirmEmail(f.ctx, f.mailed("second@example.org")))
	f.clock.Advance(time.Minute)
	f.must(f.ChangeEmail(f.ctx, w, "third@example.org"))
	f.must(second(f.RestoreEmail(f.ctx, f.mailed("second@example.org"))))
	f.must(second(f.LookUpEmail(f.ctx, first, true)))
}

func TestMovesExpire(t *testing.T) {
	f := setup(t)
	f.add("maya")
	w, _ := f.signedIn("maya")
	f.must(f.ChangeEmail(f.ctx, w, "new@example.org"))
	confirm, back := f.mailed("new@example.org"), f.mailed("maya@example.org")
	f.clock.Advance(EmailLife)
	f.want("an expired confirmation", f.ConfirmEmail(f.ctx, confirm), ErrLink)
	f.clock.Advance(RestoreLife - EmailLife - time.Second)
	f.must(second(f.LookUpEmail(f.ctx, back, true)))
	f.clock.Advance(time.Second)
	f.want("an expired way back", second(f.RestoreEmail(f.ctx, back)), ErrLink)
}

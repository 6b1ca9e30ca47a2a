package users

import (
	"errors"
	"strings"
	"testing"
	"time"

	"imglink/app/credentials"
	"imglink/app/fault"
	"imglink/models"
)

// Whatever is wrong, the answer and the expensive work are the same.
func TestSigningInTellsNobodyWhoHasAnAccount(t *testing.T) {
	f := setup(t)
	f.add("maya")
	closed := f.add("gone")
	f.must(f.store.Write(f.ctx, own(closed.ID, "user.close"), func(tx *models.Tx) error { return tx.SetUserState(closed.ID, models.UserActive, models.UserClosed) }))
	answers, costs := map[string]bool{}, map[work]bool{}
	for _, in := range [][2]string{{"maya", "wrong"}, {"maya@example.org", "wrong"}, {"nobody", "wrong"}, {"no@example.org", goodPassword}, {"gone", goodPassword}, {"", ""}} {
		costs[f.work(func() {
			_, err := f.try(in[0], in[1])
			answers[err.Error()] = true
		})] = true
	}
	if len(answers) != 1 || len(costs) != 1 || !costs[work{Compared: 1, Audit: 1}] {
		t.Fatalf("answers %v, costs %+v", answers, costs)
	}
}

func TestSessionsEnd(t *testing.T) {
	f := setup(t)
	f.add("maya")
	w, short := f.signedIn("maya")
	if w.Stage != models.StageFull || short.Lifetime != 0 || w.Device != "Firefox on Linux" {
		t.Fatalf("%+v, %+v", w, short)
	}
	long, err := f.SignIn(f.ctx, Attempt{Login: "maya", Password: goodPassword, Remember: true, Origin: Origin{Network: "192.0.2.8"}})
	if err != nil || long.Lifetime != RememberLimit || long.Token == short.Token {
		t.Fatal(long, err)
	}
	f.clock.Advance(ShortIdle)
	f.ended("an idle session", short)
	f.who(long)
	for range 2 {
		f.clock.Advance(RememberIdle - time.Minute)
		f.who(long)
	}
	f.clock.Advance(2 * 24 * time.Hour)
	f.ended("a session after thirty days", long)
	_, idle := f.signedIn("maya")
	f.must(f.SignOut(f.ctx, f.who(idle)))
	f.ended("a session signed out", idle)
}

func TestRevoking(t *testing.T) {
	f := setup(t)
	f.add("maya")
	f.add("noor")
	w, here := f.signedIn("maya")
	_, there := f.signedIn("maya")
	_, third := f.signedIn("maya")
	other, others := f.signedIn("noor")
	f.must(f.Revoke(f.ctx, other, f.who(there).SessionID))
	f.who(there)
	f.must(f.Revoke(f.ctx, w, f.who(there).SessionID))
	f.ended("a revoked session", there)
	if n, err := f.RevokeOthers(f.ctx, w); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	f.ended("another session", third)
	f.who(here)
	f.who(others)
}

func TestSecondFactor(t *testing.T) {
	f := setup(t)
	f.add("maya")
	w, first := f.signedIn("maya")
	_, elsewhere := f.signedIn("maya")
	secret, w, codes := f.enrol(w)
	f.ended("the token before the app was set up", first)
	f.ended("a session elsewhere", elsewhere)
	if len(codes) != credentials.RecoveryCodes || f.needRecent(w) != nil {
		t.Fatal(codes, w)
	}
	half, err := f.try("maya", goodPassword)
	f.must(err)
	if half.Stage != models.StagePassword || half.Lifetime != PendingLimit {
		t.Fatalf("%+v", half)
	}
	if _, _, err := f.ConfirmTOTP(f.ctx, f.who(half), "123456"); !errors.Is(err, ErrSignIn) {
		t.Fatalf("half a sign-in sets up no app: %v", err)
	}
	f.want("half a sign-in changes no password", second(f.ChangePassword(f.ctx, f.who(half), goodPassword, otherPassword)), ErrSignIn)
	code := f.code(secret)
	full, err := f.WithTOTP(f.ctx, f.who(half), code)
	f.must(err)
	f.ended("the token before the second factor", half)
	again, err := f.try("maya", goodPassword)
	f.must(err)
	f.want("a replayed code", second(f.WithTOTP(f.ctx, f.who(again), code)), credentials.ErrCode)
	if _, err := f.WithRecoveryCode(f.ctx, f.who(again), strings.ToLower(codes[0])); err != nil {
		t.Fatal(err)
	}
	third, _ := f.try("maya", goodPassword)
	f.want("a recovery code used twice", second(f.WithRecoveryCode(f.ctx, f.who(third), codes[0])), credentials.ErrRecovery)
	f.want("a recovery code confirms nothing", second(f.WithRecoveryCode(f.ctx, f.who(full), codes[1])), ErrSignIn)
	f.want("nor does the password", second(f.WithPassword(f.ctx, f.who(full), goodPassword)), errPresent)
	f.must(f.RemoveTOTP(f.ctx, f.who(full)))
	if left, err := f.store.UserRecoveryCodesLeft(f.ctx, w.UserID); left != 0 || err != nil {
		t.Errorf("%d codes outlive the factor they stand in for, %v", left, err)
	}
	if got, err := f.try("maya", goodPassword); err != nil || got.Stage != models.StageFull {
		t.Fatal(got, err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestOneCodeOneSignIn(t *testing.T) {
	f := setup(t)
	f.add("maya")
	w, _ := f.signedIn("maya")
	secret, _, _ := f.enrol(w)
	var halves []Who
	for range 4 {
		t, err := f.try("maya", goodPassword)
		f.must(err)
		halves = append(halves, f.who(t))
	}
	code := f.code(secret)
	failed := f.race(4, func(n int) error { return second(f.WithTOTP(f.ctx, halves[n], code)) })
	if len(failed) != 3 {
		t.Fatalf("one code let %d sign-ins through", 4-len(failed))
	}
}

func TestConfirmingIdentity(t *testing.T) {
	f := setup(t)
	f.add("maya")
	w, before := f.signedIn("maya")
	f.clock.Advance(RecentLimit + time.Second)
	if f.Recent(w) {
		t.Fatal("the identity was confirmed too long ago")
	}
	f.want("another address", f.ChangeEmail(f.ctx, w, "new@example.org"), ErrConfirm)
	f.want("the end of the account", second(f.OpenRequest(f.ctx, w, RequestErasure, "")), ErrConfirm)
	f.want("a wrong password", second(f.WithPassword(f.ctx, w, "wrong")), errPresent)
	after, err := f.WithPassword(f.ctx, w, goodPassword)
	f.must(err)
	f.ended("the token before", before)
	if w := f.who(after); !f.Recent(w) || !w.ExpiresAt.Equal(testStart.Add(ShortLimit)) {
		t.Fatalf("confirming must not lengthen the session: %+v", w)
	}
}

func TestGuessingIsThrottled(t *testing.T) {
	f := setup(t)
	f.add("maya")
	var err error
	n := 0
	for ; n < 50 && !fault.Is(err, fault.TooMany); n++ {
		_, err = f.try("maya", "wrong")
	}
	if n > 8 || fault.Of(err).RetryAfter <= 0 {
		t.Fatalf("after %d attempts: %v", n, err)
	}
	f.want("the right password while it is closed", second(f.try("maya", goodPassword)), err)
	if _, err := f.SignIn(f.ctx, Attempt{Login: "maya", Password: goodPassword, Origin: Origin{Network: "198.51.100.1"}}); err != nil {
		t.Fatalf("a stranger must not lock the holder out: %v", err)
	}
	f.clock.Advance(2 * time.Minute)
	f.must(second(f.try("maya", goodPassword)))
	list, _, err := f.Signins(f.ctx, f.who(first(f.try("maya", goodPassword))), 0)
	f.must(err)
	refused := 0
	for _, x := range list {
		if x.Outcome == "refused" && x.Device == "Firefox on Linux" {
			refused++
		}
	}
	if refused < 5 {
		t.Errorf("the history shows %d refusals", refused)
	}
}

func first[T any](v T, _ error) T { return v }

// The audit log names accounts by their ids only.
func TestAuditHoldsNoNames(t *testing.T) {
	f := setup(t)
	f.must(f.Register(f.ctx, form("Evangeline", "evangeline@example.org")))
	f.must(f.ConfirmSignup(f.ctx, f.mailed("evangeline@example.org")))
	w, _ := f.signedIn("evangeline")
	f.must(f.ChangeEmail(f.ctx, w, "eva@example.net"))
	f.must(f.ConfirmEmail(f.ctx, f.mailed("eva@example.net")))
	f.must(f.SetProfile(f.ctx, w, Profile{Username: "evangelia", DisplayName: "Eva"}))
	_, _ = f.try("evangelia", "wrong")
	for _, row := range f.rows(`SELECT audit_log::text FROM audit_log`) {
		if low := strings.ToLower(row); strings.Contains(low, "evang") || strings.Contains(low, "eva@") || strings.Contains(low, "@example") {
			t.Errorf("the audit log holds %s", row)
		}
	}
}

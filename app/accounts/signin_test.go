package accounts

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/credentials"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

func TestSignInToTheEnd(t *testing.T) {
	f := setup(t)
	ada := f.add("Ada@Example.org", actor.Lead)
	first, err := f.try(" ada@example.ORG ", goodPassword, "192.0.2.1")
	if err != nil || first.Stage != models.StagePassword || first.Lifetime != PendingLimit {
		t.Fatal(first, err)
	}
	half := f.who(first)
	if half.Stage != models.StagePassword || !half.VerifiedAt.IsZero() {
		t.Fatalf("%+v", half)
	}
	full, err := f.WithTOTP(f.ctx, half, f.code())
	if err != nil || full.Stage != models.StageFull || full.Lifetime != AbsoluteLimit {
		t.Fatal(full, err)
	}
	f.ended("the half session after the second factor", first)
	w := f.who(full)
	if w.StaffID != ada.ID || w.Role != actor.Lead || w.Device != "Firefox on Linux" || w.VerifiedAt.IsZero() {
		t.Fatalf("%+v", w)
	}
	f.wantAudited(ada.ID, "staff.signin_password", "staff.signin")
}

// Whatever is wrong, the answer and the expensive work are the same, so that nobody learns who has an account.
func TestNoEnumeration(t *testing.T) {
	f := setup(t)
	f.add("known@example.org", actor.Triage)
	disabled := f.add("disabled@example.org", actor.Triage)
	f.add("admin@example.org", actor.Admin)
	admin, _ := f.signedIn("admin@example.org")
	if err := f.Disable(f.ctx, admin, disabled.ID); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Invite(f.ctx, admin, InviteInput{Email: "invited@example.org", Name: "I", Role: actor.Triage}); err != nil {
		t.Fatal(err)
	}
	compared := 0
	real := f.passwords.Compare
	f.passwords.Compare = func(hash, password []byte) error { compared++; return real(hash, password) }
	answers := map[string]string{}
	for name, in := range map[string][2]string{
		"wrong password": {"known@example.org", "wrong"}, "unknown": {"nobody@example.org", "wrong"},
		"disabled": {"disabled@example.org", goodPassword}, "invited": {"invited@example.org", goodPassword}, "empty": {"", ""},
	} {
		compared = 0
		before := len(f.rows(`SELECT id::text FROM audit_log`))
		_, err := f.try(in[0], in[1], "192.0.2.7")
		answers[err.Error()] = name
		if compared != 1 {
			t.Errorf("%s: %d bcrypt comparisons, want 1", name, compared)
		}
		if n := len(f.rows(`SELECT id::text FROM audit_log`)) - before; n != 1 {
			t.Errorf("%s: %d audit entries, want 1", name, n)
		}
	}
	if len(answers) != 1 {
		t.Fatalf("the answers differ: %v", answers)
	}
	if got := f.audited(unknownStaff); len(got) != 2 {
		t.Errorf("failures of unknown accounts: %v", got)
	}
}

func TestLockoutIsTheSameForUnknownAccounts(t *testing.T) {
	f := setup(t)
	ada := f.add("known@example.org", actor.Triage)
	for _, email := range []string{"known@example.org", "nobody@example.org"} {
		network := "192.0.2." + email[:1]
		for n := range 5 {
			if _, err := f.try(email, "wrong", network); !errors.Is(err, ErrCredentials) {
				t.Fatalf("%s, attempt %d: %v", email, n+1, err)
			}
		}
		for round, wait := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute} {
			if _, err := f.try(email, "wrong", network); !errors.Is(err, ErrCredentials) {
				t.Fatalf("%s: one attempt is open after each wait, got %v", email, err)
			}
			_, err := f.try(email, goodPassword, network)
			if got := fault.Of(err); got.Kind != fault.TooMany || got.RetryAfter != wait {
				t.Fatalf("%s, round %d: %v after %v, want %v", email, round, err, got.RetryAfter, wait)
			}
			f.clock.Advance(wait - time.Second)
			if _, err := f.try(email, goodPassword, network); !fault.Is(err, fault.TooMany) {
				t.Fatalf("%s: still locked a second before the end, got %v", email, err)
			}
			f.clock.Advance(time.Second)
		}
	}
	f.wantAudited(ada.ID, "staff.signin_failed", "staff.lockout")
	f.wantAudited(unknownStaff, "staff.signin_failed", "staff.lockout")
	// A success forgives.
	if _, err := f.try("known@example.org", goodPassword, "192.0.2.k"); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		_, err := f.try("known@example.org", "wrong", "192.0.2.k")
		f.want("after a success", err, ErrCredentials)
	}
}

// A stranger elsewhere does not lock the holder out, but cannot go on for ever either.
func TestLockoutFollowsTheNetworkFirst(t *testing.T) {
	f := setup(t)
	f.add("known@example.org", actor.Triage)
	for range 7 {
		_, _ = f.try("known@example.org", "wrong", "198.51.100.1")
	}
	if _, err := f.try("known@example.org", goodPassword, "192.0.2.1"); err != nil {
		t.Fatalf("the holder, from elsewhere: %v", err)
	}
	for n := range 21 {
		_, _ = f.try("known@example.org", "wrong", "203.0.113."+string(rune('a'+n)))
	}
	if _, err := f.try("known@example.org", goodPassword, "192.0.2.1"); !fault.Is(err, fault.TooMany) {
		t.Fatalf("a distributed guess must close the account's gate, got %v", err)
	}
	f2 := setup(t)
	for n := range 51 {
		_, _ = f2.try("someone"+string(rune('a'+n%26))+string(rune('a'+n/26))+"@example.org", "wrong", "192.0.2.1")
	}
	if _, err := f2.try("fresh@example.org", "wrong", "192.0.2.1"); !fault.Is(err, fault.TooMany) {
		t.Fatalf("a sweep over accounts must close the network's gate, got %v", err)
	}
}

func TestParallelGuessesGetNoMoreThanTheirShare(t *testing.T) {
	f := setup(t)
	f.add("known@example.org", actor.Triage)
	var wg sync.WaitGroup
	var mu sync.Mutex
	judged := 0
	for range 24 {
		wg.Go(func() {
			if _, err := f.try("known@example.org", "wrong", "192.0.2.1"); errors.Is(err, ErrCredentials) {
				mu.Lock()
				judged++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if judged != 6 { // five free ones, and the one that closes the gate
		t.Fatalf("%d guesses were judged, want 6", judged)
	}
}

func TestTOTPWorksOnce(t *testing.T) {
	f := setup(t)
	ada := f.add("ada@example.org", actor.Triage)
	code := f.code()
	sessions := make([]Who, 6)
	for i := range sessions {
		first, err := f.try("ada@example.org", goodPassword, "192.0.2.1")
		if err != nil {
			t.Fatal(err)
		}
		sessions[i] = f.who(first)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for _, w := range sessions[:5] {
		wg.Go(func() {
			if _, err := f.WithTOTP(f.ctx, w, code); err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			} else if !errors.Is(err, ErrCode) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Fatalf("%d sign-ins with one code, want 1", won)
	}
	f.clock.Advance(-credentials.TOTPPeriod * time.Second)
	older := f.code() // the same step again
	_, err := f.WithTOTP(f.ctx, sessions[5], older)
	f.want("a replayed code", err, ErrCode)
	f.wantAudited(ada.ID, "staff.factor_failed")
}

func TestSecondFactorIsThrottled(t *testing.T) {
	f := setup(t)
	f.add("ada@example.org", actor.Triage)
	first, _ := f.try("ada@example.org", goodPassword, "192.0.2.1")
	w := f.who(first)
	for range 6 {
		_, err := f.WithTOTP(f.ctx, w, "000000")
		f.want("a wrong code", err, ErrCode)
	}
	if _, err := f.WithTOTP(f.ctx, w, f.code()); !fault.Is(err, fault.TooMany) {
		t.Fatalf("want TooMany, got %v", err)
	}
	if _, err := f.WithRecoveryCode(f.ctx, w, "AAAA"); !fault.Is(err, fault.TooMany) {
		t.Fatalf("another way must not be open meanwhile, got %v", err)
	}
}

func TestHalfSessionsMayOnlyGoOn(t *testing.T) {
	f := setup(t)
	f.add("ada@example.org", actor.Admin)
	first, _ := f.try("ada@example.org", goodPassword, "192.0.2.1")
	w := f.who(first)
	_, err := f.BeginTOTP(f.ctx, w)
	f.want("replacing the factor with the password alone", err, ErrSignIn)
	_, err = f.NewRecoveryCodes(f.ctx, w)
	f.want("new recovery codes", err, ErrSignIn)
	_, err = f.ChangePassword(f.ctx, w, goodPassword, goodPassword+"x")
	f.want("a new password", err, ErrSignIn)
	_, err = f.BeginPasskey(f.ctx, w)
	f.want("a passkey", err, ErrSignIn)
	_, _, err = f.Invite(f.ctx, w, InviteInput{Email: "b@example.org", Name: "B", Role: actor.Triage})
	f.want("an invitation", err, ErrSignIn)
	f.want("ending a session", f.Revoke(f.ctx, w, w.SessionID), ErrSignIn)
	f.clock.Advance(PendingLimit)
	f.ended("after a quarter of an hour", first)
}

func TestResolveRefusesStrangeTokens(t *testing.T) {
	f := setup(t)
	for _, token := range []string{"", "x", string(ident.NewToken()), strings.Repeat("a", 5000)} {
		_, err := f.Resolve(f.ctx, ident.Token(token))
		f.want("a strange token", err, ErrSignIn)
	}
}

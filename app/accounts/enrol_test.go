package accounts

import (
	"bytes"
	"image/png"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"imglink/app/actor"
	"imglink/app/credentials"
	"imglink/app/fault"
	"imglink/models"
)

// enrolled makes an account without a second factor and enrols one as its holder does.
func (f *fixture) enrolled(email string) (Who, []string) {
	f.t.Helper()
	if _, err := f.Add(f.ctx, AddInput{Email: email, Name: "New", Role: actor.Triage, Password: goodPassword}); err != nil {
		f.t.Fatal(err)
	}
	first, err := f.try(email, goodPassword, "192.0.2.1")
	if err != nil || first.Stage != models.StageEnrol {
		f.t.Fatal(first, err)
	}
	ticket, codes, err := f.ConfirmTOTP(f.ctx, f.who(first), f.enrolCode(f.who(first)))
	if err != nil {
		f.t.Fatal(err)
	}
	f.ended("the token before enrolment", first)
	return f.who(ticket), codes
}

// enrolCode is what an app shows that scanned the code of this session.
func (f *fixture) enrolCode(w Who) string {
	f.t.Helper()
	e, err := f.BeginTOTP(f.ctx, w)
	if err != nil {
		f.t.Fatal(err)
	}
	again, err := f.BeginTOTP(f.ctx, w)
	if err != nil || again.Secret != e.Secret {
		f.t.Fatalf("a reloaded page must show the same secret: %v", err)
	}
	if img, err := png.Decode(bytes.NewReader(e.PNG)); err != nil || img.Bounds().Dx() != 264 {
		f.t.Fatal(err)
	}
	code, err := totp.GenerateCode(strings.ReplaceAll(e.Secret, " ", ""), f.clock.Now())
	if err != nil {
		f.t.Fatal(err)
	}
	return code
}

func TestEnrolment(t *testing.T) {
	f := setup(t)
	w, codes := f.enrolled("ada@example.org")
	if w.Stage != models.StageFull || len(codes) != credentials.RecoveryCodes {
		t.Fatal(w, codes)
	}
	staff, err := f.store.StaffByID(f.ctx, w.StaffID)
	if err != nil || staff.TOTPConfirmedAt == nil || staff.TOTPLastStep == 0 {
		t.Fatal(staff, err)
	}
	if raw := f.rows(`SELECT encode(totp_secret, 'escape') FROM staff WHERE id = $1`, w.StaffID)[0]; len(raw) < 48 {
		t.Errorf("the secret must be sealed, stored is %q", raw)
	}
	f.wantAudited(w.StaffID, "staff.totp_set", "staff.signin")
}

func TestEnrolmentNeedsTheRightCode(t *testing.T) {
	f := setup(t)
	if _, err := f.Add(f.ctx, AddInput{Email: "ada@example.org", Name: "A", Role: actor.Triage, Password: goodPassword}); err != nil {
		t.Fatal(err)
	}
	first, _ := f.try("ada@example.org", goodPassword, "192.0.2.1")
	w := f.who(first)
	_, _, err := f.ConfirmTOTP(f.ctx, w, "123456")
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("nothing was begun: %v", err)
	}
	f.enrolCode(w)
	_, _, err = f.ConfirmTOTP(f.ctx, w, "12345")
	f.want("a wrong code", err, ErrCode)
	_, err = f.WithTOTP(f.ctx, w, "123456")
	f.want("an enrolling session shows no factor", err, ErrSignIn)
}

// When two sessions wait to enrol, the second loses the right as soon as the first is done: a stolen password must not
// add an authenticator beside the holder's.
func TestSecondEnrolmentIsRefused(t *testing.T) {
	f := setup(t)
	if _, err := f.Add(f.ctx, AddInput{Email: "ada@example.org", Name: "A", Role: actor.Triage, Password: goodPassword}); err != nil {
		t.Fatal(err)
	}
	one, _ := f.try("ada@example.org", goodPassword, "192.0.2.1")
	two, _ := f.try("ada@example.org", goodPassword, "192.0.2.1")
	stale := f.who(two)
	code := f.enrolCode(stale)
	if _, _, err := f.ConfirmTOTP(f.ctx, f.who(one), f.enrolCode(f.who(one))); err != nil {
		t.Fatal(err)
	}
	f.ended("the other session", two)
	_, _, err := f.ConfirmTOTP(f.ctx, stale, code)
	f.want("even with a request that was under way", err, ErrSignIn)
}

func TestReplacingTheApp(t *testing.T) {
	f := setup(t)
	ada := f.add("ada@example.org", actor.Triage)
	_, other := f.signedIn("ada@example.org")
	w, _ := f.signedIn("ada@example.org")
	ticket, codes, err := f.ConfirmTOTP(f.ctx, w, f.enrolCode(w))
	if err != nil || codes != nil {
		t.Fatal(codes, err)
	}
	f.ended("another session", other)
	f.who(ticket)
	first, _ := f.try("ada@example.org", goodPassword, "192.0.2.1")
	_, err = f.WithTOTP(f.ctx, f.who(first), f.code())
	f.want("the old app", err, ErrCode)
	f.wantAudited(ada.ID, "staff.totp_set")
}

func TestRecoveryCodeWorksOnce(t *testing.T) {
	f := setup(t)
	w, codes := f.enrolled("ada@example.org")
	halves := make([]Who, 5)
	for i := range halves {
		first, err := f.try("ada@example.org", goodPassword, "192.0.2.1")
		if err != nil {
			t.Fatal(err)
		}
		halves[i] = f.who(first)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for _, h := range halves {
		wg.Go(func() {
			if _, err := f.WithRecoveryCode(f.ctx, h, strings.ToLower(strings.ReplaceAll(codes[3], "-", " "))); err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	left, err := f.store.RecoveryCodesLeft(f.ctx, w.StaffID)
	if won != 1 || left != credentials.RecoveryCodes-1 || err != nil {
		t.Fatalf("%d sign-ins with one code, %d left, %v", won, left, err)
	}
	f.clock.Advance(time.Hour)
	_, err = f.NewRecoveryCodes(f.ctx, w)
	f.want("not recently confirmed", err, ErrConfirm)
	w.VerifiedAt = f.clock.Now()
	fresh, err := f.NewRecoveryCodes(f.ctx, w)
	if err != nil || len(fresh) != credentials.RecoveryCodes {
		t.Fatal(fresh, err)
	}
	first, _ := f.try("ada@example.org", goodPassword, "192.0.2.1")
	half := f.who(first)
	_, err = f.WithRecoveryCode(f.ctx, half, codes[5])
	f.want("a replaced code", err, ErrRecovery)
	if _, err := f.WithRecoveryCode(f.ctx, half, fresh[0]); err != nil {
		t.Fatal(err)
	}
}

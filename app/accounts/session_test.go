package accounts

import (
	"sync"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/credentials"
)

func TestSessionLimits(t *testing.T) {
	f := setup(t)
	f.add("ada@example.org", actor.Triage)
	_, idle := f.signedIn("ada@example.org")
	f.clock.Advance(IdleLimit)
	f.ended("twelve hours without use", idle)

	_, busy := f.signedIn("ada@example.org")
	for range int(AbsoluteLimit / (11 * time.Hour)) {
		f.clock.Advance(11 * time.Hour)
		f.who(busy)
	}
	f.clock.Advance(AbsoluteLimit % (11 * time.Hour))
	f.ended("after a week, however busy", busy)
}

// Use is noted at most once a minute.
func TestSeenIsCoarse(t *testing.T) {
	f := setup(t)
	f.add("ada@example.org", actor.Triage)
	w, ticket := f.signedIn("ada@example.org")
	seen := func() string {
		return f.rows(`SELECT seen_at::text FROM sessions WHERE id = $1`, w.SessionID)[0]
	}
	begin := seen()
	f.clock.Advance(59 * time.Second)
	f.who(ticket)
	if seen() != begin {
		t.Fatal("written again within a minute")
	}
	f.clock.Advance(time.Second)
	f.who(ticket)
	if seen() == begin {
		t.Fatal("not written after a minute")
	}
}

func TestRevoke(t *testing.T) {
	f := setup(t)
	ada := f.add("ada@example.org", actor.Triage)
	f.add("eve@example.org", actor.Triage)
	a, ta := f.signedIn("ada@example.org")
	b, tb := f.signedIn("ada@example.org")
	_, tc := f.signedIn("ada@example.org")
	eve, te := f.signedIn("eve@example.org")
	if own, err := f.Security(f.ctx, a); err != nil || len(own.Sessions) != 3 {
		t.Fatal(own.Sessions, err)
	}
	if err := f.Revoke(f.ctx, eve, a.SessionID); err != nil {
		t.Fatal(err)
	}
	f.who(ta) // somebody else's request did nothing
	if err := f.Revoke(f.ctx, a, b.SessionID); err != nil {
		t.Fatal(err)
	}
	f.ended("revoked", tb)
	if n, err := f.RevokeOthers(f.ctx, a); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	f.ended("revoked with the others", tc)
	f.who(ta)
	f.who(te)
	if err := f.SignOut(f.ctx, a); err != nil {
		t.Fatal(err)
	}
	f.ended("signed out", ta)
	if err := f.SignOut(f.ctx, a); err != nil {
		t.Fatalf("signing out twice: %v", err)
	}
	f.wantAudited(ada.ID, "staff.session_revoke", "staff.sessions_revoke", "staff.signout")
}

// Confirming one's identity gives a new token, keeps the absolute limit, and opens dangerous actions for a while.
func TestReverify(t *testing.T) {
	f := setup(t)
	f.add("ada@example.org", actor.Triage)
	w, old := f.signedIn("ada@example.org")
	if !f.Recent(w) {
		t.Fatal("just signed in")
	}
	f.clock.Advance(RecentLimit + time.Second)
	w = f.who(old)
	_, err := f.NewRecoveryCodes(f.ctx, w)
	f.want("after a quarter of an hour", err, ErrConfirm)
	_, err = f.WithRecoveryCode(f.ctx, w, "AAAA")
	f.want("a recovery code does not confirm", err, ErrSignIn)
	again, err := f.WithTOTP(f.ctx, w, f.code())
	if err != nil {
		t.Fatal(err)
	}
	f.ended("the old token", old)
	now := f.who(again)
	if !now.ExpiresAt.Equal(w.ExpiresAt) || !now.CreatedAt.Equal(w.CreatedAt) || !f.Recent(now) {
		t.Fatalf("before %+v\nafter  %+v", w, now)
	}
}

func TestPasswordChangeEndsOtherSessions(t *testing.T) {
	f := setup(t)
	ada := f.add("ada@example.org", actor.Triage)
	_, other := f.signedIn("ada@example.org")
	w, old := f.signedIn("ada@example.org")
	const next = "quiet lantern 61 gravel tuesday"
	if _, err := f.ChangePassword(f.ctx, w, "wrong", next); err == nil {
		t.Fatal("the present password must be asked for")
	}
	if _, err := f.ChangePassword(f.ctx, w, goodPassword, "short"); err == nil {
		t.Fatal("a short password was accepted")
	}
	ticket, err := f.ChangePassword(f.ctx, w, goodPassword, next)
	if err != nil {
		t.Fatal(err)
	}
	f.ended("another session", other)
	f.ended("the old token", old)
	f.who(ticket)
	_, err = f.try("ada@example.org", goodPassword, "192.0.2.1")
	f.want("the old password", err, ErrCredentials)
	if _, err := f.try("ada@example.org", next, "192.0.2.1"); err != nil {
		t.Fatal(err)
	}
	f.wantAudited(ada.ID, "staff.password_failed", "staff.password_change")
}

// Of two requests that complete one half session at once, one wins: a session is rotated only once.
func TestRotationRace(t *testing.T) {
	f := setup(t)
	f.add("ada@example.org", actor.Triage)
	w, codes := f.enrolled("eve@example.org")
	_ = w
	first, err := f.try("eve@example.org", goodPassword, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	half := f.who(first)
	var wg sync.WaitGroup
	results := make(chan error, len(codes))
	for _, c := range codes[:4] { // four different good codes
		wg.Go(func() { _, err := f.WithRecoveryCode(f.ctx, half, c); results <- err })
	}
	wg.Wait()
	close(results)
	won := 0
	for err := range results {
		if err == nil {
			won++
		} else {
			f.want("the others", err, ErrSignIn)
		}
	}
	if left, _ := f.store.RecoveryCodesLeft(f.ctx, half.StaffID); won != 1 || left != credentials.RecoveryCodes-1 {
		t.Fatalf("%d won and %d codes are left: the losers must not spend theirs", won, left)
	}
}

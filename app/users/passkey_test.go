package users

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"imglink/app/credentials"
	"imglink/app/credentials/authenticator"
	"imglink/app/fault"
	"imglink/models"
)

const (
	testHost   = "img.example.org"
	testOrigin = "https://" + testHost
)

// registered adds a passkey to a signed-in account.
func (f *fixture) registered(w Who) *authenticator.Key {
	f.t.Helper()
	key := authenticator.New(f.t, testHost, testOrigin)
	options, err := f.BeginPasskey(f.ctx, w)
	f.must(err)
	if err := f.AddPasskey(f.ctx, w, "Desk key", key.Create(options)); err != nil {
		f.t.Fatal(err, errors.Unwrap(err))
	}
	return key
}

// half signs in with the password alone.
func (f *fixture) half(name string) Who {
	f.t.Helper()
	first, err := f.try(name, goodPassword)
	f.must(err)
	w := f.who(first)
	if w.Stage != models.StagePassword {
		f.t.Fatalf("a password alone opens stage %q", w.Stage)
	}
	return w
}

func (f *fixture) asserted(w Who) any {
	f.t.Helper()
	options, err := f.BeginAssertion(f.ctx, w)
	f.must(err)
	return options
}

func (f *fixture) actions(userID string) map[string]bool {
	f.t.Helper()
	out := map[string]bool{}
	for _, a := range f.rows(`SELECT action FROM audit_log WHERE entity = 'user' AND entity_id = $1`, userID) {
		out[a] = true
	}
	return out
}

func TestPasskeyIsASecondFactor(t *testing.T) {
	f := setup(t)
	ada := f.add("ada")
	w, _ := f.signedIn("ada")
	_, err := f.BeginAssertion(f.ctx, w)
	f.want("without passkeys", err, credentials.ErrNoPasskeys)
	key := f.registered(w)

	half := f.half("ada")
	answer := key.Get(f.asserted(half))
	full, err := f.WithPasskey(f.ctx, half, answer)
	f.must(err)
	if got := f.who(full); got.Method != "passkey" || got.UserID != ada.ID || got.Stage != models.StageFull {
		t.Fatalf("%+v", got)
	}
	again := f.half("ada")
	f.asserted(again)
	_, err = f.WithPasskey(f.ctx, again, answer)
	f.want("an answer to an earlier challenge", err, credentials.ErrPasskey)

	sec, err := f.Security(f.ctx, w)
	f.must(err)
	if len(sec.Passkeys) != 1 || sec.Passkeys[0].Name != "Desk key" || sec.Passkeys[0].LastUsedAt == nil {
		t.Fatalf("%+v", sec.Passkeys)
	}
	_, err = f.NewRecoveryCodes(f.ctx, w)
	f.must(err)
	f.must(f.RemovePasskey(f.ctx, w, sec.Passkeys[0].ID))
	if n := f.count("user_recovery_codes"); n != 0 {
		t.Errorf("%d recovery codes outlive the last second factor", n)
	}
	if next, err := f.try("ada", goodPassword); err != nil || f.who(next).Stage != models.StageFull {
		t.Error("without a second factor the password opens everything", err)
	}
	for _, a := range []string{"user.passkey_add", "user.passkey_remove", "user.factor_failed"} {
		if !f.actions(ada.ID)[a] {
			t.Errorf("no audit entry %s", a)
		}
	}
}

func TestPasskeyRegistrationRefusals(t *testing.T) {
	f := setup(t)
	f.add("ada")
	w, _ := f.signedIn("ada")
	for what, answer := range map[string]func(options any) []byte{
		"another site":          authenticator.New(t, testHost, testOrigin+".evil.example").Create,
		"another relying party": authenticator.New(t, "evil.example", testOrigin).Create,
		"rubbish":               func(any) []byte { return []byte("{") },
		"an assertion":          authenticator.New(t, testHost, testOrigin).Get,
	} {
		options, err := f.BeginPasskey(f.ctx, w)
		f.must(err)
		f.want(what, f.AddPasskey(f.ctx, w, "Key", answer(options)), credentials.ErrPasskey)
	}
	f.want("without a challenge", f.AddPasskey(f.ctx, w, "Key", []byte("{}")), credentials.ErrPasskey)
	if err := f.AddPasskey(f.ctx, w, " ", nil); !fault.Is(err, fault.Invalid) {
		t.Fatal(err)
	}

	key := f.registered(w)
	f.add("bob")
	bob, _ := f.signedIn("bob")
	options, err := f.BeginPasskey(f.ctx, bob)
	f.must(err)
	f.want("the key of somebody else", f.AddPasskey(f.ctx, bob, "Key", key.Create(options)), credentials.ErrPasskey)
	if err := f.RemovePasskey(f.ctx, bob, f.rows(`SELECT id FROM user_passkeys`)[0]); !errors.Is(err, models.ErrStale) {
		t.Errorf("removing the passkey of somebody else: %v", err)
	}

	f.clock.Advance(RecentLimit + 1)
	_, err = f.BeginPasskey(f.ctx, w)
	f.want("an identity that was confirmed too long ago", err, ErrConfirm)
	f.want("so for the second step", f.AddPasskey(f.ctx, w, "Key", nil), ErrConfirm)
	_, err = f.BeginPasskey(f.ctx, f.half("ada"))
	f.want("half a sign-in", err, ErrSignIn)
}

func TestPasskeyAssertionRefusals(t *testing.T) {
	f := setup(t)
	ada := f.add("ada")
	w, _ := f.signedIn("ada")
	key := f.registered(w)

	half := f.half("ada")
	options := f.asserted(half)
	f.clock.Advance(credentials.CeremonyLimit + 1)
	_, err := f.WithPasskey(f.ctx, half, key.Get(options))
	f.want("an answer after five minutes", err, credentials.ErrPasskey)

	half = f.half("ada")
	_, err = f.WithPasskey(f.ctx, half, authenticator.New(t, testHost, testOrigin).Get(f.asserted(half)))
	f.want("an unknown key", err, credentials.ErrPasskey)

	f.add("bob")
	bob, _ := f.signedIn("bob")
	f.registered(bob)
	other := f.half("bob")
	_, err = f.WithPasskey(f.ctx, other, key.Get(f.asserted(other)))
	f.want("the key of another account", err, credentials.ErrPasskey)

	_, err = f.WithPasskey(f.ctx, half, key.Get(f.asserted(half)))
	f.must(err)
	half = f.half("ada")
	options = f.asserted(half)
	key.Count = 0 // a copy of the key made before it was last used
	_, err = f.WithPasskey(f.ctx, half, key.Get(options))
	f.want("a counter that went backwards", err, credentials.ErrPasskey)
	if !f.actions(ada.ID)["user.passkey_cloned"] {
		t.Error("a copied key leaves no trace")
	}
}

// One challenge, one sign-in, however many answers arrive at once.
func TestPasskeyChallengeIsSpentOnce(t *testing.T) {
	f := setup(t)
	f.add("ada")
	w, _ := f.signedIn("ada")
	key := f.registered(w)
	half := f.half("ada")
	options := f.asserted(half)
	var wg sync.WaitGroup
	var won atomic.Int32
	for _, answer := range [][]byte{key.Get(options), key.Get(options), key.Get(options)} {
		wg.Go(func() {
			if _, err := f.WithPasskey(f.ctx, half, answer); err == nil {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Fatalf("%d answers were accepted, want 1", won.Load())
	}
}

package accounts

import (
	"errors"
	"sync"
	"testing"

	"imglink/app/actor"
	"imglink/app/credentials"
	"imglink/app/credentials/authenticator"
	"imglink/app/fault"
)

const testOrigin = "https://img.example.org"

// registered adds a passkey to a signed-in account.
func (f *fixture) registered(w Who) *authenticator.Key {
	f.t.Helper()
	key := authenticator.New(f.t, "img.example.org", testOrigin)
	options, err := f.BeginPasskey(f.ctx, w)
	if err != nil {
		f.t.Fatal(err)
	}
	if err := f.AddPasskey(f.ctx, w, "Desk key", key.Create(options)); err != nil {
		f.t.Fatal(err, errors.Unwrap(err))
	}
	return key
}

func (f *fixture) half(email string) Who {
	f.t.Helper()
	first, err := f.try(email, goodPassword, "192.0.2.1")
	if err != nil {
		f.t.Fatal(err)
	}
	return f.who(first)
}

func TestPasskeyAsSecondFactor(t *testing.T) {
	f := setup(t)
	ada := f.add("ada@example.org", actor.Triage)
	w, _ := f.signedIn("ada@example.org")
	half := f.half("ada@example.org")
	_, err := f.BeginAssertion(f.ctx, half)
	f.want("without passkeys", err, ErrNoPasskeys)
	key := f.registered(w)

	options, err := f.BeginAssertion(f.ctx, half)
	if err != nil {
		t.Fatal(err)
	}
	answer := key.Get(options)
	full, err := f.WithPasskey(f.ctx, half, answer)
	if err != nil {
		t.Fatal(err, errors.Unwrap(err))
	}
	if got := f.who(full); got.Method != "passkey" || got.StaffID != ada.ID {
		t.Fatalf("%+v", got)
	}
	again := f.half("ada@example.org")
	if _, err := f.BeginAssertion(f.ctx, again); err != nil {
		t.Fatal(err)
	}
	_, err = f.WithPasskey(f.ctx, again, answer)
	f.want("an answer to an earlier challenge", err, ErrPasskey)
	keys, err := f.Passkeys(f.ctx, w)
	if err != nil || len(keys) != 1 || keys[0].Name != "Desk key" || keys[0].LastUsedAt == nil {
		t.Fatal(keys, err)
	}
	if err := f.RemovePasskey(f.ctx, w, keys[0].ID); err != nil {
		t.Fatal(err)
	}
	f.wantAudited(ada.ID, "staff.passkey_add", "staff.passkey_remove", "staff.factor_failed")
}

func TestPasskeyRefusals(t *testing.T) {
	f := setup(t)
	ada := f.add("ada@example.org", actor.Triage)
	w, _ := f.signedIn("ada@example.org")
	for what, make := range map[string]func(options any) []byte{
		"another site":          authenticator.New(t, "img.example.org", "https://img.example.org.evil.example").Create,
		"another relying party": authenticator.New(t, "evil.example", testOrigin).Create,
		"rubbish":               func(any) []byte { return []byte("{") },
		"an assertion":          authenticator.New(t, "img.example.org", testOrigin).Get,
	} {
		options, err := f.BeginPasskey(f.ctx, w)
		if err != nil {
			t.Fatal(err)
		}
		f.want(what, f.AddPasskey(f.ctx, w, "Key", make(options)), ErrPasskey)
	}
	f.want("without a challenge", f.AddPasskey(f.ctx, w, "Key", []byte("{}")), ErrPasskey)
	if err := f.AddPasskey(f.ctx, w, " ", nil); !fault.Is(err, fault.Invalid) {
		t.Fatal(err)
	}
	key := f.registered(w)

	half := f.half("ada@example.org")
	options, _ := f.BeginAssertion(f.ctx, half)
	f.clock.Advance(credentials.CeremonyLimit + 1e9)
	_, err := f.WithPasskey(f.ctx, half, key.Get(options))
	f.want("an answer after five minutes", err, ErrPasskey)

	half = f.half("ada@example.org")
	options, _ = f.BeginAssertion(f.ctx, half)
	_, err = f.WithPasskey(f.ctx, half, authenticator.New(t, "img.example.org", testOrigin).Get(options))
	f.want("an unknown key", err, ErrPasskey)

	options, _ = f.BeginAssertion(f.ctx, half)
	if _, err := f.WithPasskey(f.ctx, half, key.Get(options)); err != nil {
		t.Fatal(err)
	}
	half = f.half("ada@example.org")
	options, _ = f.BeginAssertion(f.ctx, half)
	key.Count = 0 // a copy of the key made before it was last used
	_, err = f.WithPasskey(f.ctx, half, key.Get(options))
	f.want("a counter that went backwards", err, ErrPasskey)
	f.wantAudited(ada.ID, "staff.passkey_cloned")
}

// One challenge, one sign-in, however many answers arrive at once.
func TestPasskeyChallengeIsSpentOnce(t *testing.T) {
	f := setup(t)
	f.add("ada@example.org", actor.Triage)
	w, _ := f.signedIn("ada@example.org")
	key := f.registered(w)
	half := f.half("ada@example.org")
	options, err := f.BeginAssertion(f.ctx, half)
	if err != nil {
		t.Fatal(err)
	}
	answers := [][]byte{key.Get(options), key.Get(options), key.Get(options)}
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for _, a := range answers {
		wg.Go(func() {
			if _, err := f.WithPasskey(f.ctx, half, a); err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Fatalf("%d answers were accepted, want 1", won)
	}
}

package users

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"imglink/app/fault"
)

func form(name, email string) Registration {
	return Registration{Username: name, Email: email, Password: goodPassword, Age: true, Policy: true, Locale: "en"}
}

func TestRegistration(t *testing.T) {
	f := setup(t)
	f.must(f.Register(f.ctx, form("Maya", "maya@example.org")))
	if _, err := f.try("maya", goodPassword); !errors.Is(err, ErrCredentials) {
		t.Fatalf("nobody signs in before the address is confirmed: %v", err)
	}
	token := f.mailed("maya@example.org")
	if name, err := f.LookUpSignup(f.ctx, token); err != nil || name != "Maya" {
		t.Fatal(name, err)
	}
	f.must(f.ConfirmSignup(f.ctx, token))
	f.want("a link used twice", f.ConfirmSignup(f.ctx, token), ErrLink)
	for _, login := range []string{"maya", " MAYA ", "Maya@Example.org"} {
		if _, err := f.try(login, goodPassword); err != nil {
			t.Errorf("%s: %v", login, err)
		}
	}
	u, err := f.store.UserByLogin(f.ctx, "maya")
	if err != nil || u.EmailVerifiedAt == nil || u.PolicyVersion != PolicyVersion || u.AgeConfirmedAt.IsZero() {
		t.Fatalf("%+v, %v", u, err)
	}
	if got := f.rows(`SELECT purpose FROM user_consents WHERE user_id = $1 AND given`, u.ID); !slices.Equal(got, []string{ConsentPolicy}) {
		t.Errorf("consents %v", got)
	}
}

func TestRegistrationIsRefused(t *testing.T) {
	f := setup(t)
	f.add("maya")
	for field, change := range map[string]func(*Registration){
		"username": func(r *Registration) { r.Username = "a b" }, "username ": func(r *Registration) { r.Username = "mAYA" },
		"username  ": func(r *Registration) { r.Username = "Admin" }, "email": func(r *Registration) { r.Email = "nobody" },
		"password": func(r *Registration) { r.Password = "short one" }, "password ": func(r *Registration) { r.Password = "password12" },
		"password  ": func(r *Registration) { r.Password = "football99" }, "age": func(r *Registration) { r.Age = false },
		"policy": func(r *Registration) { r.Policy = false },
	} {
		in := form("somebody", "somebody@example.org")
		change(&in)
		err := f.Register(f.ctx, in)
		got := fault.Of(err)
		if got.Kind != fault.Invalid || len(got.Fields) != 1 || got.Fields[0].Name != strings.TrimSpace(field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if n := f.count("user_signups"); n != 0 {
		t.Errorf("%d registrations were kept", n)
	}
}

// A taken address gets the answer of a fresh one, costs the same and reserves the name; its holder is told by mail.
func TestRegisteringTellsNobodyWhoHasAnAccount(t *testing.T) {
	f := setup(t)
	f.add("holder")
	var fresh, taken error
	a := f.work(func() { fresh = f.Register(f.ctx, form("first", "fresh@example.org")) })
	b := f.work(func() { taken = f.Register(f.ctx, form("second", "HOLDER@example.org")) })
	if fresh != nil || taken != nil {
		t.Fatal(fresh, taken)
	}
	if a != b || a.Mails != 1 || a.Signups != 1 {
		t.Errorf("a fresh address costs %+v, a taken one %+v", a, b)
	}
	body := strings.Join(f.rows(`SELECT body_text FROM mails WHERE recipient = 'holder@example.org'`), "")
	if !strings.Contains(body, "You have an account already") || strings.Contains(body, "/verify/") {
		t.Errorf("the holder reads %q", body)
	}
	for _, name := range []string{"first", "second"} {
		if err := f.Register(f.ctx, form(name, "third@example.org")); !errors.Is(err, errTaken) {
			t.Errorf("the name %s must be reserved: %v", name, err)
		}
	}
	answers := map[string]bool{}
	for _, login := range []string{"first", "second", "fresh@example.org", "nobody"} {
		_, err := f.try(login, goodPassword)
		answers[err.Error()] = true
	}
	if len(answers) != 1 {
		t.Errorf("signing in tells the registrations apart: %v", answers)
	}
}

func TestResendingTellsNobodyEither(t *testing.T) {
	f := setup(t)
	f.add("holder")
	f.must(f.Register(f.ctx, form("waiting", "waiting@example.org")))
	old := f.mailed("waiting@example.org")
	var all []work
	for _, email := range []string{"holder@example.org", "waiting@example.org", "nobody@example.org"} {
		all = append(all, f.work(func() { f.must(f.Resend(f.ctx, email)) }))
	}
	if all[0] != all[1] || all[1] != all[2] || all[0].Mails != 1 {
		t.Errorf("the work differs: %+v", all)
	}
	f.want("the link before", f.ConfirmSignup(f.ctx, old), ErrLink)
	f.must(f.ConfirmSignup(f.ctx, f.mailed("waiting@example.org")))
}

func TestRegistrationExpiresAndCanBeForgotten(t *testing.T) {
	f := setup(t)
	f.must(f.Register(f.ctx, form("late", "late@example.org")))
	token := f.mailed("late@example.org")
	f.clock.Advance(SignupLife)
	f.want("an expired link", f.ConfirmSignup(f.ctx, token), ErrLink)
	f.must(f.Register(f.ctx, form("late", "other@example.org")))
	token = f.mailed("other@example.org")
	f.must(f.ForgetSignup(f.ctx, token))
	f.want("a forgotten registration", f.ConfirmSignup(f.ctx, token), ErrLink)
}

// Of two people who register one name at once, or confirm one address at once, one wins.
func TestOneNameOneAccount(t *testing.T) {
	f := setup(t)
	errs := f.race(8, func(n int) error {
		return f.Register(f.ctx, form("wanted", string(rune('a'+n))+"@example.org"))
	})
	if n := len(errs); n != 7 {
		t.Fatalf("%d of eight registrations of one name were refused, want 7", n)
	}
	for _, err := range errs {
		f.want("a lost race", err, errTaken)
	}
	for _, name := range []string{"one", "two", "three"} {
		f.must(f.Register(f.ctx, form(name, "same@example.org")))
	}
	tokens := f.rows(`SELECT body_text FROM mails WHERE recipient = 'same@example.org'`)
	errs = f.race(3, func(n int) error {
		return f.ConfirmSignup(f.ctx, identToken(tokens[n]))
	})
	if len(errs) != 2 {
		t.Fatalf("three confirmations of one address: %v", errs)
	}
}

// race runs do n times at once and gives the errors.
func (f *fixture) race(n int, do func(int) error) (failed []error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i := range n {
		wg.Go(func() {
			if err := do(i); err != nil {
				mu.Lock()
				failed = append(failed, err)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return failed
}

// However often somebody asks, one address gets a few mails, and is told when to try again.
func TestMailsAreBounded(t *testing.T) {
	f := setup(t)
	var err error
	n := 0
	for ; n < 20 && err == nil; n++ {
		err = f.AskReset(f.ctx, "victim@example.org")
	}
	if got := fault.Of(err); got.Kind != fault.TooMany || got.RetryAfter <= 0 || n > 7 {
		t.Fatalf("after %d mails: %v", n, err)
	}
	f.clock.Advance(fault.Of(err).RetryAfter + time.Second)
	f.must(f.AskReset(f.ctx, "victim@example.org"))
}

// One reader is mailed a bounded number of times, so that no address may have two spellings.
func TestAddressesHaveOneSpelling(t *testing.T) {
	f := setup(t)
	for _, email := range []string{
		"victim@\uff45xample.org", "victim@example.org\u200b", "vic\u00adtim@example.org", "\u212aelvin@example.org", "victim@[192.0.2.1]",
		"a@example.org\r\nBcc: b@example.org", "a@example.org,b@example.org", "Name <a@example.org>", "a@localhost",
	} {
		if err := f.AskReset(f.ctx, email); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", email, err)
		}
	}
	for _, email := range []string{"o'hara+tag@sub.example.org", "gr\u00fc\u00dfe@b\u00fccher.example"} {
		f.must(f.AskReset(f.ctx, email))
	}
}

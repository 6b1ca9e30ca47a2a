package browsertest

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/proto"

	"imglink/app/accounts"
	"imglink/app/actor"
)

// TestPasskeySignsIn is the life of a passkey in a browser as they are now.
func TestPasskeySignsIn(t *testing.T) {
	w := begin(t)
	w.passkeyLives(visit(t, chromium(t), named(t, w.URL)))
}

// TestPasskeySignsInWithOlderBrowser is the same where the browser cannot read and write the JSON forms itself.
func TestPasskeySignsInWithOlderBrowser(t *testing.T) {
	w := begin(t)
	v := visit(t, chromium(t), named(t, w.URL))
	_, err := v.page.EvalOnNewDocument(`
		delete PublicKeyCredential.parseCreationOptionsFromJSON;
		delete PublicKeyCredential.parseRequestOptionsFromJSON;
		delete PublicKeyCredential.prototype.toJSON;`)
	must(t, err)
	v.open("/staff/sign-in")
	if v.is(`() => 'parseCreationOptionsFromJSON' in PublicKeyCredential || 'parseRequestOptionsFromJSON' in PublicKeyCredential || 'toJSON' in PublicKeyCredential.prototype`) {
		t.Fatal("the browser still has the JSON forms")
	}
	w.passkeyLives(v)
}

// TestPasskeyNeedsName tells somebody who opened the site by its IP address what to do.
func TestPasskeyNeedsName(t *testing.T) {
	w := begin(t)
	v := visit(t, chromium(t), w.URL)
	v.authenticator()
	v.signsIn(w, actor.Moderator)
	v.open("/staff/security")
	v.fill("[name=passkey_name]", "Desk key")
	v.click("#passkey")
	v.appears("[data-passkey-error]")
	if got := v.text("[data-passkey-error]"); !strings.Contains(got, "Open the site by its name, for example localhost") {
		t.Errorf("a passkey at an IP address: %q", got)
	}
}

// TestPasskeyConfirmsIdentity registers after the second factor was shown too long ago, which asks for it again: the
// first time only a code can answer, later the passkey does.
func TestPasskeyConfirmsIdentity(t *testing.T) {
	w := begin(t)
	v := visit(t, chromium(t), named(t, w.URL))
	v.authenticator()
	v.signsIn(w, actor.Moderator)
	v.open("/staff/security")
	w.Instance.Clock.Advance(accounts.RecentLimit + time.Second)
	v.fill("[name=passkey_name]", "Desk key")
	v.follow("#passkey")
	v.says("Confirm that it is you")
	v.fill("#code", w.code())
	v.follow("form:has(#code) button.primary")
	v.registers("Desk key")

	w.Instance.Clock.Advance(accounts.RecentLimit + time.Second)
	v.follow(`button[aria-label="Remove passkey Desk key"]`)
	v.says("Confirm that it is you")
	v.follow("#passkey")
	if at := v.at(); at != v.base+"/staff/security" {
		t.Fatalf("confirming led to %s, want the page that asked for it", at)
	}
	v.follow(`button[aria-label="Remove passkey Desk key"]`)
	v.says("The passkey was removed.")
}

// passkeyLives takes a passkey through its life on an authenticator of the browser: registered by somebody who signed in
// with a code, shown at the next sign-in in place of the code, and removed.
func (w *world) passkeyLives(v *visitor) {
	t := w.t
	t.Helper()
	key := v.authenticator()
	v.signsIn(w, actor.Moderator)

	v.open("/staff/security")
	v.registers("Desk key")
	if n := v.held(key); n != 1 {
		t.Fatalf("the authenticator holds %d passkeys of the site, want 1", n)
	}
	v.refusesSecondPasskey()
	v.signsOut()

	v.signsInWithPasskey("/staff")
	v.open("/staff/security")
	v.says("Desk key")
	if v.hasCell("never") || !v.hasCell("Passkey") {
		t.Error("the page does not tell that the passkey was used for this session")
	}
	v.follow(`button[aria-label="Remove passkey Desk key"]`)
	v.says("The passkey was removed.")
	if v.is(`() => !!document.querySelector('button[aria-label^="Remove passkey"]')`) {
		t.Error("the removed passkey is still listed")
	}
	v.signsOut()

	v.passesPassword()
	if v.is(`() => !!document.querySelector('[data-passkey]')`) {
		t.Error("the second step offers a passkey to an account without one")
	}
	v.clean("passkeys")
}

// named is the address of an instance by the name of this machine: a bare IP address can have no passkeys.
func named(t *testing.T, base string) string {
	t.Helper()
	u, err := url.Parse(base)
	must(t, err)
	u.Host = "localhost:" + u.Port()
	return u.String()
}

// authenticator plugs a device into the browser that is part of the machine, knows its owner and confirms at once.
func (v *visitor) authenticator() proto.WebAuthnAuthenticatorID {
	v.Helper()
	must(v.T, proto.WebAuthnEnable{}.Call(v.page))
	got, err := proto.WebAuthnAddVirtualAuthenticator{Options: &proto.WebAuthnVirtualAuthenticatorOptions{
		Protocol: proto.WebAuthnAuthenticatorProtocolCtap2, Transport: proto.WebAuthnAuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}}.Call(v.page)
	must(v.T, err)
	return got.AuthenticatorID
}

// held counts the passkeys on the device that are bound to localhost.
func (v *visitor) held(id proto.WebAuthnAuthenticatorID) int {
	v.Helper()
	got, err := proto.WebAuthnGetCredentials{AuthenticatorID: id}.Call(v.page)
	must(v.T, err)
	n := 0
	for _, c := range got.Credentials {
		if c.RpID == "localhost" && c.IsResidentCredential {
			n++
		}
	}
	return n
}

// registers adds a passkey under a name.
func (v *visitor) registers(name string) {
	v.Helper()
	v.fill("[name=passkey_name]", name)
	v.follow("#passkey")
	v.says("The passkey was added.", name)
	if !v.hasCell("never") || v.hasCell("Passkey") {
		v.Error("a passkey that was never used is listed as used")
	}
}

// hasCell looks for a table cell with exactly this text.
func (v *visitor) hasCell(text string) bool {
	v.Helper()
	return v.is(`s => [...document.querySelectorAll('td')].some(e => e.textContent.trim() === s)`, text)
}

// refusesSecondPasskey registers on the same device again, which the options exclude.
func (v *visitor) refusesSecondPasskey() {
	v.Helper()
	v.fill("[name=passkey_name]", "The same key")
	v.click("#passkey")
	v.appears("[data-passkey-error]")
	if got := v.text("[data-passkey-error]"); got != "This device holds a passkey for your account already." {
		v.Errorf("a second passkey on one device: %q", got)
	}
}

func (v *visitor) signsOut() {
	v.Helper()
	v.follow(`form[action$="/sign-out"] button`)
	v.says("Staff sign in")
}

// passesPassword goes from the home of the staff to the second step.
func (v *visitor) passesPassword() {
	v.Helper()
	v.open("/staff")
	v.fill("#email", address(actor.Moderator))
	v.fill("#password", password)
	v.follow("form button.primary")
	v.says("Second step")
}

// signsInWithPasskey shows the passkey in place of a code and arrives at the page that was asked for.
func (v *visitor) signsInWithPasskey(want string) {
	v.Helper()
	v.passesPassword()
	v.follow("#passkey")
	if at := strings.TrimPrefix(v.at(), v.base); at != want {
		v.Fatalf("signing in with a passkey led to %s, want %s", at, want)
	}
}

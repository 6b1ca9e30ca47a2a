package browsertest

import (
	"io"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"imglink/app/apptest"
	"imglink/app/users"
)

const userPassword = apptest.UserPassword

// TestAccountLives goes from the registration to signing in with a second step.
func TestAccountLives(t *testing.T) {
	w := begin(t)
	w.accountLives(visit(t, chromium(t), w.URL))
}

func TestAccountLivesWithoutScripts(t *testing.T) {
	w := begin(t)
	w.accountLives(visit(t, chromium(t), w.URL).withoutScripts())
}

func (w *world) accountLives(v *visitor) {
	v.Helper()
	v.open("/")
	v.follow(`.site-head a[href="/register"]`)
	v.registersAs("maya")
	v.says("Check your mail", "maya@example.org")
	v.open(w.letterTo("maya@example.org", "/verify/"))
	v.follow("form .btn.primary")
	v.says("Your address is confirmed.")
	v.fill("#login", "maya")
	v.fill("#password", "not the password")
	v.follow("form button.primary")
	v.says("There is a problem", "The name or the password is not right.")
	v.fill("#password", userPassword)
	v.follow("form button.primary")
	v.open("/settings/security")
	secret := w.setsUpApp(v)
	v.signsOutOfAccount()

	v.open("/settings/security")
	v.fill("#login", "maya@example.org")
	v.fill("#password", userPassword)
	v.follow("form button.primary")
	v.fill("#code", w.codeOf(v, secret))
	v.follow("form:has(#code) button.primary")
	if at := v.at(); at != v.base+"/settings/security" {
		v.Errorf("signing in led to %s, want the page that was asked for", at)
	}
	v.says("You have 10 recovery codes left.")
	v.wantCookies("imglink_csrf", "imglink_user")
	v.signsOutOfAccount()
	v.clean("account")
}

func (v *visitor) registersAs(name string) {
	v.Helper()
	v.fill("#username", name)
	v.fill("#email", name+"@example.org")
	v.fill("#password", userPassword)
	v.click("label[for=age]")
	v.click("label[for=policy]")
	if v.plain {
		v.follow("button[name=slow]")
		return
	}
	v.until("the check", `() => document.querySelector('[data-pow-status]').dataset.state === 'done'`)
	v.follow("form[data-pow] button.primary")
}

// letterTo waits for a mail with a link and gives the link.
func (w *world) letterTo(address, path string) string {
	w.t.Helper()
	link := regexp.MustCompile(regexp.QuoteMeta(w.URL+path) + `[A-Za-z0-9_-]+`)
	for range 200 {
		files, err := filepath.Glob(filepath.Join(w.Config.Dir("outbox"), "*.eml"))
		must(w.t, err)
		for _, f := range files {
			if got := link.FindString(w.letter(f, address)); got != "" {
				return got
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.t.Fatalf("no mail with a link to %s came to %s", path, address)
	return ""
}

// letter is the text of a kept mail to an address, or empty.
func (w *world) letter(file, address string) string {
	w.t.Helper()
	f, err := os.Open(file)
	must(w.t, err)
	defer f.Close() //nolint:errcheck // read only
	m, err := mail.ReadMessage(f)
	must(w.t, err)
	if !strings.Contains(m.Header.Get("To"), address) {
		return ""
	}
	body := m.Body
	if m.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		body = quotedprintable.NewReader(body)
	}
	b, err := io.ReadAll(body)
	must(w.t, err)
	return string(b)
}

// setsUpApp sets up an authenticator app and gives its secret.
func (w *world) setsUpApp(v *visitor) string {
	v.Helper()
	v.follow(`a[href="/settings/security/app"]`)
	secret := strings.ReplaceAll(v.value("#secret"), " ", "")
	v.fill("#code", "000000")
	v.follow("form:has(#code) button.primary")
	v.says("There is a problem")
	v.fill("#code", w.codeOf(v, secret))
	v.follow("form:has(#code) button.primary")
	if n := len(strings.Fields(v.value("#codes"))); n != 10 {
		v.Errorf("%d recovery codes, want ten", n)
	}
	v.follow("a.btn.primary")
	return secret
}

// codeOf is what an app shows in the next step, so that it was not spent.
func (w *world) codeOf(v *visitor, secret string) string {
	v.Helper()
	w.Instance.Clock.Advance(30 * time.Second)
	code, err := totp.GenerateCode(secret, w.Instance.Clock.Now())
	must(v.T, err)
	return code
}

func (v *visitor) signsOutOfAccount() {
	v.Helper()
	v.click("[popovertarget=account-menu]")
	v.follow("#account-menu form button")
	v.says("You are signed out.")
}

// enterUser makes an account, signs a visitor in without the pages, and gives the id of the account.
func (w *world) enterUser(v *visitor, name string) string {
	w.t.Helper()
	u, err := w.Users.Add(w.t.Context(), users.AddInput{Username: name, Email: name + "@example.org", Password: userPassword})
	must(w.t, err)
	t, err := w.Users.SignIn(w.t.Context(), users.Attempt{Login: name, Password: userPassword, Origin: users.Origin{Network: "127.0.0.1", Agent: "Firefox Linux"}})
	must(w.t, err)
	v.cookie("imglink_user", string(t.Token))
	return u.ID
}

// TestAccountPages looks at every page of signing up, signing in and the settings.
func TestAccountPages(t *testing.T) {
	w, b := begin(t), chromium(t)
	v := visit(t, b, named(t, w.URL)).withAxe()
	page := func(name, path string) { v.open(path); v.inspect("user-" + name) }
	page("sign-in", "/sign-in")
	v.follow("form button.primary")
	v.inspect("user-sign-in-422")
	v.open("/register")
	v.inspect("user-register")
	v.follow("form[data-pow] button.primary")
	v.says("There is a problem")
	v.inspect("user-register-422")
	page("reset", "/reset")
	v.fill("#email", "nobody@example.org")
	v.follow("form button.primary")
	v.inspect("user-check-mail")
	page("link-gone", "/verify/"+strings.Repeat("a", 32))

	v.authenticator()
	w.enterUser(v, "maya")
	page("settings", "/settings")
	v.follow(`form[action="/settings/password"] button[type=submit]`)
	v.says("There is a problem")
	v.inspect("user-settings-422")
	page("security", "/settings/security")
	page("app", "/settings/security/app")
	v.open("/settings/security")
	v.fill("[name=passkey_name]", "Desk key")
	v.follow("#passkey")
	v.says("The passkey was added.", "Desk key")
	v.inspect("user-security-passkey")
	page("privacy", "/settings/privacy")
	v.follow("#choose-analytics")
	v.says("You objected", "Objected to being counted")
	v.follow("#choose-analytics")
	v.says("You are counted", "Objection to being counted withdrawn")
	v.inspect("user-privacy-history")
	page("tokens", "/settings/tokens")
	page("data", "/settings/data")
	v.follow("#ask-access")
	v.says("Your request is open.")
	v.inspect("user-data-open")
	page("confirm", "/settings/confirm")
	w.officerSees(visit(t, b, w.URL).withAxe())
}

// officerSees the request on the home of the privacy officer and in the list.
func (w *world) officerSees(v *visitor) {
	v.Helper()
	w.enter(v, roles[3])
	v.open("/staff")
	v.says("1 open request")
	v.follow(`main a[href="/staff/requests"]`)
	v.says("maya, maya@example.org", "A copy of their data")
	v.inspect("staff-requests")
}

// TestPasswordsCanBeShown: by keyboard as by mouse, and never when the form is sent.
func TestPasswordsCanBeShown(t *testing.T) {
	w := begin(t)
	v := visit(t, chromium(t), w.URL)
	v.open("/sign-in")
	v.fill("#password", "seen for a moment")
	v.tabTo("[data-reveal]")
	v.press(' ')
	if !v.is(`() => document.querySelector('#password').type === 'text' && document.querySelector('[data-reveal]').getAttribute('aria-pressed') === 'true'`) {
		t.Error("the password is not shown")
	}
	v.press(' ')
	if !v.is(`() => document.querySelector('#password').type === 'password'`) {
		t.Error("the password stays shown")
	}
}

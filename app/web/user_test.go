package web_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"imglink/app/actor"
	"imglink/app/apptest"
	"imglink/app/users"
)

// browser is a visitor with cookies who sends forms as a page would.
type browser struct {
	t  *testing.T
	in *apptest.Instance
	*http.Client
}

func open(t *testing.T, in *apptest.Instance) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t, in, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (b *browser) get(path string) (*http.Response, string) {
	b.t.Helper()
	res, err := b.Get(b.in.URL + path)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.read(res)
}

func (b *browser) read(res *http.Response) (*http.Response, string) {
	b.t.Helper()
	defer res.Body.Close() //nolint:errcheck // only read
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return res, string(body)
}

var formToken = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

// post sends a form of the page at from to path; fields are pairs.
func (b *browser) post(from, path string, fields ...string) (*http.Response, string) {
	b.t.Helper()
	_, page := b.get(from)
	m := formToken.FindStringSubmatch(page)
	if m == nil {
		b.t.Fatalf("%s has no form", from)
	}
	values := url.Values{"_csrf": {m[1]}}
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	res, err := b.PostForm(b.in.URL+path, values)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.read(res)
}

// cookie is the user's session cookie.
func (b *browser) cookie() string {
	at, err := url.Parse(b.in.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.Jar.Cookies(at) {
		if c.Name == "imglink_user" {
			return c.Value
		}
	}
	return ""
}

func addUser(t *testing.T, in *apptest.Instance, name string) string {
	t.Helper()
	u, err := in.Users.Add(t.Context(), users.AddInput{Username: name, Email: name + "@example.org", Password: apptest.UserPassword})
	if err != nil {
		t.Fatal(err)
	}
	return u.ID
}

var changing = regexp.MustCompile(`_csrf" value="[^"]+"|(fresh|taken|maya|nobody|first|second)(@example.org)?|[A-Za-z0-9]{12}|back" value="[^"]*"`)

// Pages answer alike whoever has an account: same status, same words.
func TestPagesTellNobodyWhoHasAnAccount(t *testing.T) {
	in := apptest.New(t)
	addUser(t, in, "maya")
	for _, c := range []struct {
		path string
		a, b []string
	}{
		{"/register", []string{"username", "first", "email", "fresh@example.org"}, []string{"username", "second", "email", "maya@example.org"}},
		{"/reset", []string{"email", "maya@example.org"}, []string{"email", "nobody@example.org"}},
		{"/sign-in", []string{"login", "maya", "password", "wrong"}, []string{"login", "nobody", "password", "wrong"}},
	} {
		rest := []string{}
		if c.path == "/register" {
			rest = []string{"password", apptest.UserPassword, "age", "1", "policy", "1", "slow", "1"}
		}
		one, first := open(t, in).post(c.path, c.path, append(c.a, rest...)...)
		two, second := open(t, in).post(c.path, c.path, append(c.b, rest...)...)
		if one.StatusCode != two.StatusCode || one.StatusCode >= 500 || changing.ReplaceAllString(first, "") != changing.ReplaceAllString(second, "") {
			t.Errorf("%s: %d and %d\n%s\n%s", c.path, one.StatusCode, two.StatusCode, first, second)
		}
	}
}

// A session planted before the sign-in is worth nothing after it, and one cookie never becomes another's.
func TestSessionsAreNotFixed(t *testing.T) {
	in := apptest.New(t)
	addUser(t, in, "maya")
	b := open(t, in)
	at, err := url.Parse(in.URL)
	if err != nil {
		t.Fatal(err)
	}
	planted := strings.Repeat("p", 32)
	b.Jar.SetCookies(at, []*http.Cookie{{Name: "imglink_user", Value: planted, Path: "/"}})
	res, _ := b.post("/sign-in", "/sign-in", "login", "maya", "password", apptest.UserPassword)
	if res.StatusCode != http.StatusSeeOther || b.cookie() == planted || b.cookie() == "" {
		t.Fatalf("%d, cookie %q", res.StatusCode, b.cookie())
	}
	before := b.cookie()
	for _, c := range res.Cookies() {
		if c.Name == "imglink_user" && (!c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge != 0 || !c.Expires.IsZero()) {
			t.Errorf("the cookie of a session that is not to stay: %+v", c)
		}
	}
	if res, _ := b.post("/settings", "/settings/password", "present", apptest.UserPassword, "password", "seven brittle oars under rain"); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.StatusCode)
	}
	if b.cookie() == before {
		t.Error("a new password keeps the token")
	}
	if a := ask(t, in, asker{user: "x"}, "GET", "/settings", nil, "Cookie", "imglink_user="+before, "Accept", "text/html"); a.status != http.StatusSeeOther {
		t.Errorf("the token before opens %d", a.status)
	}
	if res, _ := b.post("/settings", "/sign-out"); res.StatusCode != http.StatusSeeOther || b.cookie() != "" {
		t.Errorf("signing out: %d, cookie %q", res.StatusCode, b.cookie())
	}
}

func TestStayingSignedIn(t *testing.T) {
	in := apptest.New(t)
	addUser(t, in, "maya")
	b := open(t, in)
	res, _ := b.post("/sign-in", "/sign-in", "login", "maya", "password", apptest.UserPassword, "remember", "1")
	for _, c := range res.Cookies() {
		if c.Name == "imglink_user" && c.MaxAge != int(users.RememberLimit.Seconds()) {
			t.Errorf("max-age %d", c.MaxAge)
		}
	}
}

// Somebody whose account is suspended reads so, keeps their rights, and can do nothing else.
func TestSuspendedAccounts(t *testing.T) {
	in := apptest.New(t)
	addUser(t, in, "maya")
	b := open(t, in)
	if res, _ := b.post("/sign-in", "/sign-in", "login", "maya", "password", apptest.UserPassword); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.StatusCode)
	}
	if _, err := in.Users.Suspend(t.Context(), actor.System("command line"), "maya", false); err != nil {
		t.Fatal(err)
	}
	if res, _ := b.get("/settings"); res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), "/sign-in?next=") {
		t.Errorf("/settings: %d to %s", res.StatusCode, res.Header.Get("Location"))
	}
	if res, _ := b.get("/sign-in"); res.Header.Get("Location") != "/suspended" {
		t.Errorf("/sign-in leads to %q", res.Header.Get("Location"))
	}
	if _, page := b.get("/suspended"); !strings.Contains(page, "This account was suspended") {
		t.Error(page)
	}
	if res, _ := b.post("/settings/data", "/settings", "username", "other"); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("changing the profile: %d", res.StatusCode)
	}
	if res, _ := b.post("/settings/data", "/settings/data", "kind", "access"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("asking for the data: %d", res.StatusCode)
	}
	if n, err := in.Users.WaitingCount(t.Context()); n != 1 || err != nil {
		t.Error(n, err)
	}
	if _, err := in.Users.Suspend(t.Context(), actor.System("command line"), "maya", true); err != nil {
		t.Fatal(err)
	}
	if res, _ := b.get("/settings"); res.StatusCode != http.StatusOK {
		t.Errorf("after the suspension: %d", res.StatusCode)
	}
}

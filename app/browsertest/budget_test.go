package browsertest

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/proto"

	"imglink/app/actor"
	"imglink/app/apptest"
)

// TestPagesAreLight measures first visits as they come over the wire, headers included.
func TestPagesAreLight(t *testing.T) {
	f := furnish(t)
	b := chromium(t)
	picture := len(photo(t, 1))
	for _, p := range []struct {
		name, path string
		role       actor.Role
		limit      int
	}{
		{"home", "/", "", 100_000},
		{"image, without the picture", "/" + f.live.Image.ID, "", 100_000 + picture},
		{"report", "/report", "", 100_000},
		{"410", "/" + f.removed.Image.ID, "", 100_000},
		{"queue", "/staff/reports", actor.Lead, 200_000},
		{"case", "/staff/reports/" + f.heldCase, actor.Moderator, 200_000},
		{"home of the staff", "/staff", actor.Admin, 200_000},
	} {
		v := visit(t, b, f.URL)
		if p.role != "" {
			f.enter(v, p.role)
		}
		v.open(p.path)
		v.until("everything", `() => document.readyState === 'complete' && [...document.images].every(i => i.complete || i.loading === 'lazy')`)
		time.Sleep(300 * time.Millisecond) // the last part reports its size after it has loaded
		got := v.traffic()
		t.Logf("%s: %d bytes of %d", p.name, got, p.limit)
		if got > p.limit || got < 20_000 {
			t.Errorf("%s transfers %d bytes, want at most %d and a plausible number", p.name, got, p.limit)
		}
	}
}

// essential is every cookie the program may set, and no other.
var essential = map[string]bool{
	"imglink_csrf": true, "imglink_session": true, "imglink_guest": true, "imglink_theme": true, "imglink_age": true, "imglink_flash": true,
	"imglink_user": true, "imglink_language": true,
}

func TestOnlyEssentialCookies(t *testing.T) {
	w := begin(t)
	v := visit(t, chromium(t), w.URL)
	v.open("/")
	v.wantCookies("imglink_csrf")
	l := v.uploads(camera)
	v.wantCookies("imglink_csrf", "imglink_guest")
	v.open("/")
	v.click("[popovertarget=theme-menu]")
	v.follow("#theme-menu button[value=dark]")
	if !v.is(`() => document.documentElement.dataset.theme === 'dark'`) {
		t.Error("the chosen theme is not drawn")
	}
	v.wantCookies("imglink_csrf", "imglink_guest", "imglink_theme")
	v.reports(l)
	v.signsIn(w, actor.Moderator)
	v.wantCookies("imglink_csrf", "imglink_guest", "imglink_theme", "imglink_session")
	v.follow("[data-sign-out] button")
	v.wantCookies("imglink_csrf", "imglink_guest", "imglink_theme")
	if n := v.number(`() => sessionStorage.length`); n > 0 {
		t.Error("signing out leaves the path of a page in the browser")
	}
	v.clean("cookies")
}

// wantCookies compares all cookies of the browser, whichever site set them.
func (v *visitor) wantCookies(names ...string) {
	v.Helper()
	got, err := proto.StorageGetCookies{BrowserContextID: v.page.Browser().BrowserContextID}.Call(v.page.Browser())
	must(v.T, err)
	want := map[string]bool{}
	for _, n := range names {
		want[n] = true
	}
	for _, c := range got.Cookies {
		if !essential[c.Name] || !want[c.Name] {
			v.Errorf("cookie %s is not expected here", c.Name)
		}
		delete(want, c.Name)
		if !c.HTTPOnly || c.SameSite != proto.NetworkCookieSameSiteLax || c.Path != "/" || strings.HasPrefix(c.Domain, ".") {
			v.Errorf("cookie %s must be HttpOnly, SameSite=Lax, for this host and the whole path: %+v", c.Name, c)
		}
		if c.Expires > 0 && time.Until(c.Expires.Time()) > 366*24*time.Hour {
			v.Errorf("cookie %s lasts longer than a year", c.Name)
		}
	}
	for n := range want {
		v.Errorf("cookie %s is missing", n)
	}
}

var token = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

// TestCookiesOverHTTPS reads the headers of an instance whose address is https: the prefix forbids siblings to set them.
func TestCookiesOverHTTPS(t *testing.T) {
	w := begin(t, apptest.Env("IMGLINK_BASE_URL=https://img.example.org"))
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	jar := map[string]string{}
	form := url.Values{}
	ask := func(method, path string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, w.URL+path, strings.NewReader(form.Encode()))
		must(t, err)
		req.Host = "img.example.org"
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for n, val := range jar {
			req.AddCookie(&http.Cookie{Name: n, Value: val}) //nolint:gosec // a request
		}
		resp, err := client.Do(req)
		must(t, err)
		defer resp.Body.Close() //nolint:errcheck // read only
		body, _ := io.ReadAll(resp.Body)
		if m := token.FindSubmatch(body); m != nil {
			form.Set("_csrf", string(m[1]))
		}
		for _, c := range resp.Cookies() {
			jar[c.Name] = c.Value
			name, prefixed := strings.CutPrefix(c.Name, "__Host-")
			if !prefixed || !essential[name] || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
				t.Errorf("%s sets %s", path, c.Raw)
			}
		}
	}
	ask("GET", "/staff/sign-in")
	form.Set("theme", "dark")
	ask("POST", "/prefs/theme")
	form.Set("email", address(actor.Admin))
	form.Set("password", password)
	ask("POST", "/staff/sign-in")
	for _, n := range []string{"csrf", "theme", "session"} {
		if jar["__Host-imglink_"+n] == "" {
			t.Errorf("cookie %s was not set: %v", n, jar)
		}
	}
}

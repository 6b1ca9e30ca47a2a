package e2e

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"testing"
	"time"
)

// browser keeps cookies and the token of its forms.
type browser struct {
	t     testing.TB
	base  string
	http  *http.Client
	token string
}

var tokenField = regexp.MustCompile(`name="_csrf"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="_csrf"`)

// newBrowser opens the home page.
func newBrowser(t testing.TB, base string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, base: base, http: &http.Client{
		Jar: jar, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	b.open("/")
	return b
}

// open gets a page and remembers its form token.
func (b *browser) open(path string) answer {
	b.t.Helper()
	a := b.ask("GET", path, nil)
	if m := tokenField.FindSubmatch(a.body); m != nil {
		b.token = string(m[1]) + string(m[2])
	}
	if b.token == "" {
		b.t.Fatalf("%s has no form token: %d %.300s", path, a.status, a.body)
	}
	return a
}

// ask sends a request with the browser's cookies.
func (b *browser) ask(method, path string, body io.Reader, header ...string) answer {
	b.t.Helper()
	a, err := send(b.http, method, b.base+path, body, header...)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

package apptest

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"imglink/app/ident"
	"imglink/app/users"
)

// UserPassword is the password of every account that SignedInUser makes.
const UserPassword = "vivid kettle 92 marmalade orbit"

// SignedInUser makes an account with a confirmed address and signs its holder in: the id of the account, and a client that
// keeps cookies and follows redirects as a browser does.
func (in *Instance) SignedInUser(t testing.TB) (id string, browser *http.Client) {
	t.Helper()
	name := "u" + strings.ToLower(ident.Public())
	u, err := in.Users.Add(t.Context(), users.AddInput{Username: name, Email: name + "@example.org", Password: UserPassword})
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := in.Users.SignIn(t.Context(), users.Attempt{Login: name, Password: UserPassword, Origin: users.Origin{Network: "192.0.2.9"}})
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(in.URL)
	if err != nil {
		t.Fatal(err)
	}
	jar.SetCookies(at, []*http.Cookie{{Name: "imglink_user", Value: string(ticket.Token), Path: "/"}})
	return u.ID, &http.Client{Jar: jar}
}

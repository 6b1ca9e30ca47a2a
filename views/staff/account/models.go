// Package account holds the pages of signing in, of one's own security, and of the people list.
package account

import (
	"strings"

	"imglink/views/layout"
	"imglink/views/ui"
)

// Form is what every form of these pages has: where it goes and what was wrong with it.
type Form struct {
	Action   string
	Next     string // a path on this site to go on to
	Problems []ui.Problem
}

func (f Form) err(name string) string {
	for _, p := range f.Problems {
		if p.ID == name {
			return p.Message
		}
	}
	return ""
}

// SignIn is the first page: address and password.
type SignIn struct {
	layout.Page
	Form
	Email string
}

// Factor asks for a second factor: to finish a sign-in, or to confirm who sits here.
type Factor struct {
	layout.Page
	Form
	Confirm       bool
	Cancel        string // POST, starts over; empty in a complete session
	BeginPasskey  string // POST JSON; empty without passkeys
	FinishPasskey string
	Back          string // where a confirmation can be left
}

func (f Factor) title() string {
	if f.Confirm {
		return "Confirm that it is you"
	}
	return "Second step"
}

// Enrol shows an authenticator secret. QR is the path of an image in the page: a data URL.
type Enrol struct {
	layout.Page
	Form
	QR, Secret, URI string
	Replace         bool
	Cancel, Back    string
}

// Codes shows recovery codes once.
type Codes struct {
	layout.Page
	Codes    []string
	Download string // a data URL with the same codes as text
	Continue string
}

func (c Codes) text() string { return strings.Join(c.Codes, "\n") }

// SetUp opens an account by its link.
type SetUp struct {
	layout.Page
	Form
	Reset, Identity bool
	Email, Name     string
	Role            string
}

// Passkey is one line of the list of passkeys.
type Passkey struct{ Name, Remove, AddedISO, Added, UsedISO, Used string }

// Session is one line of the list of sessions.
type Session struct {
	Device, Method, Revoke    string
	Current                   bool
	BeganISO, Began, ISO, UTC string
}

// Security is one's own security page.
type Security struct {
	layout.Staff
	Form                    // of the password
	Recent           bool   // dangerous actions are open now
	Confirm          string // where to confirm first
	Email, Role      string
	App              string // page that replaces the authenticator app
	AppSince         string
	NewCodes         string
	CodesLeft        int
	Passkeys         []Passkey
	BeginPasskey     string // empty where the site's address allows none
	AddPasskey       string
	Sessions         []Session
	RevokeOthers     string
	NoPasskeysReason string
}

// Person is one line of the people list.
type Person struct {
	Href, Name, Email, Role, State, Factors string
	StateTone                               ui.Tone
	StateIcon                               string
	SeenISO, Seen                           string
	You                                     bool
}

// People is the people list.
type People struct {
	layout.Staff
	Invite string
	People []Person
	Pages  ui.Pages
}

// Invite is the form for a new colleague.
type Invite struct {
	layout.Staff
	Form
	Email, Name string
	Roles       []ui.Option
	Back        string
}

// Link shows a one-time link once.
type Link struct {
	layout.Staff
	Who, URL, Until, Back string
	Mailed                bool
}

// Edit is the page of one account.
type Edit struct {
	layout.Staff
	Form                                        // of the role
	Person                                      Person
	Roles                                       []ui.Option
	You                                         bool
	LinkAction, LinkLabel, LinkText             string
	StateAction, StateLabel, StateText, StateTo string
	FactorsAction, SessionsAction               string
	Confirm                                     string
	Passkeys                                    int
	Sessions                                    []Session
	Back                                        string
}

// Package user holds the pages of signing up, signing in and one's own account. Handlers fill the structs with finished
// words and addresses; an empty address is not drawn.
package user

import (
	"imglink/views/layout"
	"imglink/views/public"
	"imglink/views/ui"
)

// Form is what every form here has: where it is sent, and what to change after it was refused.
type Form struct {
	Action   string
	Next     string // a path on this site to go on to
	Problems []ui.Problem
}

func (f Form) err(id string) string {
	for _, p := range f.Problems {
		if p.ID == id {
			return p.Message
		}
	}
	return ""
}

// SignIn asks for the password.
type SignIn struct {
	layout.Page
	Form
	Login                  string
	Remember               bool
	Reset, Register, Staff string
}

// Factor asks for the second factor: to finish a sign-in, or to confirm who sits at a complete session. Without a second
// factor a confirmation asks for the password.
type Factor struct {
	layout.Page
	Form
	Confirm                     bool
	App, Password               bool
	Username                    string
	BeginPasskey, FinishPasskey string // POST JSON; empty without passkeys
	Cancel                      string // POST, starts over; empty in a complete session
	Back                        string // where a confirmation can be left
}

// Register is the form for a new account.
type Register struct {
	layout.Page
	Form
	Username, Email     string
	Age, Policy         bool
	Bot                 public.BotCheck
	SignIn              string
	TermsHref, PolicyTo string
}

func (r Register) bot() public.BotCheck { b := r.Bot; b.Error = r.err("bot"); return b }

// CheckMail says that a mail is on its way, to whomever: the same words for every address.
type CheckMail struct {
	layout.Page
	Title, Text   string
	Email, Resend string // POST, field email; empty when it cannot be sent again from here
	Back          string
}

// Link is a page that a mailed link opens: it says what the link does and asks, because looking must change nothing.
type Link struct {
	layout.Page
	Title, Text   string
	Action, Label string
	Icon          string
	Other, Not    string // POST: "this was not me"; its label
}

// Ask is a page with one field for an address.
type Ask struct {
	layout.Page
	Form
	Title, Text, Label, Email string
	Back                      string
}

// NewPassword chooses a password by a mailed link.
type NewPassword struct {
	layout.Page
	Form
	Username string
}

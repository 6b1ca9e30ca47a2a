package user

import (
	"strings"

	"imglink/views/layout"
	"imglink/views/ui"
)

// Settings is the frame of every page of the settings: one heading, and the way to the other pages.
type Settings struct {
	layout.Page
	Nav []layout.NavLink
}

// Profile is what people choose about how they appear, and their address and password. The three forms keep their
// problems apart by the ids of their fields.
type Profile struct {
	Settings
	Form
	Username, DisplayName string
	Languages, Themes     []ui.Option
	Email, Pending, Typed string // Typed: what was typed for another address
	EmailAction           string
	PasswordAction        string
}

// Row is a line of a list with one action. ISO and UTC are an instant; Text is what stands for it when there is none.
type Row struct {
	Title, Text, Note string
	ISO, UTC          string
	Tone              ui.Tone
	Badge             string
	Action            string // POST
	Label, Name       string // Name: what the button says to who does not see the row
}

// Security is the page of second factors, sessions and sign-ins.
type Security struct {
	Settings
	Form
	Confirm                  string // where to confirm first; empty when that is recent
	AppSince                 string // empty without an app
	App, RemoveApp           string // page that sets it up; POST that removes it
	Passkeys                 []Row
	BeginPasskey, AddPasskey string // empty where the site's address allows none
	CodesLeft                string // in words; empty without a second factor
	NewCodes                 string
	Sessions                 []Row
	RevokeOthers             string // empty when there are no others
	Signins                  []Row
	Pages                    ui.Pages
}

// Enrol shows the secret for an authenticator app and takes its first code.
type Enrol struct {
	Settings
	Form
	QR, Secret, URI, Back string
}

// Codes shows recovery codes, once.
type Codes struct {
	Settings
	Codes    []string
	Download string // a data URL with the same codes as text
	Continue string
}

func (c Codes) text() string { return strings.Join(c.Codes, "\n") }

// Choice is a decision about one's data: one button either way.
type Choice struct {
	ID, Title, Text, State string
	On                     bool
	Purpose, Given         string // fields of the form
	Label                  string
}

// Privacy is the page of choices and their history.
type Privacy struct {
	Settings
	Action  string
	Choices []Choice
	History []Row
	Policy  string
}

// DataAct is one of the two things that can be asked for.
type DataAct struct {
	Kind, Title, Icon string
	Steps             []ui.Step
	Label             string
	Danger            bool
	Open              *Row // the request that is open already
}

// Data is the page of the download and of the end of the account.
type Data struct {
	Settings
	Form
	Suspended bool
	Acts      []DataAct
	Past      []Row
}

// Suspended says that the account may not be used, and what its holder can do.
type Suspended struct {
	layout.Page
	Contact, Data, SignOut string
}

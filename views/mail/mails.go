package mail

import (
	"fmt"
	"strings"
)

// Redress is one way to contest a decision.
type Redress struct{ Title, Text, Link string }

// Receipt confirms a report (Regulation (EU) 2022/2065, Art. 16(4)). It repeats nothing the reporter typed, so that
// the form cannot be used to send words to strangers.
type Receipt struct {
	Reference, StatusURL, ReceivedOn string
	Images                           int
}

// ReportReceipt writes a Receipt.
func ReportReceipt(r Receipt) (Mail, error) {
	l := letter{subject: "We received your report " + r.Reference}
	l.say("Hello,")
	images := "one image"
	if r.Images > 1 {
		images = fmt.Sprintf("%d images", r.Images)
	}
	l.say(fmt.Sprintf("we received your report about %s on %s. Thank you. A person looks at it, and we write again when we have decided, with the reasons.", images, r.ReceivedOn))
	l.fact("Reference", r.Reference)
	l.link("Status of your report", r.StatusURL)
	l.say("Anyone with this link can read the status, so please do not share it.")
	l.say("If you did not send a report, somebody entered your address by mistake. You need not do anything.")
	l.sign()
	return l.mail()
}

// Decision tells the reporter what was decided (Art. 16(5)), also when nothing was removed.
type Decision struct {
	Reference, StatusURL string
	Outcome, Why         string
	Automated            string // use of automated means (Art. 16(6))
	Redress              []Redress
}

// ReportDecision writes a Decision.
func ReportDecision(d Decision) (Mail, error) {
	l := letter{subject: "We decided about your report " + d.Reference}
	l.say("Hello,")
	l.say("we looked at your report and decided.")
	l.fact("Reference", d.Reference)
	l.fact("Decision", d.Outcome)
	l.fact("Reasons", d.Why)
	l.fact("Automated means", d.Automated)
	l.link("Status of your report", d.StatusURL)
	l.redress(d.Redress)
	l.sign()
	return l.mail()
}

// Statement is the statement of reasons for the uploader (Art. 17(3)), all of it.
type Statement struct {
	Reference, ImageID, PageURL               string
	Measure, Scope, Duration, Facts, Source   string
	Automated, Ground, GroundURL, Why, Issued string
	Law                                       bool
	Redress                                   []Redress
}

// StatementOfReasons writes a Statement.
func StatementOfReasons(s Statement) (Mail, error) {
	l := letter{subject: "Decision about your image " + s.ImageID + " (" + s.Reference + ")"}
	l.say("Hello,")
	l.say("we took a decision about an image you uploaded. This is the statement of reasons.")
	l.fact("What was decided", s.Measure)
	l.fact("Where", s.Scope)
	l.fact("How long", s.Duration)
	l.fact("Facts", s.Facts)
	l.fact("How it came to us", s.Source)
	if s.Law {
		l.fact("Legal ground", s.Ground)
	} else {
		l.fact("Ground in our terms", s.Ground)
	}
	l.fact("Why it applies", s.Why)
	l.fact("Automated means", s.Automated)
	l.fact("Date", s.Issued)
	l.fact("Reference", s.Reference)
	if s.GroundURL != "" {
		l.link("The clause", s.GroundURL)
	}
	if s.PageURL != "" {
		l.link("The same on the page of the image", s.PageURL)
	}
	l.redress(s.Redress)
	l.sign()
	return l.mail()
}

// Setup invites a member of staff to choose a password.
type Setup struct{ Role, URL, Until, InvitedBy string }

// StaffSetup writes a Setup.
func StaffSetup(s Setup) (Mail, error) {
	l := letter{subject: "Set up your ImgLink staff account"}
	l.say("Hello,")
	invited := "you were invited"
	if s.InvitedBy != "" {
		invited = s.InvitedBy + " invited you"
	}
	l.say(fmt.Sprintf("%s to work on ImgLink as %s. Open the link, choose a password and set up a second factor.", invited, s.Role))
	l.link("Set up your account", s.URL)
	l.say(fmt.Sprintf("The link works once and until %s. If you did not expect this mail, ignore it; nothing happens without the link.", s.Until))
	l.sign()
	return l.mail()
}

func (l *letter) redress(ways []Redress) {
	if len(ways) == 0 {
		return
	}
	l.head("If you disagree")
	for _, w := range ways {
		l.fact(w.Title, w.Text)
		if w.Link != "" {
			l.link("Address", w.Link)
		}
	}
}

func (l *letter) sign() { l.say("ImgLink") }

// safeURL lets only web addresses become links; anything else stays words.
func safeURL(u string) string {
	if strings.HasPrefix(u, "https://") || strings.HasPrefix(u, "http://") {
		return clean(u)
	}
	return ""
}

// Package review holds the pages of the queue of reports: the list with the case beside it, the decision form, the
// preview of what people will read, bulk decisions, and the page of a decision that came too late.
package review

import (
	"imglink/views/layout"
	"imglink/views/ui"
)

// Queue is the list of cases, with one of them opened beside it when Case is set.
type Queue struct {
	layout.Staff
	Severities []Severity
	Tabs       []ui.Tab
	Filters    ui.Filters
	Reasons    []ui.Option
	Rows       []Row
	Pages      ui.Pages
	Empty      ui.EmptyState
	BulkAction string // GET page of a bulk decision; empty when the reader may not
	Back       string // the list's own path with its filters
	Case       *Case
}

// Severity is one tile above the list: how many cases wait, a link that filters by it and, when current, clears it.
type Severity struct {
	Label, Count, Href string
	Level              int // 1 to 5
	Current            bool
}

func (s Severity) class() string {
	switch s.Level {
	case 5:
		return "hot"
	case 4:
		return "warm"
	}
	return ""
}

// Next is the button that claims the next free case of the list as it is filtered.
type Next struct{ Action, CSRF, Back, Label string }

// Chip is one addend of a priority: what it is and how much it counts.
type Chip struct {
	Icon, Label, Why string
	Tone             ui.Tone
}

// Lease says who holds a case. Until is an instant.
type Lease struct {
	Name, ISO, UTC string
	Mine           bool
}

// Row is one case in the list. Key is the id and the version as shown, which a bulk decision sends back.
type Row struct {
	ID, Key, Reference, Href, Title string
	Thumb                           string // the safe rendition; empty while it is not made yet
	State                           string // word for a state worth a badge, empty for open
	Level                           int
	LevelName, Notices              string
	Age, AgeISO, AgeUTC             string
	Chips                           []Chip
	Lease                           *Lease
	Outcome                         string // what was decided, for decided cases
	Current, Selectable             bool
	Gone                            bool   // its uploader deleted the picture
	Excluded                        string // on the bulk page: why it is not decided with the others
}

// levelTone colours a severity; the word stands beside it.
func levelTone(level int) ui.Tone {
	switch level {
	case 5:
		return ui.Danger
	case 4:
		return ui.Warn
	}
	return ui.Neutral
}

// Case is one case with everything needed to decide it. An empty address draws no control.
type Case struct {
	ID, Reference, Title, CSRF, Back string
	Level                            int
	LevelName, State                 string
	Stale                            *Stale
	Row                              *Row // refreshed beside the list after a swap
	PageTitle                        string
	Counts                           []layout.NavLink // of the navigation, refreshed like the row
	Limit                            string           // what the reader's role may not do here, and what to do instead
	Chips                            []Chip
	Lease                            *Lease
	ClaimURL, StealURL, ReleaseURL   string
	HeartbeatURL                     string
	SkipURL, EscalateURL             string
	Standing                         *Standing
	Viewer                           ui.Viewer
	NoPicture                        string // why there is nothing to show
	Facts                            []ui.Pair
	Copies                           []Thumb
	Notices                          []Notice
	NoticesCount                     string // how many reports and reporters, as the list says it
	NoticesMore                      string
	Form                             *Form
	CannotDecide                     string // why there is no form, in a sentence
	Precedents                       []Precedent
	Uploads                          []Thumb
	Effects                          []Effect
	Decisions                        []Decision
	Timeline                         []ui.Event
	AuditURL                         string
}

// Standing is the decision in force, with the form that undoes it while the window is open.
type Standing struct {
	Text, ISO, UTC    string
	Tone              ui.Tone
	UndoURL, UndoTill string
	UndoFor           string // seconds left, as a decimal number
}

// Stale explains a decision that was refused because somebody else was faster. What was typed is in the form.
type Stale struct{ Title, Text string }

// Thumb is a small safe rendition with words under it.
type Thumb struct{ Href, Src, Label, Alt, State string }

// Notice is one report. Name and Contact are empty unless the reader may see them.
type Notice struct {
	Reference, Reason, Text, Said, ISO, UTC string
	URL, Name, Contact                      string
	Complete, GoodFaith                     bool
	Outcome, Hidden                         string // Hidden: why the reporter is not named
}

// Precedent is an earlier decision on something alike.
type Precedent struct {
	Href, Src, Reference, Action, Reason, Nearness, ISO, UTC string
	Tone                                                     ui.Tone
}

// Effect is one thing a decision still has to cause, or has caused.
type Effect struct {
	Name, Target, State, Error, ISO, UTC, Tries string
	Tone                                        ui.Tone
	RetryURL                                    string
}

// Decision is one decision of the case's history.
type Decision struct {
	Action, By, State, Reason, Facts, Why, Note, ISO, UTC string
	Tone                                                  ui.Tone
}

// Action is one of the four decisions with its key.
type Action struct {
	Value, Label, Why, Key string
	Checked, Forbidden     bool
}

// Reason is one reason code with the text that goes with it.
type Reason struct {
	Code, Label, Ground, Reference string
	Selected                       bool
}

// Form is the decision form with what was typed and what was refused.
type Form struct {
	Action, PreviewURL, CSRF, Back string
	Fence, Version                 string
	Keys                           []string // cases of a bulk decision; empty for one case
	ClaimURL                       string   // set after a conflict: claims again and keeps what was typed
	Actions                        []Action
	Law, Terms                     []Reason
	Ground, Reference              string // of the chosen reason
	Facts, Explanation             string
	EndsOn, Note                   string
	Block, Confirmed, MayBlock     bool
	KeepText, MeasureText          string // prepared texts: of keeping, and of the chosen reason for any measure
	MinFacts, MinWhy               int    // least lengths in letters
	Template                       bool   // the explanation is still the template's text
	Errors                         map[string]string
	Problems                       []ui.Problem
	Preview                        *Preview
	SubmitLabel                    string
	Frozen                         bool // after a conflict: nothing can be submitted before it is claimed again
}

func (f Form) bulk() bool { return len(f.Keys) > 0 }

// Preview is what people will read: the statement and the letters, compiled and not issued.
type Preview struct {
	Statement []ui.Pair
	Redress   []string
	Letters   []Letter
	Problems  []ui.Problem // what still keeps it from being issued
	More      string       // how many letters there are in all
	LiveURL   string       // keeps the preview up to date while the form is typed in
}

// Letter is one text.
type Letter struct{ To, Subject, Text string }

// Bulk is the page of one decision on several cases.
type Bulk struct {
	layout.Staff
	Rows    []Row
	Form    Form
	Back    string
	Count   int    // cases the decision is about: Rows without the excluded ones
	Mixed   string // the reasons, when the cases were reported for different ones
	Missing string // cases that were chosen and are not there any more
}

// BulkDone lists what a bulk decision did and did not do.
type BulkDone struct {
	layout.Staff
	Title, Text, Back string
	UndoURL, UndoTill string
	UndoFor           string // seconds left, as a decimal number
	Failed            []Failed
}

// Failed is one case that kept its state.
type Failed struct{ Reference, Href, Message string }

// Package compliance holds what is declared about data, in code, where tests hold it against the running program.
//
// The data map declares every column of every table: what it is for, whom it is about, on what basis it is held, when it
// goes, how its subject gets it (GDPR Art. 15 and 20) and how it is erased (Art. 17). A column nobody declared fails the
// build, and so does a declaration of what no longer exists. Records of processing (Art. 30), the access pack, the erasure
// plan and the retention sweep all read from here, so that they cannot disagree.
package compliance

import (
	"slices"

	"imglink/app/retention"
)

// Subject is whom data is about.
type Subject string

// The subjects. Guests upload without an account: a random cookie or a delete link is all that ties them to a picture.
const (
	Nobody   Subject = ""
	Uploader Subject = "uploader"
	User     Subject = "user" // who holds an account
	Notifier Subject = "notifier"
	Staff    Subject = "staff"
	Visitor  Subject = "visitor" // whoever sends a request, whatever for
	Anybody  Subject = "anybody" // free text may speak of anyone; mails go to anyone
)

// Basis is the legal basis (GDPR Art. 6(1)).
type Basis string

// The bases in use.
const (
	NotPersonal Basis = ""
	Contract    Basis = "Art. 6(1)(b): to perform the service asked for"
	Obligation  Basis = "Art. 6(1)(c): a legal obligation"
	Interest    Basis = "Art. 6(1)(f): a legitimate interest"
)

// Keep is how long data is held: by a policy of package retention, or for a reason that a sweep cannot time.
type Keep struct {
	Policy string // name in retention.Policies
	Also   string // another one, for rows that the first never reaches
	Until  string // what ends it, when no policy does
}

// Export is how a subject gets the data.
type Export string

// The ways of export.
const (
	NoExport  Export = "not personal: not exported"
	Copied    Export = "copied into the access pack (Art. 15(3)) and, where the subject gave it, into the portable one (Art. 20)"
	Described Export = "described, not copied: a secret or a hash of one, which would open what it protects (Art. 32)"
	Shared    Export = "copied without what identifies others (Art. 15(4))"
)

// Erase is how data is erased on request.
type Erase string

// The ways of erasure.
const (
	NoErase    Erase = "not personal: stays"
	Deleted    Erase = "the row is deleted"
	Blanked    Erase = "the column is emptied, the row stays as proof of what was done"
	WithParent Erase = "goes with the row it belongs to"
	Kept       Erase = "kept: needed for a legal obligation or for legal claims (Art. 17(3)(b), (e)), restricted to that"
	OpeningOff Erase = "the opening in audit_values is deleted; the commitment that stays tells nothing"
)

// Column is one column. Empty fields take the table's.
type Column struct {
	Name    string
	Purpose string
	Of      Subject
	Basis   Basis
	Keep    Keep
	Export  Export
	Erase   Erase
}

// Table is one table. Whole declares a table of a library as one: its columns are the library's business.
type Table struct {
	Name    string
	Purpose string
	Whole   bool
	Basis   Basis
	Keep    Keep
	Export  Export
	Erase   Erase
	Columns []Column
}

// Map is the data map.
var Map = slices.Concat(foundation, content, users, review, libraries)

// Resolved is the column with the table's answers filled in. Columns about nobody need none of basis, export and erasure.
func (t Table) Resolved(c Column) Column {
	if c.Keep == (Keep{}) {
		c.Keep = t.Keep
	}
	if c.Of == Nobody {
		c.Basis, c.Export, c.Erase = NotPersonal, NoExport, NoErase
		return c
	}
	if c.Basis == NotPersonal {
		c.Basis = t.Basis
	}
	if c.Export == "" {
		c.Export = t.Export
	}
	if c.Erase == "" {
		c.Erase = t.Erase
	}
	return c
}

// Text is the retention rule in words.
func (k Keep) Text() string {
	text := k.Until
	for _, name := range []string{k.Policy, k.Also} {
		p, ok := retention.Find(name)
		switch {
		case ok && text != "":
			text += ", or " + p.Period.String() + " after " + p.From
		case ok:
			text = p.Period.String() + " after " + p.From
		}
	}
	return text
}

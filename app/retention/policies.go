// Package retention holds how long everything is kept, as one literal table, and the sweep that enforces it.
package retention

import (
	"fmt"
	"time"

	"imglink/models"
)

// Period is a span of the calendar, or of hours. The zero period ends at once.
type Period struct {
	Months, Days int
	Hours        int
}

// Before is the instant from before which things have outlived the period.
func (p Period) Before(now time.Time) time.Time {
	return now.AddDate(0, -p.Months, -p.Days).Add(-time.Duration(p.Hours) * time.Hour)
}

func (p Period) String() string {
	for _, u := range []struct {
		n    int
		unit string
	}{{p.Months, "month"}, {p.Days, "day"}, {p.Hours, "hour"}} {
		switch u.n {
		case 0:
		case 1:
			return "1 " + u.unit
		default:
			return fmt.Sprintf("%d %ss", u.n, u.unit)
		}
	}
	return "at once"
}

// Policy is one retention rule.
type Policy struct {
	Name   string // the audit entry's action is "retention." + Name
	Period Period
	From   string // when the period begins, in words
	Why    string
	Expiry models.Expiry // empty for the outbox, which is files
	Entity string        // the audited entity; empty when nothing about a person goes
}

// Outbox is the name of the policy for mails kept as files.
const Outbox = "outbox"

// Policies is every retention rule that a sweep enforces. The data map names them column by column.
var Policies = []Policy{
	{
		Name: "upload_origins", Period: Period{Days: 90}, From: "the upload", Entity: "upload_origin",
		Why:    "The privacy policy keeps addresses for at most 90 days, for security and against abuse.",
		Expiry: models.Expiry{Table: "upload_origins", Since: "at"},
	},
	{
		Name: "sessions", Period: Period{Days: 30}, From: "the end of the session", Entity: "session",
		Why:    "Staff may look into who was signed in lately.",
		Expiry: models.Expiry{Table: "sessions", Since: "expires_at"},
	},
	{
		Name: "invites", Period: Period{Days: 30}, From: "the end of the link", Entity: "staff",
		Why:    "A spent or expired link proves nothing that the audit log does not.",
		Expiry: models.Expiry{Table: "staff_invites", Since: "expires_at"},
	},
	{
		Name: "mails", Period: Period{Days: 90}, From: "the writing of the mail", Entity: "mail",
		Why:    "Long enough to answer whether a mail was sent and what it said; the row without content stays as proof of sending.",
		Expiry: models.Expiry{Table: "mails", Since: "created_at", Where: "state <> 'queued'", Blank: []string{"recipient", "subject", "body_text", "body_html", "last_error"}},
	},
	{
		Name: Outbox, Period: Period{Days: 90}, From: "the writing of the file", Entity: "mail",
		Why: "Mails kept as files go when the mails in the database do.",
	},
	{
		Name: "notice_contacts", Period: Period{Months: 7}, From: "the decision", Entity: "notice",
		Why:    "A notifier may complain for six months (Regulation (EU) 2022/2065, Art. 20(1)); a month remains to answer.",
		Expiry: models.Expiry{Table: "notices", Since: "decided_at", Blank: []string{"contact_name", "contact_email"}},
	},
	{
		Name: "user_sessions", Period: Period{Days: 30}, From: "the end of the session", Entity: "session",
		Why:    "People may look into where they were signed in lately.",
		Expiry: models.Expiry{Table: "user_sessions", Since: "expires_at"},
	},
	{
		Name: "user_signins", Period: Period{Days: 90}, From: "the sign-in", Entity: "user",
		Why:    "Long enough to notice that somebody else used the account; as long as addresses are kept against abuse.",
		Expiry: models.Expiry{Table: "user_signins", Since: "at"},
	},
	{
		Name: "user_signups", From: "the end of the link", Entity: "user",
		Why:    "An address that nobody confirmed is nobody's account; the name is free again.",
		Expiry: models.Expiry{Table: "user_signups", Since: "expires_at"},
	},
	{
		Name: "user_links", Period: Period{Days: 7}, From: "the end of the link", Entity: "user",
		Why:    "A spent or expired link proves nothing that the audit log does not.",
		Expiry: models.Expiry{Table: "user_links", Since: "expires_at"},
	},
	{
		Name: "api_tokens", Period: Period{Days: 30}, From: "its being taken back", Entity: "user",
		Why:    "People see in the list what they revoked lately.",
		Expiry: models.Expiry{Table: "api_tokens", Since: "revoked_at"},
	},
	{
		Name: "data_requests", Period: Period{Months: 36}, From: "the end of the request", Entity: "data_request",
		Why:    "Claims over how a request was answered lapse after three years; until then it proves what was done (GDPR Art. 5(2)).",
		Expiry: models.Expiry{Table: "data_requests", Since: "ended_at"},
	},
	{
		Name: "partial_uploads", Period: Period{Days: 1}, From: "the end of the upload's time", Why: "What was not finished in its time is given up; its bytes go first.",
		Expiry: models.Expiry{Table: "partial_uploads", Since: "expires_at", Where: "NOT EXISTS (SELECT FROM partial_pieces p WHERE p.upload_id = id)"},
	},
	{
		Name: "notice_contacts_undecided", Period: Period{Months: 12}, From: "the notice, where nobody decided it", Entity: "notice",
		Why: "The address is there to tell of the decision, which is due without undue delay (Regulation (EU) 2022/2065, Art. 16(5), (6)). " +
			"After a year no answer is of use to the notifier, and it is kept no longer than its purpose needs (GDPR Art. 5(1)(e)).",
		Expiry: models.Expiry{Table: "notices", Since: "created_at", Where: "decided_at IS NULL", Blank: []string{"contact_name", "contact_email"}},
	},
	{
		Name: "notice_networks", Period: Period{Days: 90}, From: "the notice", Entity: "notice",
		Why: "The hash of a network tells independent notifiers and manifestly unfounded series apart (Regulation (EU) 2022/2065, Art. 23(2)). " +
			"It stands for an address, and addresses are kept for at most 90 days.",
		// A notice that is still being screened is counted when it is admitted.
		Expiry: models.Expiry{Table: "notices", Since: "created_at", Where: "state <> 'screening'", Blank: []string{"reporter_key"}},
	},
	{
		Name: "audit_values", Period: Period{Months: 36}, From: "the entry", Entity: "audit",
		Why: "Notes between colleagues explain a decision while claims over it may be raised, for three years (German Civil Code, section 195), " +
			"and free text may speak of anyone. The commitment stays, so the chain stays verifiable (GDPR Art. 5(1)(e), 5(2)).",
		Expiry: models.Expiry{Table: "audit_values", Since: "at", Final: true},
	},
	{
		Name: "rate_limits", From: "the end of the window", Why: "A window that is over counts nothing.",
		Expiry: models.Expiry{Table: "rate_limits", Since: "until"},
	},
	{
		Name: "once_keys", From: "the end of validity", Why: "An expired key is refused for its age.",
		Expiry: models.Expiry{Table: "once_keys", Since: "until"},
	},
	{
		Name: "idempotency_keys", Period: Period{Hours: 24}, From: "the request", Why: "Answers are repeated for a day; they hold links that delete.",
		Expiry: models.Expiry{Table: "idempotency_keys", Since: "created_at"},
	},
}

// Find is the policy of a name.
func Find(name string) (Policy, bool) {
	for _, p := range Policies {
		if p.Name == name {
			return p, true
		}
	}
	return Policy{}, false
}

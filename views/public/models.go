// Package public holds the pages every visitor can see. Each page is one struct and one component; handlers fill the
// structs with finished words, numbers and absolute URLs, and nothing here computes a rule.
package public

import (
	"context"
	"html"
	"strconv"
	"strings"

	"imglink/app/i18n"
	"imglink/views/layout"
	"imglink/views/ui"
)

// Limits are what one upload may be, in numbers for the script and in words for people.
type Limits struct {
	MaxBytes     int64
	MaxBytesText string // "20 MiB"
	MaxFiles     int
	MaxPixels    int64
	TypesText    string   // "PNG, JPEG, GIF or WebP"
	Types        []string // MIME types the server takes
	Convertible  []string // MIME types the browser may turn into JPEG first, such as image/heic and image/avif
}

func (l Limits) accept() string {
	return strings.Join(append(append([]string(nil), l.Types...), l.Convertible...), ",")
}

// narrow sets a page in a reading column.
func narrow(p layout.Page) layout.Page { p.Narrow = true; return p }

// Home is the upload page, also with the results or the problems of an upload made without a script.
type Home struct {
	layout.Page
	Action, API                  string // POST with a form; POST for the script
	Resumable                    string // where the script sends large files in pieces
	Limits                       Limits
	URL                          string      // what was typed into the address field
	Expiries, Visibility, Albums []ui.Option // for the next uploads; empty ones are not offered
	Results                      []Uploaded
	Problems                     []ui.Problem // ids: files, url
}

// gallery is where the uploads of who is signed in can be found again; empty for guests.
func (h Home) gallery() string {
	if h.Site.Account == nil {
		return ""
	}
	return h.Site.Account.Gallery
}

// resumeFrom is the size above which the script sends a file in pieces, in bytes: smaller ones are sent again as quickly.
const resumeFrom = 5 << 20

// Uploaded is one stored image with its links; all URLs are absolute.
type Uploaded struct {
	ID, FileName, Facts                    string // Facts: "JPEG, 4032 × 3024, 2.1 MiB"
	ThumbURL, PageURL, ImageURL, DeleteURL string
}

// Links are the copy rows of an image. The alternative text is escaped for each format, because it comes from a file name.
func Links(ctx context.Context, prefix, pageURL, imageURL, alt string) []ui.Copy {
	return []ui.Copy{
		{ID: prefix + "page", Kind: "page", Name: i18n.T(ctx, "Page link"), Value: pageURL},
		{ID: prefix + "direct", Kind: "direct", Name: i18n.T(ctx, "Direct link"), Value: imageURL},
		{ID: prefix + "markdown", Kind: "markdown", Name: "Markdown", Value: "![" + markdownText(alt) + "](" + imageURL + ")"},
		{ID: prefix + "html", Kind: "html", Name: "HTML", Value: `<img src="` + html.EscapeString(imageURL) + `" alt="` + html.EscapeString(alt) + `">`},
		{ID: prefix + "bbcode", Kind: "bbcode", Name: "BBCode", Value: "[img]" + imageURL + "[/img]"},
	}
}

var markdownEscapes = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "\n", " ", "\r", " ", "<", `\<`, "`", "\\`", "!", `\!`)

func markdownText(s string) string { return markdownEscapes.Replace(s) }

func (u Uploaded) links(ctx context.Context, n int) []ui.Copy {
	prefix := "r" + strconv.Itoa(n) + "-"
	rows := Links(ctx, prefix, u.PageURL, u.ImageURL, "")
	return append(rows, ui.Copy{ID: prefix + "delete", Kind: "delete", Name: i18n.T(ctx, "Delete link"), Value: u.DeleteURL})
}

// blankLinks are the rows of the script's template, without ids or values.
func blankLinks(ctx context.Context) []ui.Copy {
	rows := (Uploaded{}).links(ctx, 0)
	for n := range rows {
		rows[n].ID, rows[n].Value = "", ""
	}
	return rows
}

// snippet says whether a row is for embedding rather than for sending.
func snippet(c ui.Copy) bool { return c.Kind == "markdown" || c.Kind == "html" || c.Kind == "bbcode" }

// Image is the page of one image.
type Image struct {
	layout.Page
	ID, FileName, Alt     string
	ImageURL              string
	PageURL               string
	Type, Size            string // "JPEG", "2.1 MiB"
	Width, Height         int
	Animated              bool
	Uploaded, UploadedISO string // a date, not an instant
	Description           string
	Private               bool
	Expires, ExpiresISO   string // when it deletes itself, in words and RFC 3339; empty for never
	ManageHref            string // to the owner's own page of it, for the owner alone
	ReportHref            string
	RestrictedWhy         string // shown when the image is age-restricted and the visitor went on
}

func (i Image) title(ctx context.Context) string {
	if i.FileName == "" {
		return i18n.T(ctx, "Image %s", i.ID)
	}
	return i.FileName
}

// AgeGate stands in front of an age-restricted image. Action is posted; the server remembers the answer.
type AgeGate struct {
	layout.Page
	ID, Action, Back, ReportHref, Why string
	Statement                         *Statement
}

// Delete asks before deleting by the private link. Statement is set when a moderator has restricted the image already.
type Delete struct {
	layout.Page
	ID, Action, FileName, Facts, ThumbURL, PageURL string
	Statement                                      *Statement
}

// Deleted confirms a deletion.
type Deleted struct {
	layout.Page
	ID     string
	Caches bool // copies near visitors exist and are purged
}

// Statement is a statement of reasons (Regulation (EU) 2022/2065, Art. 17) in finished words.
type Statement struct {
	Reference     string
	Measure       string // "The image was removed."
	Scope         string // "Everywhere", or the territories
	Duration      string // "No end date", or until when
	Facts         string // what was found
	Source        string // own initiative or a notice; the notifier is named only where strictly necessary
	Automated     string // whether automated means were used to find it and to decide
	Law           bool   // ground: law; otherwise the terms
	Ground        string // the legal provision, or the number and title of the clause
	GroundHref    string // the clause's address
	Why           string // why the ground applies
	Redress       []Redress
	Issued        string
	IssuedISO     string
	TermsVersion  string
	PreviewOfMail bool // rendered for staff before a decision: links do nothing
}

// Redress is one way to contest: an internal complaint, an out-of-court body, a court.
type Redress struct{ Title, Text, Href, Label string }

// Withheld is the page of an image that is gone: 410 removed, 451 disabled for legal reasons, 410 deleted by its uploader.
type Withheld struct {
	layout.Page
	ID, Status string // Status: "410" or "451"
	ByUploader bool
	Expired    bool // its time is over
	Statement  *Statement
}

// BotCheck protects a form. SiteKey set: Turnstile. Otherwise Challenge is where the proof of work fetches its task.
type BotCheck struct {
	Challenge, SiteKey, Action, Error string
}

// ReasonGroup is a headed part of the reasons of a report.
type ReasonGroup struct {
	Title   string
	Options []ui.Option
}

// Report is the notice form (Regulation (EU) 2022/2065, Art. 16).
type Report struct {
	layout.Page
	Action                                 string
	URLs, Explanation, Name, Email, Reason string
	GoodFaith                              bool
	Groups                                 []ReasonGroup
	Problems                               []ui.Problem // ids: urls, reason, explanation, name, email, good_faith, bot
	Bot                                    BotCheck
	MaxURLs                                int
	TermsHref                              string
}

func (r Report) err(id string) string {
	for _, p := range r.Problems {
		if p.ID == id {
			return p.Message
		}
	}
	return ""
}

// bot adds the form's own message about the check.
func (r Report) bot() BotCheck {
	b := r.Bot
	if b.Error == "" {
		b.Error = r.err("bot")
	}
	return b
}

func (r Report) options(n int) []ui.Option {
	opts := append([]ui.Option(nil), r.Groups[n].Options...)
	for k := range opts {
		opts[k].Selected = opts[k].Value == r.Reason
	}
	return opts
}

// Receipt confirms a report.
type Receipt struct {
	layout.Page
	Reference, StatusURL string
	MailedTo             string // where the receipt went, masked by the caller; empty when no address was given
	Slow                 bool   // sent without the check
	Steps                []ui.Step
}

// ReportedItem is one address of a report and what became of it.
type ReportedItem struct {
	URL, Outcome string
	Tone         ui.Tone
}

// ReportStatus is the secret status page of a report. Dates are days, because instants would tell who was quick.
type ReportStatus struct {
	layout.Page
	Reference, Reason string
	Items             []ReportedItem
	Steps             []ui.Step
	Outcome, Why      string // once decided
	Automated         string
	Redress           []Redress
}

// Problem is an error page.
type Problem struct {
	layout.Page
	Status     int
	Message    string // overrides the standard sentence of the status
	RequestID  string
	RetryAfter string // "40 seconds"
	Next       []ui.Btn
}

package moderation

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"imglink/app/deadline"
	"imglink/app/fault"
	"imglink/app/i18n"
	"imglink/app/ident"
	"imglink/models"
)

// Where a decision came from (Art. 17(3)(b) DSA).
const (
	sourceNotice = "notice"
	sourceOwn    = "own_initiative"
)

// measures say in a sentence what was decided.
//
//i18n:keys
var measures = map[models.Action]string{
	models.ActionKeep:     "The image stays public. Nothing was restricted.",
	models.ActionRestrict: "The image is shown only to people who confirm that they are of age.",
	models.ActionDisable:  "Access to the image is disabled.",
	models.ActionRemove:   "The image is removed and is no longer shown to anybody.",
}

// compile writes the statement of reasons for a decision, without an image yet. It is never asked for one on keep.
//
//i18n:keys
func (s *Service) compile(d models.Decision, c models.Case, r models.ReasonCode) Statement {
	st := Statement{
		DecisionID: d.ID, CaseReference: c.Reference, Action: d.Action, Measure: measures[d.Action],
		Territory: "Everywhere: the restriction is not limited to any country.",
		StartsAt:  d.DecidedAt, EndsAt: d.EndsAt, Duration: "Without a time limit.",
		Facts: d.Facts, Source: d.Source, AutomatedDetection: d.AutomatedDetection, AutomatedDecision: d.AutomatedDecision,
		AutomatedText: "The content was not found by automated means, and the decision was made by a person, without automated means.",
		Ground:        d.Ground, ReasonCode: d.ReasonCode, ReasonVersion: d.ReasonVersion, ReasonLabel: r.Label,
		Reference: d.Reference, Explanation: d.Explanation,
		Redress: s.redress(d.DecidedAt), Language: "en", IssuedAt: d.DecidedAt,
	}
	if d.EndsAt != nil {
		st.Duration = fmt.Sprintf(untilText, s.day(*d.EndsAt).Format(issuedDate))
	}
	st.SourceText = "We looked at the content on our own initiative."
	if d.Source == sourceNotice {
		st.SourceText = "We looked at the content because of a notice (Article 16 of Regulation (EU) 2022/2065). We do not disclose who sends notices."
	}
	if d.Ground == GroundTerms && r.Clause != "" {
		st.ClauseURL = s.BaseURL + "/terms#" + r.Clause
	}
	return st
}

// redress lists the ways to contest a decision: the internal complaint, for six months from the day of being informed
// (Art. 20(1)), a certified out-of-court body (Art. 21), the courts.
//
//i18n:keys
func (s *Service) redress(informed time.Time) []Redress {
	until := deadline.ComplaintEnds(informed, s.Zone)
	return []Redress{
		{
			Kind: "complaint", Title: "Complain to us", URL: s.ComplaintURL, Until: &until,
			Text: fmt.Sprintf(complaintText, until.Format(issuedDate)),
		},
		{
			Kind: "out_of_court", Title: "Out-of-court dispute settlement", URL: s.OutOfCourtURL,
			Text: "You can choose any dispute settlement body certified under Article 21 of Regulation (EU) 2022/2065. Its outcome is not binding.",
		},
		{
			Kind: "court", Title: "Court",
			Text: "You can go to court at any time. The other ways neither need to be tried first nor stand in the way.",
		},
	}
}

// Check reports every element of Art. 17(3) DSA that is missing. A decision that fails it is not made.
func (st Statement) Check() error {
	var missing []error
	need := func(ok bool, what string) {
		if !ok {
			missing = append(missing, errors.New(what))
		}
	}
	need(st.Measure != "" && st.Territory != "" && st.Duration != "" && !st.StartsAt.IsZero(), "17(3)(a): measure, territorial scope, duration")
	need(st.EndsAt == nil || st.EndsAt.After(st.StartsAt), "17(3)(a): the end lies after the start")
	need(st.Facts != "" && st.SourceText != "" && (st.Source == sourceNotice || st.Source == sourceOwn), "17(3)(b): facts and source")
	need(st.AutomatedDecision != "" && st.AutomatedText != "", "17(3)(c): automated means")
	need(st.Ground == GroundLaw || st.Ground == GroundTerms, "17(3)(d), (e): ground")
	need(st.Reference != "", "17(3)(d), (e): the provision or clause")
	need(explains(st.Explanation, st.Reference, st.ReasonLabel), "17(3)(d), (e): why the content falls under it")
	kinds := map[string]bool{}
	for _, r := range st.Redress {
		kinds[r.Kind] = r.Text != ""
	}
	need(kinds["complaint"] && kinds["out_of_court"] && kinds["court"], "17(3)(f): redress")
	need(!st.IssuedAt.IsZero() && !st.IssuedAt.After(st.StartsAt), "17(2): issued at the latest when the restriction begins")
	return errors.Join(missing...)
}

// explains reports whether a text says why, rather than naming the rule again.
func explains(text string, titles ...string) bool {
	folded := fold(text)
	if utf8.RuneCountInString(folded) < MinWhy {
		return false
	}
	for _, t := range titles {
		if folded == fold(t) {
			return false
		}
	}
	return true
}

// Text is the statement as a letter in the language of ctx.
//
//i18n:keys
func (st Statement) Text(ctx context.Context) string {
	st = st.Say(ctx)
	var b strings.Builder
	line := func(title, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%s\n%s\n\n", i18n.T(ctx, title), text)
		}
	}
	line("What we decided", st.Measure)
	line("Where it applies", st.Territory)
	line("How long", st.Duration)
	line("The facts", st.Facts)
	line("How we came to look", st.SourceText)
	line("Automated means", st.AutomatedText)
	ground := "Legal ground"
	if st.Ground == GroundTerms {
		ground = "Ground in our terms of use"
	}
	line(ground, strings.TrimSpace(st.Reference+"\n"+st.ClauseURL))
	line("Why", st.Explanation)
	b.WriteString(redressText(ctx, st.Redress))
	return strings.TrimSpace(b.String()) + "\n"
}

func redressText(ctx context.Context, list []Redress) string {
	var b strings.Builder
	b.WriteString(i18n.T(ctx, "What you can do") + "\n")
	for _, r := range list {
		r = r.Say(ctx)
		b.WriteString("- " + r.Title + ". " + r.Text)
		if r.URL != "" {
			b.WriteString(" " + r.URL)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// issue makes the rows of the statements, one for each image.
func issue(st Statement, caseID string, images []models.Image) ([]models.StatementRow, error) {
	rows := make([]models.StatementRow, len(images))
	for i, img := range images {
		st.ID, st.ImageID = ident.Public(), img.ID
		content, err := json.Marshal(st)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(content)
		rows[i] = models.StatementRow{
			ID: st.ID, DecisionID: st.DecisionID, ImageID: img.ID, CaseID: caseID, Language: st.Language,
			Content: content, SHA256: sum[:], IssuedAt: st.IssuedAt,
		}
	}
	return rows, nil
}

// StatementFor is the statement of reasons an image stands under, for its 410 or 451 page and behind its delete link.
// false means that it stands under none.
func (s *Service) StatementFor(ctx context.Context, imageID string) (st Statement, ok bool, err error) {
	defer fault.Wrap(&err, "moderation.StatementFor(%s)", imageID)
	row, err := s.Store.StatementOf(ctx, imageID)
	if err != nil || row == nil {
		return st, false, err
	}
	return st, true, json.Unmarshal(row.Content, &st)
}

package staff

import (
	"strconv"
	"strings"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/moderation"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/staff/review"
	"imglink/views/ui"
)

// keepText is the prepared explanation of a decision to keep.
const keepText = "We looked at the picture and at what was reported. We found nothing in it that breaks the law or our terms, so it stays as it is."

// goneText is the prepared explanation of closing a case whose picture nobody can see any more.
const goneText = "The person who uploaded the picture has deleted it since it was reported. It is not on our service any more, so there was nothing left to decide on."

// draft is the decision form as it was typed.
type draft struct {
	Action                                   models.Action
	Reason, Facts, Explanation, EndsOn, Note string
	Block, Confirm, Seen                     bool
	Fence, Version                           int64
}

func readDraft(c *kit.Ctx) draft {
	number := func(name string) int64 { n, _ := strconv.ParseInt(c.Text(name), 10, 64); return n }
	return draft{
		Action: models.Action(c.Text("action")), Reason: c.Text("reason"), Facts: lines(c.Text("facts")), Explanation: lines(c.Text("explanation")),
		EndsOn: c.Text("ends_at"), Note: lines(c.Text("note")), Block: c.Text("block") == "1", Confirm: c.Text("confirm") == "1",
		Seen: c.Text("seen") == "1", Fence: number("fence"), Version: number("version"),
	}
}

// lines undoes what browsers do to line ends in forms.
func lines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// template is the prepared explanation for what is chosen, or empty.
func (d draft) template(reasons []models.ReasonCode) string {
	if d.Action == models.ActionKeep {
		return d.keepText()
	}
	for _, r := range reasons {
		if r.Code == d.Reason {
			return r.Explanation
		}
	}
	return ""
}

// keepText is the prepared text of keeping: the one about a deleted picture stays what it is.
func (d draft) keepText() string {
	if fold(d.Explanation) == fold(goneText) {
		return goneText
	}
	return keepText
}

// keeps reports whether the explanation is a prepared text of keeping, unchanged.
func (d draft) keeps() bool { return fold(d.Explanation) == fold(d.keepText()) }

// prepared reports whether the explanation is one of the prepared texts, unchanged.
func (d draft) prepared(reasons []models.ReasonCode) bool {
	if d.keeps() {
		return true
	}
	for _, r := range reasons {
		if fold(d.Explanation) == fold(r.Explanation) {
			return true
		}
	}
	return false
}

func fold(s string) string { return strings.Join(strings.Fields(s), " ") }

// fill puts the prepared text in. It never replaces what somebody wrote unless they ask for it.
func (d *draft) fill(reasons []models.ReasonCode, asked bool) {
	if text := d.template(reasons); text != "" && (asked || d.Explanation == "" || d.prepared(reasons)) {
		if fold(d.Explanation) != fold(text) {
			d.Confirm = false
		}
		d.Explanation = text
	}
}

// input checks what only the form knows, and makes what the service takes. The service checks the rest.
func (h *Handlers) input(c *kit.Ctx, d draft, caseID string, reasons []models.ReasonCode) (moderation.DecisionInput, error) {
	var bad fault.Collect
	in := moderation.DecisionInput{
		CaseID: caseID, Fence: d.Fence, Version: d.Version, Action: d.Action, Explanation: d.Explanation, Note: d.Note,
	}
	bad.Check(done[d.Action] != "", "action", "Choose what happens to the picture.")
	if d.Action != models.ActionKeep {
		in.ReasonCode, in.Facts = d.Reason, d.Facts
		in.BlockHash = d.Block && (d.Action == models.ActionRemove || d.Action == models.ActionDisable)
		ends, err := h.endOfDay(d.EndsOn, c.Kit.Clock.Now())
		bad.Check(err == nil, "ends_at", "Give the last day as a date from tomorrow on, or leave it empty.")
		in.EndsAt = ends
	}
	bad.Check(d.Action == "" || !d.prepared(reasons) || (d.Action == models.ActionKeep) == d.keeps(),
		"explanation", "The prepared text argued for another decision. The one for this decision is in its place: read it, then change or confirm it.")
	bad.Check(d.Confirm || !d.prepared(reasons), "confirm", "Read the prepared text and confirm that it fits this picture, or change it.")
	return in, bad.Err()
}

// endOfDay is the instant at which a civil date ends in the legal time zone; nil for an empty one.
func (h *Handlers) endOfDay(date string, now time.Time) (*time.Time, error) {
	if date == "" {
		return nil, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, date, h.Location)
	if err != nil {
		return nil, err
	}
	end := time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, h.Location)
	if !day.After(now) || end.Year() > 2037 {
		return nil, errDate
	}
	return &end, nil
}

var errDate = fault.InvalidField("ends_at", "The date is out of range.")

// actions are the four decisions in the one order they have everywhere.
func actions(chosen models.Action, may moderation.Allows) []review.Action {
	out := []review.Action{
		{Value: "keep", Label: "Keep", Why: "Stays as it is", Key: "1", Forbidden: !may.Soft},
		{Value: "restrict", Label: "Restrict by age", Why: "Behind a question for adults", Key: "2", Forbidden: !may.Soft},
		{Value: "disable", Label: "Disable", Why: "For legal reasons (451)", Key: "3", Forbidden: !may.Hard},
		{Value: "remove", Label: "Remove", Why: "Gone for everybody (410)", Key: "4", Forbidden: !may.Hard},
	}
	for i := range out {
		out[i].Checked = out[i].Value == string(chosen) && !out[i].Forbidden
	}
	return out
}

// form is the decision form with what was typed in it.
func (h *Handlers) form(c *kit.Ctx, d draft, reasons []models.ReasonCode, may moderation.Allows) review.Form {
	f := review.Form{
		CSRF: c.CSRF(), Fence: strconv.FormatInt(d.Fence, 10), Version: strconv.FormatInt(d.Version, 10), Actions: actions(d.Action, may),
		Facts: d.Facts, Explanation: d.Explanation, EndsOn: d.EndsOn, Note: d.Note, Block: d.Block, Confirmed: d.Confirm, MayBlock: may.Hard,
		Template: d.prepared(reasons), KeepText: d.keepText(), MinFacts: moderation.MinFacts, MinWhy: moderation.MinWhy, Errors: map[string]string{}, SubmitLabel: "Decide and next",
	}
	if word := imperative[d.Action]; word != "" {
		f.SubmitLabel = word + " and next"
	}
	for _, r := range reasons {
		v := review.Reason{Code: r.Code, Label: r.Label, Ground: r.Ground, Reference: r.Reference, Selected: r.Code == d.Reason}
		if v.Selected {
			f.Ground, f.Reference, f.MeasureText = r.Ground, r.Reference, r.Explanation
		}
		if r.Ground == "law" {
			f.Law = append(f.Law, v)
		} else {
			f.Terms = append(f.Terms, v)
		}
	}
	return f
}

// address says where the form of one case goes.
func (h *Handlers) address(c *kit.Ctx, caseID string, f moderation.Filter, form *review.Form) {
	form.Action, form.PreviewURL = c.Kit.URL("staff.report.decide", caseID), c.Kit.URL("staff.report.preview", caseID)
	form.Back = h.listURL(c, f)
}

// controlOf is the id of the control that a field of the service is about.
var controlOf = map[string]string{"action": "action-keep", "ground": "reason", "territory": "action-keep"}

// refuse puts the problems of an Invalid error beside their fields.
func refuse(form *review.Form, f *fault.Error) {
	form.Problems = problems(f)
	for _, field := range f.Fields {
		form.Errors[field.Name] = field.Message
	}
}

func problems(f *fault.Error) []ui.Problem {
	var out []ui.Problem
	for _, field := range f.Fields {
		id := field.Name
		if control, ok := controlOf[id]; ok {
			id = control
		}
		out = append(out, ui.Problem{ID: id, Message: field.Message})
	}
	if len(out) == 0 {
		out = []ui.Problem{{Message: f.Message}}
	}
	return out
}

// join puts two refusals into one, so that a form reports everything at once.
func join(a, b error) *fault.Error {
	if a == nil {
		return fault.Of(b)
	}
	out := *fault.Of(a)
	if fault.Is(b, fault.Invalid) {
		seen := map[string]bool{}
		for _, f := range out.Fields {
			seen[f.Name] = true
		}
		for _, f := range fault.Of(b).Fields {
			if !seen[f.Name] {
				out = *out.Field(f.Name, f.Message)
			}
		}
	}
	return &out
}

// softOnly says which decisions the role may make at all, for forms that are about no single case.
func softOnly(a actor.Actor) moderation.Allows {
	return moderation.Allows{Soft: a.Can(actor.DecideSoft), Hard: a.Can(actor.DecideHard)}
}

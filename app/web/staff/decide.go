package staff

import (
	"strconv"

	"imglink/app/fault"
	"imglink/app/moderation"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/staff/review"
	"imglink/views/ui"
)

// Decide is POST /staff/reports/:id/decide. It ends on the next case of the list the moderator works through, with the
// way back in a toast; a refused form comes again with 422, and one that came too late with 409 and everything typed.
func (h *Handlers) Decide(c *kit.Ctx) error {
	reasons, err := h.Moderation.Reasons(c.Context())
	if err != nil {
		return err
	}
	typed := readDraft(c)
	if typed.Version < 1 { // a form that does not say what it was written about is as good as a stale one
		return h.tooLate(c, typed, reasons)
	}
	if typed.Explanation == "" {
		typed.fill(reasons, false) // shown for confirmation, never sent unread
	}
	in, err := h.input(c, typed, c.Param("id"), reasons)
	if err != nil {
		_, other := h.Moderation.Preview(c.Context(), c.Actor, in)
		return h.again(c, typed, reasons, join(err, other))
	}
	dec, err := h.Moderation.Decide(c.Context(), c.Actor, in)
	switch {
	case fault.Is(err, fault.Invalid):
		return h.again(c, typed, reasons, fault.Of(err))
	case fault.Is(err, fault.Conflict), fault.Is(err, fault.Locked), err != nil && fault.Of(err).Code == "lead_only":
		return h.tooLate(c, typed, reasons)
	case err != nil:
		return err
	}
	setFlash(c, "decided", string(dec.Action), dec.ID, strconv.FormatInt(dec.FinalAt.Unix(), 10))
	return h.openNext(c, backFilter(c), true)
}

// again shows the case with the form as it was typed and what is wrong with it.
func (h *Handlers) again(c *kit.Ctx, typed draft, reasons []models.ReasonCode, why *fault.Error) error {
	d, err := h.detail(c, c.Param("id"))
	if err != nil {
		return err
	}
	if d.Lease == nil || !d.Lease.Mine {
		return h.tooLate(c, typed, reasons)
	}
	typed.fill(reasons, false) // a prepared text of another decision gives way to the one of this
	f := backFilter(c)
	view, err := h.caseView(c, d, f)
	if err != nil {
		return err
	}
	form := h.form(c, typed, reasons, d.May)
	h.address(c, d.ID, f, &form)
	refuse(&form, why)
	view.Form = &form
	return h.showCase(c, why.Kind.Status(), d, view, f)
}

// tooLate is the 409 page: who was faster, and everything that was typed, to copy or to claim again with.
func (h *Handlers) tooLate(c *kit.Ctx, typed draft, reasons []models.ReasonCode) error {
	d, err := h.detail(c, c.Param("id"))
	if err != nil {
		return err
	}
	f := backFilter(c)
	view, err := h.caseView(c, d, f)
	if err != nil {
		return err
	}
	if d.Lease != nil && d.Lease.Mine {
		typed.Fence, typed.Version = d.Lease.Fence, d.Version // still ours: the case changed under the form
	}
	form := h.form(c, typed, reasons, d.May)
	h.address(c, d.ID, f, &form)
	form.Frozen = d.Lease == nil || !d.Lease.Mine
	if form.Frozen && d.May.Claim {
		form.ClaimURL = c.Kit.URL("staff.report.claim", d.ID)
	}
	view.Form, view.CannotDecide, view.Stale = &form, "", staleness(d)
	return h.showCase(c, fault.Conflict.Status(), d, view, f)
}

// staleness tells what happened meanwhile.
func staleness(d moderation.Detail) *review.Stale {
	s := review.Stale{Title: "Your decision was not recorded", Text: "Your claim on this case had run out. What you wrote is below."}
	switch {
	case d.State == models.CaseDecided && len(d.Decisions) > 0:
		last := d.Decisions[0]
		s.Text = last.ByName + " decided it at " + clockTime(last.DecidedAt) + ": " + done[last.Action] + ". What you wrote is below, to copy."
	case d.Lease != nil && d.Lease.Mine:
		s.Text = "The case changed while you were writing: look at the reports again, then send your decision. What you wrote is below."
	case d.Lease != nil:
		s.Text = d.Lease.HolderName + " holds it now, until " + clockTime(d.Lease.Until) + ". What you wrote is below, to copy."
	case d.State == models.CaseEscalated:
		s.Text = "It was escalated, and only a lead decides it. What you wrote is below, to copy."
	}
	return &s
}

// Preview is POST /staff/reports/:id/preview: what people will read, compiled by the code that issues it. With fill it
// puts the prepared text of the chosen reason into the form. A script gets the changed part, everybody else the page.
func (h *Handlers) Preview(c *kit.Ctx) error {
	reasons, err := h.Moderation.Reasons(c.Context())
	if err != nil {
		return err
	}
	typed, id := readDraft(c), c.Param("id")
	fill := c.Text("fill")
	htmx := c.Get("HX-Request") == "true"
	if fill != "" || !htmx {
		typed.fill(reasons, fill == "1")
	}
	if htmx && fill == "" {
		return c.OK(review.PreviewPane(h.preview(c, typed, id, reasons)))
	}
	d, err := h.detail(c, id)
	if err != nil {
		return err
	}
	f := backFilter(c)
	form := h.form(c, typed, reasons, d.May)
	h.address(c, d.ID, f, &form)
	if fill == "" || c.Text("previewing") != "" {
		p := h.preview(c, typed, id, reasons)
		form.Preview = &p
	}
	if htmx {
		return c.OK(review.DecisionForm(form))
	}
	view, err := h.caseView(c, d, f)
	if err != nil {
		return err
	}
	if view.Form == nil {
		return h.tooLate(c, typed, reasons)
	}
	view.Form = &form
	return h.showCase(c, 200, d, view, f)
}

// preview compiles the statement and the letters, or says what is missing for them.
func (h *Handlers) preview(c *kit.Ctx, typed draft, caseID string, reasons []models.ReasonCode) review.Preview {
	out := review.Preview{LiveURL: c.Kit.URL("staff.report.preview", caseID)}
	in, err := h.input(c, typed, caseID, reasons)
	p, other := h.Moderation.Preview(c.Context(), c.Actor, in)
	if other != nil {
		err = join(err, other)
	}
	if err != nil {
		out.Problems = problems(fault.Of(err))
	}
	if other != nil {
		return out
	}
	if in.Action != models.ActionKeep {
		out.Statement, out.Redress = statementPairs(p.Statement), redress(p.Statement.Redress)
		if p.LetterToUploader.Text != "" {
			out.Letters = append(out.Letters, review.Letter{To: "to the uploader", Subject: p.LetterToUploader.Subject, Text: p.LetterToUploader.Text})
		}
	}
	for _, l := range p.LettersToNotifier {
		out.Letters = append(out.Letters, review.Letter{To: "to a reporter, " + l.Reference, Subject: l.Subject, Text: l.Text})
	}
	switch {
	case p.NotifierLetters == 0:
		out.More = "No reporter left an address: nobody is written to."
	case p.NotifierLetters > len(p.LettersToNotifier):
		out.More = plural(p.NotifierLetters, "letter") + " in all, each in its reporter's own words of reference."
	}
	return out
}

func statementPairs(s moderation.Statement) []ui.Pair {
	out := []ui.Pair{
		{Key: "Measure", Text: s.Measure},
		{Key: "Where", Text: s.Territory},
		{Key: "How long", Text: s.Duration},
		{Key: "Facts", Text: s.Facts},
		{Key: "Brought up by", Text: s.SourceText},
		{Key: "Automation", Text: s.AutomatedText},
	}
	key := "Legal ground"
	if s.Ground == "terms" {
		key = "Clause of our terms"
	}
	return append(out, ui.Pair{Key: key, Text: s.Reference}, ui.Pair{Key: "Why", Text: s.Explanation})
}

func redress(list []moderation.Redress) []string {
	var out []string
	for _, r := range list {
		out = append(out, r.Title+": "+r.Text)
	}
	return out
}

// Undo is POST /staff/decisions/:id/undo.
func (h *Handlers) Undo(c *kit.Ctx) error {
	err := h.Moderation.Undo(c.Context(), c.Actor, c.Param("id"))
	switch {
	case fault.Is(err, fault.Conflict):
		setFlash(c, "late")
	case err != nil:
		return err
	default:
		setFlash(c, "undone")
	}
	return c.Back(refererPath(c), c.Kit.URL("staff.reports"))
}

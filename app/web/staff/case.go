package staff

import (
	"fmt"
	"strconv"

	"imglink/app/actor"
	"imglink/app/ident"
	"imglink/app/moderation"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/staff/review"
	"imglink/views/ui"
)

// Report is GET /staff/reports/:id: the case beside its list, or the case alone when htmx swaps the pane.
func (h *Handlers) Report(c *kit.Ctx) error {
	d, err := h.detail(c, c.Param("id"))
	if err != nil {
		return err
	}
	view, err := h.caseView(c, d, queryFilter(c))
	if err != nil {
		return err
	}
	return h.showCase(c, 200, d, view, queryFilter(c))
}

func (h *Handlers) detail(c *kit.Ctx, id string) (moderation.Detail, error) {
	if !ident.IsPublic(id) {
		return moderation.Detail{}, models.ErrNotFound
	}
	return h.Moderation.Case(c.Context(), c.Actor, id)
}

// paneOnly reports whether only the pane is asked for, not the page around it.
func paneOnly(c *kit.Ctx) bool {
	return c.Get("HX-Request") == "true" && c.Get("HX-Target") == "detail" && c.Get("HX-History-Restore-Request") != "true"
}

// showCase renders a case with the given status, as a pane or as the whole page.
func (h *Handlers) showCase(c *kit.Ctx, status int, d moderation.Detail, view review.Case, f moderation.Filter) error {
	if paneOnly(c) {
		row := h.row(c, d.CaseRow, f, d.ID)
		view.Row, view.PageTitle = &row, caseTitle(d)
		if err := h.addCounts(c, &view); err != nil {
			return err
		}
		return c.Render(status, review.Fragment(view))
	}
	page, err := h.queuePage(c, f, d.ID)
	if err != nil {
		return err
	}
	page.Case = &view
	page.Title = caseTitle(d)
	page.HasErrors = view.Form != nil && len(view.Form.Problems) > 0
	return c.Render(status, review.QueuePage(page))
}

func caseTitle(d moderation.Detail) string { return d.ReasonLabel + ", " + d.Reference }

// addCounts brings the figures of the navigation along, which claiming and releasing change.
func (h *Handlers) addCounts(c *kit.Ctx, view *review.Case) error {
	q, err := h.Moderation.Queue(c.Context(), c.Actor, moderation.Filter{Limit: 1})
	if err != nil {
		return err
	}
	nav := Shell(c, "", "").Nav
	countNav(nav, c.Kit.URL("staff.reports"), q.Facets)
	for _, g := range nav {
		for _, l := range g.Links {
			if l.ID != "" {
				view.Counts = append(view.Counts, l)
			}
		}
	}
	return nil
}

// limit says what a role that sorts cases may not look at, and what to do instead.
func limit(c *kit.Ctx, d moderation.Detail) string {
	if d.May.Reveal || d.State != models.CaseOpen || !c.Actor.Can(actor.ImageRevealLow) {
		return ""
	}
	return "The severity of this case is " + levels[int(d.Severity)] + ", above what your role may look at. Escalate it to a lead, or leave it to a moderator."
}

// caseView is a case as the pane shows it, with an untouched decision form when the reader holds it.
func (h *Handlers) caseView(c *kit.Ctx, d moderation.Detail, f moderation.Filter) (review.Case, error) {
	v := review.Case{
		ID: d.ID, Reference: d.Reference, Title: d.ReasonLabel, CSRF: c.CSRF(), Back: h.listURL(c, f), Level: int(d.Severity),
		LevelName: levels[int(d.Severity)], Lease: lease(d.Lease), Notices: notices(d), Precedents: h.precedents(c, d, f),
		Copies: h.copies(c, d), Uploads: h.uploads(c, d), Effects: h.effects(c, d.Effects, d.May.Retry), Decisions: decisionRows(d),
		Timeline: timeline(d.Timeline), Facts: h.facts(c, d),
	}
	total := 0 // the stored points leave out the waiting, which moves all cases alike
	for _, ch := range d.Chips {
		v.Chips = append(v.Chips, chip(ch))
		total += ch.Points
	}
	if d.State != models.CaseDecided && len(d.Chips) > 0 {
		v.Chips = append(v.Chips, review.Chip{Label: plural(total, "point"), Why: "in all", Tone: ui.Accent})
	}
	v.NoticesCount = noticesCount(d)
	if more := d.Case.Notices - len(d.Notices); more > 0 {
		v.NoticesMore = fmt.Sprintf("And %s not shown, the oldest ones or repetitions.", plural(more, "report"))
	}
	switch d.State {
	case models.CaseEscalated:
		v.State = "Escalated"
	case models.CaseDecided:
		v.State = "Decided"
	}
	if c.Actor.Can(actor.AuditOwn) {
		v.AuditURL = c.Kit.URL("staff.audit") + "?entity=case&id=" + d.ID
	}
	v.Standing, v.Limit = h.standing(c, d), limit(c, d)
	h.viewer(c, d, &v)
	h.controls(c, d, &v)
	return v, h.addForm(c, d, f, &v)
}

// controls sets the addresses of what may be done; an empty one draws nothing.
func (h *Handlers) controls(c *kit.Ctx, d moderation.Detail, v *review.Case) {
	url := func(name string) string { return c.Kit.URL(name, d.ID) }
	mine := d.Lease != nil && d.Lease.Mine
	if d.May.Claim && !mine {
		v.ClaimURL = url("staff.report.claim")
	}
	if d.May.Steal && d.Lease != nil && !mine {
		v.StealURL = url("staff.report.steal")
	}
	if mine {
		v.ReleaseURL = url("staff.report.release")
		v.HeartbeatURL = url("staff.report.heartbeat") + "?fence=" + strconv.FormatInt(d.Lease.Fence, 10)
		v.SkipURL = url("staff.report.skip")
		if d.May.Escalate && d.State == models.CaseOpen {
			v.EscalateURL = url("staff.report.escalate")
		}
	}
}

// addForm adds the decision form for who holds the case, or a sentence that says why there is none.
func (h *Handlers) addForm(c *kit.Ctx, d moderation.Detail, f moderation.Filter, v *review.Case) error {
	switch {
	case d.Lease != nil && d.Lease.Mine && (d.May.Soft || d.May.Hard):
		reasons, err := h.Moderation.Reasons(c.Context())
		if err != nil {
			return err
		}
		in := draft{Reason: d.ReasonCode, Fence: d.Lease.Fence, Version: d.Version}
		if vanished(d) {
			in.Action, in.Explanation = models.ActionKeep, goneText
		}
		in.fill(reasons, false)
		form := h.form(c, in, reasons, d.May)
		h.address(c, d.ID, f, &form)
		v.Form = &form
	case d.State == models.CaseDecided && d.May.Claim:
		v.CannotDecide = "Claim the case to decide it anew."
	case d.State == models.CaseDecided:
		v.CannotDecide = decidedBy(d) + " Only a lead can change a decision."
	case d.May.Claim:
		v.CannotDecide = "Claim the case to decide it. Nobody else can then decide it at the same time."
	case d.State == models.CaseEscalated:
		v.CannotDecide = "Only a lead decides an escalated case."
	case d.Lease != nil && !d.Lease.Mine:
		v.CannotDecide = d.Lease.HolderName + " is deciding this."
	default:
		v.CannotDecide = "Your role reads cases and does not decide them."
	}
	return nil
}

// decidedBy says in a sentence who decided a case, and what.
func decidedBy(d moderation.Detail) string {
	if d.Standing != nil {
		for _, dec := range d.Decisions {
			if dec.ID == d.Standing.ID {
				return dec.ByName + " decided this case: " + done[dec.Action] + "."
			}
		}
	}
	return "This case is decided."
}

// vanished reports whether no copy of the reported content is left.
func vanished(d moderation.Detail) bool {
	return d.Image.State == models.ImageDeleted && len(d.Images) == 0
}

// standing is the decision in force, with its undo while there is one.
func (h *Handlers) standing(c *kit.Ctx, d moderation.Detail) *review.Standing {
	if d.Standing == nil || len(d.Decisions) == 0 {
		return nil
	}
	s := review.Standing{Tone: actionTone(d.Standing.Action), Text: done[d.Standing.Action]}
	for _, dec := range d.Decisions {
		if dec.ID == d.Standing.ID {
			s.Text, s.ISO, s.UTC = done[dec.Action]+" by "+dec.ByName, iso(dec.DecidedAt), utc(dec.DecidedAt)
		}
	}
	if d.May.Undo != "" {
		s.UndoURL, s.UndoTill = c.Kit.URL("staff.decision.undo", d.May.Undo), clockTime(d.Standing.FinalAt)
		s.UndoFor = secondsLeft(c, d.Standing.FinalAt)
	}
	return &s
}

// viewer shows the safe rendition, or the picture itself on the page that follows a logged look without a script.
func (h *Handlers) viewer(c *kit.Ctx, d moderation.Detail, v *review.Case) {
	img := d.Image
	switch {
	case img.State == models.ImageDeleted:
		v.NoPicture = "Its uploader deleted the file, and its bytes are gone."
		if vanished(d) && d.State != models.CaseDecided {
			v.NoPicture += " Nothing is left to act on: keep closes the case, and the reporters are told why."
		}
		return
	case img.DerivedAt == nil:
		v.NoPicture = "The safe rendition is not made yet. Open the case again in a moment."
		if img.DeriveError != "" {
			v.NoPicture = "No safe rendition could be made: the file does not decode. It cannot be shown here."
		}
		return
	}
	v.Viewer = ui.Viewer{
		ID: "viewer", BlurURL: c.Kit.URL("staff.safe", img.ID), Alt: "Blurred picture of " + d.Reference, Width: img.Width, Height: img.Height,
		Label: "Blurred and grey", CSRF: c.CSRF(),
	}
	if d.May.Reveal {
		v.Viewer.RevealURL = c.Kit.URL("staff.report.reveal", d.ID, img.ID)
	}
	if look, ok := h.lookOf(c); ok && look.image == img.ID && d.May.Reveal {
		v.Viewer.ClearURL, v.Viewer.Revealed = h.originalURL(c, look), true
	}
}

func (h *Handlers) facts(c *kit.Ctx, d moderation.Detail) []ui.Pair {
	img := d.Image
	out := []ui.Pair{
		{Key: "State", Text: imageStates[img.State]},
		{Key: "File", Text: fmt.Sprintf("%s, %d × %d, %s", mimeName(img.Mime), img.Width, img.Height, size(img.Bytes))},
		{Key: "Name", Text: img.FileName},
		{Key: "Uploaded", Value: ui.Local(iso(img.CreatedAt), utc(img.CreatedAt))},
	}
	if img.Frames > 1 {
		out = append(out, ui.Pair{Key: "Animated", Text: plural(img.Frames, "frame")})
	}
	if d.Case.Images > 1 {
		out = append(out, ui.Pair{Key: "Copies", Text: fmt.Sprintf("The same file stands at %d addresses. A decision covers all.", d.Case.Images)})
	}
	out = append(
		out, ui.Pair{Key: "Case opened", Value: ui.Local(iso(d.OpenedAt), utc(d.OpenedAt))},
		ui.Pair{Key: "Image id", Value: review.Mono(img.ID)},
	)
	if d.ReopenedAt != nil {
		out = append(out, ui.Pair{Key: "Reopened", Value: ui.Local(iso(*d.ReopenedAt), utc(*d.ReopenedAt))})
	}
	return out
}

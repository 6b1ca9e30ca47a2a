package staff

import (
	"strconv"
	"strings"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/moderation"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/layout"
	"imglink/views/staff/review"
	"imglink/views/ui"
)

// Reports is GET /staff/reports: the queue.
func (h *Handlers) Reports(c *kit.Ctx) error {
	page, err := h.queuePage(c, queryFilter(c), "")
	if err != nil {
		return err
	}
	return c.OK(review.QueuePage(page))
}

// Next is POST /staff/reports/next: claims the most urgent free case of the list and opens it.
func (h *Handlers) Next(c *kit.Ctx) error { return h.openNext(c, backFilter(c), false) }

// openNext claims the next waiting case of a filtered list, whatever page of it was shown. told means that the next page
// has something to say already, which an empty list must not talk over: it shows by itself that nothing is left.
func (h *Handlers) openNext(c *kit.Ctx, f moderation.Filter, told bool) error {
	f.After = ""
	if f.State == "decided" {
		f.State = ""
	}
	lease, err := h.Moderation.Next(c.Context(), c.Actor, f)
	if fault.Is(err, fault.NotFound) {
		if !told {
			setFlash(c, "empty")
		}
		return c.Redirect(h.listURL(c, f), 303)
	}
	if err != nil {
		return err
	}
	return c.Redirect(h.caseURL(c, lease.CaseID, f), 303)
}

// queuePage builds the list; current is the opened case, or empty.
func (h *Handlers) queuePage(c *kit.Ctx, f moderation.Filter, current string) (review.Queue, error) {
	q, err := h.Moderation.Queue(c.Context(), c.Actor, f)
	if err != nil {
		return review.Queue{}, err
	}
	reasons, err := h.Moderation.Reasons(c.Context())
	if err != nil {
		return review.Queue{}, err
	}
	here := "staff.reports"
	if f.Mine {
		here += "?mine=1"
	}
	page := review.Queue{
		Staff: Shell(c, "Reports", here), Severities: h.severities(c, f, q.Facets), Tabs: h.tabs(c, f, q.Facets),
		Filters: h.filterBar(c, f), Reasons: reasonOptions(reasons, f, q.Facets), Empty: h.emptyQueue(c, f), Back: h.listURL(c, f),
	}
	page.Fill, page.HasDetail, page.Flash = true, current != "", h.takeFlash(c)
	page.Keys = []ui.KeyGroup{queueKeys(c), caseKeys(c)}
	if c.Actor.Can(actor.CaseClaim) {
		page.Actions = review.NextButton(review.Next{Action: c.Kit.URL("staff.reports.next"), CSRF: c.CSRF(), Back: page.Back, Label: "Review next"})
		page.Commands = append(page.Commands, ui.Command{Icon: "play", Label: "Review the next case", Click: "#review-next", Keys: "N"})
	}
	if c.Actor.Can(actor.DecideBulk) {
		page.BulkAction = c.Kit.URL("staff.bulk")
	}
	for _, r := range q.Cases {
		page.Rows = append(page.Rows, h.row(c, r, f, current))
	}
	page.Pages = h.pages(c, f, q.Next)
	countNav(page.Nav, c.Kit.URL("staff.reports"), q.Facets)
	return page, nil
}

// countNav puts the figures of the queue into the navigation.
func countNav(nav []layout.NavGroup, list string, fc moderation.Facets) {
	for _, g := range nav {
		for i := range g.Links {
			switch g.Links[i].Href {
			case list:
				g.Links[i].ID = "count-reports"
				g.Links[i].Count = count(waiting(fc))
				g.Links[i].Hot = fc.Severity[5].N > 0
			case list + "?mine=1":
				g.Links[i].ID = "count-mine"
				g.Links[i].Count = count(fc.Mine)
			}
		}
	}
}

// waiting adds up what is open and what is escalated.
func waiting(fc moderation.Facets) moderation.Count {
	o, e := fc.State["open"], fc.State["escalated"]
	return moderation.Count{N: o.N + e.N, More: o.More || e.More}
}

func (h *Handlers) pages(c *kit.Ctx, f moderation.Filter, next string) ui.Pages {
	var p ui.Pages
	if f.After != "" {
		first := f
		first.After = ""
		p.First = h.listURL(c, first)
	}
	if next != "" {
		f.After = next
		p.Next = h.listURL(c, f)
	}
	return p
}

func (h *Handlers) severities(c *kit.Ctx, f moderation.Filter, fc moderation.Facets) []review.Severity {
	var out []review.Severity
	for level := 5; level >= 1; level-- {
		g := f
		g.After, g.Severity = "", level
		if f.State == "decided" {
			g.State = "" // the figures count what waits
		}
		if f.Severity == level {
			g.Severity = 0
		}
		out = append(out, review.Severity{
			Label: levels[level], Count: count(fc.Severity[level]), Level: level, Current: f.Severity == level, Href: h.listURL(c, g),
		})
		if fc.Severity[level].N == 0 {
			out[len(out)-1].Level = 0 // nothing hot about none
		}
	}
	return out
}

func (h *Handlers) tabs(c *kit.Ctx, f moderation.Filter, fc moderation.Facets) []ui.Tab {
	tab := func(label, state string, mine bool, n moderation.Count) ui.Tab {
		g := f
		g.State, g.Mine, g.After = state, mine, ""
		return ui.Tab{Label: label, Count: count(n), Href: h.listURL(c, g), Current: f.State == state && f.Mine == mine}
	}
	tabs := []ui.Tab{tab("To do", "", false, waiting(fc)), tab("Escalated", "escalated", false, fc.State["escalated"])}
	if c.Actor.Can(actor.CaseClaim) {
		tabs = append(tabs, tab("Held by me", "", true, fc.Mine))
	}
	return append(tabs, tab("Decided", "decided", false, fc.State["decided"]))
}

func (h *Handlers) filterBar(c *kit.Ctx, f moderation.Filter) ui.Filters {
	bar := ui.Filters{Action: c.Kit.URL("staff.reports"), SearchName: "q", SearchLabel: "Reference or image id", Query: f.Search}
	keep := func(name, value string) {
		if value != "" {
			bar.Keep = append(bar.Keep, ui.Option{Label: name, Value: value})
		}
	}
	keep("state", f.State)
	if f.Mine {
		keep("mine", "1")
	}
	if f.Severity > 0 {
		keep("severity", strconv.Itoa(f.Severity))
	}
	if narrowed(f) {
		bar.Clear = h.listURL(c, moderation.Filter{State: f.State, Mine: f.Mine})
	}
	return bar
}

func reasonOptions(reasons []models.ReasonCode, f moderation.Filter, fc moderation.Facets) []ui.Option {
	out := []ui.Option{{Value: "", Label: "All reasons", Selected: f.Reason == ""}}
	for _, r := range reasons {
		label := r.Label
		if n := fc.Reason[r.Code]; n.N > 0 && f.State != "decided" {
			label += " (" + count(n) + ")"
		}
		out = append(out, ui.Option{Value: r.Code, Label: label, Selected: f.Reason == r.Code})
	}
	return out
}

func (h *Handlers) emptyQueue(c *kit.Ctx, f moderation.Filter) ui.EmptyState {
	switch {
	case narrowed(f) || f.After != "":
		return ui.EmptyState{
			Icon: "search", Title: "No case matches", Text: "No case in this view fits the filters.",
			Action: ui.Btn{Label: "Clear filters", Icon: "x", Href: h.listURL(c, moderation.Filter{State: f.State, Mine: f.Mine})},
		}
	case f.Mine:
		return ui.EmptyState{Icon: "hand", Title: "You hold no case", Text: "Claim one from the list, or let the queue choose."}
	case f.State == "decided":
		return ui.EmptyState{Icon: "gavel", Title: "Nothing was decided yet", Text: "Decided cases stay here with their statements and their history."}
	case f.State == "escalated":
		return ui.EmptyState{Icon: "arrow-up", Title: "Nothing is escalated", Text: "Cases that need a lead appear here."}
	}
	return ui.EmptyState{Icon: "inbox", Title: "All done", Text: "No report waits. New ones appear here in the order of their urgency."}
}

// row is a case as the list shows it.
func (h *Handlers) row(c *kit.Ctx, r moderation.CaseRow, f moderation.Filter, current string) review.Row {
	now := c.Kit.Clock.Now()
	out := review.Row{
		ID: r.ID, Key: bulkKey(r.Case), Reference: r.Reference, Href: h.caseURL(c, r.ID, f), Title: r.ReasonLabel, Level: int(r.Severity),
		LevelName: levels[int(r.Severity)], Notices: noticesText(r.Case), Age: age(now.Sub(r.Since())), AgeISO: iso(r.Since()),
		AgeUTC: "Waiting since " + utc(r.Since()), Lease: lease(r.Lease), Current: r.ID == current,
	}
	if out.Gone = r.Image.State == models.ImageDeleted; r.Image.DerivedAt != nil && !out.Gone {
		out.Thumb = c.Kit.URL("staff.safe", r.Image.ID)
	}
	for _, ch := range r.Chips {
		if ch.Kind != "severity" && ch.Points > 0 && r.State != models.CaseDecided {
			out.Chips = append(out.Chips, chip(ch))
		}
	}
	switch r.State {
	case models.CaseEscalated:
		out.State = "Escalated"
	case models.CaseDecided:
		out.Outcome = "Decided"
		if r.Standing != nil {
			out.Outcome = done[r.Standing.Action]
		}
		if r.DecidedAt != nil {
			out.Age, out.AgeISO, out.AgeUTC = age(now.Sub(*r.DecidedAt)), iso(*r.DecidedAt), "Decided "+utc(*r.DecidedAt)
		}
	}
	out.Selectable = out.Thumb != "" && moderation.Together(r.Case) && c.Actor.Can(actor.DecideBulk)
	return out
}

// bulkKey names a case and the version of it that was shown.
func bulkKey(cs models.Case) string { return cs.ID + "." + strconv.FormatInt(cs.Version, 10) }

func noticesText(cs models.Case) string {
	parts := []string{plural(cs.Notices, "report")}
	if cs.Notices == 0 {
		parts[0] = "opened by staff"
	} else if cs.Notifiers != cs.Notices {
		parts = append(parts, plural(cs.Notifiers, "independent reporter"))
	}
	if cs.Images > 1 {
		parts = append(parts, strconv.Itoa(cs.Images)+" copies")
	}
	return strings.Join(parts, ", ")
}

var chipIcons = map[string]string{"severity": "gauge", "notifiers": "users", "complete": "badge-check", "waiting": "hourglass"}

func chip(ch moderation.Chip) review.Chip {
	if ch.Points == 0 {
		return review.Chip{Icon: chipIcons[ch.Kind], Label: ch.Label}
	}
	return review.Chip{Icon: chipIcons[ch.Kind], Label: ch.Label + " +" + strconv.Itoa(ch.Points), Why: "adds " + plural(ch.Points, "point") + " to the priority"}
}

func lease(l *moderation.Lease) *review.Lease {
	if l == nil {
		return nil
	}
	return &review.Lease{Name: l.HolderName, Mine: l.Mine, ISO: iso(l.Until), UTC: clockTime(l.Until)}
}

package staff

import (
	"fmt"
	"strconv"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/moderation"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/staff/home"
	"imglink/views/ui"
)

// period is what the figures of the home page cover.
const period = 30 * 24 * time.Hour

// Home is GET /staff: what the reader has to do now. Each part belongs to a permission, so roles differ without a list of
// them, and each number leads to a list of as many.
func (h *Handlers) Home(c *kit.Ctx) error {
	page := home.Home{Staff: Shell(c, "Home", "staff.home"), Hello: "Nothing needs you right now"}
	page.Flash = h.takeFlash(c)
	parts := []struct {
		needs actor.Permission
		add   func(*kit.Ctx, *home.Home) error
	}{
		{actor.CaseView, h.homeQueue},
		{actor.EffectRetry, h.homeEffects},
		{actor.SystemRead, h.homeSystem},
		{actor.AuditRead, h.homeChain},
		{actor.MetricsTeam, h.homeActivity},
		{actor.PrivacyWork, h.homePrivacy},
	}
	for _, p := range parts {
		if c.Actor.Can(p.needs) {
			if err := p.add(c, &page); err != nil {
				return err
			}
		}
	}
	if n := len(page.Tasks); n > 0 {
		page.Hello = plural(n, "thing") + " to do"
	}
	return c.OK(home.Page(page))
}

func (h *Handlers) homeQueue(c *kit.Ctx, page *home.Home) error {
	q, err := h.Moderation.Queue(c.Context(), c.Actor, moderation.Filter{Limit: 1})
	if err != nil {
		return err
	}
	fc := q.Facets
	countNav(page.Nav, c.Kit.URL("staff.reports"), fc)
	list := func(f moderation.Filter) string { return h.listURL(c, f) }
	if fc.Mine.N > 0 {
		page.Tasks = append(page.Tasks, home.Task{
			Icon: "hand", Tone: ui.Accent, Title: "You hold " + plural(fc.Mine.N, "case"), Text: "Decide or release them: nobody else can meanwhile.",
			Href: list(moderation.Filter{Mine: true}), Label: "Open",
		})
	}
	if waiting(fc).N > 0 && c.Actor.Can(actor.CaseClaim) {
		if err := h.homeNext(c, page, q); err != nil {
			return err
		}
	}
	if fc.State["escalated"].N > 0 && c.Actor.Can(actor.CaseLead) {
		page.Tasks = append(page.Tasks, home.Task{
			Icon: "arrow-up", Tone: ui.Warn, Title: count(fc.State["escalated"]) + " escalated", Text: "Only a lead decides these.",
			Href: list(moderation.Filter{State: "escalated"}), Label: "Open",
		})
	}
	stats := []ui.Stat{}
	for level := 5; level >= 1; level-- {
		tone := ui.Neutral
		if fc.Severity[level].N > 0 && level >= 4 {
			tone = map[int]ui.Tone{5: ui.Danger, 4: ui.Warn}[level]
		}
		stats = append(stats, ui.Stat{Value: count(fc.Severity[level]), Label: levels[level], Tone: tone, Href: list(moderation.Filter{Severity: level})})
	}
	page.Panels = append(page.Panels, home.Panel{ID: "queue", Title: "Waiting by severity", Stats: stats})
	return nil
}

// homeNext is the task that matters most: the first case of the queue, with the longest wait beside it.
func (h *Handlers) homeNext(c *kit.Ctx, page *home.Home, q moderation.Queue) error {
	t := home.Task{
		Icon: "flag", Title: plural(waiting(q.Facets).N, "case") + " waiting", Post: c.Kit.URL("staff.reports.next"), Label: "Review next", Key: "n",
		Text: "The queue gives you the most urgent one that nobody holds.",
	}
	if waiting(q.Facets).More {
		t.Title = count(waiting(q.Facets)) + " cases waiting"
	}
	oldest, err := h.Figures.OldestCase(c.Context())
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err == nil {
		t.Text = fmt.Sprintf("The oldest, %s, has waited %s. %s", oldest.Reference, age(c.Kit.Clock.Now().Sub(oldest.Since())), t.Text)
	}
	if q.Facets.Severity[5].N > 0 {
		t.Tone = ui.Danger
	}
	page.Tasks = append(page.Tasks, t)
	return nil
}

func (h *Handlers) homeEffects(c *kit.Ctx, page *home.Home) error {
	list, err := h.Moderation.FailedEffects(c.Context(), c.Actor, tablePage)
	if err != nil || len(list) == 0 {
		return err
	}
	page.Tasks = append(page.Tasks, home.Task{
		Icon: "triangle-alert", Tone: ui.Danger, Title: plural(len(list), "effect") + " failed", Text: "A decision has not had its full effect. Look at the error and try again.",
		Href: c.Kit.URL("staff.effects"), Label: "Look",
	})
	return nil
}

func (h *Handlers) homeSystem(c *kit.Ctx, page *home.Home) error {
	counts, err := h.Figures.JobCounts(c.Context())
	if err != nil {
		return err
	}
	mails, err := h.Figures.MailCounts(c.Context())
	if err != nil {
		return err
	}
	stats := jobStats(counts, mails["failed"])
	stats[3].Label = "Mails given up"
	for i := range stats {
		stats[i].Href = c.Kit.URL("staff.jobs")
	}
	if n := mails["failed"]; n > 0 {
		page.Tasks = append(page.Tasks, home.Task{
			Icon: "mail", Tone: ui.Warn, Title: plural(n, "mail") + " could not be sent", Text: "Somebody waits for a letter that the mail server refused.",
			Href: c.Kit.URL("staff.jobs"), Label: "Look",
		})
	}
	page.Panels = append(page.Panels, home.Panel{ID: "system", Title: "The system", Text: "Work in the queue of this instance.", Stats: stats})
	return nil
}

func (h *Handlers) homeChain(c *kit.Ctx, page *home.Home) error {
	st, err := h.Audit.Chain(c.Context())
	if err != nil {
		return err
	}
	v := chainView(st)
	if v.Tone == ui.Danger {
		page.Tasks = append(page.Tasks, home.Task{Icon: "shield-alert", Tone: ui.Danger, Title: v.Title, Text: st.Problem, Href: c.Kit.URL("staff.audit"), Label: "Look"})
	}
	last := "never"
	if !st.CheckedAt.IsZero() {
		last = utc(st.CheckedAt)
	}
	page.Panels = append(page.Panels, home.Panel{ID: "audit", Title: "The audit log", Facts: []ui.Pair{
		{Key: "Chain", Text: v.Title}, {Key: "Entries", Text: fmt.Sprintf("%d, %d of them sealed", st.Entries, st.Sealed)}, {Key: "Verified", Text: last},
	}})
	return nil
}

// homeActivity are figures about nobody: for who sees no cases, counts below five are not told exactly, nor
// what would tell them by subtraction.
func (h *Handlers) homeActivity(c *kit.Ctx, page *home.Home) error {
	a, err := h.Figures.Activity(c.Context(), c.Kit.Clock.Now().Add(-period))
	if err != nil {
		return err
	}
	blurred := !c.Actor.Can(actor.AuditRead)
	n, parts := strconv.Itoa, []string(nil)
	actions := []models.Action{models.ActionKeep, models.ActionRestrict, models.ActionDisable, models.ActionRemove}
	if blurred {
		n, parts = blur, blurParts(byAction(a, actions))
	}
	rows := [][]ui.Cell{
		{{Text: "Uploads"}, {Text: n(a.Uploads)}},
		{{Text: "Reports received"}, {Text: n(a.Notices)}},
		{{Text: "Cases opened"}, {Text: n(a.Opened)}},
		{{Text: "Decisions"}, {Text: n(a.Decided)}},
	}
	for i, action := range actions {
		text := n(a.ByAction[action])
		if blurred {
			text = parts[i]
		}
		rows = append(rows, []ui.Cell{{Text: done[action]}, {Text: text}})
	}
	rows = append(rows, []ui.Cell{{Text: "Decisions taken back"}, {Text: n(a.Undone)}})
	if !blurred || a.Decided >= small {
		rows = append(rows, []ui.Cell{{Text: "Median time to the first action"}, {Text: duration(a.MedianFirst)}}, []ui.Cell{{Text: "Median time to the decision"}, {Text: duration(a.MedianDecided)}})
	}
	page.Panels = append(page.Panels, home.Panel{
		ID: "activity", Title: "The last 30 days", Text: "Counts for the whole instance, about no single person.",
		Table: &ui.Table{Caption: "Activity of the last 30 days", Hidden: true, Columns: []ui.Column{{Label: "What"}, {Label: "How many", Numeric: true}}, Rows: rows},
	})
	return nil
}

func byAction(a models.Activity, actions []models.Action) []int {
	out := make([]int, len(actions))
	for i, action := range actions {
		out[i] = a.ByAction[action]
	}
	return out
}

func duration(d time.Duration) string {
	if d <= 0 {
		return "none yet"
	}
	if d < time.Minute {
		return "under a minute"
	}
	return age(d)
}

func (h *Handlers) homePrivacy(c *kit.Ctx, page *home.Home) error {
	n, err := h.Requests.WaitingCount(c.Context())
	if err != nil {
		return err
	}
	if n > 0 {
		page.Tasks = append(page.Tasks, home.Task{
			Icon: "scale", Tone: ui.Warn, Title: plural(n, "open request"), Text: "People asked for their data or for the end of their account.",
			Href: c.Kit.URL("staff.requests"), Label: "Open",
		})
		return nil
	}
	page.Empty = &ui.EmptyState{
		Icon: "scale", Title: "No open requests", Text: "What people ask for in their settings is listed here. Letters and mails reach you at the address in the privacy policy.",
	}
	return nil
}

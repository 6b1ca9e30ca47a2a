package staff

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/staff/log"
	"imglink/views/staff/review"
	"imglink/views/ui"
)

const auditPage = 50

// auditFilter is what the address of the log carries.
type auditFilter struct {
	actor, action, entity, id, from, to string
	before                              int64
}

func readAudit(c *kit.Ctx) auditFilter {
	get := func(name string) string { return strings.TrimSpace(strings.Clone(c.Query(name))) }
	before, _ := strconv.ParseInt(get("before"), 10, 64)
	return auditFilter{actor: get("actor"), action: get("action"), entity: get("entity"), id: get("id"), from: get("from"), to: get("to"), before: max(before, 0)}
}

func (f auditFilter) query() string {
	v := url.Values{}
	for name, value := range map[string]string{"actor": f.actor, "action": f.action, "entity": f.entity, "id": f.id, "from": f.from, "to": f.to} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if f.before > 0 {
		v.Set("before", strconv.FormatInt(f.before, 10))
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

// auditQuery checks the dates. A role that reads only its own entries gets them whatever the address asks for.
func (h *Handlers) auditQuery(c *kit.Ctx, f auditFilter) (AuditQuery, error) {
	q := AuditQuery{Actor: f.actor, Action: f.action, Entity: f.entity, EntityID: f.id, Before: f.before, Limit: auditPage + 1}
	if !c.Actor.Can(actor.AuditRead) {
		q.Actor = c.Actor.ID
	}
	var bad fault.Collect
	day := func(name, value string) time.Time {
		if value == "" {
			return time.Time{}
		}
		t, err := time.ParseInLocation(time.DateOnly, value, h.Location)
		bad.Check(err == nil, name, "Give the date as year, month and day, such as 2026-11-23.")
		return t
	}
	q.From, q.To = day("from", f.from), day("to", f.to)
	if !q.To.IsZero() {
		q.To = q.To.AddDate(0, 0, 1)
		bad.Check(q.From.IsZero() || q.From.Before(q.To), "to", "The last day lies before the first.")
	}
	return q, bad.Err()
}

// AuditLog is GET /staff/audit.
func (h *Handlers) AuditLog(c *kit.Ctx) error {
	f := readAudit(c)
	q, bad := h.auditQuery(c, f)
	all := c.Actor.Can(actor.AuditRead)
	page := log.List{
		Staff: Shell(c, "Audit log", "staff.audit"), Own: !all, Action: c.Kit.URL("staff.audit"), ID: f.id, From: f.from, To: f.to,
		Actions: actionOptions(f.action), Kinds: entityOptions(f.entity), Errors: map[string]string{},
		Empty: ui.EmptyState{Icon: "history", Title: "No entry matches", Text: "Nothing in the log fits these filters."},
	}
	page.Flash = h.takeFlash(c)
	if f.query() != "" {
		page.Clear = page.Action
	}
	if all {
		ch, err := h.chain(c)
		if err != nil {
			return err
		}
		page.Chain = ch
		if ch.PollURL != "" {
			page.Refresh = 5 * time.Second
		}
	}
	if bad != nil {
		why := fault.Of(bad)
		page.Problem, page.HasErrors = problems(why), true
		for _, p := range why.Fields {
			page.Errors[p.Name] = p.Message
		}
		return c.Render(why.Kind.Status(), log.Page(page))
	}
	entries, err := h.Audit.Entries(c.Context(), c.Actor, q)
	if err != nil {
		return err
	}
	h.auditEntries(c, f, entries, &page)
	people := entries
	if all && len(entries) == 0 { // who finds nothing chooses somebody else
		if people, err = h.Audit.Entries(c.Context(), c.Actor, AuditQuery{Limit: auditPage}); err != nil {
			return err
		}
	}
	page.Actors = actorOptions(c, f.actor, people)
	return c.OK(log.Page(page))
}

func (h *Handlers) auditEntries(c *kit.Ctx, f auditFilter, entries []AuditEntry, page *log.List) {
	if f.before > 0 {
		first := f
		first.before = 0
		page.Pages.First = c.Kit.URL("staff.audit") + first.query()
	}
	if len(entries) > auditPage {
		entries = entries[:auditPage]
		next := f
		next.before = entries[auditPage-1].ID
		page.Pages.Next = c.Kit.URL("staff.audit") + next.query()
	}
	for _, e := range entries {
		icon, did := verb(e.Action)
		page.Entries = append(page.Entries, log.Entry{
			Href: c.Kit.URL("staff.audit.entry", strconv.FormatInt(e.ID, 10)) + f.query(), Icon: icon, Actor: who(e.ActorKind, e.ActorID, e.ActorName), Did: did,
			Entity: thing(e), EntityHref: h.entityURL(c, e), Reason: e.Reason, ISO: iso(e.At), UTC: utc(e.At),
			ID: strconv.FormatInt(e.ID, 10), Sealed: e.Seq > 0,
		})
	}
}

// actorOptions are the reader, the staff of the entries, and whoever is chosen.
func actorOptions(c *kit.Ctx, chosen string, entries []AuditEntry) []ui.Option {
	out := []ui.Option{{Value: "", Label: "Anybody"}, {Value: c.Actor.ID, Label: "Me", Selected: chosen == c.Actor.ID}}
	known := []string{"", c.Actor.ID}
	for _, e := range entries {
		if e.ActorName != "" && !slices.Contains(known, e.ActorID) {
			known = append(known, e.ActorID)
			out = append(out, ui.Option{Value: e.ActorID, Label: e.ActorName, Selected: chosen == e.ActorID})
		}
	}
	if !slices.Contains(known, chosen) {
		out = append(out, ui.Option{Value: chosen, Label: chosen, Selected: true})
	}
	return out
}

// thing names what an entry is about as people know it.
func thing(e AuditEntry) string {
	switch {
	case e.EntityName != "" && e.Entity == "staff":
		return e.EntityName
	case e.EntityName != "":
		return e.Entity + " " + e.EntityName
	}
	return e.Entity + " " + e.EntityID
}

// entityURL is the page of what an entry is about, where there is one that the reader may open.
func (h *Handlers) entityURL(c *kit.Ctx, e AuditEntry) string {
	switch {
	case e.Entity == "case" && c.Reaches("staff.report"):
		return c.Kit.URL("staff.report", e.EntityID)
	case e.Entity == "image" && c.Reaches("staff.reports"):
		return c.Kit.URL("staff.reports") + "?q=" + e.EntityID
	}
	return ""
}

func actionOptions(chosen string) []ui.Option {
	out := []ui.Option{{Value: "", Label: "Anything"}}
	names := make([]string, 0, len(verbs))
	for name := range verbs {
		names = append(names, name)
	}
	if chosen != "" && !slices.Contains(names, chosen) {
		names = append(names, chosen)
	}
	slices.Sort(names)
	for _, name := range names {
		_, text := verb(name)
		entity, _, _ := strings.Cut(name, ".")
		out = append(out, ui.Option{Value: name, Label: entity + ": " + text, Selected: name == chosen})
	}
	return out
}

func entityOptions(chosen string) []ui.Option {
	out := []ui.Option{{Value: "", Label: "Anything"}}
	for _, e := range []string{"case", "image", "notice", "effect", "block", "reason", "staff", "user", "data_request", "audit"} {
		out = append(out, ui.Option{Value: e, Label: e, Selected: e == chosen})
	}
	return out
}

// chain is the state of the hash chain in words.
func (h *Handlers) chain(c *kit.Ctx) (*log.Chain, error) {
	st, err := h.Audit.Chain(c.Context())
	if err != nil {
		return nil, err
	}
	v := chainView(st)
	if st.Verifying() {
		v.PollURL = c.Kit.URL("staff.audit")
	} else {
		v.VerifyURL = c.Kit.URL("staff.audit.verify")
	}
	return &v, nil
}

func chainView(st AuditChain) log.Chain {
	v := log.Chain{Tone: ui.Info, Title: "The chain was never verified here", Label: "Verify now"}
	v.Text = fmt.Sprintf("%d entries, %d of them sealed. ", st.Entries, st.Sealed)
	if !st.AskedAt.IsZero() {
		v.Title, v.ISO, v.UTC = "The chain is being verified", iso(st.AskedAt), utc(st.AskedAt)
		v.Text += "This page shows the outcome when every entry was read. Asked for "
		if st.Lost {
			v.Tone, v.Title, v.Label = ui.Warn, "A verification did not come to an end", "Verify again"
			v.Text = "The page of jobs tells admins why. Asked for "
		}
		return v
	}
	if st.CheckedAt.IsZero() {
		return v
	}
	v.ISO, v.UTC = iso(st.CheckedAt), utc(st.CheckedAt)
	v.Text += fmt.Sprintf("%d were verified ", st.Checked)
	v.Tone, v.Title = ui.OK, "The chain is whole"
	if !st.OK {
		v.Tone, v.Title = ui.Danger, fmt.Sprintf("The chain breaks at entry %d", st.BrokenAt)
		v.Text = fmt.Sprintf("%s %d sealed entries fit. Verified ", st.Problem, st.Checked)
	}
	return v
}

// Verify is POST /staff/audit/verify.
func (h *Handlers) Verify(c *kit.Ctx) error {
	if err := h.Audit.Ask(c.Context(), c.Actor); err != nil {
		return err
	}
	return c.See("staff.audit")
}

// AuditEntry is GET /staff/audit/:id.
func (h *Handlers) AuditEntry(c *kit.Ctx) error {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || id < 1 {
		return models.ErrNotFound
	}
	e, err := h.Audit.Entry(c.Context(), c.Actor, id)
	if err != nil {
		return err
	}
	if !c.Actor.Can(actor.AuditRead) && e.ActorID != c.Actor.ID {
		return models.ErrNotFound
	}
	_, did := verb(e.Action)
	f := readAudit(c)
	d := log.Detail{
		Staff: Shell(c, "Audit log", "staff.audit"), Back: c.Kit.URL("staff.audit") + f.query(), Title: who(e.ActorKind, e.ActorID, e.ActorName) + " " + did + " " + thing(e),
		Facts: auditFacts(e), Notes: noteFacts(e.Notes), Around: c.Kit.URL("staff.audit") + auditFilter{entity: e.Entity, id: e.EntityID}.query(),
	}
	d.Seal = []ui.Pair{{Key: "State", Text: "Not sealed yet: the sealer runs within a minute of the entry."}}
	if e.Seq > 0 {
		d.Seal = []ui.Pair{
			{Key: "Place", Text: strconv.FormatInt(e.Seq, 10)},
			{Key: "Hash", Value: review.Mono(hex.EncodeToString(e.Hash))},
			{Key: "Before it", Value: review.Mono(hex.EncodeToString(e.PrevHash))},
			{Key: "Sealed", Value: ui.Local(iso(e.SealedAt), utc(e.SealedAt))},
		}
	}
	return c.OK(log.EntryPage(d))
}

func auditFacts(e AuditEntry) []ui.Pair {
	out := []ui.Pair{
		{Key: "When", Value: ui.Local(iso(e.At), utc(e.At))},
		{Key: "Who", Text: who(e.ActorKind, e.ActorID, e.ActorName)},
		{Key: "Actor", Value: review.Mono(strings.TrimSpace(e.ActorKind + " " + e.ActorID))},
		{Key: "Action", Value: review.Mono(e.Action)},
		{Key: "On", Value: review.Mono(e.Entity + " " + e.EntityID)},
	}
	if e.Reason != "" {
		out = append(out, ui.Pair{Key: "Reason", Text: e.Reason})
	}
	if e.RequestID != "" {
		out = append(out, ui.Pair{Key: "Request", Value: review.Mono(e.RequestID)})
	}
	return out
}

func noteFacts(notes map[string]any) []ui.Pair {
	names := make([]string, 0, len(notes))
	for name := range notes {
		names = append(names, name)
	}
	slices.Sort(names)
	var out []ui.Pair
	for _, name := range names {
		text, ok := notes[name].(string)
		if !ok {
			b, _ := json.Marshal(notes[name])
			text = string(b)
		}
		out = append(out, ui.Pair{Key: strings.ReplaceAll(name, "_", " "), Text: text})
	}
	return out
}

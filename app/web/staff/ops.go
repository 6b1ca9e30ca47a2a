package staff

import (
	"fmt"
	"strconv"

	"github.com/a-h/templ"

	"imglink/app/fault"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/staff/ops"
	"imglink/views/staff/review"
	"imglink/views/ui"
)

const tablePage = 50

// OutboxList is GET /staff/outbox: the mails of an instance without a mail server.
func (h *Handlers) OutboxList(c *kit.Ctx) error {
	page := ops.Table{
		Staff: Shell(c, "Outbox", "staff.outbox"),
		Empty: ui.EmptyState{Icon: "mail-check", Title: "No mail is kept", Text: "Mails go out by the mail server that is set up. Here stand those of an instance without one."},
	}
	page.Flash = h.takeFlash(c)
	if h.Outbox == nil {
		return c.OK(ops.TablePage(page))
	}
	before := c.Text("before")
	mails, err := h.Outbox.List(c.Context(), tablePage+1, before)
	if err != nil {
		return err
	}
	page.Empty.Text = "When the program writes to somebody, the letter appears here, because no mail server is set up."
	if len(mails) > tablePage {
		mails = mails[:tablePage]
		page.Pages.Next = c.Kit.URL("staff.outbox") + "?before=" + mails[tablePage-1].ID
	}
	if before != "" {
		page.Pages.First = c.Kit.URL("staff.outbox")
	}
	page.Note = "No mail server is set up: mails are kept here and reach nobody by themselves."
	page.Table = ui.Table{
		Caption: "Kept mails", Hidden: true, Stacks: true,
		Columns: []ui.Column{{Label: "Subject"}, {Label: "To"}, {Label: "About"}, {Label: "Written", Tight: true}, {Label: "Size", Numeric: true, Tight: true}},
	}
	for _, m := range mails {
		page.Table.Rows = append(page.Table.Rows, []ui.Cell{
			{Text: m.Subject, Href: c.Kit.URL("staff.outbox.mail", m.ID)},
			{Text: m.To},
			{Value: review.Mono(m.Reference)},
			{Value: ui.Local(iso(m.Date), utc(m.Date))},
			{Text: size(m.Bytes)},
		})
	}
	return c.OK(ops.TablePage(page))
}

// OutboxMail is GET /staff/outbox/:id.
func (h *Handlers) OutboxMail(c *kit.Ctx) error {
	if h.Outbox == nil {
		return models.ErrNotFound
	}
	m, err := h.Outbox.Read(c.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	return c.OK(ops.MailPage(ops.Mail{
		Staff: Shell(c, m.Subject, "staff.outbox"), Back: c.Kit.URL("staff.outbox"), Text: m.Text,
		Facts: []ui.Pair{{Key: "To", Text: m.To}, {Key: "Subject", Text: m.Subject}, {Key: "Written", Value: ui.Local(iso(m.Date), utc(m.Date))}, {Key: "About", Value: review.Mono(m.Reference)}},
	}))
}

// Jobs is GET /staff/jobs: what the queue could not do, and mails that could not be sent. No content, no addresses.
func (h *Handlers) Jobs(c *kit.Ctx) error {
	before, _ := strconv.ParseInt(c.Text("before"), 10, 64)
	jobs, err := h.Troubles.TroubledJobs(c.Context(), max(before, 0), tablePage+1)
	if err != nil {
		return err
	}
	counts, err := h.Figures.JobCounts(c.Context())
	if err != nil {
		return err
	}
	mails, err := h.Troubles.TroubledMails(c.Context(), tablePage)
	if err != nil {
		return err
	}
	page := ops.Table{
		Staff: Shell(c, "Jobs", "staff.jobs"), Stats: jobStats(counts, len(mails)),
		Empty: ui.EmptyState{Icon: "check-check", Title: "Nothing is in trouble", Text: "Every job and every mail did what it should, or is about to."},
	}
	page.Flash = h.takeFlash(c)
	if len(jobs) > tablePage {
		jobs = jobs[:tablePage]
		page.Pages.Next = c.Kit.URL("staff.jobs") + "?before=" + strconv.FormatInt(jobs[tablePage-1].ID, 10)
	}
	if before > 0 {
		mails = nil // they stand on the first page
	}
	page.Table = troubleTable(jobs, mails)
	return c.OK(ops.TablePage(page))
}

func troubleTable(jobs []models.JobRow, mails []models.MailRow) ui.Table {
	t := ui.Table{
		Caption: "Jobs and mails in trouble", Stacks: true,
		Columns: []ui.Column{{Label: "What"}, {Label: "State", Tight: true}, {Label: "Tries", Numeric: true, Tight: true}, {Label: "Last error"}, {Label: "Since", Tight: true}},
	}
	for _, m := range mails {
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: "Mail: " + m.Kind + ", " + m.Entity + " " + m.EntityID},
			{Value: troubleBadge(m.State)},
			{Text: strconv.Itoa(m.Attempts)},
			{Text: m.LastError},
			{Value: ui.Local(iso(m.CreatedAt), utc(m.CreatedAt))},
		})
	}
	for _, j := range jobs {
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: "Job: " + j.Kind + " " + strconv.FormatInt(j.ID, 10)},
			{Value: troubleBadge(j.State)},
			{Text: fmt.Sprintf("%d of %d", j.Attempt, j.MaxAttempts)},
			{Text: j.Error},
			{Value: ui.Local(iso(j.CreatedAt), utc(j.CreatedAt))},
		})
	}
	return t
}

func troubleBadge(state string) templ.Component {
	if state == "failed" || state == "discarded" {
		return ui.Badge(ui.Danger, "triangle-alert", "Given up")
	}
	return ui.Badge(ui.Warn, "rotate-ccw", "Tried again")
}

func jobStats(counts []models.JobCount, mails int) []ui.Stat {
	n := map[string]int{}
	for _, j := range counts {
		n[j.State] += j.N
	}
	stat := func(label string, v int, tone ui.Tone) ui.Stat {
		if v == 0 {
			tone = ui.Neutral
		}
		return ui.Stat{Label: label, Value: strconv.Itoa(v), Tone: tone}
	}
	return []ui.Stat{
		stat("Waiting", n["available"]+n["scheduled"]+n["pending"]+n["running"], ui.Neutral), stat("To be tried again", n["retryable"], ui.Warn),
		stat("Given up", n["discarded"], ui.Danger), stat("Mails in trouble", mails, ui.Warn),
	}
}

// Effects is GET /staff/effects: effects of decisions that failed, to be tried again.
func (h *Handlers) Effects(c *kit.Ctx) error {
	list, err := h.Moderation.FailedEffects(c.Context(), c.Actor, tablePage)
	if err != nil {
		return err
	}
	page := ops.Effects{
		Staff: Shell(c, "Effects", "staff.effects"), List: h.effects(c, list, true),
		Note:  "What a decision still had to cause outside the database and could not. Trying again is safe: what is done already stays done.",
		Empty: ui.EmptyState{Icon: "check-check", Title: "Nothing failed", Text: "Every decision has had its full effect, or is having it."},
	}
	page.Flash = h.takeFlash(c)
	return c.OK(ops.EffectsPage(page))
}

// RetryEffect is POST /staff/effects/:id/retry.
func (h *Handlers) RetryEffect(c *kit.Ctx) error {
	err := h.Moderation.Retry(c.Context(), c.Actor, c.Param("id"))
	if err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	setFlash(c, "retried")
	return c.Back(refererPath(c), c.Kit.URL("staff.effects"))
}

// Blocks is GET /staff/blocks: exact files that are refused.
func (h *Handlers) Blocks(c *kit.Ctx) error { return h.drawBlocks(c, nil) }

func (h *Handlers) drawBlocks(c *kit.Ctx, refused error) error {
	list, err := h.Moderation.Blocks(c.Context(), c.Actor, c.Text("after"), tablePage)
	if err != nil {
		return err
	}
	page := ops.Table{
		Staff: Shell(c, "Block list", "staff.blocks"), Note: "Files whose exact bytes are refused when they are uploaded again. A decision adds them, and so can you.",
		Empty: ui.EmptyState{Icon: "ban", Title: "No file is blocked", Text: "A decision to remove or disable can block the exact file."},
	}
	page.Flash = h.takeFlash(c)
	status, err := h.blockForm(c, &page, refused)
	if err != nil {
		return err
	}
	if list.Next != "" {
		page.Pages.Next = c.Kit.URL("staff.blocks") + "?after=" + list.Next
	}
	if c.Text("after") != "" {
		page.Pages.First = c.Kit.URL("staff.blocks")
	}
	page.Table = ui.Table{
		Caption: "Blocked files", Hidden: true, Stacks: true,
		Columns: []ui.Column{{Label: "SHA-256"}, {Label: "Reason"}, {Label: "Refused", Numeric: true, Tight: true}, {Label: "Last refused", Tight: true}, {Label: "Since", Tight: true}, {Label: "Action", Tight: true}},
	}
	for _, b := range list.Rows {
		last := ui.Cell{Text: "never"}
		if b.LastHitAt != nil {
			last = ui.Cell{Value: ui.Local(iso(*b.LastHitAt), utc(*b.LastHitAt))}
		}
		page.Table.Rows = append(page.Table.Rows, []ui.Cell{
			{Value: review.Mono(fmt.Sprintf("%x…", b.SHA256[:12]))},
			{Text: b.ReasonLabel},
			{Text: plural(int(b.Hits), "time")},
			last,
			{Value: ui.Local(iso(b.CreatedAt), utc(b.CreatedAt))},
			{Value: ops.PostButton(c.Kit.URL("staff.block.remove", b.ID), c.CSRF(), ui.Btn{Label: "Unblock", Icon: "shield-off", Kind: "danger"})},
		})
	}
	return c.Render(status, ops.TablePage(page))
}

// RemoveBlock is POST /staff/blocks/:id/remove.
func (h *Handlers) RemoveBlock(c *kit.Ctx) error {
	if err := h.Moderation.RemoveBlock(c.Context(), c.Actor, c.Param("id")); err != nil {
		return err
	}
	setFlash(c, "unblocked")
	return c.See("staff.blocks")
}

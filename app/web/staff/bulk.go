package staff

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/moderation"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/staff/review"
)

// readKeys takes the chosen cases from the address or the form. What is not a key, or does not say which version of the
// case was looked at (versions begin with 1), is left out, and whole is false.
func readKeys(values []string) (out []moderation.BulkCase, whole bool) {
	whole = true
	seen := map[string]bool{}
	for _, v := range values {
		id, version, _ := strings.Cut(v, ".")
		n, err := strconv.ParseInt(version, 10, 64)
		switch {
		case err != nil || n < 1 || !ident.IsPublic(id):
			whole = false
		case !seen[id]:
			seen[id] = true
			out = append(out, moderation.BulkCase{ID: id, Version: n})
		}
	}
	return out, whole
}

var errUnseen = fault.New(fault.Conflict, "case_unseen", "Part of your selection did not say which state of the case you saw, and was left out. Nothing was decided: look at the cases below again.")

// Bulk is GET /staff/reports/bulk?case=: every chosen picture again, larger, and one form.
func (h *Handlers) Bulk(c *kit.Ctx) error {
	var values []string
	for _, v := range c.Request().URI().QueryArgs().PeekMulti("case") {
		values = append(values, string(v))
	}
	keys, _ := readKeys(values)
	back := c.Text("back")
	switch {
	case len(keys) == 0:
		setFlash(c, "choose")
		return c.Back(back, c.Kit.URL("staff.reports"))
	case len(keys) > moderation.MaxBulk:
		setFlash(c, "too_many")
		return c.Back(back, c.Kit.URL("staff.reports"))
	}
	return h.bulkPage(c, 200, keys, draft{}, nil, nil)
}

// bulkPage shows the chosen cases that still can be decided. The versions are those of the list, so that a case that has
// changed since is refused and not decided unseen.
func (h *Handlers) bulkPage(c *kit.Ctx, status int, keys []moderation.BulkCase, typed draft, why *fault.Error, p *review.Preview) error {
	reasons, err := h.Moderation.Reasons(c.Context())
	if err != nil {
		return err
	}
	f := backFilter(c)
	page := review.Bulk{Staff: Shell(c, "Decide together", "staff.reports"), Back: h.listURL(c, f)}
	var kept, labels []string
	gone, held := 0, 0
	reason := ""
	for _, k := range keys {
		d, err := h.detail(c, k.ID)
		if fault.Is(err, fault.NotFound) || err == nil && (!moderation.Together(d.Case) || d.Image.DerivedAt == nil) {
			gone++
			continue
		}
		if err != nil {
			return err
		}
		row := h.row(c, d.CaseRow, f, "")
		if d.Lease != nil && !d.Lease.Mine {
			row.Excluded = "Held by " + d.Lease.HolderName + ": left out"
			page.Rows = append(page.Rows, row)
			held++
			continue
		}
		page.Rows, page.Count = append(page.Rows, row), page.Count+1
		kept = append(kept, k.ID+"."+strconv.FormatInt(k.Version, 10))
		if reason = d.ReasonCode; !slices.Contains(labels, d.ReasonLabel) {
			labels = append(labels, d.ReasonLabel)
		}
	}
	if len(labels) == 1 && typed.Reason == "" && why == nil && typed.Action == "" {
		typed.Reason = reason
	}
	if len(kept) == 0 {
		setFlash(c, map[bool]string{true: "held", false: "choose"}[held > 0])
		return c.Redirect(page.Back, 303)
	}
	if len(labels) > 1 {
		page.Mixed = "They were reported for different reasons: " + strings.Join(labels, "; ") + ". The one you choose is stated for all of them."
	}
	if gone > 0 {
		page.Missing = plural(gone, "case") + " of your selection cannot be decided together. Critical and decided cases are opened one by one."
	}
	typed.fill(reasons, false)
	page.Form = h.form(c, typed, reasons, softOnly(c.Actor))
	page.Form.Keys, page.Form.Back, page.Form.Preview = kept, page.Back, p
	page.Form.Action, page.Form.PreviewURL = c.Kit.URL("staff.bulk"), c.Kit.URL("staff.bulk.preview")
	page.Form.SubmitLabel = "Decide " + plural(len(kept), "case")
	if why != nil {
		refuse(&page.Form, why)
		page.HasErrors = true
	}
	return c.Render(status, review.BulkPage(page))
}

// BulkPreview is POST /staff/reports/bulk/preview: the statement of the first case stands for all.
func (h *Handlers) BulkPreview(c *kit.Ctx) error {
	reasons, err := h.Moderation.Reasons(c.Context())
	if err != nil {
		return err
	}
	keys, _ := readKeys(c.Texts("case"))
	typed := readDraft(c)
	if len(keys) == 0 {
		return models.ErrNotFound
	}
	fill := c.Text("fill")
	htmx := c.Get("HX-Request") == "true"
	if fill != "" || !htmx {
		typed.fill(reasons, fill == "1")
	}
	typed.Fence, typed.Version = 0, 0
	var p *review.Preview
	if fill == "" {
		shown := h.preview(c, typed, keys[0].ID, reasons)
		shown.LiveURL = c.Kit.URL("staff.bulk.preview")
		shown.More = "Shown for the first case. The others get the same words with their own references."
		p = &shown
	}
	switch {
	case htmx && fill == "":
		return c.OK(review.PreviewPane(*p))
	case htmx:
		form := h.form(c, typed, reasons, softOnly(c.Actor))
		form.Keys, form.Back = c.Texts("case"), h.listURL(c, backFilter(c))
		form.Action, form.PreviewURL = c.Kit.URL("staff.bulk"), c.Kit.URL("staff.bulk.preview")
		form.SubmitLabel = "Decide " + plural(len(keys), "case")
		return c.OK(review.DecisionForm(form))
	}
	return h.bulkPage(c, 200, keys, typed, nil, p)
}

// DecideBulk is POST /staff/reports/bulk.
func (h *Handlers) DecideBulk(c *kit.Ctx) error {
	reasons, err := h.Moderation.Reasons(c.Context())
	if err != nil {
		return err
	}
	keys, whole := readKeys(c.Texts("case"))
	typed := readDraft(c)
	if len(keys) == 0 || len(keys) > moderation.MaxBulk {
		setFlash(c, "choose")
		return c.Redirect(h.listURL(c, backFilter(c)), 303)
	}
	if !whole {
		return h.bulkPage(c, fault.Conflict.Status(), keys, typed, fault.Of(errUnseen), nil)
	}
	in, err := h.input(c, typed, "", reasons)
	if !typed.Seen {
		err = join(err, fault.InvalidField("seen", "Confirm that you have looked at every picture."))
	}
	if err != nil {
		return h.bulkPage(c, fault.Invalid.Status(), keys, typed, fault.Of(err), nil)
	}
	in.Fence, in.Version = 0, 0
	res, err := h.Moderation.DecideBulk(c.Context(), c.Actor, moderation.BulkInput{Template: in, Cases: keys})
	if fault.Is(err, fault.Invalid) {
		return h.bulkPage(c, fault.Invalid.Status(), keys, typed, fault.Of(err), nil)
	}
	if err != nil {
		return err
	}
	if len(res.Failed) == 0 && len(res.Done) > 0 {
		setFlash(c, "batch", strconv.Itoa(len(res.Done)), res.BatchID, strconv.FormatInt(finalAt(res).Unix(), 10))
		return c.Redirect(h.listURL(c, backFilter(c)), 303)
	}
	return h.bulkDone(c, res, len(res.Done) > 0, "Some cases were not decided", plural(len(res.Done), "case")+" decided, "+plural(len(res.Failed), "case")+" left as they were.")
}

// finalAt is when the first undo window of the batch ends.
func finalAt(res moderation.BulkResult) time.Time {
	at := res.Done[0].FinalAt
	for _, d := range res.Done {
		if d.FinalAt.Before(at) {
			at = d.FinalAt
		}
	}
	return at
}

func (h *Handlers) bulkDone(c *kit.Ctx, res moderation.BulkResult, undo bool, title, text string) error {
	f := backFilter(c)
	page := review.BulkDone{Staff: Shell(c, "Decide together", "staff.reports"), Title: title, Text: text, Back: h.listURL(c, f)}
	if undo {
		at := finalAt(res)
		page.UndoURL, page.UndoTill, page.UndoFor = c.Kit.URL("staff.batch.undo", res.BatchID), clockTime(at), secondsLeft(c, at)
	}
	for _, bad := range res.Failed {
		v := review.Failed{Reference: bad.CaseID, Href: h.caseURL(c, bad.CaseID, f), Message: bad.Message}
		if d, err := h.detail(c, bad.CaseID); err == nil {
			v.Reference = d.Reference
		}
		page.Failed = append(page.Failed, v)
	}
	return c.Render(200, review.BulkDonePage(page))
}

// UndoBatch is POST /staff/batches/:id/undo.
func (h *Handlers) UndoBatch(c *kit.Ctx) error {
	res, err := h.Moderation.UndoBatch(c.Context(), c.Actor, c.Param("id"))
	if err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	switch {
	case err != nil:
		setFlash(c, "late")
	case len(res.Failed) > 0:
		return h.bulkDone(c, res, false, "Not everything could be taken back", plural(len(res.Failed), "case")+" could not be taken back.")
	default:
		setFlash(c, "undone_all")
	}
	return c.Back(refererPath(c), c.Kit.URL("staff.reports"))
}

package staff

import (
	"net/url"
	"strconv"
	"strings"

	"imglink/app/fault"
	"imglink/app/web/kit"
)

// Claim is POST /staff/reports/:id/claim. A form that comes along, after a decision that was too late, is shown again
// with what was typed.
func (h *Handlers) Claim(c *kit.Ctx) error {
	if _, err := h.Moderation.Claim(c.Context(), c.Actor, c.Param("id")); err != nil {
		return h.held(c, err)
	}
	typed := readDraft(c)
	if typed.Explanation == "" && typed.Facts == "" {
		return c.Redirect(h.caseURL(c, c.Param("id"), backFilter(c)), 303)
	}
	d, err := h.detail(c, c.Param("id"))
	if err != nil {
		return err
	}
	f := backFilter(c)
	view, err := h.caseView(c, d, f)
	if err != nil || view.Form == nil {
		return err
	}
	reasons, err := h.Moderation.Reasons(c.Context())
	if err != nil {
		return err
	}
	typed.Fence, typed.Version = d.Lease.Fence, d.Version
	form := h.form(c, typed, reasons, d.May)
	h.address(c, d.ID, f, &form)
	view.Form = &form
	return h.showCase(c, 200, d, view, f)
}

// held turns a refused claim into a look at who holds the case; scripts get the error itself.
func (h *Handlers) held(c *kit.Ctx, err error) error {
	if !fault.Is(err, fault.Locked) && !fault.Is(err, fault.Conflict) || c.WantsJSON() {
		return err
	}
	setFlash(c, "held")
	return c.Redirect(h.caseURL(c, c.Param("id"), backFilter(c)), 303)
}

// Steal is POST /staff/reports/:id/steal: a lead takes over.
func (h *Handlers) Steal(c *kit.Ctx) error {
	if _, err := h.Moderation.Steal(c.Context(), c.Actor, c.Param("id")); err != nil {
		return h.held(c, err)
	}
	return c.Redirect(h.caseURL(c, c.Param("id"), backFilter(c)), 303)
}

// leaseState is the answer to a heartbeat.
type leaseState struct {
	Until string `json:"until"` // RFC 3339
	Clock string `json:"clock"` // the same as the page writes it
}

// Heartbeat is POST /staff/reports/:id/heartbeat?fence=: the page is still open.
func (h *Handlers) Heartbeat(c *kit.Ctx) error {
	l, err := h.Moderation.Heartbeat(c.Context(), c.Actor, c.Param("id"), fence(c))
	if err != nil {
		return err
	}
	return c.JSONStatus(200, leaseState{Until: iso(l.Until), Clock: clockTime(l.Until)})
}

func fence(c *kit.Ctx) int64 { n, _ := strconv.ParseInt(c.Text("fence"), 10, 64); return n }

// Release is POST /staff/reports/:id/release. A claim that had run out is as good as released.
func (h *Handlers) Release(c *kit.Ctx) error {
	err := h.Moderation.Release(c.Context(), c.Actor, c.Param("id"), fence(c))
	if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Locked) {
		return err
	}
	if !paneOnly(c) {
		setFlash(c, "released")
	}
	return c.Redirect(h.caseURL(c, c.Param("id"), backFilter(c)), 303)
}

// Skip is POST /staff/reports/:id/skip: releases the case and claims the next free one below it.
func (h *Handlers) Skip(c *kit.Ctx) error {
	f := backFilter(c)
	next, err := h.Moderation.Skip(c.Context(), c.Actor, f, c.Param("id"), fence(c))
	switch {
	case err != nil:
		return err
	case next.CaseID != "":
		return c.Redirect(h.caseURL(c, next.CaseID, f), 303)
	case next.After != "":
		f.After = next.After
		return c.Redirect(h.listURL(c, f), 303)
	}
	setFlash(c, "empty")
	return c.Redirect(h.listURL(c, f), 303)
}

// Escalate is POST /staff/reports/:id/escalate.
func (h *Handlers) Escalate(c *kit.Ctx) error {
	err := h.Moderation.Escalate(c.Context(), c.Actor, c.Param("id"), fence(c), lines(c.Text("note")))
	if err != nil {
		return h.held(c, err)
	}
	setFlash(c, "escalated")
	return h.openNext(c, backFilter(c), true)
}

// refererPath is the page of ours that a form without a field back came from, or empty.
func refererPath(c *kit.Ctx) string {
	if back := c.Text("back"); back != "" {
		return back
	}
	u, err := url.Parse(strings.Clone(c.Get("Referer")))
	if err != nil || u.Host != string(c.Request().Host()) {
		return ""
	}
	return u.RequestURI()
}

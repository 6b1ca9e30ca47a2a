package browsertest

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-rod/rod/lib/proto"
	"github.com/pquerna/otp/totp"

	"imglink/app"
	"imglink/app/actor"
	"imglink/app/apptest"
	"imglink/app/moderation"
	"imglink/app/uploads"
	"imglink/models"
)

// The widths every page is looked at.
const (
	wide   = 1440
	narrow = 390
)

// inspect looks at the page that is open: both widths, both themes. Only contrast depends on the theme.
func (v *visitor) inspect(name string) {
	v.Helper()
	for _, width := range []int{wide, narrow} {
		for _, scheme := range []string{"light", "dark"} {
			v.media(scheme, "reduce")
			v.screen(width)
			v.js(`() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(''))))`)
			where := fmt.Sprintf("%s-%s-%d", name, scheme, width)
			if over := v.number(`() => document.documentElement.scrollWidth`); over > width {
				v.Errorf("%s is %d wide: %s", where, over, v.js(widest, width))
			}
			rules := `{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}`
			if scheme == "dark" {
				rules = `{runOnly: {type: 'rule', values: ['color-contrast']}}`
			}
			found := v.js(`async () => (await axe.run(document, ` + rules + `)).violations.map(f => f.id + ': ' + f.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | ')).join('\n')`)
			if found != "" {
				v.Errorf("%s: axe: %s", where, found)
			}
			v.shoot(where)
		}
	}
	v.clean(name)
	v.screen(wide)
	v.media("light", "reduce")
}

// widest names what sticks out.
const widest = `width => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width + 1).slice(0, 4).map(e => e.tagName + '.' + e.className).join(', ')`

// screen emulates a phone or a desk.
func (v *visitor) screen(width int) {
	v.Helper()
	must(v.T, proto.EmulationSetDeviceMetricsOverride{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 500}.Call(v.page))
}

func (v *visitor) number(f string) int {
	v.Helper()
	out, err := v.page.Timeout(patience).Eval(f)
	must(v.T, err)
	return out.Value.Int()
}

// withAxe puts axe-core into every page from now on.
func (v *visitor) withAxe() *visitor {
	v.Helper()
	axe, err := os.ReadFile("testdata/axe.min.js")
	must(v.T, err)
	_, err = proto.PageAddScriptToEvaluateOnNewDocument{Source: string(axe)}.Call(v.page)
	must(v.T, err)
	return v
}

// switched is a way to the object store that can be cut.
type switched struct{ cut atomic.Bool }

// RoundTrip implements http.RoundTripper.
func (s *switched) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.cut.Load() {
		return nil, http.ErrServerClosed
	}
	return http.DefaultTransport.RoundTrip(r)
}

// furnished is an instance with something on every page.
type furnished struct {
	*world
	store                                                       *switched
	live, restricted, removed, disabled, deleted, held, waiting uploads.Upload
	done, open                                                  moderation.Receipt
	heldCase, openCase, doneCase                                string
}

func furnish(t *testing.T) *furnished {
	t.Helper()
	f := &furnished{store: &switched{}}
	f.world = begin(t, apptest.With(func(o *app.Options) { o.Transport = f.store }))
	ups := make([]uploads.Upload, 8)
	for i := range ups {
		ups[i] = f.upload(uint64(i + 1))
	}
	f.live, f.restricted, f.removed, f.disabled, f.deleted, f.held, f.waiting = ups[0], ups[1], ups[2], ups[3], ups[4], ups[5], ups[6]
	f.report("adult", f.restricted)
	f.decide(models.ActionRestrict, "adult")
	f.done = f.report("copyright", f.removed)
	f.doneCase = f.decide(models.ActionRemove, "copyright").CaseID
	f.report("privacy", f.disabled)
	f.decide(models.ActionDisable, "privacy")
	f.settle()
	if _, err := f.Uploads.Delete(t.Context(), actor.Guest("guest0000001"), f.deleted.DeleteToken); err != nil {
		t.Fatal(err)
	}
	f.report("self_harm", f.held)
	f.heldCase = f.next(actor.Moderator).CaseID
	f.report("intimate", ups[7])
	escalated := f.next(actor.Triage)
	if err := f.Moderation.Escalate(t.Context(), f.staff[actor.Triage], escalated.CaseID, escalated.Fence, "Is this parody?"); err != nil {
		t.Fatal(err)
	}
	f.open = f.report("spam", f.waiting)
	f.openCase = f.caseOf(f.waiting)
	return f
}

func (f *furnished) next(role actor.Role) moderation.Lease {
	f.t.Helper()
	l, err := f.Moderation.Next(f.t.Context(), f.staff[role], moderation.Filter{})
	if err != nil {
		f.t.Fatal(err)
	}
	return l
}

func (f *furnished) caseOf(up uploads.Upload) string {
	f.t.Helper()
	q, err := f.Moderation.Queue(f.t.Context(), f.staff[actor.Lead], moderation.Filter{})
	if err != nil {
		f.t.Fatal(err)
	}
	for _, c := range q.Cases {
		if c.Image.ID == up.Image.ID {
			return c.ID
		}
	}
	f.t.Fatalf("no case is about %s", up.Image.ID)
	return ""
}

func TestPublicPages(t *testing.T) {
	f := furnish(t)
	v := visit(t, chromium(t), f.URL).withAxe()
	page := func(name, path string) { v.open(path); v.inspect("public-" + name) }
	page("home", "/")
	v.uploads(camera)
	v.inspect("public-uploaded")
	page("image", "/"+f.live.Image.ID)
	page("age", "/"+f.restricted.Image.ID)
	page("410", "/"+f.removed.Image.ID)
	page("451", "/"+f.disabled.Image.ID)
	page("deleted", "/"+f.deleted.Image.ID)
	page("delete", "/delete/"+string(f.live.DeleteToken))
	page("delete-410", "/delete/"+string(f.removed.DeleteToken))
	page("report", "/"+f.live.Image.ID+"/report")
	v.fill("#explanation", "Too short a report.")
	v.follow("form[data-pow] button.primary")
	v.says("There is a problem")
	v.inspect("public-report-422")
	v.fillsReport()
	v.follow("form[data-pow] button.primary")
	v.inspect("public-receipt")
	page("status-open", "/report/status/"+f.open.StatusToken)
	page("status-done", "/report/status/"+f.done.StatusToken)
	page("privacy", "/privacy")
	page("terms", "/terms")
	f.wantClauses(v)
	page("help", "/help")
	page("developers", "/developers")
	page("404", "/nothing-here")
	v.open("/delete/" + string(f.waiting.DeleteToken))
	v.follow(".gate form .btn.danger")
	v.inspect("public-deleted-now")
	f.store.cut.Store(true)
	page("503", "/i/"+f.held.Image.ID+".jpg")
	f.store.cut.Store(false)
	for range 130 {
		status(t, f.URL+"/botcheck/challenge?action=report")
	}
	page("429", "/report/status/"+f.open.StatusToken)
}

// wantClauses holds the reasons against the terms that are shown: a statement of reasons names and links a clause.
func (f *furnished) wantClauses(v *visitor) {
	f.t.Helper()
	reasons, err := f.Moderation.Reasons(f.t.Context())
	must(v.T, err)
	for _, r := range reasons {
		if r.Ground != moderation.GroundTerms {
			continue
		}
		clause := strings.Join(strings.Fields(v.js(`id => document.getElementById(id)?.innerText ?? ''`, r.Clause)), " ")
		number, title, _ := strings.Cut(strings.TrimPrefix(r.Reference, "Terms of service, clause "), ": ")
		if !strings.HasPrefix(clause, number+" "+title) {
			v.Errorf("reason %s refers to %q, but #%s of the terms is %.60q", r.Code, r.Reference, r.Clause, clause)
		}
	}
}

func TestStaffPages(t *testing.T) {
	f := furnish(t)
	b := chromium(t)
	seen := map[string]bool{}
	for _, role := range roles {
		v := visit(t, b, f.URL).withAxe()
		f.enter(v, role)
		page := func(name, path string) { v.open(path); v.inspect("staff-" + string(role) + "-" + name) }
		page("home", "/staff")
		for _, href := range strings.Fields(v.js(`() => [...document.querySelectorAll('.sidebar nav a')].map(a => a.getAttribute('href')).join(' ')`)) {
			if href != "/staff" && !seen[href] {
				seen[href] = true
				page(strings.NewReplacer("/staff/", "", "?", "-", "=", "").Replace(href), href)
			}
		}
		f.more(v, role, page)
	}
}

// more are the pages below those of the navigation.
func (f *furnished) more(v *visitor, role actor.Role, page func(name, path string)) {
	f.t.Helper()
	switch role {
	case actor.Triage:
		v.open("/staff/reports")
		if !v.is(`() => { const row = document.querySelector('.rows .trow'); return row && getComputedStyle(row).gridTemplateColumns.startsWith('0px ') }`) {
			v.Error("a role that decides nothing together has no column to select cases in")
		}
		page("403", "/staff/people")
		page("404", "/staff/nothing")
	case actor.Moderator:
		f.casePages(v, page)
	case actor.Lead:
		page("decided", "/staff/reports?state=decided")
		page("empty", "/staff/reports?q=C-0000-0000")
		page("case-done", "/staff/reports/"+f.doneCase)
	case actor.Auditor:
		v.open("/staff/audit")
		page("entry", v.js(`() => document.querySelector('main a[href^="/staff/audit/"]').getAttribute('href')`))
	case actor.Admin:
		page("invite", "/staff/people/invite")
		v.open("/staff/people")
		page("person", v.js(`() => [...document.querySelectorAll('main a[href^="/staff/people/"]')].filter(a => !a.href.endsWith('/invite')).at(-1).getAttribute('href')`))
		page("security", "/staff/security")
		page("confirm", "/staff/confirm")
		v.open("/staff/outbox")
		page("mail", v.js(`() => document.querySelector('main a[href^="/staff/outbox/"]').getAttribute('href')`))
	}
}

func (f *furnished) casePages(v *visitor, page func(name, path string)) {
	f.t.Helper()
	page("case-open", "/staff/reports/"+f.openCase)
	if !v.is(`() => document.querySelector('.look .viewer .frame').getBoundingClientRect().height <= 353`) {
		v.Error("a tall picture must leave room for the decision")
	}
	page("case-new", "/staff/reports/new?image="+f.live.Image.ID)
	page("case-held", "/staff/reports/"+f.heldCase)
	if !v.is(`() => { const chips = [...document.querySelectorAll('.d-head .chip')].map(c => c.textContent), all = parseInt(chips.at(-1), 10); return all > 0 && chips.reduce((n, c) => n + Number(c.match(/\+(\d+)/)?.[1] ?? 0), 0) === all }`) {
		v.Error("the chips must add up to the points in all")
	}
	v.click("label[for=action-remove]")
	v.choose("#reason", "harassment")
	v.click("#preview-button") // while the text of the reason is on its way
	v.appears("#preview .letter, #preview .callout")
	v.inspect("staff-moderator-preview")
	v.follow("#submit-decision")
	v.says("There is a problem")
	v.inspect("staff-moderator-422")
	v.open("/staff/reports")
	v.click(".check-hit")
	v.follow("#bulk-decide")
	v.inspect("staff-moderator-bulk")
	v.open("/staff/reports")
	v.press('?')
	v.appears("#keys")
	v.inspect("staff-moderator-keys")
}

func TestSignInPages(t *testing.T) {
	w := begin(t)
	v := visit(t, chromium(t), w.URL).withAxe()
	v.open("/staff/sign-in")
	v.inspect("sign-in")
	v.fill("#email", address(actor.Admin))
	v.fill("#password", "not the password")
	v.follow("form button.primary")
	v.says("There is a problem")
	v.inspect("sign-in-422")
	v.fill("#password", password)
	v.follow("form button.primary")
	v.inspect("factor")
}

// TestFirstSignIn follows an invitation from the administrator's form to the first page of the new colleague.
func TestFirstSignIn(t *testing.T) {
	w, b := begin(t), chromium(t)
	admin := visit(t, b, w.URL).withAxe()
	w.enter(admin, actor.Admin)
	admin.open("/staff/people/invite")
	admin.follow("main form button.primary")
	admin.says("There is a problem")
	admin.inspect("invite-422")
	admin.fill("#name", "Noor Haddad")
	admin.fill("#email", "noor@example.org")
	admin.click("label:has(input[name=role][value=moderator])")
	admin.follow("main form button.primary")
	admin.inspect("invited")
	link := admin.value("#link")

	v := visit(t, b, w.URL).withAxe()
	v.open(link)
	v.inspect("set-up")
	v.fill("#password", password)
	v.fill("#again", password)
	v.follow("form button.primary")
	v.inspect("enrol")
	code, err := totp.GenerateCode(strings.ReplaceAll(v.value("#secret"), " ", ""), w.Instance.Clock.Now())
	must(t, err)
	v.fill("#code", code)
	v.follow("form:has(#code) button.primary")
	v.inspect("recovery-codes")
	if n := len(strings.Fields(v.value("#codes"))); n < 10 {
		t.Errorf("%d recovery codes, want ten", n)
	}
	v.follow("a.btn.primary")
	v.says("Noor Haddad", "Moderator")
}

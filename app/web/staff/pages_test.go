package staff_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/testdb"
	"imglink/app/web/staff"
)

func TestHomeNumbersEqualTheirLists(t *testing.T) {
	d := newDesk(t)
	for i, level := range []int{3, 3, 4, 5, 1} {
		d.report(d.upload(i, "guestAAAAAAA"), d.reason(level), "This is me.", "")
	}
	m := d.as("moderator")
	tile := regexp.MustCompile(`<a class="stat[^"]*" href="([^"]+)"[^>]*><b>(\d+)</b>`)
	tiles := tile.FindAllStringSubmatch(strings.ReplaceAll(m.get("/staff").body, "\n", ""), -1)
	if len(tiles) != 5 {
		t.Fatalf("%d severity tiles, want 5", len(tiles))
	}
	for _, found := range tiles {
		list := m.get(strings.ReplaceAll(found[1], "&amp;", "&"))
		if rows := strings.Count(list.body, `<li id="row-`); strings.TrimLeft(found[2], "0") != strings.TrimLeft(itoa(rows), "0") {
			t.Errorf("%s says %s and lists %d", found[1], found[2], rows)
		}
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

func TestHomeOfEveryRole(t *testing.T) {
	d := newDesk(t)
	d.report(d.upload(1, "guestAAAAAAA"), d.reason(3), "This is me.", "")
	want := map[actor.Role][2]string{ // what the page has, what it must not have
		actor.Triage: {`action="/staff/reports/next"`, "/staff/audit/verify"}, actor.Lead: {"/staff/effects", "/staff/outbox"},
		actor.PrivacyOfficer: {"No open requests", "/staff/reports"}, actor.Auditor: {"The audit log", `action="/staff/reports/next"`},
		actor.Analyst: {"under 5", "/staff/reports"}, actor.Admin: {"The system", "/staff/reports"},
	}
	for role, w := range want {
		p := d.as(string(role)).get("/staff")
		if p.StatusCode != 200 || !strings.Contains(p.body, w[0]) || strings.Contains(p.body, w[1]) {
			t.Errorf("%s: %d, want %q and not %q", role, p.StatusCode, w[0], w[1])
		}
	}
}

// No page links to what its reader may not open, and every link in the shell opens.
func TestNoDeadLinks(t *testing.T) {
	d := newDesk(t)
	d.report(d.upload(1, "guestAAAAAAA"), d.reason(3), "This is me.", "")
	d.fillAudit()
	link := regexp.MustCompile(`href="(/staff[^"#]*)"`)
	for _, role := range actor.Roles {
		c, seen := d.as(string(role)), map[string]bool{"/staff": false}
		todo := []string{"/staff"}
		for len(todo) > 0 && len(seen) < 60 {
			path := todo[0]
			todo = todo[1:]
			if seen[path] {
				continue
			}
			seen[path] = true
			p := c.get(path)
			if p.StatusCode != 200 {
				t.Errorf("%s is led to %s and gets %d", role, path, p.StatusCode)
			}
			for _, m := range link.FindAllStringSubmatch(p.body, -1) {
				to := strings.ReplaceAll(m[1], "&amp;", "&")
				if _, known := seen[to]; !known {
					seen[to] = false
					todo = append(todo, to)
				}
			}
		}
	}
}

func TestAuditShowsOnlyWhatTheRoleReads(t *testing.T) {
	d := newDesk(t)
	id := d.report(d.upload(1, "guestAAAAAAA"), d.reason(3), "This is me.", "")
	d.as("moderator").post("/staff/reports/"+id+"/claim", nil)
	d.as("moderator2").post("/staff/reports/next", nil)
	d.fillAudit()
	m := d.as("moderator")
	p := m.get("/staff/audit?actor=" + staffID("moderator2"))
	if d.audit.asked.Actor != staffID("moderator") || strings.Contains(p.body, `name="actor"`) || strings.Contains(p.body, `id="chain"`) {
		t.Error("a moderator reads only their own entries, whatever the address asks for")
	}
	var foreign int64
	for _, e := range d.audit.entries {
		if e.ActorID != staffID("moderator") {
			foreign = e.ID
		}
	}
	if got := m.get("/staff/audit/" + itoa(int(foreign))); got.StatusCode != 404 {
		t.Errorf("the entry of somebody else: %d", got.StatusCode)
	}
	a := d.as("auditor")
	all := a.get("/staff/audit?entity=case&id=" + id + "&from=2026-11-23&to=2026-11-23")
	q := d.audit.asked
	if all.StatusCode != 200 || q.Entity != "case" || q.EntityID != id || !q.From.Equal(time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC)) || q.To.Sub(q.From) != 24*time.Hour {
		t.Errorf("the filters were read as %+v", q)
	}
	if bad := a.get("/staff/audit?from=2026-13-40"); bad.StatusCode != 422 || !strings.Contains(bad.body, `href="#from"`) {
		t.Errorf("a wrong date: %d", bad.StatusCode)
	}
	a.post("/staff/audit/verify", nil)
	p = a.get("/staff/audit")
	for _, want := range []string{"The chain is being verified", `<noscript><meta http-equiv="refresh" content="5">`, `hx-trigger="every 2s"`} {
		if !strings.Contains(p.body, want) {
			t.Errorf("while the verification runs the page lacks %s", want)
		}
	}
	if strings.Contains(p.body, `action="/staff/audit/verify"`) {
		t.Error("a verification under way is offered again")
	}
	d.audit.chain.AskedAt, d.audit.chain.Checked, d.audit.chain.CheckedAt = time.Time{}, d.audit.chain.Sealed, testdb.Start
	if p := a.get("/staff/audit"); !strings.Contains(p.body, "The chain is whole") || strings.Contains(p.body, "every 2s") || strings.Contains(p.body, "http-equiv") {
		t.Error("the outcome of the verification is not shown")
	}
	d.audit.chain.OK, d.audit.chain.BrokenAt, d.audit.chain.Problem = false, 7, "Entry 7 was changed."
	if p := a.get("/staff/audit"); !strings.Contains(p.body, "The chain breaks at entry 7") {
		t.Error("a broken chain is not shown")
	}
}

func TestAuditPages(t *testing.T) {
	d := newDesk(t)
	for i := int64(120); i > 0; i-- {
		d.audit.entries = append(d.audit.entries, staff.AuditEntry{ID: i, At: d.clock.Now(), ActorKind: "system", Action: "case.decide", Entity: "case", EntityID: "AAAAAAAAAAAA"})
	}
	a, seen := d.as("auditor"), map[string]bool{}
	entry := regexp.MustCompile(`data-entry="(\d+)"`)
	next := regexp.MustCompile(`href="(/staff/audit\?before=\d+)" rel="next"`)
	path := "/staff/audit"
	for path != "" && len(seen) <= 120 {
		p := a.get(path)
		for _, m := range entry.FindAllStringSubmatch(p.body, -1) {
			if seen[m[1]] {
				t.Fatalf("entry %s is on two pages", m[1])
			}
			seen[m[1]] = true
		}
		path = ""
		if m := next.FindStringSubmatch(p.body); m != nil {
			path = m[1]
		}
	}
	if len(seen) != 120 {
		t.Errorf("the pages show %d of 120 entries", len(seen))
	}
}

func TestEffectsJobsAndBlocks(t *testing.T) {
	d := newDesk(t)
	id := d.report(d.upload(1, "guestAAAAAAA"), d.reason(3), "This is me.", "ines@example.org")
	m := d.as("moderator")
	m.post("/staff/reports/"+id+"/claim", nil)
	p := m.get("/staff/reports/" + id)
	if r := m.post("/staff/reports/"+id+"/decide", p.form(d.removal("block", "1")...)); r.StatusCode != 303 {
		t.Fatalf("decide: %d", r.StatusCode)
	}
	d.exec(`UPDATE effects SET state = 'failed', attempts = 5, last_error = 'The network answered 503.' WHERE kind = 'purge'`)
	d.exec(`UPDATE mails SET state = 'failed', attempts = 3, last_error = 'refused'`)
	lead := d.as("lead")
	fx := lead.get("/staff/effects")
	retry := regexp.MustCompile(`action="(/staff/effects/[^"]+/retry)"`).FindStringSubmatch(fx.body)
	if retry == nil || !strings.Contains(fx.body, "The network answered 503.") {
		t.Fatal("a failed effect must show its error and a way to try again")
	}
	if r := lead.post(retry[1], url.Values{"back": {"//evil.example"}}); r.Header.Get("Location") != "/staff/effects" {
		t.Errorf("retry went to %q", r.Header.Get("Location"))
	}
	if strings.Contains(lead.get("/staff/effects").body, "503") {
		t.Error("the effect is still listed as failed")
	}
	jobs := d.as("admin").get("/staff/jobs")
	if !strings.Contains(jobs.body, "refused") || strings.Contains(jobs.body, "ines@example.org") {
		t.Error("the admin sees what failed and not to whom it was addressed")
	}
	if got := m.get("/staff/blocks"); got.StatusCode != 403 {
		t.Errorf("a moderator edits the block list: %d", got.StatusCode)
	}
}

// The keys that the overlay names are bound by buttons that carry them, and none of them lets a click decide.
func TestKeysOnlyArm(t *testing.T) {
	d := newDesk(t)
	id := d.report(d.upload(1, "guestAAAAAAA"), d.reason(3), "This is me.", "")
	m := d.as("moderator")
	m.post("/staff/reports/"+id+"/claim", nil)
	body := m.get("/staff/reports/" + id).body
	for key, control := range map[string]string{"1": "action-keep", "2": "action-restrict", "3": "action-disable", "4": "action-remove", "p": "preview-button", "s": "skip", "n": "review-next", "b": "bulk-decide"} {
		if !regexp.MustCompile(`<[a-z]+ [^>]*(id="` + control + `"[^>]*aria-keyshortcuts="` + key + `"|aria-keyshortcuts="` + key + `"[^>]*id="` + control + `")`).MatchString(body) {
			t.Errorf("key %s is not on %s", key, control)
		}
	}
	submit := regexp.MustCompile(`<button [^>]*id="submit-decision"[^>]*>`).FindString(body)
	if !strings.Contains(submit, `aria-keyshortcuts="Control+Enter Meta+Enter"`) {
		t.Errorf("the decision is sent by more or less than Ctrl+Enter: %s", submit)
	}
}

package staff_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"imglink/app/moderation"
)

const (
	factsText = "A car with a readable plate in front of a house with its number."
	whyText   = "The plate and the number identify a private person who did not agree, and nothing about it is of public interest."
)

// removal are the answers of a good decision to remove.
func (d *desk) removal(more ...string) []string {
	return append([]string{"action", "remove", "reason", d.reason(3), "facts", factsText, "explanation", whyText}, more...)
}

func (d *desk) state(caseID string) (state string) {
	d.t.Helper()
	if err := d.db.QueryRow(d.t.Context(), `SELECT state FROM cases WHERE id = $1`, caseID).Scan(&state); err != nil {
		d.t.Fatal(err)
	}
	return state
}

func (d *desk) audits(action string) (n int) {
	d.t.Helper()
	if err := d.db.QueryRow(d.t.Context(), `SELECT count(*) FROM audit_log WHERE action = $1`, action).Scan(&n); err != nil {
		d.t.Fatal(err)
	}
	return n
}

func TestQueueShowsSafePicturesOnly(t *testing.T) {
	d := newDesk(t)
	img := d.upload(1, "guestAAAAAAA")
	id := d.report(img, d.reason(3), "This shows my front door.", "ines@example.org")
	p := d.as("moderator").get("/staff/reports")
	if p.StatusCode != 200 || !strings.Contains(p.body, `id="row-`+id+`"`) {
		t.Fatalf("the queue answered %d without the case", p.StatusCode)
	}
	if !strings.Contains(p.body, "/staff/safe/"+img) || strings.Contains(p.body, "/i/"+img) || strings.Contains(p.body, "/staff/original/") {
		t.Error("the queue must link the safe rendition and nothing else")
	}
	if strings.Contains(p.body, "ines@example.org") {
		t.Error("the queue names a reporter")
	}
	safe := d.as("moderator").get("/staff/safe/" + img)
	if safe.StatusCode != 200 || safe.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("safe rendition: %d %s", safe.StatusCode, safe.Header.Get("Content-Type"))
	}
	if got := d.as("moderator").get("/staff/safe/AAAAAAAAAAAA"); got.StatusCode != 404 || !strings.HasPrefix(got.body, "<svg") {
		t.Errorf("an unknown picture answers %d %.20q, want the placeholder with 404", got.StatusCode, got.body)
	}
	if got := d.as("admin").get("/staff/safe/" + img); got.StatusCode != 403 {
		t.Errorf("an admin sees no content, got %d", got.StatusCode)
	}
}

func TestDecideUndoAndNext(t *testing.T) {
	d := newDesk(t)
	first := d.report(d.upload(1, "guestAAAAAAA"), d.reason(4), "This is me.", "ines@example.org")
	second := d.report(d.upload(2, "guestAAAAAAA"), d.reason(3), "And this.", "")
	m := d.as("moderator")
	if to := m.post("/staff/reports/next", url.Values{"back": {"/staff/reports?state=open"}}).Header.Get("Location"); to != "/staff/reports/"+first+"?state=open" {
		t.Fatalf("next went to %q, want the gravest case with the filters kept", to)
	}
	p := m.get("/staff/reports/" + first)
	if !strings.Contains(p.body, "ines@example.org") || !strings.Contains(p.body, `data-lease-url="/staff/reports/`+first+`/heartbeat?fence=1"`) {
		t.Fatal("who holds a case sees the reporter and keeps the lease alive")
	}
	if got := d.as("moderator2").get("/staff/reports/" + first); strings.Contains(got.body, "ines@example.org") || !strings.Contains(got.body, "Mira Koch") {
		t.Error("others see who holds the case and not who reported")
	}
	r := m.post("/staff/reports/"+first+"/decide", p.form(d.removal("back", "/staff/reports?state=open")...))
	if r.StatusCode != 303 || r.Header.Get("Location") != "/staff/reports/"+second+"?state=open" {
		t.Fatalf("decide: %d to %q, want the next case", r.StatusCode, r.Header.Get("Location"))
	}
	if d.state(first) != "decided" {
		t.Fatal("the case is not decided")
	}
	next := m.get(r.Header.Get("Location"))
	undo := regexp.MustCompile(`<div class="toast"[^>]*data-seconds="30".*?action="(/staff/decisions/[^"]+/undo)"`).FindStringSubmatch(strings.ReplaceAll(next.body, "\n", ""))
	if undo == nil {
		t.Fatal("no toast with 30 seconds of undo")
	}
	if again := m.get("/staff/reports"); strings.Contains(again.body, "data-toast") {
		t.Error("the toast is shown twice")
	}
	m.post(undo[1], nil)
	if d.state(first) != "open" {
		t.Error("undo did not open the case again")
	}
}

func TestRefusedDecisionKeepsWhatWasTyped(t *testing.T) {
	d := newDesk(t)
	id := d.report(d.upload(1, "guestAAAAAAA"), d.reason(3), "This is me.", "")
	m := d.as("moderator")
	m.post("/staff/reports/"+id+"/claim", nil)
	p := m.get("/staff/reports/" + id)
	r := m.post("/staff/reports/"+id+"/decide", p.form("facts", "short", "note", "my own note", "ends_at", "2026-11-01", "explanation", whyText))
	if r.StatusCode != 422 {
		t.Fatalf("got %d, want 422", r.StatusCode)
	}
	for _, want := range []string{"There is a problem", `href="#action-keep"`, `href="#ends_at"`, "my own note", whyText, "<title>Error: "} {
		if !strings.Contains(r.body, want) {
			t.Errorf("the refused form lacks %q", want)
		}
	}
	prepared := m.post("/staff/reports/"+id+"/decide", p.form("action", "keep"))
	if prepared.StatusCode != 422 || !strings.Contains(prepared.body, `href="#confirm"`) || d.state(id) != "open" {
		t.Errorf("the prepared text must be confirmed before it is sent, got %d", prepared.StatusCode)
	}
}

func TestTooLateDecision(t *testing.T) {
	d := newDesk(t)
	id := d.report(d.upload(1, "guestAAAAAAA"), d.reason(3), "This is me.", "")
	m, other := d.as("moderator"), d.as("moderator2")
	m.post("/staff/reports/"+id+"/claim", nil)
	p := m.get("/staff/reports/" + id)
	d.clock.Advance(moderation.LeaseTime + time.Second)
	late := m.post("/staff/reports/"+id+"/decide", p.form(d.removal()...))
	if late.StatusCode != 409 || !strings.Contains(late.body, `id="claim-again"`) || !strings.Contains(late.body, whyText) {
		t.Fatalf("a lapsed claim: %d, want 409 with the text and a way to claim again", late.StatusCode)
	}
	other.post("/staff/reports/"+id+"/claim", nil)
	op := other.get("/staff/reports/" + id)
	if r := other.post("/staff/reports/"+id+"/decide", op.form(d.removal()...)); r.StatusCode != 303 {
		t.Fatalf("the other moderator: %d", r.StatusCode)
	}
	late = m.post("/staff/reports/"+id+"/decide", p.form(d.removal()...))
	if late.StatusCode != 409 || !strings.Contains(late.body, "Jonas Lind decided it") || !strings.Contains(late.body, whyText) {
		t.Errorf("%d: the page must say who decided and keep the text", late.StatusCode)
	}
	if strings.Contains(late.body, `id="submit-decision"`) {
		t.Error("a stale form can be sent again")
	}
}

// A form that does not say which version of the case it was written about decides nothing.
func TestDecisionNeedsTheVersion(t *testing.T) {
	d := newDesk(t)
	id := d.report(d.upload(1, "guestAAAAAAA"), d.reason(3), "This is me.", "")
	m := d.as("moderator")
	m.post("/staff/reports/"+id+"/claim", nil)
	p := m.get("/staff/reports/" + id)
	for _, version := range []string{"", "0", "-1", "x"} {
		form := p.form(append(d.removal(), "version", version)...)
		if version == "" {
			form.Del("version")
		}
		r := m.post("/staff/reports/"+id+"/decide", form)
		if r.StatusCode != 409 || !strings.Contains(r.body, whyText) || d.state(id) != "open" {
			t.Errorf("version %q: %d, the case is %s", version, r.StatusCode, d.state(id))
		}
	}
	if r := m.post("/staff/reports/"+id+"/decide", p.form(d.removal()...)); r.StatusCode != 303 {
		t.Errorf("with its version: %d", r.StatusCode)
	}
}

func TestBulkNeedsEveryVersion(t *testing.T) {
	d := newDesk(t)
	one := d.report(d.upload(1, "guestAAAAAAA"), d.reason(3), "This is me.", "")
	two := d.report(d.upload(2, "guestAAAAAAA"), d.reason(3), "This is me.", "")
	m := d.as("moderator")
	list := m.get("/staff/reports")
	seen := regexp.MustCompile(`name="case" value="(` + one + `\.\d+)"`).FindStringSubmatch(list.body)
	if seen == nil {
		t.Fatal("the case cannot be selected")
	}
	form := url.Values{"action": {"remove"}, "reason": {d.reason(3)}, "facts": {factsText}, "explanation": {whyText}, "seen": {"1"}}
	for _, key := range []string{two, two + ".", two + ".0"} {
		form["case"] = []string{seen[1], key}
		if r := m.post("/staff/reports/bulk", form); r.StatusCode != 409 || !strings.Contains(r.body, "Nothing was decided") {
			t.Errorf("%q: %d", key, r.StatusCode)
		}
		if d.state(one) != "open" || d.state(two) != "open" {
			t.Fatalf("%q: the cases are %s and %s", key, d.state(one), d.state(two))
		}
	}
}

func TestClaimAgainKeepsTheText(t *testing.T) {
	d := newDesk(t)
	id := d.report(d.upload(1, "guestAAAAAAA"), d.reason(3), "This is me.", "")
	m := d.as("moderator")
	r := m.post("/staff/reports/"+id+"/claim", url.Values{"action": {"remove"}, "facts": {factsText}, "explanation": {whyText}, "fence": {"0"}})
	if r.StatusCode != 200 || !strings.Contains(r.body, whyText) || !strings.Contains(r.body, `id="submit-decision"`) {
		t.Fatalf("%d: the claimed case must show the text again", r.StatusCode)
	}
	if done := m.post("/staff/reports/"+id+"/decide", r.form(d.removal()...)); done.StatusCode != 303 {
		t.Errorf("deciding after it: %d", done.StatusCode)
	}
}

func TestRevealIsLoggedAndBoundToTheSession(t *testing.T) {
	d := newDesk(t)
	img := d.upload(1, "guestAAAAAAA")
	id := d.report(img, d.reason(4), "This is me.", "")
	path := "/staff/reports/" + id + "/reveal/" + img
	m := d.as("moderator")
	r := m.post(path, nil, "Accept", "application/json")
	found := regexp.MustCompile(`"url":"([^"]+)"`).FindStringSubmatch(r.body)
	if r.StatusCode != 200 || found == nil || d.audits("image.reveal") != 1 {
		t.Fatalf("reveal: %d %s, %d entries", r.StatusCode, r.body, d.audits("image.reveal"))
	}
	original := strings.ReplaceAll(found[1], `\u0026`, "&")
	got := m.get(original)
	if got.StatusCode != 200 || got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
		t.Errorf("the picture: %d %s", got.StatusCode, got.Header)
	}
	for name, p := range map[string]page{
		"another session": d.as("moderator2").get(original), "another picture": m.get(strings.Replace(original, img, d.upload(2, "x"), 1)),
		"a longer time": m.get(strings.Replace(original, "?e=1", "?e=2", 1)),
	} {
		if p.StatusCode != 403 {
			t.Errorf("%s: %d, want 403", name, p.StatusCode)
		}
	}
	plain := m.post(path, nil)
	if to := plain.Header.Get("Location"); plain.StatusCode != 303 || !strings.Contains(m.get(to).body, `data-shown="true"`) {
		t.Errorf("without a script: %d to %q must show the picture", plain.StatusCode, to)
	}
	d.clock.Advance(3 * time.Minute)
	if late := m.get(original); late.StatusCode != 403 {
		t.Errorf("after its time: %d", late.StatusCode)
	}
	if tr := d.as("triage").post(path, nil, "Accept", "application/json"); tr.StatusCode != 403 || d.audits("image.reveal") != 2 {
		t.Errorf("triage reveals a grave picture: %d", tr.StatusCode)
	}
}

func TestBulk(t *testing.T) {
	d := newDesk(t)
	var keys []string
	for i := range 3 {
		keys = append(keys, d.report(d.upload(i, "guestAAAAAAA"), d.reason(3), "This is me.", "")+".1")
	}
	critical := d.report(d.upload(9, "guestAAAAAAA"), d.reason(5), "Look at this.", "")
	m := d.as("moderator")
	list := m.get("/staff/reports")
	for i, k := range keys {
		at := regexp.MustCompile(`name="case" value="(` + strings.Split(k, ".")[0] + `\.\d+)"`).FindStringSubmatch(list.body)
		if at == nil {
			t.Fatal("a case with a picture cannot be selected")
		}
		keys[i] = at[1]
	}
	if strings.Contains(list.body, `value="`+critical+".") {
		t.Error("a critical case can be selected")
	}
	d.as("moderator2").post("/staff/reports/"+strings.Split(keys[0], ".")[0]+"/claim", nil)
	q := url.Values{"case": append(slices.Clone(keys), critical+".1"), "back": {"/staff/reports"}}
	page := m.get("/staff/reports/bulk?" + q.Encode())
	if page.StatusCode != 200 || strings.Count(page.body, "<li data-row=") != 3 || !strings.Contains(page.body, "Held by Jonas Lind") {
		t.Fatalf("the bulk page: %d", page.StatusCode)
	}
	form := url.Values{"case": keys, "action": {"remove"}, "reason": {d.reason(3)}, "facts": {factsText}, "explanation": {whyText}}
	if r := m.post("/staff/reports/bulk", form); r.StatusCode != 422 || !strings.Contains(r.body, `href="#seen"`) {
		t.Errorf("without the confirmation: %d", r.StatusCode)
	}
	form.Set("seen", "1")
	r := m.post("/staff/reports/bulk", form)
	if r.StatusCode != 200 || !strings.Contains(r.body, "2 cases decided, 1 case left as they were.") || !strings.Contains(r.body, `id="bulk-failed"`) {
		t.Fatalf("a partial failure must be listed: %d", r.StatusCode)
	}
	undo := regexp.MustCompile(`action="(/staff/batches/[^"]+/undo)"`).FindStringSubmatch(r.body)
	if undo == nil {
		t.Fatal("no undo for the batch")
	}
	m.post(undo[1], nil)
	for _, k := range keys {
		if id := strings.Split(k, ".")[0]; d.state(id) != "open" {
			t.Errorf("case %s is %s after the undo", id, d.state(id))
		}
	}
}

func TestPaneAndPreview(t *testing.T) {
	d := newDesk(t)
	id := d.report(d.upload(1, "guestAAAAAAA"), d.reason(3), "This is me.", "ines@example.org")
	m := d.as("moderator")
	m.post("/staff/reports/"+id+"/claim", nil)
	pane := m.get("/staff/reports/"+id, "HX-Request", "true", "HX-Target", "detail")
	if strings.Contains(pane.body, "<html") || !strings.Contains(pane.body, `data-case="`+id+`"`) || !strings.Contains(pane.body, `hx-swap-oob="true"`) {
		t.Error("htmx gets the pane and the row, nothing else")
	}
	p := m.get("/staff/reports/" + id)
	path := "/staff/reports/" + id + "/preview"
	got := m.post(path, p.form(d.removal()...), "HX-Request", "true")
	if got.StatusCode != 200 || strings.Contains(got.body, "<html") || !strings.Contains(got.body, "Statement of reasons") || !strings.Contains(got.body, whyText) {
		t.Errorf("preview: %d", got.StatusCode)
	}
	if strings.Contains(got.body, "Ines Carvalho") && strings.Index(got.body, "Ines Carvalho") < strings.Index(got.body, "to a reporter") {
		t.Error("the uploader's text names the reporter")
	}
	whole := m.post(path, p.form(d.removal()...))
	if whole.StatusCode != 200 || !strings.Contains(whole.body, "<html") || !strings.Contains(whole.body, "Statement of reasons") || d.state(id) != "open" {
		t.Errorf("without a script: %d", whole.StatusCode)
	}
	missing := m.post(path, p.form("action", "remove", "facts", "", "explanation", whyText), "HX-Request", "true")
	if missing.StatusCode != 200 || !strings.Contains(missing.body, `href="#facts"`) {
		t.Errorf("an incomplete statement must name what is missing: %d", missing.StatusCode)
	}
	filled := m.post(path, p.form("action", "remove", "reason", d.reason(3), "explanation", "", "fill", "auto"), "HX-Request", "true")
	if !strings.Contains(filled.body, `id="confirm"`) {
		t.Error("the prepared text is not offered for confirmation")
	}
}

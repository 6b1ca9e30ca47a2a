package staff_test

import (
	"html"
	"strings"
	"testing"

	"imglink/models"
)

// template is the prepared text of a reason.
func (d *desk) template(code string) string {
	d.t.Helper()
	list, err := d.mod.Reasons(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	for _, r := range list {
		if r.Code == code {
			return r.Explanation
		}
	}
	d.t.Fatalf("no reason %s", code)
	return ""
}

const keptBecause = "We found nothing in it that breaks the law or our terms"

// why is the text in the field of the explanation.
func (p page) why() string {
	_, rest, _ := strings.Cut(p.body, `id="explanation"`)
	_, rest, _ = strings.Cut(rest, ">")
	text, _, _ := strings.Cut(rest, "</textarea>")
	return html.UnescapeString(text)
}

func TestKeepNeverSendsTheTextOfAMeasure(t *testing.T) {
	d := newDesk(t)
	id := d.report(d.upload(1, "guestAAAAAAA"), d.reason(3), "This is me.", "ines@example.org")
	m := d.as("moderator")
	m.post("/staff/reports/"+id+"/claim", nil)
	p := m.get("/staff/reports/" + id)
	path, measure := "/staff/reports/"+id, d.template(d.reason(3))
	if p.why() != measure || !strings.Contains(p.body, `data-text-keep="We looked at`) {
		t.Fatalf("the form begins with %q, and lacks the text for keeping", p.why())
	}
	answers := []string{"action", "keep", "reason", d.reason(3), "explanation", strings.ToUpper(measure), "confirm", "1"}
	pane := m.post(path+"/preview", p.form(answers...), "HX-Request", "true")
	if !strings.Contains(pane.body, `href="#explanation"`) || strings.Contains(html.UnescapeString(pane.body), strings.ToUpper(measure)) {
		t.Error("the preview shows a letter that keeps the picture and argues for its removal")
	}
	answers[5] = measure
	whole := m.post(path+"/preview", p.form(answers...))
	if !strings.Contains(whole.why(), keptBecause) || !strings.Contains(whole.body, "Not ready") {
		t.Errorf("without a script the text becomes %q", whole.why())
	}
	r := m.post(path+"/decide", p.form(answers...))
	if r.StatusCode != 422 || !strings.Contains(r.body, `href="#explanation"`) || d.state(id) != string(models.CaseOpen) || !strings.Contains(r.why(), keptBecause) {
		t.Fatalf("%d, %s: the text of a measure was accepted, or stayed: %q", r.StatusCode, d.state(id), r.why())
	}
	back := m.post(path+"/decide", p.form("action", "remove", "reason", d.reason(3), "facts", factsText, "explanation", r.why(), "confirm", "1"))
	if back.StatusCode != 422 || back.why() != measure {
		t.Errorf("%d: a removal was explained with the text for keeping: %q", back.StatusCode, back.why())
	}
	if r = m.post(path+"/decide", p.form("action", "keep", "explanation", r.why(), "confirm", "1")); r.StatusCode != 303 {
		t.Errorf("the text for keeping, confirmed: %d", r.StatusCode)
	}
	seen := d.as("moderator2").get(path)
	if !strings.Contains(seen.body, "Mira Koch decided this case: Kept. Only a lead can change a decision.") {
		t.Error("a moderator does not learn who decided and who can change it")
	}
}

func TestFactsNameTheirLeastLength(t *testing.T) {
	d := newDesk(t)
	id := d.report(d.upload(1, "guestAAAAAAA"), d.reason(3), "This is me.", "")
	m := d.as("moderator")
	m.post("/staff/reports/"+id+"/claim", nil)
	p := m.get("/staff/reports/" + id)
	if !strings.Contains(p.body, "in at least 10 letters") {
		t.Error("the hint does not say how long the facts must be")
	}
	r := m.post("/staff/reports/"+id+"/decide", p.form(d.removal("facts", "A face, 1!")...))
	if r.StatusCode != 422 || !strings.Contains(r.body, "Say in at least 10 letters or digits what can be seen") {
		t.Errorf("%d: the refusal does not say how long the facts must be", r.StatusCode)
	}
}

// The last case of a searched list is decided: nothing is left, and it must not be claimed again.
func TestDecidingTheLastCaseOfASearchLetsGo(t *testing.T) {
	d := newDesk(t)
	img := d.upload(1, "guestAAAAAAA")
	id := d.report(img, d.reason(3), "This is me.", "")
	lead, list := d.as("lead"), "/staff/reports?q="+img
	lead.post("/staff/reports/"+id+"/claim", nil)
	p := lead.get("/staff/reports/" + id)
	r := lead.post("/staff/reports/"+id+"/decide", p.form(d.removal("back", list)...))
	if r.StatusCode != 303 {
		t.Fatalf("decide: %d", r.StatusCode)
	}
	var held int
	if err := d.db.QueryRow(t.Context(), `SELECT count(*) FROM case_leases`).Scan(&held); err != nil || held != 0 {
		t.Errorf("%d leases are left, %v", held, err)
	}
	next := lead.get(r.Header.Get("Location"))
	if strings.Contains(next.body, `id="decide"`) || !strings.Contains(next.body, "data-toast") || !strings.Contains(next.body, "Removed") {
		t.Errorf("%s shows the form again, or does not say what was decided", r.Header.Get("Location"))
	}
}

package staff_test

import (
	"strings"
	"testing"
	"time"
)

func TestTriageEscalatesWhatItMayNotLookAt(t *testing.T) {
	d := newDesk(t)
	grave := d.report(d.upload(1, "guestAAAAAAA"), d.reason(4), "This is me.", "")
	light := d.report(d.upload(2, "guestAAAAAAA"), d.reason(2), "This is me.", "")
	tr := d.as("triage")
	for _, id := range []string{grave, light} {
		tr.post("/staff/reports/"+id+"/claim", nil)
		p := tr.get("/staff/reports/" + id)
		said, first := strings.Contains(p.body, "above what your role may look at"), strings.Index(p.body, `id="escalate-open"`) < strings.Index(p.body, `id="submit-decision"`)
		if said != (id == grave) || first != (id == grave) {
			t.Errorf("grave %v: said %v, escalating first %v", id == grave, said, first)
		}
	}
}

func TestPaneBringsCountsAndTitle(t *testing.T) {
	d := newDesk(t)
	id := d.report(d.upload(1, "guestAAAAAAA"), d.reason(3), "This is me.", "")
	m := d.as("moderator")
	m.post("/staff/reports/"+id+"/claim", nil)
	pane := m.get("/staff/reports/"+id, "HX-Request", "true", "HX-Target", "detail")
	if !strings.HasPrefix(strings.TrimSpace(pane.body), "<title>") {
		t.Errorf("the pane begins with %.40q, want its title", pane.body)
	}
	if strings.Count(pane.body, `hx-swap-oob="true"`) != 3 {
		t.Error("the row and both counts are to be replaced where they stand")
	}
	for _, want := range []string{`id="count-mine"`, `id="count-reports"`} {
		_, after, found := strings.Cut(pane.body, want)
		before, _, _ := strings.Cut(after, "<")
		if _, figure, _ := strings.Cut(before, ">"); !found || strings.TrimSpace(figure) != "1" {
			t.Errorf("the pane does not bring %s", want)
		}
	}
}

// The total of the chips is what orders the queue: points, and an hour of waiting for each.
func TestChipsAddUpToTheOrder(t *testing.T) {
	d := newDesk(t)
	id := d.report(d.upload(1, "guestAAAAAAA"), d.reason(2), "This is me.", "")
	d.clock.Advance(13*24*time.Hour + 9*time.Hour)
	p := d.as("moderator").get("/staff/reports/" + id)
	for _, want := range []string{"Severity 2 +12", "Waiting 13 days +321", "333 points"} {
		if !strings.Contains(p.body, want) {
			t.Errorf("the chips lack %q", want)
		}
	}
}

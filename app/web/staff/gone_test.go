package staff_test

import (
	"net/url"
	"strings"
	"testing"

	"imglink/app/moderation"
)

func TestDeletedPictureIsSaidAndClosed(t *testing.T) {
	d := newDesk(t)
	img := d.upload(1, "guestAAAAAAA")
	id := d.report(img, d.reason(3), "This is me.", "ines@example.org")
	d.exec(`UPDATE images SET state = 'deleted' WHERE id = $1`, img)
	m := d.as("moderator")
	list := m.get("/staff/reports")
	if !strings.Contains(list.body, "Deleted by its uploader") || strings.Contains(list.body, "/staff/safe/"+img) {
		t.Error("the list does not say that the picture is gone, or shows what is left of it")
	}
	if safe := m.get("/staff/safe/" + img); safe.StatusCode != 404 || !strings.HasPrefix(safe.body, "<svg") {
		t.Errorf("the safe rendition of a deleted picture: %d %.10q", safe.StatusCode, safe.body)
	}
	m.post("/staff/reports/"+id+"/claim", nil)
	p := m.get("/staff/reports/" + id)
	if !strings.Contains(p.why(), "has deleted it since it was reported") || !strings.Contains(p.body, "keep closes the case") || !strings.Contains(p.body, "Keep and next") {
		t.Errorf("closing is not offered; the explanation is %q", p.why())
	}
	r := m.post("/staff/reports/"+id+"/decide", p.form("action", "keep", "reason", d.reason(3), "explanation", p.why(), "confirm", "1"))
	if r.StatusCode != 303 || d.state(id) != "decided" {
		t.Fatalf("closing: %d, %s", r.StatusCode, d.state(id))
	}
	var state string
	if err := d.db.QueryRow(t.Context(), `SELECT state FROM images WHERE id = $1`, img).Scan(&state); err != nil || state != "deleted" {
		t.Errorf("keeping made a deleted picture %s, %v", state, err)
	}
}

func TestBulkLeavesOutWhatOthersHoldAndSaysMixedReasons(t *testing.T) {
	d := newDesk(t)
	a := d.report(d.upload(1, "guestAAAAAAA"), d.reason(3), "This is me.", "")
	b := d.report(d.upload(2, "guestAAAAAAA"), d.reason(2), "This too.", "")
	held := d.report(d.upload(3, "guestAAAAAAA"), d.reason(3), "And this.", "")
	d.as("moderator2").post("/staff/reports/"+held+"/claim", nil)
	q := url.Values{"case": {a + ".1", b + ".1", held + ".1"}, "back": {"/staff/reports"}}
	p := d.as("moderator").get("/staff/reports/bulk?" + q.Encode())
	for _, want := range []string{"2 cases, one decision", "reported for different reasons", "Held by Jonas Lind: left out", "Decide 2 cases", "all 2 pictures"} {
		if !strings.Contains(p.body, want) {
			t.Errorf("the bulk page lacks %q", want)
		}
	}
	if strings.Contains(p.body, `name="case" value="`+held) {
		t.Error("a case that somebody else holds would be sent")
	}
}

// The toast of what was done stays when nothing is left to open.
func TestEscalatingTheLastCaseSaysSo(t *testing.T) {
	d := newDesk(t)
	id := d.report(d.upload(1, "guestAAAAAAA"), d.reason(3), "This is me.", "")
	m := d.as("moderator")
	m.post("/staff/reports/"+id+"/claim", nil)
	p := m.get("/staff/reports/" + id)
	if !strings.Contains(p.body, `id="escalate-note" name="note"`) || strings.Count(p.body, " data-focus") != 1 {
		t.Error("the dialog does not focus its note")
	}
	r := m.post("/staff/reports/"+id+"/escalate", p.form("note", "Please look."))
	if next := m.get(r.Header.Get("Location")); r.StatusCode != 303 || !strings.Contains(next.body, "Escalated. A lead will decide it.") {
		t.Errorf("%d: no toast after the escalation", r.StatusCode)
	}
}

func TestReportsAreCountedAlike(t *testing.T) {
	d := newDesk(t)
	img := d.upload(1, "guestAAAAAAA")
	id := d.report(img, d.reason(3), "This is me.", "")
	for range 2 { // one person, twice
		_, err := d.mod.FileNotice(t.Context(), moderation.NoticeInput{
			URLs: []string{"http://img.test/" + img}, ReasonCode: d.reason(3), Explanation: "It is.", GoodFaith: true, Verified: true, ReporterKey: []byte("one network"),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	m := d.as("moderator")
	_, head, _ := strings.Cut(m.get("/staff/reports/"+id).body, `<section id="notices">`)
	head, _, _ = strings.Cut(head, "</h3>")
	if !strings.Contains(head, "2, and 1 repetition") || !strings.Contains(m.get("/staff/reports").body, "2 reports<") {
		t.Errorf("the case counts its reports as %q, and the list otherwise", head)
	}
}

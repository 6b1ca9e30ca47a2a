package staff_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
)

// Who reviews opens a case of their own; what cannot be opened is told beside its field.
func TestReviewAnImageNobodyReported(t *testing.T) {
	d := newDesk(t)
	image, reason := d.upload(1, "guestAAAAAAA"), d.reason(3)
	m := d.as("moderator")
	if p := m.get("/staff/reports/new?image=" + image); p.StatusCode != 200 || !strings.Contains(p.body, `value="`+image+`"`) {
		t.Fatalf("the form: %d", p.StatusCode)
	}
	for field, form := range map[string]url.Values{
		"urls":   {"urls": {"https://elsewhere.example/x"}, "reason": {reason}},
		"reason": {"urls": {image}, "reason": {"no such reason"}},
	} {
		p := m.post("/staff/reports/new", form)
		if p.StatusCode != 422 || !strings.Contains(p.body, `href="#`+field+`"`) || !strings.Contains(p.body, "Error: ") {
			t.Errorf("a wrong %s: %d", field, p.StatusCode)
		}
	}
	p := m.post("/staff/reports/new", url.Values{"urls": {" <" + image + ">. "}, "reason": {reason}, "explanation": {"Seen while deciding another case."}})
	place := p.Header.Get("Location")
	if p.StatusCode != 303 || !strings.HasPrefix(place, "/staff/reports/") {
		t.Fatalf("opening: %d to %q", p.StatusCode, place)
	}
	if got := m.get(place); got.StatusCode != 200 {
		t.Errorf("the case: %d", got.StatusCode)
	}
	var who, intake string
	if err := d.db.QueryRow(t.Context(), `SELECT a.actor_id, n.intake FROM notices n JOIN audit_log a ON a.entity = 'notice' AND a.entity_id = n.id AND a.action = 'notice.own'`).Scan(&who, &intake); err != nil {
		t.Fatal(err)
	}
	if who != staffID("moderator") || intake != "own_initiative" {
		t.Errorf("the log names %q, the notice came by %q", who, intake)
	}
	if p := d.as("auditor").post("/staff/reports/new", url.Values{"urls": {image}, "reason": {reason}}); p.StatusCode != 403 {
		t.Errorf("an auditor opens a case: %d", p.StatusCode)
	}
}

// A lead blocks a file by its hash, once.
func TestBlockAFileByItsHash(t *testing.T) {
	d := newDesk(t)
	reason := d.reason(3)
	sum := sha256.Sum256([]byte("a file nobody may upload"))
	form := url.Values{"sha256": {strings.ToUpper(hex.EncodeToString(sum[:])) + " "}, "reason": {reason}}
	lead := d.as("lead")
	if p := d.as("moderator").post("/staff/blocks", form); p.StatusCode != 403 {
		t.Errorf("a moderator blocks a file: %d", p.StatusCode)
	}
	if p := lead.post("/staff/blocks", url.Values{"sha256": {"abc"}}); p.StatusCode != 422 || !strings.Contains(p.body, `href="#sha256"`) || !strings.Contains(p.body, `href="#reason"`) {
		t.Errorf("a wrong hash and no reason: %d", p.StatusCode)
	}
	if p := lead.post("/staff/blocks", form); p.StatusCode != 303 {
		t.Fatalf("blocking: %d", p.StatusCode)
	}
	if p := lead.get("/staff/blocks"); !strings.Contains(p.body, hex.EncodeToString(sum[:12])) {
		t.Error("the blocked file is not on the list")
	}
	if p := lead.post("/staff/blocks", form); p.StatusCode != 409 || !strings.Contains(p.body, "on the block list already") {
		t.Errorf("a second time: %d", p.StatusCode)
	}
	var n int
	if err := d.db.QueryRow(t.Context(), `SELECT count(*) FROM blocked_hashes b JOIN audit_log a ON a.entity = 'block' AND a.entity_id = b.id AND a.actor_id = $1`, staffID("lead")).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d blocks with an audit entry, %v", n, err)
	}
}

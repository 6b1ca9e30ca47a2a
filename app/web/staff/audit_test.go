package staff_test

import (
	"context"
	"strings"
	"testing"

	"imglink/app/actor"
	"imglink/app/audit"
)

// The log is asked with the references that people know, and answers with them.
func TestAuditKnowsReferences(t *testing.T) {
	d := newDesk(t)
	ctx := context.Background()
	id := d.report(d.upload(1, "guestAAAAAAA"), d.reason(3), "This is me.", "")
	var caseRef, noticeRef string
	if err := d.db.QueryRow(ctx, `SELECT c.reference, n.reference FROM cases c, notices n WHERE c.id = $1`, id).Scan(&caseRef, &noticeRef); err != nil {
		t.Fatal(err)
	}
	log := &audit.Service{Store: d.store, Clock: d.clock}
	auditor := actor.Staff(staffID("auditor"), actor.Auditor)
	for ref, entity := range map[string]string{caseRef: "case", strings.ToLower(noticeRef): "notice"} {
		entries, err := log.Entries(ctx, auditor, audit.Query{EntityID: ref})
		if err != nil || len(entries) == 0 {
			t.Fatalf("%s: %d entries, %v", ref, len(entries), err)
		}
		for _, e := range entries {
			if e.Entity != entity || e.EntityName != strings.ToUpper(ref) {
				t.Errorf("%s finds an entry about %s %s, shown as %q", ref, e.Entity, e.EntityID, e.EntityName)
			}
		}
	}
	if entries, err := log.Entries(ctx, auditor, audit.Query{EntityID: "C-2222-2222"}); err != nil || len(entries) != 0 {
		t.Errorf("an unknown reference finds %d entries, %v", len(entries), err)
	}
}

func TestAuditKeepsItsPeopleWhenNothingMatches(t *testing.T) {
	d := newDesk(t)
	d.report(d.upload(1, "guestAAAAAAA"), d.reason(3), "This is me.", "")
	d.as("moderator").post("/staff/reports/next", nil)
	d.fillAudit()
	p := d.as("auditor").get("/staff/audit?actor=nobody")
	if !strings.Contains(p.body, "No entry matches") || !strings.Contains(p.body, `value="`+staffID("moderator")+`"`) {
		t.Error("who finds nothing must be able to choose somebody else")
	}
}

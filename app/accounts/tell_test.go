package accounts

import (
	"regexp"
	"strings"
	"testing"

	"imglink/app/actor"
)

var linkIn = regexp.MustCompile(`https://img\.example\.org/staff/setup/[\w-]+`)

// mailedLink has a link sent to an account in use, demands that it is not shown, and reads it from the mail.
func (f *fixture) mailedLink(admin Who, id string) string {
	f.t.Helper()
	shown, err := f.NewLink(f.ctx, admin, id)
	if err != nil || shown != "" {
		f.t.Fatalf("the link of an account in use must not be shown: %q, %v", shown, err)
	}
	mails := f.rows(`SELECT body_text FROM mails WHERE entity = 'staff' AND entity_id = $1 AND kind = 'staff_link' AND state = 'queued'`, id)
	if len(mails) != 1 || linkIn.FindString(mails[0]) == "" {
		f.t.Fatalf("one mail with a link, got %q", mails)
	}
	return linkIn.FindString(mails[0])
}

// Whatever changes who can use an account, or for what, is told to its holder, without a link.
func TestHolderIsTold(t *testing.T) {
	f := setup(t)
	f.add("admin@example.org", actor.Admin)
	ada := f.add("ada@example.org", actor.Triage)
	told := 0
	expect := func(what string) {
		t.Helper()
		told++
		mails := f.rows(`SELECT recipient || ' ' || subject || ' ' || body_text FROM mails WHERE entity_id = $1 AND kind = 'staff_notice' ORDER BY created_at`, ada.ID)
		if len(mails) != told || !strings.HasPrefix(mails[told-1], "ada@example.org ") || !strings.Contains(mails[told-1], what) || strings.Contains(mails[told-1], "://") {
			t.Fatalf("want %d mails, the last about %q, got %q", told, what, mails)
		}
	}
	self, _ := f.signedIn("ada@example.org")
	const next = "quiet lantern 61 gravel tuesday"
	if _, err := f.ChangePassword(f.ctx, self, goodPassword, next); err != nil {
		t.Fatal(err)
	}
	expect("password")
	admin, _ := f.signedIn("admin@example.org")
	link := f.mailedLink(admin, ada.ID)
	f.code()
	if _, err := f.Complete(f.ctx, token(t, link), chosen); err != nil {
		t.Fatal(err)
	}
	expect("one-time link")
	if err := f.SetRole(f.ctx, admin, ada.ID, actor.Lead); err != nil {
		t.Fatal(err)
	}
	f.code()
	expect("from Triage to Lead")
	if err := f.ResetFactors(f.ctx, admin, ada.ID); err != nil {
		t.Fatal(err)
	}
	expect("second step")
}

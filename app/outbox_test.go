package app_test

import (
	"strings"
	"testing"

	"imglink/app/actor"
	"imglink/app/apptest"
	"imglink/models"
)

// Without a mail server admins read the letters, but none that would let them become somebody else: what is about an
// account is sealed on its way into the outbox.
func TestNoAdminReadsALinkIntoAnAccount(t *testing.T) {
	in := apptest.New(t, apptest.Idle())
	const link = "https://img.example.org/staff/setup/secret-of-somebody-else"
	for entity, sealed := range map[string]bool{"staff": true, "user": true, "notice": false} {
		id := "mail-" + entity
		change := models.Change{Actor: actor.System("test"), Needs: actor.Public, Action: "mail.test", Entity: entity, ID: id}
		err := in.Store.Write(t.Context(), change, func(tx *models.Tx) error {
			return tx.QueueMail(models.Mail{Kind: "test", Entity: entity, EntityID: id, Recipient: "ada@example.org", Subject: entity, BodyText: "Here: " + link})
		})
		if err != nil {
			t.Fatal(err)
		}
		mails, err := in.Store.MailsOpen(t.Context(), in.Clock.Now().AddDate(0, 0, 1), 10)
		if err != nil || len(mails) != 1 {
			t.Fatalf("%d mails are queued, %v", len(mails), err)
		}
		if err := in.Post.Send(t.Context(), models.SendMail{MailID: mails[0].ID}); err != nil {
			t.Fatal(err)
		}
		kept, err := in.Outbox.List(t.Context(), 1, "")
		if err != nil || len(kept) != 1 || kept[0].Subject != entity {
			t.Fatalf("kept %+v, %v", kept, err)
		}
		letter, err := in.Outbox.Read(t.Context(), kept[0].ID)
		if err != nil || letter.Sealed != sealed || strings.Contains(letter.Text, link) == sealed {
			t.Errorf("a letter about %s: %+v, %v", entity, letter, err)
		}
		in.Clock.Advance(1e9)
	}
}

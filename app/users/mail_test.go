package users

import (
	"strings"
	"testing"

	"imglink/app/i18n"
)

// Mails speak the language their reader chose, and the one of the page when they leave it to their browser.
func TestMailsSpeakTheLanguageOfTheirReader(t *testing.T) {
	for _, c := range []struct{ chosen, page, subject string }{
		{"de", "fr", "neues Passwort wählen"}, {"", "pl", "wybór nowego hasła"}, {"", "", "choose a new password"}, {"en", "de", "choose a new password"},
	} {
		f := setup(t)
		_, err := f.Add(f.ctx, AddInput{Username: "maya", Email: "maya@example.org", Password: goodPassword, Locale: c.chosen})
		f.must(err)
		f.must(f.AskReset(i18n.With(f.ctx, c.page), "maya@example.org"))
		if got := strings.Join(f.rows(`SELECT subject FROM mails WHERE recipient = 'maya@example.org'`), ""); !strings.HasSuffix(got, ": "+c.subject) {
			t.Errorf("chosen %q, page in %q: the mail is about %q, want %q", c.chosen, c.page, got, c.subject)
		}
	}
}

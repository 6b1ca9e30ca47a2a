package moderation

import (
	"context"
	"strings"

	"imglink/app/i18n"
	"imglink/models"
)

// outcomes say in a sentence what became of a reported image.
//
//i18n:keys
var outcomes = map[string]string{
	"":                            "We have not decided yet.",
	"gone":                        "The image had already been deleted by its uploader. Nothing is left to decide.",
	string(models.ActionKeep):     "We looked at the image and decided to leave it public.",
	string(models.ActionRestrict): "We put the image behind an age confirmation.",
	string(models.ActionDisable):  "We disabled access to the image.",
	string(models.ActionRemove):   "We removed the image.",
}

// receiptLetter confirms a notice without delay (Art. 16(4) DSA).
func (s *Service) receiptLetter(n models.Notice, items []models.NoticeItem, token string) Letter {
	ctx := inLanguage(n)
	var b strings.Builder
	b.WriteString(greeting(ctx, n) + i18n.T(ctx, "we have received your notice %s about:", n.Reference) + "\n\n")
	for _, i := range items {
		b.WriteString("  " + i.URL + "\n")
		if i.Outcome != "" {
			b.WriteString("  " + i18n.T(ctx, outcomes[i.Outcome]) + "\n")
		}
	}
	b.WriteString("\n" + i18n.T(ctx, "A person will look at it, and we will write to you once we have decided. No decision is made by automated means.") + "\n")
	b.WriteString("\n" + i18n.T(ctx, "You can follow it here. Whoever has this link can read it, so keep it to yourself:") + "\n  " + s.statusURL(token) + "\n")
	return Letter{Reference: n.Reference, Subject: i18n.T(ctx, "We have received your notice %s", n.Reference), Text: b.String()}
}

// notifierLetter tells a notifier of a decision and of what can be done about it (Art. 16(5) and (6) DSA), also when
// nothing was done.
func (s *Service) notifierLetter(n models.Notice, urls []string, d models.Decision, ways []Redress) Letter {
	ctx := inLanguage(n)
	var b strings.Builder
	b.WriteString(greeting(ctx, n) + i18n.T(ctx, "we have decided on your notice %s.", n.Reference) + "\n\n")
	for _, u := range urls {
		b.WriteString("  " + u + "\n")
	}
	b.WriteString("\n" + i18n.T(ctx, outcomes[string(d.Action)]) + "\n")
	if d.Action != models.ActionKeep {
		b.WriteString("\n" + i18n.T(ctx, "Ground") + "\n" + i18n.T(ctx, d.Reference) + "\n")
	}
	b.WriteString("\n" + i18n.T(ctx, "Why") + "\n" + i18n.T(ctx, d.Explanation) + "\n\n")
	b.WriteString(i18n.T(ctx, "A person looked at the image and decided. No automated means were used, and the uploader is not told who reported it.") + "\n\n")
	b.WriteString(redressText(ctx, ways))
	return Letter{Reference: n.Reference, Subject: i18n.T(ctx, "Our decision on your notice %s", n.Reference), Text: b.String()}
}

// uploaderLetter is what the uploader reads: the statement of reasons.
func uploaderLetter(ctx context.Context, st Statement) Letter {
	return Letter{
		Reference: st.CaseReference, Subject: i18n.T(ctx, "Our decision on your image (%s)", st.CaseReference),
		Text: i18n.T(ctx, "Hello,") + "\n\n" + i18n.T(ctx, "we have made a decision about an image you uploaded.") + "\n\n" + st.Text(ctx),
	}
}

func greeting(ctx context.Context, n models.Notice) string {
	if n.ContactName == "" {
		return i18n.T(ctx, "Hello,") + "\n\n"
	}
	return i18n.T(ctx, "Hello %s,", n.ContactName) + "\n\n"
}

// mailOf is a letter on its way to a notifier.
func mailOf(kind string, n models.Notice, l Letter) models.Mail {
	return models.Mail{Kind: kind, Entity: "notice", EntityID: n.ID, Recipient: n.ContactEmail, Subject: l.Subject, BodyText: l.Text}
}

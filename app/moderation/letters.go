package moderation

import (
	"strings"

	"imglink/models"
)

// outcomes say in a sentence what became of a reported image.
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
	var b strings.Builder
	b.WriteString(greeting(n) + "we have received your notice " + n.Reference + " about:\n\n")
	for _, i := range items {
		b.WriteString("  " + i.URL + "\n")
		if i.Outcome != "" {
			b.WriteString("  " + outcomes[i.Outcome] + "\n")
		}
	}
	b.WriteString("\nA person will look at it, and we will write to you once we have decided. No decision is made by automated means.\n")
	b.WriteString("\nYou can follow it here. Whoever has this link can read it, so keep it to yourself:\n  " + s.statusURL(token) + "\n")
	return Letter{Reference: n.Reference, Subject: "We have received your notice " + n.Reference, Text: b.String()}
}

// notifierLetter tells a notifier of a decision and of what can be done about it (Art. 16(5) and (6) DSA), also when
// nothing was done.
func (s *Service) notifierLetter(n models.Notice, urls []string, d models.Decision, ways []Redress) Letter {
	var b strings.Builder
	b.WriteString(greeting(n) + "we have decided on your notice " + n.Reference + ".\n\n")
	for _, u := range urls {
		b.WriteString("  " + u + "\n")
	}
	b.WriteString("\n" + outcomes[string(d.Action)] + "\n")
	if d.Action != models.ActionKeep {
		b.WriteString("\nGround\n" + d.Reference + "\n")
	}
	b.WriteString("\nWhy\n" + d.Explanation + "\n\n")
	b.WriteString("A person looked at the image and decided. No automated means were used, and the uploader is not told who reported it.\n\n")
	b.WriteString(redressText(ways))
	return Letter{Reference: n.Reference, Subject: "Our decision on your notice " + n.Reference, Text: b.String()}
}

// uploaderLetter is what the uploader reads: the statement of reasons.
func uploaderLetter(st Statement) Letter {
	return Letter{
		Reference: st.CaseReference, Subject: "Our decision on your image (" + st.CaseReference + ")",
		Text: "Hello,\n\nwe have made a decision about an image you uploaded.\n\n" + st.Text(),
	}
}

func greeting(n models.Notice) string {
	if n.ContactName == "" {
		return "Hello,\n\n"
	}
	return "Hello " + n.ContactName + ",\n\n"
}

// mailOf is a letter on its way to a notifier.
func mailOf(kind string, n models.Notice, l Letter) models.Mail {
	return models.Mail{Kind: kind, Entity: "notice", EntityID: n.ID, Recipient: n.ContactEmail, Subject: l.Subject, BodyText: l.Text}
}

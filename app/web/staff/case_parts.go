package staff

import (
	"fmt"
	"strconv"

	"imglink/app/moderation"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/staff/review"
	"imglink/views/ui"
)

var intakes = map[string]string{"user": "by the report form", "art16": "by an Article 16 notice", "own_initiative": "by our own initiative"}

func notices(d moderation.Detail) []review.Notice {
	out := make([]review.Notice, 0, len(d.Notices))
	for _, n := range d.Notices {
		v := review.Notice{
			Reference: n.Reference, Reason: n.ReasonLabel, Text: n.Explanation, Said: intakes[n.Intake], ISO: iso(n.CreatedAt), UTC: utc(n.CreatedAt),
			URL: n.URL, Name: n.Name, Contact: n.Email, Complete: n.Complete, GoodFaith: n.GoodFaith, Outcome: outcome(n.Outcome), Hidden: "Anonymous",
		}
		if n.HasContact {
			v.Hidden = "Left an address, shown to the moderator who holds the case"
		}
		out = append(out, v)
	}
	return out
}

// noticesCount says how many reports there are, as the list does, and how many of those shown repeat one of them.
func noticesCount(d moderation.Detail) string {
	if d.Case.Notices == 0 {
		return ""
	}
	text := strconv.Itoa(d.Case.Notices)
	if d.Case.Notifiers != d.Case.Notices {
		text += " from " + plural(d.Case.Notifiers, "independent reporter")
	}
	if again := len(d.Notices) - d.Case.Notices; again > 0 {
		text += ", and " + plural(again, "repetition")
	}
	return text
}

func (h *Handlers) precedents(c *kit.Ctx, d moderation.Detail, f moderation.Filter) []review.Precedent {
	var out []review.Precedent
	for _, p := range d.Precedents {
		v := review.Precedent{
			Href: h.caseURL(c, p.CaseID, f), Src: c.Kit.URL("staff.safe", p.ImageID), Reference: p.Reference, Action: done[p.Action], Reason: p.Label,
			Nearness: "same uploader", ISO: iso(p.DecidedAt), UTC: utc(p.DecidedAt), Tone: actionTone(p.Action),
		}
		if p.Distance >= 0 {
			v.Nearness = fmt.Sprintf("looks alike, %d of 256 bits differ", p.Distance)
		}
		out = append(out, v)
	}
	return out
}

// copies are the other addresses of the same file.
func (h *Handlers) copies(c *kit.Ctx, d moderation.Detail) []review.Thumb {
	var out []review.Thumb
	for _, img := range d.Images {
		if img.ID != d.Image.ID {
			out = append(out, h.thumb(c, img))
		}
	}
	return out
}

func (h *Handlers) uploads(c *kit.Ctx, d moderation.Detail) []review.Thumb {
	var out []review.Thumb
	for _, img := range d.Uploads {
		if img.State != models.ImageDeleted { // its renditions went with it
			out = append(out, h.thumb(c, img))
		}
	}
	return out
}

func (h *Handlers) thumb(c *kit.Ctx, img models.Image) review.Thumb {
	return review.Thumb{
		Src: c.Kit.URL("staff.safe", img.ID), Alt: "Blurred picture " + img.ID, Label: imageStates[img.State],
		Href: c.Kit.URL("staff.reports") + "?q=" + img.ID,
	}
}

func (h *Handlers) effects(c *kit.Ctx, list []models.Effect, mayRetry bool) []review.Effect {
	out := make([]review.Effect, 0, len(list))
	for _, e := range list {
		at := e.CreatedAt
		if e.DoneAt != nil {
			at = *e.DoneAt
		}
		v := review.Effect{
			Name: effectNames[e.Kind], Target: e.Target, State: effectStates[e.State], Error: e.LastError, ISO: iso(at), UTC: utc(at), Tone: effectTone(e.State),
		}
		if v.Name == "" {
			v.Name = string(e.Kind)
		}
		if e.Attempts > 1 || e.State == models.EffectFailed {
			v.Tries = strconv.Itoa(e.Attempts) + " tries, "
		}
		if e.State == models.EffectFailed && mayRetry {
			v.RetryURL = c.Kit.URL("staff.effect.retry", e.ID)
		}
		out = append(out, v)
	}
	return out
}

func decisionRows(d moderation.Detail) []review.Decision {
	out := make([]review.Decision, 0, len(d.Decisions))
	for _, dec := range d.Decisions {
		out = append(out, review.Decision{
			Action: done[dec.Action], By: dec.ByName, State: decisionStates[dec.State], Reason: dec.Reference, Facts: dec.Facts, Why: dec.Explanation,
			Note: dec.Note, ISO: iso(dec.DecidedAt), UTC: utc(dec.DecidedAt), Tone: actionTone(dec.Action),
		})
	}
	return out
}

func timeline(events []moderation.Event) []ui.Event {
	out := make([]ui.Event, 0, len(events))
	for _, e := range events {
		icon, text := verb(e.Action)
		v := ui.Event{Icon: icon, Who: who(e.Kind, e.Actor, e.Name), Text: text + " " + object(e.Action), Note: e.Note, ISO: iso(e.At), UTC: utc(e.At)}
		if a, ok := e.Notes["action"].(string); ok && done[models.Action(a)] != "" {
			v.Text += ": " + done[models.Action(a)]
			v.Tone = actionTone(models.Action(a))
		}
		out = append(out, v)
	}
	return out
}

// object is what an action was done to, as words.
func object(action string) string {
	for prefix, word := range map[string]string{"case.": "the case", "image.": "the picture", "notice.": "a report", "effect.": "an effect", "block.": "the file"} {
		if len(action) > len(prefix) && action[:len(prefix)] == prefix {
			return word
		}
	}
	return ""
}

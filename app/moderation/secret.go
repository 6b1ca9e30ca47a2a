package moderation

import (
	"context"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/models"
)

// knowsReporters reports whether the actor reads on the page of the case who reported: the permission and the lease.
func (s *Service) knowsReporters(ctx context.Context, q models.Queries, a actor.Actor, c models.Case, now time.Time) (bool, error) {
	if !a.Can(actor.ReporterView) {
		return false, nil
	}
	held, err := q.LeaseOf(ctx, c.ID, now)
	return held != nil && held.Holder == a.ID, err
}

// address is what looks like an e-mail address, with the full-width at sign too.
var address = regexp.MustCompile(`[^\s@\x{FF20}<>]+[@\x{FF20}][^\s@\x{FF20}<>]+\.[^\s@\x{FF20}<>]+`)

// keepsSecret refuses texts for the uploader that name a notifier (Art. 17(3)(b) DSA: only where strictly necessary).
// Who does not know the notifiers gets an answer that depends on the text alone: comparing it with the notices would let
// people guess who reported, one try after the other.
func keepsSecret(in DecisionInput, notices []models.CaseNotice, knows bool) error {
	var c fault.Collect
	for _, part := range []struct{ field, text string }{{"facts", in.Facts}, {"explanation", in.Explanation}} {
		if knows {
			c.Check(!namesNotifier(part.text, notices), part.field, "This names somebody who reported the image. The uploader must not learn who did.")
		} else {
			c.Check(!address.MatchString(part.text), part.field, "Leave out e-mail addresses: the uploader reads this text.")
		}
	}
	return c.Err()
}

func namesNotifier(text string, notices []models.CaseNotice) bool {
	low := " " + fold(text) + " "
	for _, n := range notices {
		name, mail := fold(n.ContactName), fold(n.ContactEmail)
		if (utf8.RuneCountInString(name) >= 4 && strings.Contains(low, " "+name+" ")) || (mail != "" && strings.Contains(low, mail)) {
			return true
		}
	}
	return false
}

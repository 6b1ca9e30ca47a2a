package moderation

import (
	"bytes"
	"context"
	"crypto/sha256"
	"net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

// FileNotice takes a notice (Art. 16 DSA). A missing element never refuses it, only an unusable one does: no image of
// ours, an unknown reason, an invalid address to answer to. The receipt (Art. 16(4)) is part of the same transaction.
func (s *Service) FileNotice(ctx context.Context, in NoticeInput) (rec Receipt, err error) {
	defer fault.Wrap(&err, "moderation.FileNotice")
	n, images, err := s.checkNotice(ctx, in)
	if err != nil {
		return Receipt{}, err
	}
	token := ident.NewToken()
	n.ID, n.Reference, n.StatusHash, n.Intake = ident.Public(), ident.Reference("N"), token.Hash(), "art16"
	n.State = models.NoticeScreening
	change := models.Change{Actor: actor.Guest(""), Needs: actor.Public, Action: "notice.file", Entity: "notice", ID: n.ID, Reason: n.ReasonCode}
	err = s.Store.Write(ctx, change, func(tx *models.Tx) error {
		n.CreatedAt, n.AcknowledgedAt = tx.Now, tx.Now
		items := s.itemsOf(n, images)
		if err := tx.InsertNotice(n, items); err != nil {
			return err
		}
		tx.Detail("items", len(items))
		tx.Detail("complete", n.Complete)
		if in.Verified {
			if err := s.admit(ctx, tx, &n, items, images, false); err != nil {
				return err
			}
		} else if err := tx.Enqueue(AdmitJob{NoticeID: n.ID, At: tx.Now.Add(SlowLane)}); err != nil {
			return err
		}
		if n.ContactEmail == "" {
			return nil
		}
		return tx.QueueMail(mailOf("notice_receipt", n, s.receiptLetter(n, items, string(token))))
	})
	return Receipt{NoticeID: n.ID, Reference: n.Reference, StatusToken: string(token), Admitted: in.Verified}, err
}

// checkNotice refuses what cannot be used and finds the images.
func (s *Service) checkNotice(ctx context.Context, in NoticeInput) (models.Notice, []models.Image, error) {
	set, err := s.reasonSet(ctx)
	if err != nil {
		return models.Notice{}, nil, err
	}
	var c fault.Collect
	reason, known := set.by[in.ReasonCode]
	c.Check(known, "reason", "Choose one of the reasons.")
	n := models.Notice{
		ReasonCode: in.ReasonCode, Explanation: strings.TrimSpace(in.Explanation), ContactName: strings.TrimSpace(in.Name),
		ContactEmail: strings.TrimSpace(in.Email), GoodFaith: in.GoodFaith, Locale: in.Locale, ReporterKey: in.ReporterKey,
	}
	if n.Locale == "" || len(n.Locale) > 35 {
		n.Locale = "en"
	}
	if len(n.ReporterKey) == 0 {
		n.ReporterKey = ident.NewToken().Hash() // nobody we could recognise: a notifier of their own
	}
	n.TextHash = foldedHash(n.Explanation)
	checkWords(&c, n)
	ids := s.checkURLs(&c, in.URLs)
	images, err := s.Store.ImagesByIDs(ctx, ids)
	if err != nil {
		return n, nil, err
	}
	images = inOrder(&c, ids, images)
	n.Complete = complete(n, reason)
	return n, images, c.Err()
}

func checkWords(c *fault.Collect, n models.Notice) {
	if utf8.RuneCountInString(n.Explanation) > MaxExplanation {
		c.Addf("explanation", "Shorten the explanation to %d characters.", MaxExplanation)
	}
	c.Check(utf8.ValidString(n.Explanation) && !strings.ContainsRune(n.Explanation, 0), "explanation", "The explanation holds characters that cannot be stored. Type it again.")
	c.Check(utf8.RuneCountInString(n.ContactName) <= 200 && !strings.ContainsFunc(n.ContactName, unicode.IsControl) && utf8.ValidString(n.ContactName),
		"name", "Give a name of at most 200 characters, or none.")
	c.Check(n.ContactEmail == "" || validEmail(n.ContactEmail), "email", "Give one e-mail address such as name@example.org, or none.")
}

// validEmail accepts a bare address that our mailer can send to.
func validEmail(s string) bool {
	if len(s) > 254 || strings.ContainsFunc(s, unicode.IsControl) {
		return false
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" {
		return false
	}
	_, domain, ok := strings.Cut(s, "@")
	return ok && strings.Contains(domain, ".") && !strings.ContainsAny(s, " \"<>(),;:\\[]")
}

// checkURLs turns addresses into image ids, each once, in the order given.
func (s *Service) checkURLs(c *fault.Collect, urls []string) []string {
	var ids []string
	filled := 0
	for _, raw := range urls {
		if raw = strings.TrimSpace(raw); raw == "" {
			continue
		}
		if filled++; filled > MaxURLs {
			c.Addf("urls", "One notice can name up to %d images. Please file another for the rest.", MaxURLs)
			return ids
		}
		id, ok := ImageIDFromURL(raw, s.hosts)
		if !ok {
			c.Addf("urls", "This is not the address of an image here: %s", shorten(raw, 100))
		} else if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	c.Check(filled > 0, "urls", "Give the address of at least one image.")
	return ids
}

// inOrder sorts the images found into the order named and reports those that are not there.
func inOrder(c *fault.Collect, ids []string, found []models.Image) []models.Image {
	out := make([]models.Image, 0, len(ids))
	for _, id := range ids {
		i := slices.IndexFunc(found, func(img models.Image) bool { return img.ID == id && img.State != models.ImagePending })
		if i < 0 {
			c.Addf("urls", "We have never had an image at this address: %s", id)
			continue
		}
		out = append(out, found[i])
	}
	return out
}

// complete reports whether the notice has every element of Art. 16(2): only then does it give rise to actual knowledge
// (Art. 16(3)). For the offences of Directive 2011/93/EU name and e-mail are not asked for.
func complete(n models.Notice, reason models.ReasonCode) bool {
	contact := reason.ContactOptional || (n.ContactName != "" && n.ContactEmail != "")
	return n.GoodFaith && contact && utf8.RuneCountInString(fold(n.Explanation)) >= 20
}

func (s *Service) itemsOf(n models.Notice, images []models.Image) []models.NoticeItem {
	items := make([]models.NoticeItem, len(images))
	for i, img := range images {
		items[i] = models.NoticeItem{NoticeID: n.ID, Position: int16(i), URL: s.pageURL(img.ID), ImageID: &images[i].ID} //nolint:gosec // at most MaxURLs
	}
	return items
}

// fold brings two texts that say the same in other capitals, spaces or punctuation to one form.
func fold(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }), " ")
}

func foldedHash(s string) []byte { h := sha256.Sum256([]byte(fold(s))); return h[:] }

func shorten(s string, runes int) string {
	r := []rune(strings.ToValidUTF8(s, "?"))
	if len(r) <= runes {
		return string(r)
	}
	return string(r[:runes-1]) + "…"
}

// byContent orders positions by content, so that all transactions lock cases in the same order.
func byContent(images []models.Image) []int {
	order := make([]int, len(images))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return bytes.Compare(images[a].SHA256, images[b].SHA256) })
	return order
}

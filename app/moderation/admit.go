package moderation

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

// Admit takes a notice out of the slow lane when it has waited long enough; too early, or a second time, it does nothing.
func (s *Service) Admit(ctx context.Context, noticeID string) (err error) {
	defer fault.Wrap(&err, "moderation.Admit(%s)", noticeID)
	n, err := s.Store.Notice(ctx, noticeID)
	if fault.Is(err, fault.NotFound) || (err == nil && (n.State != models.NoticeScreening || s.now().Before(n.CreatedAt.Add(SlowLane)))) {
		return nil
	}
	if err != nil {
		return err
	}
	change := models.Change{Actor: system, Needs: actor.Public, Action: "notice.admit", Entity: "notice", ID: n.ID, Reason: n.ReasonCode}
	return s.Store.Write(ctx, change, func(tx *models.Tx) error {
		n, err := tx.LockNotice(noticeID)
		if err != nil || n.State != models.NoticeScreening {
			return err
		}
		items, err := tx.NoticeItems(ctx, n.ID)
		if err != nil {
			return err
		}
		images, err := tx.ImagesByIDs(ctx, imageIDs(items))
		if err != nil {
			return err
		}
		var c fault.Collect // images do not disappear: rows outlive their objects
		return s.admit(ctx, tx, &n, items, inOrder(&c, imageIDs(items), images), false)
	})
}

func imageIDs(items []models.NoticeItem) []string {
	ids := make([]string, 0, len(items))
	for _, i := range items {
		if i.ImageID != nil {
			ids = append(ids, *i.ImageID)
		}
	}
	return ids
}

// admit attaches a notice to the cases of its images. items and images run in parallel. With anew a decided case is opened
// again whatever it knows already: staff say so.
func (s *Service) admit(ctx context.Context, tx *models.Tx, n *models.Notice, items []models.NoticeItem, images []models.Image, anew bool) error {
	set, err := s.reasonSet(ctx)
	if err != nil {
		return err
	}
	severity := int16(1)
	if r, ok := set.by[n.ReasonCode]; ok {
		severity = r.Severity
	}
	n.State, n.AdmittedAt = models.NoticeReceived, &tx.Now
	answered := 0
	for _, i := range byContent(images) {
		if err := s.attach(ctx, tx, *n, &items[i], images[i], severity, anew); err != nil {
			return err
		}
		if items[i].Outcome != "" {
			answered++
		}
	}
	if answered == len(items) {
		n.State, n.DecidedAt = models.NoticeDecided, &tx.Now
	}
	return tx.SaveNoticeState(*n)
}

// attach puts one item of a notice to the case of its content.
func (s *Service) attach(ctx context.Context, tx *models.Tx, n models.Notice, item *models.NoticeItem, img models.Image, severity int16, anew bool) error {
	same, err := tx.ImagesByContent(ctx, img.SHA256)
	if err != nil {
		return err
	}
	if len(same) == 0 { // every upload of it has been deleted by its uploader
		item.Outcome = "gone"
		return tx.SaveNoticeItem(*item)
	}
	seed := models.Case{
		ID: ident.Public(), Reference: ident.Reference("C"), SHA256: img.SHA256, ImageID: img.ID, State: models.CaseOpen,
		ReasonCode: n.ReasonCode, Severity: severity, Images: len(same), OpenedAt: tx.Now,
	}
	prioritise(&seed)
	c, opened, err := tx.LockOrOpenCase(seed)
	if err != nil {
		return err
	}
	heard, err := tx.NoticeHeard(ctx, c.ID, img.ID, n, tx.Now.Add(-DedupWindow))
	if err != nil {
		return err
	}
	item.CaseID = &c.ID
	action := "case.notice"
	if opened {
		action = "case.open"
	} else if c.State == models.CaseDecided {
		if action, err = s.hearAgain(ctx, tx, n, item, &c, heard, severity, anew); err != nil {
			return err
		}
	}
	countNotice(&c, n, heard, severity)
	c.Images = len(same)
	item.CaseVersion = c.Version
	tx.Note(action, "case", c.ID, map[string]any{"notice": n.Reference, "reason": n.ReasonCode, "repeated": heard.Repeated})
	if err := tx.SaveCase(c); err != nil {
		return err
	}
	return tx.SaveNoticeItem(*item)
}

// countNotice lets a notice weigh in: repetitions not at all, a notifier once, a graver reason by its severity.
func countNotice(c *models.Case, n models.Notice, h models.Heard, severity int16) {
	if !h.Repeated {
		c.Notices++
	}
	if !h.Notifier {
		c.Notifiers++
	}
	if c.State != models.CaseDecided {
		if severity > c.Severity {
			c.ReasonCode, c.Severity = n.ReasonCode, severity
			c.Version++
		}
		prioritise(c)
	}
}

// hearAgain decides what a notice about a decided case does: it opens the case again, or it shares the outcome.
func (s *Service) hearAgain(ctx context.Context, tx *models.Tx, n models.Notice, item *models.NoticeItem, c *models.Case, h models.Heard, severity int16, anew bool) (string, error) {
	standing, err := tx.StandingDecision(ctx, c.ID)
	if err != nil {
		return "", err
	}
	if anew || reopens(standing, *c, n, h, severity) {
		c.State, c.DecidedAt, c.ReopenedAt = models.CaseOpen, nil, &tx.Now
		if severity >= c.Severity { // a mild notice must not make a grave case look harmless: who may see it depends on that
			c.ReasonCode, c.Severity = n.ReasonCode, severity
		}
		c.Version++
		return "case.reopen", nil
	}
	item.DecisionID = &standing.ID
	if standing.State == models.DecisionPending {
		return "case.link", nil // told together with the others when the undo window ends
	}
	item.Outcome = string(standing.Action)
	if n.ContactEmail == "" {
		return "case.link", nil
	}
	return "case.link", queueEffects(tx, []models.Effect{{
		DecisionID: standing.ID, CaseID: c.ID, Kind: models.EffectMailNotifier, Target: n.ID, NextAt: tx.Now.Add(time.Second),
	}})
}

// reopens reports whether a notice gives reason to look at a decided case again: a reason nobody has named yet, or new
// facts from somebody who has not spoken yet. What is offline already is looked at again only for a graver reason.
func reopens(standing *models.Decision, c models.Case, n models.Notice, h models.Heard, severity int16) bool {
	switch {
	case standing == nil:
		return true
	case h.Repeated:
		return false
	case slices.Contains([]models.Action{models.ActionDisable, models.ActionRemove}, standing.Action):
		return severity > c.Severity
	case !h.Reason && n.ReasonCode != standing.ReasonCode:
		return true
	}
	return n.Complete && !h.Notifier && !h.Text && utf8.RuneCountInString(fold(n.Explanation)) >= MinWhy
}

// OpenCase begins a case on our own initiative, or opens a decided one again.
func (s *Service) OpenCase(ctx context.Context, a actor.Actor, imageID, reason, note string) (caseID string, err error) {
	defer fault.Wrap(&err, "moderation.OpenCase(%s)", imageID)
	in := NoticeInput{URLs: []string{imageID}, ReasonCode: reason, Explanation: note, GoodFaith: true, ReporterKey: foldedHash("staff " + a.ID)}
	if err := needs(a, actor.CaseClaim); err != nil {
		return "", err
	}
	n, images, err := s.checkNotice(ctx, in)
	if err != nil {
		return "", err
	}
	if images[0].State == models.ImageDeleted {
		return "", fault.New(fault.Gone, "image_deleted", "Its uploader has deleted this image.")
	}
	n.ID, n.Reference, n.StatusHash, n.Intake, n.Complete = ident.Public(), ident.Reference("N"), ident.NewToken().Hash(), "own_initiative", true
	n.State = models.NoticeScreening
	items := s.itemsOf(n, images)
	change := models.Change{Actor: a, Needs: actor.CaseClaim, Action: "notice.own", Entity: "notice", ID: n.ID, Reason: reason}
	err = s.Store.Write(ctx, change, func(tx *models.Tx) error {
		n.CreatedAt, n.AcknowledgedAt = tx.Now, tx.Now
		if err := tx.InsertNotice(n, items); err != nil {
			return err
		}
		return s.admit(ctx, tx, &n, items, images, true)
	})
	if err != nil {
		return "", err
	}
	return *items[0].CaseID, nil
}

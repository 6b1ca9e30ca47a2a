// Package post sends the mails that other capabilities queued with their changes.
package post

import (
	"context"
	"errors"
	"slices"
	"time"

	"imglink/app/clock"
	"imglink/app/fault"
	"imglink/app/mail"
	"imglink/models"
)

// Service sends queued mails.
type Service struct {
	Store  *models.Store
	Sender mail.Sender
	Clock  clock.Clock
}

// maxAttempts is when a mail that keeps being deferred is given up: with the queue's pauses, after about a day and a half.
const maxAttempts = 40

// accounts are what mails with links into accounts are about. Whoever reads the outbox of an instance without a mail
// server must not become somebody else by it, so none of those mails is shown there.
var accounts = []string{"staff", "user"}

// Send is the handler of models.SendMail. A mail that was sent or withdrawn meanwhile is left alone; a crash between
// sending and recording sends it again with the same Message-ID.
func (s *Service) Send(ctx context.Context, job models.SendMail) (err error) {
	defer fault.Wrap(&err, "post.Send(%s)", job.MailID)
	m, err := s.Store.Mail(ctx, job.MailID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || m.State != models.MailQueued {
		return err
	}
	err = s.Sender.Send(ctx, mail.Message{
		To: m.Recipient, Subject: m.Subject, Text: m.BodyText, HTML: m.BodyHTML, Reference: m.ID, Auto: true,
		Sealed: slices.Contains(accounts, m.Entity),
	})
	switch {
	case err == nil:
		return s.Store.MarkMail(ctx, m.ID, models.MailSent, "")
	case errors.Is(err, mail.ErrRejected) || m.Attempts+1 >= maxAttempts:
		return s.Store.MarkMail(ctx, m.ID, models.MailFailed, fault.Of(err).Message)
	default:
		return errors.Join(err, s.Store.MarkMail(ctx, m.ID, models.MailQueued, fault.Of(err).Message))
	}
}

// Sweep sends mails whose job was lost.
func (s *Service) Sweep(ctx context.Context) error {
	mails, err := s.Store.MailsOpen(ctx, s.Clock.Now().Add(-2*time.Hour), 200)
	for _, m := range mails {
		err = errors.Join(err, s.Send(ctx, models.SendMail{MailID: m.ID}))
	}
	return err
}

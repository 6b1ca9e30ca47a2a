package models

import (
	"context"
	"time"

	"gorm.io/gorm"

	"imglink/app/ident"
)

// MailState is where an outgoing mail is in its life.
type MailState string

// The states. A void mail is not wanted any more and will not be sent.
const (
	MailQueued MailState = "queued"
	MailSent   MailState = "sent"
	MailFailed MailState = "failed"
	MailVoid   MailState = "void"
)

// Mail is an outgoing mail: written in the transaction that causes it, sent by a worker. Entity and EntityID say what it
// is about; Recipient is personal data.
type Mail struct {
	ID        string `gorm:"primaryKey"`
	Kind      string
	Entity    string
	EntityID  string
	Recipient string
	Subject   string
	BodyText  string
	BodyHTML  string `gorm:"column:body_html"`
	State     MailState
	Attempts  int
	LastError string
	CreatedAt time.Time
	SentAt    *time.Time
}

// SendMail is the job that sends one mail.
type SendMail struct {
	MailID string `json:"mail_id"`
}

// Kind names the job.
func (SendMail) Kind() string { return "mail.send" }

// Queue keeps slow mail servers apart from removals.
func (SendMail) Queue() string { return "mail" }

// QueueMail adds a mail to be sent after commit, and the job that sends it.
func (tx *Tx) QueueMail(m Mail) error {
	m.ID, m.State, m.CreatedAt = ident.Public(), MailQueued, tx.Now
	if err := gorm.G[Mail](tx.db).Create(tx.ctx, &m); err != nil {
		return dbError(err)
	}
	return tx.Enqueue(SendMail{MailID: m.ID})
}

// Mail finds one mail.
func (q Queries) Mail(ctx context.Context, id string) (Mail, error) {
	m, err := gorm.G[Mail](q.db).Where("id = ?", id).Take(ctx)
	return m, dbError(err)
}

// MailsOpen lists mails that are still to be sent, oldest first, that were queued before the instant.
func (q Queries) MailsOpen(ctx context.Context, before time.Time, limit int) ([]Mail, error) {
	out, err := gorm.G[Mail](q.db).Where("state = 'queued' AND created_at < ?", before).Order("created_at").Limit(limit).Find(ctx)
	return out, dbError(err)
}

// MailsFailed lists mails that no server would take, newest first.
func (q Queries) MailsFailed(ctx context.Context, limit int) ([]Mail, error) {
	out, err := gorm.G[Mail](q.db).Where("state = 'failed'").Order("created_at DESC").Limit(limit).Find(ctx)
	return out, dbError(err)
}

// MarkMail records an attempt to send. Delivery state is operational: what was decided is audited where it was decided.
func (s *Store) MarkMail(ctx context.Context, id string, state MailState, lastError string) error {
	set := map[string]any{"state": state, "last_error": lastError, "attempts": gorm.Expr("attempts + 1")}
	if state == MailSent {
		set["sent_at"] = s.clock.Now()
	}
	r := s.with(ctx).Model(&Mail{}).Where("id = ? AND state IN ('queued', 'failed')", id).Updates(set)
	return dbError(r.Error)
}

// VoidMails withdraws the unsent mails of a kind about an entity: the link in them does not work any more.
func (tx *Tx) VoidMails(kind, entity, id string) error {
	return dbError(tx.db.Model(&Mail{}).Where("kind = ? AND entity = ? AND entity_id = ? AND state IN ('queued', 'failed')", kind, entity, id).
		Updates(map[string]any{"state": MailVoid}).Error)
}

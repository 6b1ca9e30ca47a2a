package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// InsertNotice adds a notice with its items.
func (tx *Tx) InsertNotice(n Notice, items []NoticeItem) error {
	if err := gorm.G[Notice](tx.db).Create(tx.ctx, &n); err != nil {
		return dbError(err)
	}
	return dbError(gorm.G[NoticeItem](tx.db).CreateInBatches(tx.ctx, &items, 100))
}

// LockNotice reads a notice and keeps others from changing it until the transaction ends.
func (tx *Tx) LockNotice(id string) (Notice, error) {
	var n Notice
	err := tx.db.Raw(`SELECT * FROM notices WHERE id = ? FOR UPDATE`, id).Take(&n).Error
	return n, dbError(err)
}

// SaveNoticeState writes the state of a notice and its instants.
func (tx *Tx) SaveNoticeState(n Notice) error {
	r := tx.db.Model(&Notice{}).Where("id = ?", n.ID).Updates(map[string]any{
		"state": n.State, "admitted_at": n.AdmittedAt, "decided_at": n.DecidedAt,
	})
	return affected(int(r.RowsAffected), r.Error)
}

// SaveNoticeItem writes what an item belongs to and how it ended.
func (tx *Tx) SaveNoticeItem(i NoticeItem) error {
	r := tx.db.Model(&NoticeItem{}).Where("notice_id = ? AND position = ?", i.NoticeID, i.Position).Updates(map[string]any{
		"case_id": i.CaseID, "case_version": i.CaseVersion, "outcome": i.Outcome, "decision_id": i.DecisionID,
	})
	return affected(int(r.RowsAffected), r.Error)
}

// NoticesScreening lists notices that have waited in the slow lane since before the instant, oldest first.
func (q Queries) NoticesScreening(ctx context.Context, before time.Time, limit int) ([]string, error) {
	var ids []string
	err := q.with(ctx).Raw(`SELECT id FROM notices WHERE state = 'screening' AND created_at < ? ORDER BY created_at`+limited(limit), before).Scan(&ids).Error
	return ids, dbError(err)
}

// Heard is what a case already knows of a new notice.
type Heard struct {
	Repeated bool // same reporter, image and reason since the given instant
	Notifier bool // the reporter has told us about this content before
	Reason   bool // the reason was named in one of the last 1000 notices
	Text     bool // the folded explanation was given before
}

// NoticeHeard looks a notice up among the earlier ones of a case. Reporters and texts are found by their own indexes, so a
// case with very many notices costs no more than one with few.
func (q Queries) NoticeHeard(ctx context.Context, caseID, imageID string, n Notice, since time.Time) (Heard, error) {
	var h Heard
	err := q.with(ctx).Raw(`SELECT
		EXISTS (SELECT FROM notices n JOIN notice_items i ON i.notice_id = n.id WHERE n.reporter_key = @reporter AND n.id <> @id
			AND n.created_at > @since AND n.reason_code = @reason AND i.image_id = @image AND i.case_id = @case) AS repeated,
		EXISTS (SELECT FROM notices n JOIN notice_items i ON i.notice_id = n.id WHERE n.reporter_key = @reporter AND n.id <> @id AND i.case_id = @case) AS notifier,
		EXISTS (SELECT FROM (SELECT notice_id FROM notice_items WHERE case_id = @case ORDER BY n DESC LIMIT 1000) i JOIN notices n ON n.id = i.notice_id
			WHERE n.id <> @id AND n.reason_code = @reason) AS reason,
		EXISTS (SELECT FROM notices n JOIN notice_items i ON i.notice_id = n.id WHERE n.text_hash = @text AND n.id <> @id AND i.case_id = @case) AS text`,
		map[string]any{"reporter": n.ReporterKey, "id": n.ID, "since": since, "reason": n.ReasonCode, "image": imageID, "case": caseID, "text": n.TextHash}).Take(&h).Error
	return h, dbError(err)
}

// SettleItems gives the items a decision answers their outcome: those waiting when it was made, those linked to it while it
// could be undone, and those of the decision it replaces when the outcome differs. It returns the notices touched.
func (tx *Tx) SettleItems(d Decision) ([]string, error) {
	replaced := ""
	if d.Supersedes != nil {
		replaced = *d.Supersedes
	}
	var ids []string
	err := tx.db.Raw(`WITH done AS (
		UPDATE notice_items i SET outcome = @action, decision_id = @id
		WHERE i.case_id = @case AND (
			(i.outcome = '' AND (i.decision_id = @id OR (i.decision_id IS NULL AND i.case_version <= @version)))
			OR (i.decision_id = @replaced AND i.outcome NOT IN ('gone', @action)))
		RETURNING i.notice_id) SELECT DISTINCT notice_id FROM done ORDER BY 1`,
		map[string]any{"action": d.Action, "id": d.ID, "case": d.CaseID, "version": d.CaseVersion, "replaced": replaced}).Scan(&ids).Error
	return ids, dbError(err)
}

// UnlinkItems frees the items that were waiting for a decision that has been undone.
func (tx *Tx) UnlinkItems(decisionID string) ([]string, error) {
	var ids []string
	err := tx.db.Raw(`WITH done AS (
		UPDATE notice_items SET decision_id = NULL WHERE decision_id = ? AND outcome = '' RETURNING notice_id)
		SELECT DISTINCT notice_id FROM done ORDER BY 1`, decisionID).Scan(&ids).Error
	return ids, dbError(err)
}

// CloseNotices marks those of the notices as decided whose every item has its outcome.
func (tx *Tx) CloseNotices(ids []string) error {
	return dbError(tx.db.Exec(`UPDATE notices n SET state = 'decided', decided_at = ? WHERE id = ANY (?::text[]) AND state = 'received'
		AND NOT EXISTS (SELECT FROM notice_items i WHERE i.notice_id = n.id AND i.outcome = '')`, tx.Now, Texts(ids)).Error)
}

// NoticesToTell lists those of the notices whose notifier left an address (Art. 16(5) DSA).
func (q Queries) NoticesToTell(ctx context.Context, ids []string) ([]string, error) {
	var out []string
	err := q.with(ctx).Raw(`SELECT id FROM notices WHERE id = ANY (?::text[]) AND contact_email <> '' ORDER BY n`, Texts(ids)).Scan(&out).Error
	return out, dbError(err)
}

// CountNoticesToTell counts the addresses a decision on the case would be sent to.
func (q Queries) CountNoticesToTell(ctx context.Context, caseID string) (int, error) {
	var n int
	err := q.with(ctx).Raw(`SELECT count(DISTINCT n.id) FROM notice_items i JOIN notices n ON n.id = i.notice_id
		WHERE i.case_id = ? AND i.outcome = '' AND n.contact_email <> ''`, caseID).Scan(&n).Error
	return n, dbError(err)
}

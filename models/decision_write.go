package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// StandingDecision finds the decision a case stands under: pending or effective; nil when there is none.
func (q Queries) StandingDecision(ctx context.Context, caseID string) (*Decision, error) {
	d, err := gorm.G[Decision](q.db).Where("case_id = ? AND state IN ('pending', 'effective')", caseID).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &d, dbError(err)
}

// DecisionsOfBatch lists the decisions that were made together.
func (q Queries) DecisionsOfBatch(ctx context.Context, batchID string) ([]Decision, error) {
	out, err := gorm.G[Decision](q.db).Where("batch_id = ? AND batch_id <> ''", batchID).Order("n").Find(ctx)
	return out, dbError(err)
}

// DecisionsEnding lists effective decisions whose end date has passed.
func (q Queries) DecisionsEnding(ctx context.Context, now time.Time, limit int) ([]Decision, error) {
	out, err := gorm.G[Decision](q.db).Where("state = 'effective' AND ends_at IS NOT NULL AND ends_at <= ?", now).Order("ends_at").Limit(limit).Find(ctx)
	return out, dbError(err)
}

// InsertDecision adds a decision.
func (tx *Tx) InsertDecision(d Decision) error {
	return dbError(gorm.G[Decision](tx.db).Create(tx.ctx, &d))
}

// MoveDecision takes a decision from one state to another; ErrStale when it is in a third one.
func (tx *Tx) MoveDecision(id string, from, to DecisionState) error {
	r := tx.db.Model(&Decision{}).Where("id = ? AND state = ?", id, from).Update("state", to)
	return affected(int(r.RowsAffected), r.Error)
}

// LockContent reads the images with this content that a decision can change, keeping others from changing them meanwhile.
func (tx *Tx) LockContent(sha256 []byte) ([]Image, error) {
	var out []Image
	err := tx.db.Raw(`SELECT * FROM images WHERE sha256 = ? AND state NOT IN ('pending', 'deleted') ORDER BY id FOR UPDATE`, sha256).Scan(&out).Error
	return out, dbError(err)
}

// ApplyDecision remembers what the content's images are and puts them into the state the decision demands. The caller
// holds their locks and notes each in the audit log.
func (tx *Tx) ApplyDecision(d Decision, sha256 []byte, to ImageState) error {
	if err := tx.db.Exec(`INSERT INTO decision_images (decision_id, image_id, case_id, was_state, was_decision, was_ended_at)
		SELECT ?, id, ?, state, decision_id, ended_at FROM images WHERE sha256 = ? AND state NOT IN ('pending', 'deleted')`,
		d.ID, d.CaseID, sha256).Error; err != nil {
		return dbError(err)
	}
	var ended *time.Time
	if to != ImageLive && to != ImageRestricted {
		ended = &tx.Now
	}
	var decision *string
	if to != ImageLive {
		decision = &d.ID
	}
	return dbError(tx.db.Exec(`UPDATE images SET state = ?, decision_id = ?, ended_at = ? WHERE sha256 = ? AND state NOT IN ('pending', 'deleted')`,
		to, decision, ended, sha256).Error)
}

// RevertDecision puts the images of a decision back to exactly what they were, and names them. An image its uploader has
// deleted since stays deleted.
func (tx *Tx) RevertDecision(decisionID string) ([]string, error) {
	var ids []string
	err := tx.db.Raw(`WITH back AS (
		UPDATE images i SET state = w.was_state, decision_id = w.was_decision, ended_at = w.was_ended_at
		FROM decision_images w WHERE w.decision_id = ? AND i.id = w.image_id AND i.state <> 'deleted' RETURNING i.id)
		SELECT id FROM back ORDER BY 1`, decisionID).Scan(&ids).Error
	return ids, dbError(err)
}

// EndDecision makes the images under a decision public again, and names them.
func (tx *Tx) EndDecision(decisionID string) ([]string, error) {
	var ids []string
	err := tx.db.Raw(`WITH back AS (
		UPDATE images SET state = 'live', decision_id = NULL, ended_at = NULL
		WHERE decision_id = ? AND state IN ('restricted', 'disabled', 'removed') RETURNING id) SELECT id FROM back ORDER BY 1`, decisionID).Scan(&ids).Error
	return ids, dbError(err)
}

// InsertStatements issues statements of reasons.
func (tx *Tx) InsertStatements(rows []StatementRow) error {
	if len(rows) == 0 {
		return nil
	}
	return dbError(gorm.G[StatementRow](tx.db).CreateInBatches(tx.ctx, &rows, 100))
}

// StatementOf finds the statement for the decision an image stands under; nil when it stands under none.
func (q Queries) StatementOf(ctx context.Context, imageID string) (*StatementRow, error) {
	var s StatementRow
	err := q.with(ctx).Raw(`SELECT s.* FROM images i JOIN statements s ON s.image_id = i.id AND s.decision_id = i.decision_id WHERE i.id = ?`, imageID).Take(&s).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &s, dbError(err)
}

package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// CaseState is where a case is in its life.
type CaseState string

// The states of cases.
const (
	CaseOpen      CaseState = "open"
	CaseEscalated CaseState = "escalated" // only a lead decides
	CaseDecided   CaseState = "decided"
)

// Case bundles everything about one content, named by the SHA-256 of the stored bytes.
type Case struct {
	ID            string `gorm:"primaryKey"`
	N             int64  `gorm:"->"`
	Reference     string
	SHA256        []byte `gorm:"column:sha256"`
	ImageID       string // the image first reported: the face of the case in lists
	State         CaseState
	ReasonCode    string // the gravest reason named
	Severity      int16
	Points        int
	Rank          int64 // ascending order of the queue
	Notices       int   // admitted, repetitions not counted
	Notifiers     int   // independent ones
	Images        int   // with this content, when last counted
	Version       int64 // grows when what is being decided changes
	Fence         int64 // the token of the newest lease
	OpenedAt      time.Time
	FirstActionAt *time.Time
	DecidedAt     *time.Time
	ReopenedAt    *time.Time
}

// Since is the instant from which the case has been waiting.
func (c Case) Since() time.Time {
	if c.ReopenedAt != nil {
		return *c.ReopenedAt
	}
	return c.OpenedAt
}

// Case finds one case.
func (q Queries) Case(ctx context.Context, id string) (Case, error) {
	c, err := gorm.G[Case](q.db).Where("id = ?", id).Take(ctx)
	return c, dbError(err)
}

// CaseByContent finds the case of a content.
func (q Queries) CaseByContent(ctx context.Context, sha256 []byte) (Case, error) {
	c, err := gorm.G[Case](q.db).Where("sha256 = ?", sha256).Take(ctx)
	return c, dbError(err)
}

// LockCase reads a case and keeps every other transaction from changing it until this one ends.
func (tx *Tx) LockCase(id string) (Case, error) {
	var c Case
	err := tx.db.Raw(`SELECT * FROM cases WHERE id = ? FOR UPDATE`, id).Take(&c).Error
	return c, dbError(err)
}

// LockOrOpenCase returns the locked case of c's content, making c when there is none yet.
func (tx *Tx) LockOrOpenCase(c Case) (found Case, opened bool, err error) {
	r := tx.db.Exec(`
		INSERT INTO cases (id, reference, sha256, image_id, state, reason_code, severity, points, rank, images, opened_at)
		VALUES (?, ?, ?, ?, 'open', ?, ?, ?, ?, ?, ?) ON CONFLICT (sha256) DO NOTHING`,
		c.ID, c.Reference, c.SHA256, c.ImageID, c.ReasonCode, c.Severity, c.Points, c.Rank, c.Images, tx.Now)
	if r.Error != nil {
		return Case{}, false, dbError(r.Error)
	}
	err = tx.db.Raw(`SELECT * FROM cases WHERE sha256 = ? FOR UPDATE`, c.SHA256).Take(&found).Error
	return found, r.RowsAffected == 1, dbError(err)
}

// SaveCase writes what may change about a locked case.
func (tx *Tx) SaveCase(c Case) error {
	r := tx.db.Model(&Case{}).Where("id = ?", c.ID).Updates(map[string]any{
		"state": c.State, "reason_code": c.ReasonCode, "severity": c.Severity, "points": c.Points, "rank": c.Rank,
		"notices": c.Notices, "notifiers": c.Notifiers, "images": c.Images, "version": c.Version, "fence": c.Fence,
		"first_action_at": c.FirstActionAt, "decided_at": c.DecidedAt, "reopened_at": c.ReopenedAt,
	})
	return affected(int(r.RowsAffected), r.Error)
}

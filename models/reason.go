package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// ReasonCode is one version of a reason. A decision names the code and the version whose text was in force.
type ReasonCode struct {
	Code            string `gorm:"primaryKey"`
	Version         int    `gorm:"primaryKey"`
	Label           string
	Description     string
	Ground          string // "law" or "terms"
	Reference       string // the legal provision, or the clause's title in the terms
	Clause          string // anchor in the terms, "" for law
	Explanation     string // template of the why-text
	Severity        int16  // 1 to 5
	ContactOptional bool   // Art. 16(2)(c) DSA: no name or e-mail is asked for
	TDBCategory     string `gorm:"column:tdb_category"`
	TDBKeywords     Texts  `gorm:"column:tdb_keywords"`
	Position        int
	ValidFrom       time.Time
	ValidUntil      *time.Time
}

// CurrentReasons lists the reasons in force, in their order.
func (q Queries) CurrentReasons(ctx context.Context) ([]ReasonCode, error) {
	out, err := gorm.G[ReasonCode](q.db).Where("valid_until IS NULL").Order("position, code").Find(ctx)
	return out, dbError(err)
}

// ReasonVersion finds the text a decision was made under.
func (q Queries) ReasonVersion(ctx context.Context, code string, version int) (ReasonCode, error) {
	r, err := gorm.G[ReasonCode](q.db).Where("code = ? AND version = ?", code, version).Take(ctx)
	return r, dbError(err)
}

// LastReasonVersion is the highest version a code ever had, 0 when it is new.
func (q Queries) LastReasonVersion(ctx context.Context, code string) (int, error) {
	var v int
	err := q.with(ctx).Raw(`SELECT coalesce(max(version), 0) FROM reason_codes WHERE code = ?`, code).Scan(&v).Error
	return v, dbError(err)
}

// LockReasons makes replicas that start together take turns.
func (tx *Tx) LockReasons() error {
	return dbError(tx.db.Exec(`SELECT pg_advisory_xact_lock(?)`, lockReasons).Error)
}

// RetireReason ends the version in force.
func (tx *Tx) RetireReason(code string, version int) error {
	r := tx.db.Model(&ReasonCode{}).Where("code = ? AND version = ? AND valid_until IS NULL", code, version).Update("valid_until", tx.Now)
	return affected(int(r.RowsAffected), r.Error)
}

// InsertReason adds a version.
func (tx *Tx) InsertReason(r ReasonCode) error {
	return dbError(gorm.G[ReasonCode](tx.db).Create(tx.ctx, &r))
}

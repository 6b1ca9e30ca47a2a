package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// CaseLease is somebody's hold on a case until an instant.
type CaseLease struct {
	CaseID  string `gorm:"primaryKey"`
	Holder  string
	Fence   int64
	TakenAt time.Time
	Until   time.Time
}

// LeaseRow is a lease with the name of its holder.
type LeaseRow struct {
	CaseLease  `gorm:"embedded"`
	HolderName string
}

// LeaseOf finds who holds a case now; nil when nobody does.
func (q Queries) LeaseOf(ctx context.Context, caseID string, now time.Time) (*LeaseRow, error) {
	var l LeaseRow
	err := q.with(ctx).Raw(`SELECT l.*, s.name AS holder_name FROM case_leases l JOIN staff s ON s.id = l.holder WHERE l.case_id = ? AND l.until > ?`, caseID, now).Take(&l).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &l, dbError(err)
}

// PutLease writes the lease of a case that is locked by this transaction, whoever held it before.
func (tx *Tx) PutLease(l CaseLease) error {
	return dbError(tx.db.Exec(`
		INSERT INTO case_leases (case_id, holder, fence, taken_at, until) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (case_id) DO UPDATE SET holder = excluded.holder, fence = excluded.fence, taken_at = excluded.taken_at, until = excluded.until`,
		l.CaseID, l.Holder, l.Fence, l.TakenAt, l.Until).Error)
}

// DropLease ends the hold on a case, if any.
func (tx *Tx) DropLease(caseID string) error {
	return dbError(tx.db.Exec(`DELETE FROM case_leases WHERE case_id = ?`, caseID).Error)
}

// ExtendLease keeps a lease that has not run out; ErrStale when it has, or when it is another's. It changes nothing anybody
// decided, so it needs no audit entry.
func (s *Store) ExtendLease(ctx context.Context, caseID, holder string, fence int64, until time.Time) error {
	tag, err := s.pool.Exec(ctx, `UPDATE case_leases SET until = $4 WHERE case_id = $1 AND holder = $2 AND fence = $3 AND until > $5`,
		caseID, holder, fence, until, s.clock.Now())
	return affected(int(tag.RowsAffected()), err)
}

// LockNextCase locks the first free case that f chooses, passing over those other transactions are about to take.
// ErrNotFound when none is left. The row lock alone is no proof that nobody holds the case (the statement may have begun
// before another's lease was committed), so the caller looks at LeaseOf again and names the ones to skip.
func (tx *Tx) LockNextCase(f CaseQuery, skip []string) (Case, error) {
	where, args := f.where()
	var c Case
	err := tx.db.Raw(`SELECT c.* FROM cases c WHERE `+where+` AND c.id <> ALL (?::text[])
		AND NOT EXISTS (SELECT FROM case_leases l WHERE l.case_id = c.id AND l.until > ?)
		ORDER BY c.rank, c.id LIMIT 1 FOR UPDATE OF c SKIP LOCKED`, append(args, Texts(skip), f.Now)...).Take(&c).Error
	return c, dbError(err)
}

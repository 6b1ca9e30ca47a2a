package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// BlockCursor is the last row of the page before.
type BlockCursor struct {
	At time.Time
	ID string
}

// Blocks lists the block list, newest first.
func (q Queries) Blocks(ctx context.Context, after BlockCursor, limit int) ([]BlockedHash, error) {
	stmt := gorm.G[BlockedHash](q.db).Order("created_at DESC, id DESC").Limit(limit)
	if after.ID != "" {
		stmt = stmt.Where("(created_at, id) < (?, ?)", after.At, after.ID)
	}
	out, err := stmt.Find(ctx)
	return out, dbError(err)
}

// Block finds one entry.
func (q Queries) Block(ctx context.Context, id string) (BlockedHash, error) {
	b, err := gorm.G[BlockedHash](q.db).Where("id = ?", id).Take(ctx)
	return b, dbError(err)
}

// InsertBlock adds a file to the block list and reports false when it is there already.
func (tx *Tx) InsertBlock(b BlockedHash) (bool, error) {
	// The hash must not stand first: GORM spreads a byte slice that follows a parenthesis.
	r := tx.db.Exec(`INSERT INTO blocked_hashes (id, sha256, decision_id, reason_code, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (sha256) DO NOTHING`,
		b.ID, b.SHA256, b.DecisionID, b.ReasonCode, b.CreatedBy, tx.Now)
	return r.RowsAffected == 1, dbError(r.Error)
}

// DeleteBlock takes a file off the block list.
func (tx *Tx) DeleteBlock(id string) error {
	r := tx.db.Exec(`DELETE FROM blocked_hashes WHERE id = ?`, id)
	return affected(int(r.RowsAffected), r.Error)
}

// DeleteBlocksOf takes the files a decision blocked off the list, and names the entries.
func (tx *Tx) DeleteBlocksOf(decisionID string) ([]string, error) {
	var ids []string
	err := tx.db.Raw(`WITH gone AS (DELETE FROM blocked_hashes WHERE decision_id = ? RETURNING id) SELECT id FROM gone ORDER BY 1`, decisionID).Scan(&ids).Error
	return ids, dbError(err)
}

// ContentHashes lists the received and stored hashes of a content, at most limit.
func (q Queries) ContentHashes(ctx context.Context, sha256 []byte, limit int) ([][]byte, error) {
	var out [][]byte
	rows, err := q.with(ctx).Raw(`SELECT sha256 FROM images WHERE sha256 = ? UNION SELECT received_sha256 FROM images WHERE sha256 = ? LIMIT ?`, sha256, sha256, limit).Rows()
	if err != nil {
		return nil, dbError(err)
	}
	defer rows.Close() //nolint:errcheck // read to the end below
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return nil, dbError(err)
		}
		out = append(out, b)
	}
	return out, dbError(rows.Err())
}

package models

import (
	"context"

	"gorm.io/gorm"
)

// DataRequestRow is an open request with whose it is.
type DataRequestRow struct {
	DataRequest
	Username string
	Email    string
}

// UserDataRequests lists the requests of an account, newest first.
func (q Queries) UserDataRequests(ctx context.Context, userID string) ([]DataRequest, error) {
	out, err := gorm.G[DataRequest](q.db).Where("user_id = ?", userID).Order("n DESC").Limit(100).Find(ctx)
	return out, dbError(err)
}

// OpenDataRequest finds the open request of a kind, of which an account has at most one.
func (q Queries) OpenDataRequest(ctx context.Context, userID, kind string) (DataRequest, error) {
	r, err := gorm.G[DataRequest](q.db).Where("user_id = ? AND kind = ? AND state = 'open'", userID, kind).Take(ctx)
	return r, dbError(err)
}

// OpenDataRequests lists open requests, oldest first, after a number.
func (q Queries) OpenDataRequests(ctx context.Context, after int64, limit int) (out []DataRequestRow, err error) {
	err = q.with(ctx).Raw(`SELECT r.*, u.username, u.email FROM data_requests r JOIN users u ON u.id = r.user_id
		WHERE r.state = 'open' AND r.n > ? ORDER BY r.n LIMIT ?`, after, limit).Scan(&out).Error
	return out, dbError(err)
}

// CountDataRequests counts the open requests.
func (q Queries) CountDataRequests(ctx context.Context) (int, error) {
	n, err := gorm.G[DataRequest](q.db).Where("state = 'open'").Count(ctx, "id")
	return int(n), dbError(err)
}

// InsertDataRequest opens a request. ErrDuplicate when one of its kind is open.
func (tx *Tx) InsertDataRequest(r DataRequest) error {
	r.CreatedAt = tx.Now
	return dbError(gorm.G[DataRequest](tx.db).Create(tx.ctx, &r))
}

// WithdrawDataRequest ends an open request of an account.
func (tx *Tx) WithdrawDataRequest(userID, id string) error {
	r := tx.db.Model(&DataRequest{}).Where("id = ? AND user_id = ? AND state = 'open'", id, userID).
		Updates(map[string]any{"state": "withdrawn", "ended_at": tx.Now})
	return affected(int(r.RowsAffected), r.Error)
}

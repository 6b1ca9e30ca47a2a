package models

import (
	"context"

	"gorm.io/gorm"
)

// TokenOwner is a token for programs with what a request needs to know of its holder.
type TokenOwner struct {
	APIToken
	Username string
	Locale   string
	State    UserState
}

// TokenByHash finds a token, also one that ended, with its holder. The caller judges the instants and the state.
func (q Queries) TokenByHash(ctx context.Context, hash []byte) (TokenOwner, error) {
	var out TokenOwner
	r := q.with(ctx).Raw(`
		SELECT t.id, t.user_id, t.name, t.scopes, t.expires_at, t.last_used_at, t.revoked_at, u.username, u.locale, u.state
		FROM api_tokens t JOIN users u ON u.id = t.user_id WHERE t.token_hash = ?`, hash).Scan(&out)
	if r.Error == nil && r.RowsAffected == 0 {
		return TokenOwner{}, ErrNotFound
	}
	return out, dbError(r.Error)
}

// Tokens lists the tokens of an account that were not revoked, newest first. There are at most a few dozen.
func (q Queries) Tokens(ctx context.Context, userID string) ([]APIToken, error) {
	list, err := gorm.G[APIToken](q.db).Where("user_id = ? AND revoked_at IS NULL", userID).Order("created_at DESC, id").Find(ctx)
	return list, dbError(err)
}

// InsertToken adds a token. The account's row is locked, so that what was counted before stays counted.
func (tx *Tx) InsertToken(t APIToken, atMost int) (full bool, err error) {
	if err := tx.db.Exec(`SELECT FROM users WHERE id = ? FOR UPDATE`, t.UserID).Error; err != nil {
		return false, dbError(err)
	}
	held, err := tx.Tokens(tx.ctx, t.UserID)
	if err != nil || len(held) >= atMost {
		return len(held) >= atMost, err
	}
	t.CreatedAt = tx.Now
	return false, dbError(gorm.G[APIToken](tx.db).Create(tx.ctx, &t))
}

// RevokeToken ends a token of the account. ErrStale when it has none of that id, or none any more.
func (tx *Tx) RevokeToken(userID, id string) error {
	r := tx.db.Exec(`UPDATE api_tokens SET revoked_at = ? WHERE id = ? AND user_id = ? AND revoked_at IS NULL`, tx.Now, id, userID)
	return affected(int(r.RowsAffected), r.Error)
}

// RevokeTokens ends every token of the account and tells how many there were.
func (tx *Tx) RevokeTokens(userID string) (int, error) {
	r := tx.db.Exec(`UPDATE api_tokens SET revoked_at = ? WHERE user_id = ? AND revoked_at IS NULL`, tx.Now, userID)
	return int(r.RowsAffected), dbError(r.Error)
}

// TouchToken notes that a token was used. It decides nothing, so it needs no audit entry; the caller asks at most once a minute.
func (s *Store) TouchToken(ctx context.Context, id string) error {
	_, err := s.pool.Exec(ctx, `UPDATE api_tokens SET last_used_at = $2 WHERE id = $1`, id, s.clock.Now())
	return dbError(err)
}

package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// UserSessionOwner is a session with what a request needs to know of its holder.
type UserSessionOwner struct {
	UserSession
	Username string
	Locale   string
	State    UserState
}

// UserSessionByHash finds a session that was not revoked, with its holder. The caller judges the instants and the state.
func (q Queries) UserSessionByHash(ctx context.Context, hash []byte) (UserSessionOwner, error) {
	var out UserSessionOwner
	r := q.with(ctx).Raw(`
		SELECT x.id, x.user_id, x.stage, x.method, x.user_agent, x.remember, x.created_at, x.seen_at, x.verified_at, x.expires_at, u.username, u.locale, u.state
		FROM user_sessions x JOIN users u ON u.id = x.user_id WHERE x.token_hash = ? AND x.revoked_at IS NULL`, hash).Scan(&out)
	if r.Error == nil && r.RowsAffected == 0 {
		return UserSessionOwner{}, ErrNotFound
	}
	return out, dbError(r.Error)
}

// OpenUserSessions lists the complete sessions of an account that are neither ended nor expired, the last used first.
func (q Queries) OpenUserSessions(ctx context.Context, userID string, at time.Time) ([]UserSession, error) {
	out, err := gorm.G[UserSession](q.db).Where("user_id = ? AND stage = 'full' AND revoked_at IS NULL AND expires_at > ?", userID, at).
		Order("seen_at DESC, id").Limit(200).Find(ctx)
	return out, dbError(err)
}

// InsertUserSession opens a session. SeenAt is set; CreatedAt too unless a rotation carries it over.
func (tx *Tx) InsertUserSession(x UserSession) error {
	x.SeenAt = tx.Now
	if x.CreatedAt.IsZero() {
		x.CreatedAt = tx.Now
	}
	return dbError(gorm.G[UserSession](tx.db).Omit("challenge").Create(tx.ctx, &x))
}

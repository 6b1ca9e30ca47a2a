package models

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
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

// TouchUserSession notes that a session is used. It writes at most once a minute per session and is no decision of
// anybody, so it has no audit entry.
func (s *Store) TouchUserSession(ctx context.Context, id string) error {
	now := s.clock.Now()
	_, err := s.pool.Exec(ctx, `UPDATE user_sessions SET seen_at = $2 WHERE id = $1 AND seen_at <= $3`, id, now, now.Add(-time.Minute))
	return dbError(err)
}

// SetUserChallenge keeps what a running ceremony has to answer; a newer one replaces it.
func (s *Store) SetUserChallenge(ctx context.Context, sessionID string, challenge json.RawMessage) error {
	tag, err := s.pool.Exec(ctx, `UPDATE user_sessions SET challenge = $2 WHERE id = $1 AND revoked_at IS NULL`, sessionID, challenge)
	return affected(int(tag.RowsAffected()), err)
}

// UserChallenge reads it without spending it. ErrNotFound when none is running.
func (q Queries) UserChallenge(ctx context.Context, sessionID string) (json.RawMessage, error) {
	row, err := gorm.G[UserSession](q.db).Select("challenge").Where("id = ? AND challenge IS NOT NULL", sessionID).Take(ctx)
	return row.Challenge, dbError(err)
}

// TakeUserChallenge reads and spends it: of two answers to one challenge the second gets ErrNotFound.
func (s *Store) TakeUserChallenge(ctx context.Context, sessionID string) (challenge json.RawMessage, err error) {
	err = s.pool.QueryRow(ctx, `
		WITH old AS (SELECT id, challenge FROM user_sessions WHERE id = $1 AND challenge IS NOT NULL FOR UPDATE)
		UPDATE user_sessions x SET challenge = NULL FROM old WHERE x.id = old.id RETURNING old.challenge`, sessionID).Scan(&challenge)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrNotFound
	}
	return challenge, dbError(err)
}

// InsertUserSession opens a session. SeenAt is set; CreatedAt too unless a rotation carries it over.
func (tx *Tx) InsertUserSession(x UserSession) error {
	x.SeenAt = tx.Now
	if x.CreatedAt.IsZero() {
		x.CreatedAt = tx.Now
	}
	return dbError(gorm.G[UserSession](tx.db).Omit("challenge").Create(tx.ctx, &x))
}

// RevokeUserSession ends one session of an account: ErrStale when it had ended, so a session is rotated only once.
func (tx *Tx) RevokeUserSession(userID, id string) error {
	r := tx.db.Model(&UserSession{}).Where("id = ? AND user_id = ? AND revoked_at IS NULL", id, userID).
		Updates(map[string]any{"revoked_at": tx.Now, "challenge": nil})
	return affected(int(r.RowsAffected), r.Error)
}

// RevokeUserSessions ends every session of an account but one (none when empty) and reports how many ended.
func (tx *Tx) RevokeUserSessions(userID, except string) (int, error) {
	r := tx.db.Model(&UserSession{}).Where("user_id = ? AND id <> ? AND revoked_at IS NULL", userID, except).
		Updates(map[string]any{"revoked_at": tx.Now, "challenge": nil})
	return int(r.RowsAffected), dbError(r.Error)
}

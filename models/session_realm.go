package models

import (
	"context"
	"encoding/json"
	"time"
)

// Realm is whose sessions are meant: those of staff and of users stand in two tables that work alike.
type Realm struct{ table, holder string }

// The realms.
var (
	StaffRealm = Realm{"sessions", "staff_id"}
	UserRealm  = Realm{"user_sessions", "user_id"}
)

// TouchSession notes that a session is used. It writes at most once a minute per session and is no decision of anybody,
// so it has no audit entry.
func (s *Store) TouchSession(ctx context.Context, in Realm, id string) error {
	now := s.clock.Now()
	_, err := s.pool.Exec(ctx, `UPDATE `+in.table+` SET seen_at = $2 WHERE id = $1 AND seen_at <= $3`, id, now, now.Add(-time.Minute))
	return dbError(err)
}

// SetChallenge keeps what a running ceremony has to answer; a newer one replaces it.
func (s *Store) SetChallenge(ctx context.Context, in Realm, sessionID string, challenge json.RawMessage) error {
	tag, err := s.pool.Exec(ctx, `UPDATE `+in.table+` SET challenge = $2 WHERE id = $1 AND revoked_at IS NULL`, sessionID, challenge)
	return affected(int(tag.RowsAffected()), err)
}

// Challenge reads it without spending it. ErrNotFound when none is running.
func (s *Store) Challenge(ctx context.Context, in Realm, sessionID string) (challenge json.RawMessage, err error) {
	err = s.pool.QueryRow(ctx, `SELECT challenge FROM `+in.table+` WHERE id = $1 AND challenge IS NOT NULL`, sessionID).Scan(&challenge)
	return challenge, dbError(err)
}

// TakeChallenge reads and spends it: of two answers to one challenge the second gets ErrNotFound.
func (s *Store) TakeChallenge(ctx context.Context, in Realm, sessionID string) (challenge json.RawMessage, err error) {
	err = s.pool.QueryRow(ctx, `
		WITH old AS (SELECT id, challenge FROM `+in.table+` WHERE id = $1 AND challenge IS NOT NULL FOR UPDATE)
		UPDATE `+in.table+` x SET challenge = NULL FROM old WHERE x.id = old.id RETURNING old.challenge`, sessionID).Scan(&challenge)
	return challenge, dbError(err)
}

// RevokeSession ends one session of an account: ErrStale when it had ended, so a session is rotated only once.
func (tx *Tx) RevokeSession(in Realm, holder, id string) error {
	r := tx.db.Table(in.table).Where("id = ? AND "+in.holder+" = ? AND revoked_at IS NULL", id, holder).
		Updates(map[string]any{"revoked_at": tx.Now, "challenge": nil})
	return affected(int(r.RowsAffected), r.Error)
}

// RevokeSessions ends every session of an account but one (none when empty) and reports how many ended.
func (tx *Tx) RevokeSessions(in Realm, holder, except string) (int, error) {
	r := tx.db.Table(in.table).Where(in.holder+" = ? AND id <> ? AND revoked_at IS NULL", holder, except).
		Updates(map[string]any{"revoked_at": tx.Now, "challenge": nil})
	return int(r.RowsAffected), dbError(r.Error)
}

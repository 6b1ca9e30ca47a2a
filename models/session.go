package models

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"imglink/app/actor"
)

// SessionStage is how far a sign-in has come.
type SessionStage string

// The stages: the password was right and a second factor is due; the password was right and there is no second factor
// yet; complete.
const (
	StagePassword SessionStage = "password"
	StageEnrol    SessionStage = "enrol"
	StageFull     SessionStage = "full"
)

// Session is a row of sessions: the hash of a cookie, never the cookie. UserAgent is the device family only. Challenge is
// what a running ceremony has to answer.
type Session struct {
	ID         string `gorm:"primaryKey"`
	TokenHash  []byte
	StaffID    string
	Stage      SessionStage
	Method     string // what completed it: totp, passkey, recovery, enrol
	UserAgent  string
	Challenge  json.RawMessage `gorm:"type:jsonb"`
	CreatedAt  time.Time
	SeenAt     time.Time
	VerifiedAt *time.Time
	ExpiresAt  time.Time
	RevokedAt  *time.Time
}

// SessionOwner is a session with what a request needs to know of its holder.
type SessionOwner struct {
	Session
	Name  string
	Email string
	Role  actor.Role
	State StaffState
}

// SessionByHash finds a session that was not revoked, with its holder. The caller judges the instants and the state.
func (q Queries) SessionByHash(ctx context.Context, hash []byte) (SessionOwner, error) {
	var out SessionOwner
	r := q.with(ctx).Raw(`
		SELECT x.id, x.staff_id, x.stage, x.method, x.user_agent, x.created_at, x.seen_at, x.verified_at, x.expires_at, s.name, s.email, s.role, s.state
		FROM sessions x JOIN staff s ON s.id = x.staff_id WHERE x.token_hash = ? AND x.revoked_at IS NULL`, hash).Scan(&out)
	if r.Error == nil && r.RowsAffected == 0 {
		return SessionOwner{}, ErrNotFound
	}
	return out, dbError(r.Error)
}

// OpenSessions lists the complete sessions of an account that are neither ended, expired nor idle since idleSince.
func (q Queries) OpenSessions(ctx context.Context, staffID string, at, idleSince time.Time) ([]Session, error) {
	out, err := gorm.G[Session](q.db).Where("staff_id = ? AND stage = 'full' AND revoked_at IS NULL AND expires_at > ? AND seen_at > ?", staffID, at, idleSince).
		Order("seen_at DESC, id").Limit(200).Find(ctx)
	return out, dbError(err)
}

// InsertSession opens a session. SeenAt is set; CreatedAt too unless a rotation carries it over.
func (tx *Tx) InsertSession(x Session) error {
	x.SeenAt = tx.Now
	if x.CreatedAt.IsZero() {
		x.CreatedAt = tx.Now
	}
	return dbError(gorm.G[Session](tx.db).Omit("challenge").Create(tx.ctx, &x))
}

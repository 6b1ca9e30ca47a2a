package models

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"imglink/app/actor"
)

// StaffState is where a staff account is in its life.
type StaffState string

// The states. An invited account has no password yet; a disabled one keeps its history and opens nothing.
const (
	StaffInvited  StaffState = "invited"
	StaffActive   StaffState = "active"
	StaffDisabled StaffState = "disabled"
)

// Staff is a row of staff. PasswordHash is empty until set-up. TOTPSecret is sealed; it counts once TOTPConfirmedAt is
// set. TOTPLastStep is the last time step (RFC 6238) that was accepted, and no earlier one is accepted again.
type Staff struct {
	ID              string `gorm:"primaryKey"`
	Email           string
	Name            string
	Role            actor.Role
	State           StaffState
	PasswordHash    string
	TOTPSecret      []byte          `gorm:"column:totp_secret"`
	TOTPConfirmedAt *time.Time      `gorm:"column:totp_confirmed_at"`
	TOTPLastStep    int64           `gorm:"column:totp_last_step"`
	WebauthnHandle  []byte          // 64 random bytes: what authenticators know the account by
	Preferences     json.RawMessage `gorm:"type:jsonb"`
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// TableName overrides the plural.
func (Staff) TableName() string { return "staff" }

// StaffRecoveryCode is one single-use code, stored as a keyed hash.
type StaffRecoveryCode struct {
	StaffID  string `gorm:"primaryKey"`
	CodeHash []byte `gorm:"primaryKey"`
	UsedAt   *time.Time
}

// StaffPasskey is a WebAuthn credential. Credential is the library's whole credential record.
type StaffPasskey struct {
	ID           string `gorm:"primaryKey"`
	StaffID      string
	CredentialID []byte
	Credential   json.RawMessage `gorm:"type:jsonb"`
	Name         string
	CreatedAt    time.Time
	LastUsedAt   *time.Time
}

// StaffInvite is a one-time link: purpose "setup" opens an invited account, "reset" sets a new password.
type StaffInvite struct {
	TokenHash []byte `gorm:"primaryKey"`
	StaffID   string
	Purpose   string
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
}

// StaffRow is a line of the people list.
type StaffRow struct {
	Staff
	Passkeys int        // registered passkeys
	Sessions int        // sessions that are open at the instant of the query
	SeenAt   *time.Time // last use of any session, to the minute
}

// StaffByID finds one account in any state.
func (q Queries) StaffByID(ctx context.Context, id string) (Staff, error) {
	s, err := gorm.G[Staff](q.db).Where("id = ?", id).Take(ctx)
	return s, dbError(err)
}

// StaffByEmail finds one account in any state; case does not matter.
func (q Queries) StaffByEmail(ctx context.Context, email string) (Staff, error) {
	s, err := gorm.G[Staff](q.db).Where("lower(email) = lower(?)", email).Take(ctx)
	return s, dbError(err)
}

// StaffByIDs finds accounts in any order; unknown ids are left out. Lists use it to put names to ids in one query.
func (q Queries) StaffByIDs(ctx context.Context, ids []string) ([]Staff, error) {
	out, err := gorm.G[Staff](q.db).Where("id IN ?", ids).Find(ctx)
	return out, dbError(err)
}

// StaffList lists accounts by e-mail address, after the given one, with the figures of the people page in one query.
func (q Queries) StaffList(ctx context.Context, after string, openAt time.Time, limit int) ([]StaffRow, error) {
	var out []StaffRow
	err := q.with(ctx).Raw(`
		SELECT s.*, k.passkeys, l.sessions, l.seen_at
		FROM staff s
		LEFT JOIN LATERAL (SELECT count(*) AS passkeys FROM staff_passkeys p WHERE p.staff_id = s.id) k ON true
		LEFT JOIN LATERAL (
			SELECT count(*) FILTER (WHERE revoked_at IS NULL AND expires_at > ? AND stage = 'full') AS sessions, max(seen_at) AS seen_at
			FROM sessions x WHERE x.staff_id = s.id) l ON true
		WHERE ? = '' OR lower(s.email) > lower(?) ORDER BY lower(s.email) LIMIT ?`, openAt, after, after, limit).Scan(&out).Error
	return out, dbError(err)
}

// AnyStaffClaimed reports whether anybody ever finished setting up an account.
func (q Queries) AnyStaffClaimed(ctx context.Context) (bool, error) {
	n, err := gorm.G[Staff](q.db).Where("state <> 'invited'").Count(ctx, "id")
	return n > 0, dbError(err)
}

// StaffUnclaimed lists invited accounts without an address: the first administrator before set-up.
func (q Queries) StaffUnclaimed(ctx context.Context) ([]Staff, error) {
	out, err := gorm.G[Staff](q.db).Where("state = 'invited' AND email = ''").Find(ctx)
	return out, dbError(err)
}

// Passkeys lists the passkeys of an account, oldest first.
func (q Queries) Passkeys(ctx context.Context, staffID string) ([]StaffPasskey, error) {
	out, err := gorm.G[StaffPasskey](q.db).Where("staff_id = ?", staffID).Order("created_at, id").Find(ctx)
	return out, dbError(err)
}

// RecoveryCodesLeft counts the unused recovery codes of an account.
func (q Queries) RecoveryCodesLeft(ctx context.Context, staffID string) (int, error) {
	n, err := gorm.G[StaffRecoveryCode](q.db).Where("staff_id = ? AND used_at IS NULL", staffID).Count(ctx, "staff_id")
	return int(n), dbError(err)
}

// OpenInvite finds a link that still works at the instant.
func (q Queries) OpenInvite(ctx context.Context, hash []byte, at time.Time) (StaffInvite, error) {
	inv, err := gorm.G[StaffInvite](q.db).Where("token_hash = ? AND used_at IS NULL AND expires_at > ?", hash, at).Take(ctx)
	return inv, dbError(err)
}

package models

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
)

// UserByID finds an account in any state.
func (q Queries) UserByID(ctx context.Context, id string) (User, error) {
	u, err := gorm.G[User](q.db).Where("id = ?", id).Take(ctx)
	return u, dbError(err)
}

// UserByLogin finds an account that is not closed by what its holder types: the address, or the name, which holds no @.
func (q Queries) UserByLogin(ctx context.Context, login string) (User, error) {
	if strings.Contains(login, "@") {
		return q.UserByEmail(ctx, login)
	}
	u, err := gorm.G[User](q.db).Where("lower(username) = lower(?) AND state <> 'closed'", login).Take(ctx)
	return u, dbError(err)
}

// UserByEmail finds the account of an address, unless it is closed.
func (q Queries) UserByEmail(ctx context.Context, email string) (User, error) {
	u, err := gorm.G[User](q.db).Where("lower(email) = lower(?) AND state <> 'closed'", email).Take(ctx)
	return u, dbError(err)
}

// UsernameTaken reports whether an account, closed ones included, or an open registration has the name.
func (q Queries) UsernameTaken(ctx context.Context, name string, at time.Time) (taken bool, err error) {
	err = q.with(ctx).Raw(`SELECT EXISTS (SELECT FROM users WHERE lower(username) = lower(?))
		OR EXISTS (SELECT FROM user_signups WHERE lower(username) = lower(?) AND expires_at > ?)`, name, name, at).Scan(&taken).Error
	return taken, dbError(err)
}

// SignupByHash finds a registration whose link works at the instant.
func (q Queries) SignupByHash(ctx context.Context, hash []byte, at time.Time) (UserSignup, error) {
	s, err := gorm.G[UserSignup](q.db).Where("token_hash = ? AND expires_at > ?", hash, at).Take(ctx)
	return s, dbError(err)
}

// SignupByEmail finds the newest open registration with the address.
func (q Queries) SignupByEmail(ctx context.Context, email string, at time.Time) (UserSignup, error) {
	s, err := gorm.G[UserSignup](q.db).Where("lower(email) = lower(?) AND expires_at > ?", email, at).Order("created_at DESC, id").Take(ctx)
	return s, dbError(err)
}

// OpenUserLink finds a link that still works at the instant.
func (q Queries) OpenUserLink(ctx context.Context, hash []byte, at time.Time) (UserLink, error) {
	l, err := gorm.G[UserLink](q.db).Where("token_hash = ? AND used_at IS NULL AND expires_at > ?", hash, at).Take(ctx)
	return l, dbError(err)
}

// PendingEmail is the newest move to another address that waits for its confirmation. ErrNotFound when there is none.
func (q Queries) PendingEmail(ctx context.Context, userID string, at time.Time) (UserLink, error) {
	l, err := gorm.G[UserLink](q.db).Where("user_id = ? AND purpose = 'email' AND used_at IS NULL AND expires_at > ?", userID, at).
		Order("created_at DESC").Take(ctx)
	return l, dbError(err)
}

// UserPasskeys lists the passkeys of an account, oldest first.
func (q Queries) UserPasskeys(ctx context.Context, userID string) ([]UserPasskey, error) {
	out, err := gorm.G[UserPasskey](q.db).Where("user_id = ?", userID).Order("created_at, id").Find(ctx)
	return out, dbError(err)
}

// UserRecoveryCodesLeft counts the unused recovery codes of an account.
func (q Queries) UserRecoveryCodesLeft(ctx context.Context, userID string) (int, error) {
	n, err := gorm.G[UserRecoveryCode](q.db).Where("user_id = ? AND used_at IS NULL", userID).Count(ctx, "user_id")
	return int(n), dbError(err)
}

// UserSignins lists the sign-ins of an account, newest first, from before an id (0: from the newest).
func (q Queries) UserSignins(ctx context.Context, userID string, before int64, limit int) ([]UserSignin, error) {
	g := gorm.G[UserSignin](q.db).Where("user_id = ?", userID)
	if before > 0 {
		g = g.Where("id < ?", before)
	}
	out, err := g.Order("id DESC").Limit(limit).Find(ctx)
	return out, dbError(err)
}

// UserConsents is the whole history of an account's consents, newest first.
func (q Queries) UserConsents(ctx context.Context, userID string) ([]UserConsent, error) {
	out, err := gorm.G[UserConsent](q.db).Where("user_id = ?", userID).Order("id DESC").Limit(1000).Find(ctx)
	return out, dbError(err)
}

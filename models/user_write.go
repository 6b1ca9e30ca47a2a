package models

import (
	"crypto/rand"
	"encoding/json"
	"time"

	"gorm.io/gorm"
)

// InsertUser opens an account. ErrDuplicate when the name or the address is taken. The handle for passkeys is made here.
func (tx *Tx) InsertUser(u User) error {
	u.WebauthnHandle = make([]byte, 64)
	_, _ = rand.Read(u.WebauthnHandle)
	if u.Preferences == nil {
		u.Preferences = []byte(`{}`)
	}
	u.CreatedAt, u.UpdatedAt = tx.Now, tx.Now
	return dbError(gorm.G[User](tx.db).Create(tx.ctx, &u))
}

// LockUsername serialises what happens to one name, in accounts and registrations, until the transaction ends.
func (tx *Tx) LockUsername(name string) error {
	return dbError(tx.db.Exec(`SELECT pg_advisory_xact_lock(?, hashtext(lower(?)))`, lockUsername, name).Error)
}

// InsertSignup adds a registration in place of those of the same name that expired. ErrDuplicate when the name is
// reserved; InsertUser says whether an account has it.
func (tx *Tx) InsertSignup(s UserSignup) error {
	if err := tx.db.Where("lower(username) = lower(?) AND expires_at <= ?", s.Username, tx.Now).Delete(&UserSignup{}).Error; err != nil {
		return dbError(err)
	}
	s.CreatedAt = tx.Now
	return dbError(gorm.G[UserSignup](tx.db).Create(tx.ctx, &s))
}

// RenewSignup gives a registration a new link. ErrStale when it was confirmed or forgotten.
func (tx *Tx) RenewSignup(id string, tokenHash []byte, expires time.Time) error {
	r := tx.db.Model(&UserSignup{}).Where("id = ?", id).Updates(map[string]any{"token_hash": tokenHash, "expires_at": expires})
	return affected(int(r.RowsAffected), r.Error)
}

// TakeSignup ends a registration: ErrStale when it had ended, so a link confirms once.
func (tx *Tx) TakeSignup(id string) error {
	r := tx.db.Where("id = ?", id).Delete(&UserSignup{})
	return affected(int(r.RowsAffected), r.Error)
}

func (tx *Tx) updateUser(set map[string]any, where string, args ...any) error {
	set["updated_at"] = tx.Now
	r := tx.db.Model(&User{}).Where(where, args...).Updates(set)
	return affected(int(r.RowsAffected), r.Error)
}

// SetUserPassword stores a new password hash.
func (tx *Tx) SetUserPassword(id, hash string) error {
	return tx.updateUser(map[string]any{"password_hash": hash}, "id = ?", id)
}

// SetUserName changes the name it signs in with. ErrDuplicate when it is taken.
func (tx *Tx) SetUserName(id, username string) error {
	return tx.updateUser(map[string]any{"username": username}, "id = ?", id)
}

// SetUserEmail moves an account from one confirmed address to another. ErrDuplicate when somebody else has it, ErrStale
// when the account is at another address by now.
func (tx *Tx) SetUserEmail(id, from, to string) error {
	return tx.updateUser(map[string]any{"email": to, "email_verified_at": tx.Now}, "id = ? AND email = ?", id, from)
}

// SetUserProfile stores what people choose about how they appear and what they see.
func (tx *Tx) SetUserProfile(id, displayName, locale string, preferences json.RawMessage) error {
	return tx.updateUser(map[string]any{"display_name": displayName, "locale": locale, "preferences": preferences}, "id = ?", id)
}

// SetUserObjection records or lifts an objection to being counted.
func (tx *Tx) SetUserObjection(id string, objects bool) error {
	at := &tx.Now
	if !objects {
		at = nil
	}
	return tx.updateUser(map[string]any{"analytics_objected_at": at}, "id = ?", id)
}

// SetUserState moves an account from one state to another.
func (tx *Tx) SetUserState(id string, from, to UserState) error {
	return tx.updateUser(map[string]any{"state": to}, "id = ? AND state = ?", id, from)
}

// SetUserTOTP stores a confirmed authenticator secret; the step that confirmed it is spent.
func (tx *Tx) SetUserTOTP(id string, sealed []byte, step int64) error {
	return tx.updateUser(map[string]any{"totp_secret": sealed, "totp_confirmed_at": tx.Now, "totp_last_step": step}, "id = ?", id)
}

// ClearUserTOTP removes the authenticator app.
func (tx *Tx) ClearUserTOTP(id string) error {
	return tx.updateUser(map[string]any{"totp_secret": nil, "totp_confirmed_at": nil, "totp_last_step": 0}, "id = ?", id)
}

// SpendUserTOTPStep accepts a time step once: ErrStale when it, or a later one, was accepted before.
func (tx *Tx) SpendUserTOTPStep(id string, step int64) error {
	return tx.updateUser(map[string]any{"totp_last_step": step}, "id = ? AND totp_last_step < ?", id, step)
}

// ReplaceUserRecoveryCodes makes these the only recovery codes of the account; none removes them.
func (tx *Tx) ReplaceUserRecoveryCodes(userID string, hashes [][]byte) error {
	if err := tx.db.Where("user_id = ?", userID).Delete(&UserRecoveryCode{}).Error; err != nil || len(hashes) == 0 {
		return dbError(err)
	}
	rows := make([]UserRecoveryCode, len(hashes))
	for i, h := range hashes {
		rows[i] = UserRecoveryCode{UserID: userID, CodeHash: h}
	}
	return dbError(gorm.G[UserRecoveryCode](tx.db).CreateInBatches(tx.ctx, &rows, len(rows)))
}

// SpendUserRecoveryCode accepts a code once: ErrStale when it is unknown or was used before.
func (tx *Tx) SpendUserRecoveryCode(userID string, hash []byte) error {
	r := tx.db.Model(&UserRecoveryCode{}).Where("user_id = ? AND code_hash = ? AND used_at IS NULL", userID, hash).Update("used_at", tx.Now)
	return affected(int(r.RowsAffected), r.Error)
}

// InsertUserPasskey adds a passkey. A credential that anybody registered before is ErrDuplicate.
func (tx *Tx) InsertUserPasskey(p UserPasskey) error {
	p.CreatedAt = tx.Now
	return dbError(gorm.G[UserPasskey](tx.db).Create(tx.ctx, &p))
}

// UseUserPasskey stores the credential record as the library updated it (sign count, flags).
func (tx *Tx) UseUserPasskey(userID string, credentialID []byte, credential json.RawMessage) error {
	r := tx.db.Model(&UserPasskey{}).Where("user_id = ? AND credential_id = ?", userID, credentialID).
		Updates(map[string]any{"credential": credential, "last_used_at": tx.Now})
	return affected(int(r.RowsAffected), r.Error)
}

// RemoveUserPasskey removes one passkey of an account.
func (tx *Tx) RemoveUserPasskey(userID, id string) error {
	r := tx.db.Where("user_id = ? AND id = ?", userID, id).Delete(&UserPasskey{})
	return affected(int(r.RowsAffected), r.Error)
}

// InsertUserLink adds a mailed link. For an account that does not exist the statement is the same and adds nothing.
func (tx *Tx) InsertUserLink(l UserLink) error {
	return dbError(tx.db.Exec(`INSERT INTO user_links (token_hash, user_id, purpose, email, created_at, expires_at)
		SELECT ?, u.id, ?, ?, ?, ? FROM users u WHERE u.id = ?`, l.TokenHash, l.Purpose, l.Email, tx.Now, l.ExpiresAt, l.UserID).Error)
}

// SpendUserLink uses a link once: ErrStale when it is unknown, used or expired.
func (tx *Tx) SpendUserLink(hash []byte, purpose LinkPurpose) error {
	r := tx.db.Model(&UserLink{}).Where("token_hash = ? AND purpose = ? AND used_at IS NULL AND expires_at > ?", hash, purpose, tx.Now).Update("used_at", tx.Now)
	return affected(int(r.RowsAffected), r.Error)
}

// VoidUserLinks ends every open link of these purposes.
func (tx *Tx) VoidUserLinks(userID string, purposes ...LinkPurpose) error {
	return dbError(tx.db.Model(&UserLink{}).Where("user_id = ? AND purpose IN ? AND used_at IS NULL", userID, purposes).Update("used_at", tx.Now).Error)
}

// VoidUserLinksSince ends the open links of a purpose that were made at an instant or later.
func (tx *Tx) VoidUserLinksSince(userID string, purpose LinkPurpose, since time.Time) error {
	return dbError(tx.db.Model(&UserLink{}).Where("user_id = ? AND purpose = ? AND used_at IS NULL AND created_at >= ?", userID, purpose, since).
		Update("used_at", tx.Now).Error)
}

// InsertUserSignin notes a sign-in, or a refused one, for the holder of the account to see. For an account that does not
// exist the statement is the same and adds nothing.
func (tx *Tx) InsertUserSignin(s UserSignin) error {
	return dbError(tx.db.Exec(`INSERT INTO user_signins (user_id, at, method, outcome, device) SELECT u.id, ?, ?, ?, ? FROM users u WHERE u.id = ?`,
		tx.Now, s.Method, s.Outcome, s.Device, s.UserID).Error)
}

// InsertUserConsent appends to the history of consents.
func (tx *Tx) InsertUserConsent(c UserConsent) error {
	c.At = tx.Now
	return dbError(gorm.G[UserConsent](tx.db).Create(tx.ctx, &c))
}

package models

import (
	"encoding/json"

	"gorm.io/gorm"

	"imglink/app/actor"
)

// InsertStaff adds an account. A second account with the same address is ErrDuplicate.
func (tx *Tx) InsertStaff(s Staff) error {
	s.CreatedAt, s.UpdatedAt, s.Preferences = tx.Now, tx.Now, json.RawMessage("{}")
	return dbError(gorm.G[Staff](tx.db).Create(tx.ctx, &s))
}

// DeleteStaff removes an account that was never set up, with its links.
func (tx *Tx) DeleteStaff(id string) error {
	if err := tx.db.Where("staff_id = ?", id).Delete(&StaffInvite{}).Error; err != nil {
		return dbError(err)
	}
	r := tx.db.Where("id = ? AND state = 'invited'", id).Delete(&Staff{})
	return affected(int(r.RowsAffected), r.Error)
}

func (tx *Tx) updateStaff(set map[string]any, where string, args ...any) error {
	set["updated_at"] = tx.Now
	r := tx.db.Model(&Staff{}).Where(where, args...).Updates(set)
	return affected(int(r.RowsAffected), r.Error)
}

// SetStaffPassword stores a new password hash.
func (tx *Tx) SetStaffPassword(id, hash string) error {
	return tx.updateStaff(map[string]any{"password_hash": hash}, "id = ?", id)
}

// SetStaffIdentity gives the account the address and name its holder chose.
func (tx *Tx) SetStaffIdentity(id, email, name string) error {
	return tx.updateStaff(map[string]any{"email": email, "name": name}, "id = ?", id)
}

// SetStaffRole changes the role from one to another.
func (tx *Tx) SetStaffRole(id string, from, to actor.Role) error {
	return tx.updateStaff(map[string]any{"role": to}, "id = ? AND role = ?", id, from)
}

// SetStaffState moves an account from one state to another.
func (tx *Tx) SetStaffState(id string, from, to StaffState) error {
	return tx.updateStaff(map[string]any{"state": to}, "id = ? AND state = ?", id, from)
}

// SetStaffTOTP stores a confirmed authenticator secret; the step that confirmed it is spent.
func (tx *Tx) SetStaffTOTP(id string, sealed []byte, step int64) error {
	return tx.updateStaff(map[string]any{"totp_secret": sealed, "totp_confirmed_at": tx.Now, "totp_last_step": step}, "id = ?", id)
}

// SpendTOTPStep accepts a time step once: ErrStale when it, or a later one, was accepted before.
func (tx *Tx) SpendTOTPStep(id string, step int64) error {
	return tx.updateStaff(map[string]any{"totp_last_step": step}, "id = ? AND totp_last_step < ?", id, step)
}

// ClearStaffFactors removes every second factor: the next sign-in enrols anew.
func (tx *Tx) ClearStaffFactors(id string) error {
	if err := tx.db.Where("staff_id = ?", id).Delete(&StaffPasskey{}).Error; err != nil {
		return dbError(err)
	}
	if err := tx.db.Where("staff_id = ?", id).Delete(&StaffRecoveryCode{}).Error; err != nil {
		return dbError(err)
	}
	return tx.updateStaff(map[string]any{"totp_secret": nil, "totp_confirmed_at": nil, "totp_last_step": 0}, "id = ?", id)
}

// ReplaceRecoveryCodes makes these the only recovery codes of the account.
func (tx *Tx) ReplaceRecoveryCodes(staffID string, hashes [][]byte) error {
	if err := tx.db.Where("staff_id = ?", staffID).Delete(&StaffRecoveryCode{}).Error; err != nil {
		return dbError(err)
	}
	rows := make([]StaffRecoveryCode, len(hashes))
	for i, h := range hashes {
		rows[i] = StaffRecoveryCode{StaffID: staffID, CodeHash: h}
	}
	return dbError(gorm.G[StaffRecoveryCode](tx.db).CreateInBatches(tx.ctx, &rows, len(rows)))
}

// SpendRecoveryCode accepts a code once: ErrStale when it is unknown or was used before.
func (tx *Tx) SpendRecoveryCode(staffID string, hash []byte) error {
	r := tx.db.Model(&StaffRecoveryCode{}).Where("staff_id = ? AND code_hash = ? AND used_at IS NULL", staffID, hash).
		Update("used_at", tx.Now)
	return affected(int(r.RowsAffected), r.Error)
}

// InsertPasskey adds a passkey. A credential that anybody registered before is ErrDuplicate.
func (tx *Tx) InsertPasskey(p StaffPasskey) error {
	p.CreatedAt = tx.Now
	return dbError(gorm.G[StaffPasskey](tx.db).Create(tx.ctx, &p))
}

// UsePasskey stores the credential record as the library updated it (sign count, flags).
func (tx *Tx) UsePasskey(staffID string, credentialID []byte, credential json.RawMessage) error {
	r := tx.db.Model(&StaffPasskey{}).Where("staff_id = ? AND credential_id = ?", staffID, credentialID).
		Updates(map[string]any{"credential": credential, "last_used_at": tx.Now})
	return affected(int(r.RowsAffected), r.Error)
}

// RemovePasskey removes one passkey of an account.
func (tx *Tx) RemovePasskey(staffID, id string) error {
	r := tx.db.Where("staff_id = ? AND id = ?", staffID, id).Delete(&StaffPasskey{})
	return affected(int(r.RowsAffected), r.Error)
}

// InsertInvite adds a one-time link.
func (tx *Tx) InsertInvite(i StaffInvite) error {
	i.CreatedAt = tx.Now
	return dbError(gorm.G[StaffInvite](tx.db).Create(tx.ctx, &i))
}

// SpendInvite uses a link once: ErrStale when it is unknown, used or expired.
func (tx *Tx) SpendInvite(hash []byte) error {
	r := tx.db.Model(&StaffInvite{}).Where("token_hash = ? AND used_at IS NULL AND expires_at > ?", hash, tx.Now).Update("used_at", tx.Now)
	return affected(int(r.RowsAffected), r.Error)
}

// VoidInvites ends every open link of an account.
func (tx *Tx) VoidInvites(staffID string) error {
	return dbError(tx.db.Model(&StaffInvite{}).Where("staff_id = ? AND used_at IS NULL", staffID).Update("used_at", tx.Now).Error)
}

// LockStaff serialises the rare changes whose rule spans several accounts (the first start) until the transaction ends.
func (tx *Tx) LockStaff() error {
	return dbError(tx.db.Exec(`SELECT pg_advisory_xact_lock(?)`, lockStaff).Error)
}

// LockActiveAdmins locks and lists the administrators who can sign in, so that two of them cannot remove each other at
// the same moment.
func (tx *Tx) LockActiveAdmins() ([]string, error) {
	var ids []string
	err := tx.db.Raw(`SELECT id FROM staff WHERE role = ? AND state = 'active' ORDER BY id FOR UPDATE`, actor.Admin).Scan(&ids).Error
	return ids, dbError(err)
}

package accounts

import (
	"context"

	"imglink/app/credentials"
	"imglink/app/fault"
	"imglink/models"
)

// Security is what the security page shows of an account.
type Security struct {
	Staff         models.Staff
	Passkeys      []models.StaffPasskey
	RecoveryCodes int // unused ones
	Sessions      []models.Session
}

// Security reads one consistent view of the account's own security.
func (s *Service) Security(ctx context.Context, who Who) (out Security, err error) {
	now := s.clock.Now()
	err = s.store.Read(ctx, func(q models.Queries) error {
		if out.Staff, err = q.StaffByID(ctx, who.StaffID); err != nil {
			return err
		}
		if out.Passkeys, err = q.Passkeys(ctx, who.StaffID); err != nil {
			return err
		}
		if out.RecoveryCodes, err = q.RecoveryCodesLeft(ctx, who.StaffID); err != nil {
			return err
		}
		out.Sessions, err = q.OpenSessions(ctx, who.StaffID, now, now.Add(-IdleLimit))
		return err
	})
	return out, err
}

// ChangePassword replaces the password, given the present one, and ends every other session. This session goes on under
// a new token.
func (s *Service) ChangePassword(ctx context.Context, who Who, present, next string) (Ticket, error) {
	if err := s.needRecent(who, RecentLimit); err != nil {
		return Ticket{}, err
	}
	gates := credentials.FactorGates("", who.StaffID)
	closed, err := s.throttle.Enter(ctx, gates)
	if err != nil {
		return Ticket{}, err
	}
	staff, err := s.store.StaffByID(ctx, who.StaffID)
	if err != nil {
		return Ticket{}, err
	}
	ok, err := s.passwords.Matches(ctx, staff.ID, staff.PasswordHash, present)
	if err != nil {
		return Ticket{}, err
	}
	if !ok {
		answer := fault.InvalidField("present", "This is not your present password.")
		return Ticket{}, s.refuse(ctx, who.StaffID, "staff.password_failed", "password", closed, answer)
	}
	if err := s.throttle.Leave(ctx, gates); err != nil {
		return Ticket{}, err
	}
	var bad fault.Collect
	if !credentials.CheckPassword(&bad, "password", next, MinPassword, staff.Email, staff.Name, s.name) {
		return Ticket{}, bad.Err()
	}
	hash, err := s.passwords.Make(ctx, staff.ID, next)
	if err != nil {
		return Ticket{}, err
	}
	var t Ticket
	err = s.store.Write(ctx, s.own(who, "staff.password_change"), func(tx *models.Tx) error {
		if err := tx.SetStaffPassword(staff.ID, hash); err != nil {
			return err
		}
		if _, err := tx.RevokeSessions(models.StaffRealm, staff.ID, who.SessionID); err != nil {
			return err
		}
		if err := tx.VoidInvites(staff.ID); err != nil {
			return err
		}
		if err := s.tell(tx, staff, "The password of your account in the staff of "+s.name+" was changed. You were signed out everywhere else."); err != nil {
			return err
		}
		t, err = s.rotate(tx, who, "")
		return err
	})
	return t, err
}

// NewRecoveryCodes replaces the recovery codes; the new ones are shown once.
func (s *Service) NewRecoveryCodes(ctx context.Context, who Who) ([]string, error) {
	if err := s.needRecent(who, RecentLimit); err != nil {
		return nil, err
	}
	shown, hashes := credentials.NewRecoveryCodes(s.keys, who.StaffID)
	err := s.store.Write(ctx, s.own(who, "staff.recovery_codes_set"), func(tx *models.Tx) error {
		return tx.ReplaceRecoveryCodes(who.StaffID, hashes)
	})
	if err != nil {
		return nil, err
	}
	return shown, nil
}

package users

import (
	"context"

	"imglink/app/credentials"
	"imglink/app/fault"
	"imglink/models"
)

// BeginTOTP shows the secret for a new authenticator app. It belongs to the session until a code confirms it; asking again
// shows the same.
func (s *Service) BeginTOTP(ctx context.Context, who Who) (credentials.Enrolment, error) {
	if err := s.needRecent(who); err != nil {
		return credentials.Enrolment{}, err
	}
	secret, err := s.pendingTOTP(ctx, who)
	if fault.Is(err, fault.NotFound) {
		secret = credentials.NewTOTPSecret()
		err = s.begin(ctx, who, "totp", s.keys.Seal("totp.pending", who.SessionID, secret))
	}
	if err != nil {
		return credentials.Enrolment{}, err
	}
	return credentials.NewEnrolment(s.name, who.Username, secret)
}

func (s *Service) pendingTOTP(ctx context.Context, who Who) ([]byte, error) {
	blob, err := s.store.Challenge(ctx, models.UserRealm, who.SessionID)
	if err != nil {
		return nil, err
	}
	var sealed []byte
	if err := credentials.ReadCeremony(blob, "totp", s.clock.Now(), PendingLimit, &sealed); err != nil {
		return nil, err
	}
	return s.keys.Open("totp.pending", who.SessionID, sealed)
}

// ConfirmTOTP takes the first code of the new app. It comes with recovery codes, which are shown once, unless the account
// has some left. Every other session ends.
func (s *Service) ConfirmTOTP(ctx context.Context, who Who, code string) (t Ticket, codes []string, err error) {
	if err := s.needRecent(who); err != nil {
		return Ticket{}, nil, err
	}
	gates, no, err := s.factor(ctx, who, "enrol")
	if err != nil {
		return Ticket{}, nil, err
	}
	secret, err := s.pendingTOTP(ctx, who)
	if fault.Is(err, fault.NotFound) {
		return Ticket{}, nil, fault.InvalidField("code", "The code to scan has expired. Scan the new one and enter its code.")
	}
	if err != nil {
		return Ticket{}, nil, err
	}
	step, ok := credentials.MatchTOTP(secret, code, s.clock.Now(), 0)
	if !ok {
		return Ticket{}, nil, s.refuse(ctx, no, credentials.ErrCode)
	}
	err = s.store.Write(ctx, own(who.UserID, "user.totp_set"), func(tx *models.Tx) error {
		t, codes, err = s.saveTOTP(tx, who, secret, step)
		return err
	})
	if err != nil {
		return Ticket{}, nil, err
	}
	return t, codes, s.throttle.Leave(ctx, gates)
}

func (s *Service) saveTOTP(tx *models.Tx, who Who, secret []byte, step int64) (t Ticket, codes []string, err error) {
	if codes, err = s.firstCodes(tx, who.UserID); err != nil {
		return t, nil, err
	}
	if err := tx.SetUserTOTP(who.UserID, credentials.SealTOTP(s.keys, who.UserID, secret), step); err != nil {
		return t, nil, err
	}
	if _, err := tx.RevokeSessions(models.UserRealm, who.UserID, who.SessionID); err != nil {
		return t, nil, err
	}
	if err := s.tell(tx, who.UserID, tellAppSet); err != nil {
		return t, nil, err
	}
	t, err = s.rotate(tx, who, "totp")
	return t, codes, err
}

// RemoveTOTP removes the app, and the recovery codes with the last second factor.
func (s *Service) RemoveTOTP(ctx context.Context, who Who) error {
	if err := s.needRecent(who); err != nil {
		return err
	}
	return s.store.Write(ctx, own(who.UserID, "user.totp_remove"), func(tx *models.Tx) error {
		if err := tx.ClearUserTOTP(who.UserID); err != nil {
			return err
		}
		if err := dropCodes(tx, who.UserID); err != nil {
			return err
		}
		return s.tell(tx, who.UserID, tellAppRemoved)
	})
}

// anyFactor reports whether the account has a second factor now, in the transaction.
func anyFactor(tx *models.Tx, userID string) (bool, error) {
	u, err := tx.UserByID(tx.Context(), userID)
	if err != nil || u.TOTPConfirmedAt != nil {
		return u.TOTPConfirmedAt != nil, err
	}
	keys, err := tx.UserPasskeys(tx.Context(), userID)
	return len(keys) > 0, err
}

// firstCodes makes recovery codes when the account has none left; nil when it has.
func (s *Service) firstCodes(tx *models.Tx, userID string) ([]string, error) {
	if left, err := tx.UserRecoveryCodesLeft(tx.Context(), userID); err != nil || left > 0 {
		return nil, err
	}
	shown, hashes := credentials.NewRecoveryCodes(s.keys, userID)
	return shown, tx.ReplaceUserRecoveryCodes(userID, hashes)
}

// dropCodes removes the recovery codes when there is no second factor left that they could stand in for.
func dropCodes(tx *models.Tx, userID string) error {
	if has, err := anyFactor(tx, userID); err != nil || has {
		return err
	}
	return tx.ReplaceUserRecoveryCodes(userID, nil)
}

// NewRecoveryCodes replaces the recovery codes; the new ones are shown once. Conflict without a second factor.
func (s *Service) NewRecoveryCodes(ctx context.Context, who Who) ([]string, error) {
	if err := s.needRecent(who); err != nil {
		return nil, err
	}
	shown, hashes := credentials.NewRecoveryCodes(s.keys, who.UserID)
	err := s.store.Write(ctx, own(who.UserID, "user.recovery_codes_set"), func(tx *models.Tx) error {
		if has, err := anyFactor(tx, who.UserID); err != nil {
			return err
		} else if !has {
			return errNoFactor
		}
		return tx.ReplaceUserRecoveryCodes(who.UserID, hashes)
	})
	if err != nil {
		return nil, err
	}
	return shown, nil
}

var errNoFactor = fault.New(fault.Conflict, "no_factor", "Recovery codes stand in for a second step. Set one up first.")

package accounts

import (
	"context"

	"imglink/app/credentials"
	"imglink/app/fault"
	"imglink/models"
)

func (s *Service) begin(ctx context.Context, who Who, kind string, data any) error {
	blob, err := credentials.BeginCeremony(kind, s.clock.Now(), data)
	if err != nil {
		return err
	}
	return s.store.SetChallenge(ctx, models.StaffRealm, who.SessionID, blob)
}

// BeginTOTP shows the secret for a new authenticator app: at the first sign-in, or in a complete and recently confirmed
// session to replace the app. The secret belongs to the session until a code confirms it; asking again shows the same.
func (s *Service) BeginTOTP(ctx context.Context, who Who) (credentials.Enrolment, error) {
	staff, err := s.enrolling(ctx, who)
	if err != nil {
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
	return credentials.NewEnrolment(s.name, staff.Email, secret)
}

func (s *Service) pendingTOTP(ctx context.Context, who Who) ([]byte, error) {
	blob, err := s.store.Challenge(ctx, models.StaffRealm, who.SessionID)
	if err != nil {
		return nil, err
	}
	var sealed []byte
	if err := credentials.ReadCeremony(blob, "totp", s.clock.Now(), PendingLimit, &sealed); err != nil {
		return nil, err
	}
	return s.keys.Open("totp.pending", who.SessionID, sealed)
}

// enrolling checks that the session may set an authenticator app. A session that waits to enrol loses that right when
// another one enrolled first.
func (s *Service) enrolling(ctx context.Context, who Who) (models.Staff, error) {
	if who.Stage == models.StageFull {
		if err := s.needRecent(who, RecentLimit); err != nil {
			return models.Staff{}, err
		}
	} else if who.Stage != models.StageEnrol {
		return models.Staff{}, ErrSignIn
	}
	staff, err := s.store.StaffByID(ctx, who.StaffID)
	if err == nil && who.Stage == models.StageEnrol && staff.TOTPConfirmedAt != nil {
		return models.Staff{}, ErrSignIn
	}
	return staff, err
}

// ConfirmTOTP takes the first code of the new app. At the first sign-in it completes it and gives the recovery codes,
// which are shown once; when replacing an app the codes stay as they are. Every other session ends.
func (s *Service) ConfirmTOTP(ctx context.Context, who Who, code string) (t Ticket, codes []string, err error) {
	if _, err := s.enrolling(ctx, who); err != nil {
		return Ticket{}, nil, err
	}
	gates := credentials.FactorGates("", who.StaffID)
	closed, err := s.throttle.Enter(ctx, gates)
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
		return Ticket{}, nil, s.refuse(ctx, who.StaffID, "staff.factor_failed", "enrol", closed, ErrCode)
	}
	err = s.store.Write(ctx, s.own(who, "staff.totp_set"), func(tx *models.Tx) error {
		t, codes, err = s.saveTOTP(tx, who, secret, step)
		return err
	})
	if err != nil {
		return Ticket{}, nil, err
	}
	return t, codes, s.throttle.Leave(ctx, gates)
}

func (s *Service) saveTOTP(tx *models.Tx, who Who, secret []byte, step int64) (t Ticket, codes []string, err error) {
	if err := tx.SetStaffTOTP(who.StaffID, credentials.SealTOTP(s.keys, who.StaffID, secret), step); err != nil {
		return t, nil, err
	}
	if who.Stage == models.StageEnrol {
		var hashes [][]byte
		codes, hashes = credentials.NewRecoveryCodes(s.keys, who.StaffID)
		if err := tx.ReplaceRecoveryCodes(who.StaffID, hashes); err != nil {
			return t, nil, err
		}
		tx.Note("staff.signin", "staff", who.StaffID, map[string]any{"method": "enrol"})
	}
	if _, err := tx.RevokeSessions(models.StaffRealm, who.StaffID, who.SessionID); err != nil {
		return t, nil, err
	}
	t, err = s.rotate(tx, who, "totp")
	return t, codes, err
}

package accounts

import (
	"context"
	"errors"
	"strings"
	"time"

	"imglink/app/actor"
	"imglink/app/credentials"
	"imglink/app/fault"
	"imglink/models"
)

// Attempt is a sign-in with a password.
type Attempt struct {
	Email, Password string
	Origin          Origin
}

// unknownStaff is the entity id of failures that belong to no account. The address that was tried is not kept: it may be
// a mistyped password.
const unknownStaff = "unknown"

// SignIn checks the first factor and opens a session that may only show the second one, or enrol it. ErrCredentials for
// every reason a password is not accepted; TooMany with a time to wait while attempts are refused.
func (s *Service) SignIn(ctx context.Context, in Attempt) (Ticket, error) {
	gates := credentials.SignInGates("", normalEmail(in.Email), in.Origin.Network)
	closed, err := s.throttle.Enter(ctx, gates)
	if err != nil {
		return Ticket{}, err
	}
	staff, err := s.store.StaffByEmail(ctx, normalEmail(in.Email))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Ticket{}, err
	}
	hash := staff.PasswordHash
	if staff.State != models.StaffActive {
		hash = "" // still compared, with the dummy
	}
	ok, err := s.passwords.Matches(ctx, staff.ID, hash, in.Password)
	if err != nil {
		return Ticket{}, err
	}
	if !ok {
		return Ticket{}, s.refuse(ctx, staff.ID, "staff.signin_failed", "password", closed, ErrCredentials)
	}
	if err := s.throttle.Leave(ctx, gates); err != nil {
		return Ticket{}, err
	}
	var t Ticket
	who := Who{StaffID: staff.ID, Role: staff.Role}
	err = s.store.Write(ctx, s.own(who, "staff.signin_password"), func(tx *models.Tx) error {
		t, err = s.open(tx, models.Session{StaffID: staff.ID, Stage: stageAfterPassword(staff), UserAgent: credentials.Device(in.Origin.Agent)})
		return err
	})
	return t, err
}

// stageAfterPassword is what is due next: the second factor, or making one.
func stageAfterPassword(staff models.Staff) models.SessionStage {
	if staff.TOTPConfirmedAt == nil {
		return models.StageEnrol
	}
	return models.StagePassword
}

// refuse records a failure, and the lockout it caused, and returns the answer.
func (s *Service) refuse(ctx context.Context, staffID, action, method string, closed time.Duration, answer error) error {
	if staffID == "" {
		staffID = unknownStaff
	}
	c := models.Change{Actor: actor.Guest(""), Needs: actor.Public, Action: action, Entity: "staff", ID: staffID}
	err := s.store.Write(ctx, c, func(tx *models.Tx) error {
		tx.Detail("method", method)
		if closed > 0 {
			tx.Note("staff.lockout", "staff", staffID, map[string]any{"method": method, "seconds": int(closed.Seconds())})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return answer
}

// errSpent marks a factor that was right and had been used: for the caller it is simply not right.
var errSpent = errors.New("accounts: factor already used")

// complete shows a second factor: spend is the guarded write that makes it work only once. It finishes a sign-in, or
// confirms the identity of a session that is complete already.
func (s *Service) complete(ctx context.Context, who Who, method string, gates []credentials.Gate, spend func(*models.Tx) error) (Ticket, error) {
	action := "staff.signin"
	if who.Stage == models.StageFull {
		action = "staff.reverify"
	}
	var t Ticket
	err := s.store.Write(ctx, s.own(who, action), func(tx *models.Tx) error {
		tx.Detail("method", method)
		if err := spend(tx); errors.Is(err, models.ErrStale) {
			return errSpent
		} else if err != nil {
			return err
		}
		var err error
		t, err = s.rotate(tx, who, method)
		return err
	})
	if err != nil {
		return Ticket{}, err
	}
	return t, s.throttle.Leave(ctx, gates)
}

// canComplete says which sessions may show a second factor: those waiting for it, and complete ones that confirm.
func canComplete(who Who) error {
	if who.Stage != models.StagePassword && who.Stage != models.StageFull {
		return ErrSignIn
	}
	return nil
}

// WithTOTP shows a code of the authenticator app.
func (s *Service) WithTOTP(ctx context.Context, who Who, code string) (Ticket, error) {
	if err := canComplete(who); err != nil {
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
	if staff.TOTPConfirmedAt == nil {
		return Ticket{}, s.refuse(ctx, who.StaffID, "staff.factor_failed", "totp", closed, ErrCode)
	}
	secret, err := credentials.OpenTOTP(s.keys, staff.ID, staff.TOTPSecret)
	if err != nil {
		return Ticket{}, err
	}
	step, ok := credentials.MatchTOTP(secret, code, s.clock.Now(), staff.TOTPLastStep)
	if !ok {
		return Ticket{}, s.refuse(ctx, who.StaffID, "staff.factor_failed", "totp", closed, ErrCode)
	}
	t, err := s.complete(ctx, who, "totp", gates, func(tx *models.Tx) error { return tx.SpendTOTPStep(who.StaffID, step) })
	if errors.Is(err, errSpent) {
		return Ticket{}, s.refuse(ctx, who.StaffID, "staff.factor_failed", "totp", closed, ErrCode)
	}
	return t, err
}

// WithRecoveryCode shows one of the codes kept for a lost device. It finishes a sign-in; it does not confirm an identity
// for dangerous actions of a running session.
func (s *Service) WithRecoveryCode(ctx context.Context, who Who, code string) (Ticket, error) {
	if who.Stage != models.StagePassword {
		return Ticket{}, ErrSignIn
	}
	gates := credentials.FactorGates("", who.StaffID)
	closed, err := s.throttle.Enter(ctx, gates)
	if err != nil {
		return Ticket{}, err
	}
	hash := credentials.RecoveryHash(s.keys, who.StaffID, code)
	t, err := s.complete(ctx, who, "recovery", gates, func(tx *models.Tx) error { return tx.SpendRecoveryCode(who.StaffID, hash) })
	if errors.Is(err, errSpent) {
		return Ticket{}, s.refuse(ctx, who.StaffID, "staff.factor_failed", "recovery", closed, ErrRecovery)
	}
	return t, err
}

func normalEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

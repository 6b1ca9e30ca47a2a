package users

import (
	"context"
	"errors"
	"strings"
	"time"

	"imglink/app/credentials"
	"imglink/app/fault"
	"imglink/models"
)

// Attempt is a sign-in with a password. Login is the name or the address.
type Attempt struct {
	Login, Password string
	Remember        bool
	Origin          Origin
}

// normal is how names and addresses are compared.
func normal(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

// SignIn checks the password and opens a session: a complete one, or one that may only show the second factor when the
// account has any. ErrCredentials for every reason a password is not accepted; TooMany with a time to wait while attempts
// are refused.
func (s *Service) SignIn(ctx context.Context, in Attempt) (Ticket, error) {
	login := normal(in.Login)
	gates := credentials.SignInGates(realm, login, in.Origin.Network)
	closed, err := s.throttle.Enter(ctx, gates)
	if err != nil {
		return Ticket{}, err
	}
	u, err := s.store.UserByLogin(ctx, login)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Ticket{}, err
	}
	ok, err := s.passwords.Matches(ctx, u.ID, u.PasswordHash, in.Password)
	if err != nil {
		return Ticket{}, err
	}
	device := credentials.Device(in.Origin.Agent)
	if !ok {
		return Ticket{}, s.refuse(ctx, refusal{u.ID, "user.signin_failed", "password", device, closed}, ErrCredentials)
	}
	if err := s.throttle.Leave(ctx, gates); err != nil {
		return Ticket{}, err
	}
	var t Ticket
	err = s.store.Write(ctx, own(u.ID, "user.signin_password"), func(tx *models.Tx) error {
		t, err = s.openAfterPassword(tx, u, models.UserSession{Method: "password", UserAgent: device, Remember: in.Remember})
		return err
	})
	return t, err
}

// openAfterPassword opens what a right password opens: everything, or the question for the second factor.
func (s *Service) openAfterPassword(tx *models.Tx, u models.User, x models.UserSession) (Ticket, error) {
	keys, err := tx.UserPasskeys(tx.Context(), u.ID)
	if err != nil {
		return Ticket{}, err
	}
	x.UserID, x.Stage = u.ID, models.StagePassword
	if u.TOTPConfirmedAt == nil && len(keys) == 0 {
		x.Stage = models.StageFull
		if err := tx.InsertUserSignin(models.UserSignin{UserID: u.ID, Method: x.Method, Outcome: "ok", Device: x.UserAgent}); err != nil {
			return Ticket{}, err
		}
	}
	return s.open(tx, x)
}

// refusal is a failed attempt. userID is empty when it belongs to no account.
type refusal struct {
	userID, action, method, device string
	closed                         time.Duration // for how long it closed a gate
}

// refuse records a failure, and the lockout it caused, and returns the answer. The work is the same without an account.
func (s *Service) refuse(ctx context.Context, r refusal, answer error) error {
	c := asked(r.userID, r.action)
	err := s.store.Write(ctx, c, func(tx *models.Tx) error {
		tx.Detail("method", r.method)
		if r.closed > 0 {
			tx.Note("user.lockout", "user", c.ID, map[string]any{"method": r.method, "seconds": int(r.closed.Seconds())})
		}
		return tx.InsertUserSignin(models.UserSignin{UserID: r.userID, Method: r.method, Outcome: "refused", Device: r.device})
	})
	if err != nil {
		return err
	}
	return answer
}

// errSpent marks a factor that was right and had been used: for the caller it is simply not right.
var errSpent = errors.New("users: factor already used")

// complete shows a factor: spend is the guarded write that makes it work only once. It finishes a sign-in, or confirms the
// identity of a session that is complete already.
func (s *Service) complete(ctx context.Context, who Who, method string, gates []credentials.Gate, spend func(*models.Tx) error) (Ticket, error) {
	action, finishing := "user.signin", who.Stage != models.StageFull
	if !finishing {
		action = "user.reverify"
	}
	var t Ticket
	err := s.store.Write(ctx, own(who.UserID, action), func(tx *models.Tx) error {
		tx.Detail("method", method)
		if err := spend(tx); errors.Is(err, models.ErrStale) {
			return errSpent
		} else if err != nil {
			return err
		}
		if finishing {
			if err := tx.InsertUserSignin(models.UserSignin{UserID: who.UserID, Method: method, Outcome: "ok", Device: who.Device}); err != nil {
				return err
			}
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

// canComplete says which sessions may show a factor: those waiting for it, and complete ones that confirm.
func canComplete(who Who) error {
	if who.Stage != models.StagePassword && who.Stage != models.StageFull {
		return ErrSignIn
	}
	return nil
}

// factor enters the gates of second factors and prepares the refusal.
func (s *Service) factor(ctx context.Context, who Who, method string) ([]credentials.Gate, refusal, error) {
	gates := credentials.FactorGates(realm, who.UserID)
	if err := canComplete(who); err != nil {
		return nil, refusal{}, err
	}
	closed, err := s.throttle.Enter(ctx, gates)
	return gates, refusal{who.UserID, "user.factor_failed", method, who.Device, closed}, err
}

// WithTOTP shows a code of the authenticator app.
func (s *Service) WithTOTP(ctx context.Context, who Who, code string) (Ticket, error) {
	gates, no, err := s.factor(ctx, who, "totp")
	if err != nil {
		return Ticket{}, err
	}
	u, err := s.store.UserByID(ctx, who.UserID)
	if err != nil {
		return Ticket{}, err
	}
	if u.TOTPConfirmedAt == nil {
		return Ticket{}, s.refuse(ctx, no, credentials.ErrCode)
	}
	secret, err := credentials.OpenTOTP(s.keys, u.ID, u.TOTPSecret)
	if err != nil {
		return Ticket{}, err
	}
	step, ok := credentials.MatchTOTP(secret, code, s.clock.Now(), u.TOTPLastStep)
	if !ok {
		return Ticket{}, s.refuse(ctx, no, credentials.ErrCode)
	}
	t, err := s.complete(ctx, who, "totp", gates, func(tx *models.Tx) error { return tx.SpendUserTOTPStep(who.UserID, step) })
	if errors.Is(err, errSpent) {
		return Ticket{}, s.refuse(ctx, no, credentials.ErrCode)
	}
	return t, err
}

// WithRecoveryCode shows one of the codes kept for a lost device. It finishes a sign-in; it does not confirm an identity
// for dangerous actions of a running session.
func (s *Service) WithRecoveryCode(ctx context.Context, who Who, code string) (Ticket, error) {
	if who.Stage != models.StagePassword {
		return Ticket{}, ErrSignIn
	}
	gates, no, err := s.factor(ctx, who, "recovery")
	if err != nil {
		return Ticket{}, err
	}
	hash := credentials.RecoveryHash(s.keys, who.UserID, code)
	t, err := s.complete(ctx, who, "recovery", gates, func(tx *models.Tx) error { return tx.SpendUserRecoveryCode(who.UserID, hash) })
	if errors.Is(err, errSpent) {
		return Ticket{}, s.refuse(ctx, no, credentials.ErrRecovery)
	}
	return t, err
}

// WithPassword confirms the identity of a complete session by the password, where the account has no second factor.
func (s *Service) WithPassword(ctx context.Context, who Who, password string) (Ticket, error) {
	if who.Stage != models.StageFull {
		return Ticket{}, ErrSignIn
	}
	gates, no, err := s.factor(ctx, who, "password")
	if err != nil {
		return Ticket{}, err
	}
	f, err := s.Factors(ctx, who)
	if err != nil {
		return Ticket{}, err
	}
	u, err := s.store.UserByID(ctx, who.UserID)
	if err != nil {
		return Ticket{}, err
	}
	ok, err := s.passwords.Matches(ctx, u.ID, u.PasswordHash, password)
	if err != nil {
		return Ticket{}, err
	}
	if !ok || f.Any() {
		return Ticket{}, s.refuse(ctx, no, errPresent)
	}
	return s.complete(ctx, who, "password", gates, func(*models.Tx) error { return nil })
}

var errPresent = fault.InvalidField("present", "This is not your present password.")

// Factors says which second factors an account has.
type Factors struct{ App, Passkeys bool }

// Any reports whether there is one at all.
func (f Factors) Any() bool { return f.App || f.Passkeys }

// Factors looks up what the holder of a session can show.
func (s *Service) Factors(ctx context.Context, who Who) (Factors, error) {
	u, err := s.store.UserByID(ctx, who.UserID)
	if err != nil {
		return Factors{}, err
	}
	keys, err := s.store.UserPasskeys(ctx, who.UserID)
	return Factors{App: u.TOTPConfirmedAt != nil, Passkeys: len(keys) > 0}, err
}

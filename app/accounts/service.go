// Package accounts is who may act as staff: passwords, second factors, sessions, throttling and the people list. Every
// change goes through the store's write door with its permission and leaves an audit entry. Answers never tell whether
// an account exists: unknown, invited and disabled accounts cost the same work and get the same words as a wrong password.
package accounts

import (
	"fmt"
	"strings"
	"time"

	"imglink/app/clock"
	"imglink/app/credentials"
	"imglink/app/fault"
	"imglink/app/keyring"
	"imglink/models"
)

// MinPassword is the shortest password of staff, in characters.
const MinPassword = 12

// The limits of a sign-in. OWASP ASVS 7.3 asks for an idle and an absolute limit; twelve hours covers a shift, a week
// means that nobody shows a second factor less often than weekly.
const (
	IdleLimit     = 12 * time.Hour
	AbsoluteLimit = 7 * 24 * time.Hour
	PendingLimit  = 15 * time.Minute // between the password and the second factor
	RecentLimit   = 15 * time.Minute // dangerous actions need a second factor shown within this time
	ResetLimit    = 10 * time.Minute // and removing somebody else's second factor within this
	LinkLife      = 72 * time.Hour   // set-up and reset links
)

// The answers that callers tell apart.
var (
	ErrCredentials = fault.New(fault.Invalid, "bad_credentials", "The e-mail address or the password is not right.").
			Field("email", "The e-mail address or the password is not right.")
	ErrCode       = credentials.ErrCode
	ErrRecovery   = credentials.ErrRecovery
	ErrPasskey    = credentials.ErrPasskey
	ErrNoPasskeys = credentials.ErrNoPasskeys
	ErrNoHost     = credentials.ErrNoHost
	ErrLink       = fault.New(fault.Gone, "link_used", "This link was used already or has expired. Ask an administrator for a new one.")
	ErrConfirm    = fault.New(fault.Forbidden, "confirm_identity", "Confirm that it is you first, then try again.")
	ErrSignIn     = fault.New(fault.Unauthenticated, "unauthenticated", "Please sign in to continue.")
	ErrOwnAccount = fault.New(fault.Forbidden, "own_account", "Nobody may change their own role, state or second factor here. Ask another administrator.")
	ErrLastAdmin  = fault.New(fault.Conflict, "last_admin", "This is the last active administrator. Appoint another one first.")
)

// Config is what a Service needs. BaseURL is the public address of the site without a trailing slash: passkeys are bound
// to its host. Name is shown by authenticator apps.
type Config struct {
	Store   *models.Store
	Keys    keyring.Ring
	Clock   clock.Clock
	BaseURL string
	Name    string

	// UnsafelyCheapPasswordsForTests lowers the bcrypt cost. Production leaves it zero.
	UnsafelyCheapPasswordsForTests int
}

// Service is safe for concurrent use.
type Service struct {
	store     *models.Store
	keys      keyring.Ring
	clock     clock.Clock
	base      string
	name      string
	passwords *credentials.Hasher
	throttle  credentials.Throttle
	passkeys  *credentials.Passkeys // nil when the site's address has no host name
}

// New makes a Service. It fails when the base URL is not an absolute http or https address.
func New(c Config) (*Service, error) {
	if c.Name == "" {
		c.Name = "ImgLink"
	}
	passwords, err := credentials.NewHasher(c.Keys, c.UnsafelyCheapPasswordsForTests)
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	passkeys, err := credentials.NewPasskeys(c.BaseURL, c.Name)
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	return &Service{
		store: c.Store, keys: c.Keys, clock: c.Clock, base: strings.TrimSuffix(c.BaseURL, "/"), name: c.Name,
		passwords: passwords, throttle: credentials.Throttle{Hits: c.Store, Keys: c.Keys, Clock: c.Clock}, passkeys: passkeys,
	}, nil
}

// needRecent refuses unless the second factor was shown recently in this very session.
func (s *Service) needRecent(who Who, within time.Duration) error {
	if who.Stage != models.StageFull {
		return ErrSignIn
	}
	if who.VerifiedAt.IsZero() || s.clock.Now().Sub(who.VerifiedAt) > within {
		return ErrConfirm
	}
	return nil
}

// Recent reports whether dangerous actions are open to this session now; pages ask before they show a form, so that
// nobody fills one in vain.
func (s *Service) Recent(who Who) bool { return s.needRecent(who, RecentLimit) == nil }

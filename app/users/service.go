// Package users is the accounts of people: registration, sign-in, second factors, what their holders decide about them.
// Staff are other people with other rules (package accounts); the mechanisms are shared (package credentials). Every change
// goes through the store's write door and leaves an audit entry without names or addresses.
//
// Nobody learns from an answer whether an address has an account: registering, resetting a password and moving to another
// address do the same work and say the same words whoever holds the address, and mail says the rest to its holder.
package users

import (
	"fmt"
	"strings"
	"time"

	"imglink/app/actor"
	"imglink/app/clock"
	"imglink/app/credentials"
	"imglink/app/fault"
	"imglink/app/keyring"
	"imglink/models"
)

// The limits of an account's sessions and links (OWASP ASVS 5.0, 7.3: an idle and an absolute limit).
const (
	ShortIdle     = 12 * time.Hour      // of a session of this browser
	ShortLimit    = 24 * time.Hour      //
	RememberIdle  = 14 * 24 * time.Hour // of one that stays
	RememberLimit = 30 * 24 * time.Hour //
	PendingLimit  = 15 * time.Minute    // between the password and the second factor
	RecentLimit   = 15 * time.Minute    // dangerous actions need the identity confirmed within this time
	SignupLife    = 48 * time.Hour      // to confirm a registration
	ResetLife     = time.Hour           // to choose a new password
	EmailLife     = 24 * time.Hour      // to confirm another address
	RestoreLife   = 14 * 24 * time.Hour // to take a move to another address back
)

// MinPassword is the shortest password, in characters: length is what helps, nothing else is demanded.
const MinPassword = 10

// PolicyVersion is the version of the terms and the privacy policy that is accepted at registration.
const PolicyVersion = "2026-11-23"

// realm keeps the gates of these sign-ins apart from those of staff.
const realm = "user."

// The answers that callers tell apart.
var (
	ErrCredentials = fault.New(fault.Invalid, "bad_credentials", "The name or the password is not right.").
			Field("login", "The name or the password is not right.")
	ErrLink    = fault.New(fault.Gone, "link_used", "This link was used already or has expired.")
	ErrConfirm = fault.New(fault.Forbidden, "confirm_identity", "Confirm that it is you first, then try again.")
	ErrSignIn  = fault.New(fault.Unauthenticated, "unauthenticated", "Please sign in to continue.")
	errTaken   = fault.InvalidField("username", "This name is taken. Choose another one.")
)

// Config is what a Service needs. BaseURL is the public address of the site without a trailing slash.
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
		return nil, fmt.Errorf("users: %w", err)
	}
	passkeys, err := credentials.NewPasskeys(c.BaseURL, c.Name)
	if err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	return &Service{
		store: c.Store, keys: c.Keys, clock: c.Clock, base: strings.TrimSuffix(c.BaseURL, "/"), name: c.Name, passwords: passwords,
		throttle: credentials.Throttle{Hits: c.Store, Keys: c.Keys, Clock: c.Clock}, passkeys: passkeys,
	}, nil
}

// PasskeysPossible reports whether the site's address allows passkeys.
func (s *Service) PasskeysPossible() bool { return s.passkeys.Possible() }

// needRecent refuses unless the identity was confirmed recently in this very session.
func (s *Service) needRecent(who Who) error {
	if who.Stage != models.StageFull {
		return ErrSignIn
	}
	if who.VerifiedAt.IsZero() || s.clock.Now().Sub(who.VerifiedAt) > RecentLimit {
		return ErrConfirm
	}
	return nil
}

// Recent reports whether dangerous actions are open to this session now; pages ask before they show a form, so that
// nobody fills one in vain.
func (s *Service) Recent(who Who) bool { return s.needRecent(who) == nil }

// own is a change that the holder of an account makes to it.
func own(userID, action string) models.Change {
	return models.Change{Actor: actor.User(userID), Needs: actor.UserSelf, Action: action, Entity: "user", ID: userID}
}

// asked is a change that somebody causes who is not signed in. Its entity is "unknown" when it belongs to no account: what
// was typed is not kept, it may be a mistyped password.
func asked(userID, action string) models.Change {
	if userID == "" {
		userID = "unknown"
	}
	return models.Change{Actor: actor.Guest(""), Needs: actor.Public, Action: action, Entity: "user", ID: userID}
}

package accounts

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/webauthn"

	"imglink/app/credentials"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

// holder shows an account to authenticators.
func (s *Service) holder(ctx context.Context, staffID string) (credentials.Holder, error) {
	staff, err := s.store.StaffByID(ctx, staffID)
	if err != nil {
		return credentials.Holder{}, err
	}
	rows, err := s.store.Passkeys(ctx, staffID)
	h := credentials.Holder{Handle: staff.WebauthnHandle, Name: staff.Email, DisplayName: staff.Name}
	for _, r := range rows {
		h.Keys = append(h.Keys, r.Credential)
	}
	return h, err
}

// PasskeysPossible reports whether the site's address allows passkeys.
func (s *Service) PasskeysPossible() bool { return s.passkeys.Possible() }

// Passkeys lists the account's passkeys.
func (s *Service) Passkeys(ctx context.Context, who Who) ([]models.StaffPasskey, error) {
	return s.store.Passkeys(ctx, who.StaffID)
}

// BeginPasskey starts a registration and gives the options for navigator.credentials.create as JSON.
func (s *Service) BeginPasskey(ctx context.Context, who Who) (any, error) {
	if !s.passkeys.Possible() {
		return nil, ErrNoHost
	}
	if err := s.needRecent(who, RecentLimit); err != nil {
		return nil, err
	}
	h, err := s.holder(ctx, who.StaffID)
	if err != nil {
		return nil, err
	}
	c, err := s.passkeys.BeginRegistration(h)
	if err != nil {
		return nil, err
	}
	return c.Options, s.begin(ctx, who, "register", c.Session)
}

// AddPasskey finishes a registration. name is how its holder tells it from others.
func (s *Service) AddPasskey(ctx context.Context, who Who, name string, response []byte) error {
	if !s.passkeys.Possible() {
		return ErrNoHost
	}
	if err := s.needRecent(who, RecentLimit); err != nil {
		return err
	}
	if name = strings.TrimSpace(name); name == "" || utf8.RuneCountInString(name) > 60 {
		return fault.InvalidField("name", "Give the passkey a name of at most 60 characters, such as the device it is on.")
	}
	h, err := s.holder(ctx, who.StaffID)
	if err != nil {
		return err
	}
	var data webauthn.SessionData
	if err := s.takeCeremony(ctx, who, "register", &data); err != nil {
		return err
	}
	cred, err := s.passkeys.Register(h, data, response)
	if err != nil {
		return err
	}
	row := models.StaffPasskey{ID: ident.Public(), StaffID: who.StaffID, CredentialID: cred.ID, Credential: cred.Record, Name: name}
	err = s.store.Write(ctx, s.own(who, "staff.passkey_add"), func(tx *models.Tx) error {
		tx.Detail("passkey", row.ID)
		return tx.InsertPasskey(row)
	})
	if errors.Is(err, models.ErrDuplicate) {
		return ErrPasskey.Because(err)
	}
	return err
}

func (s *Service) takeCeremony(ctx context.Context, who Who, kind string, into any) error {
	blob, err := s.store.TakeChallenge(ctx, models.StaffRealm, who.SessionID)
	if err == nil {
		err = credentials.ReadCeremony(blob, kind, s.clock.Now(), credentials.CeremonyLimit, into)
	}
	if fault.Is(err, fault.NotFound) {
		return ErrPasskey.Because(err)
	}
	return err
}

// RemovePasskey removes one of the account's own passkeys.
func (s *Service) RemovePasskey(ctx context.Context, who Who, id string) error {
	if err := s.needRecent(who, RecentLimit); err != nil {
		return err
	}
	return s.store.Write(ctx, s.own(who, "staff.passkey_remove"), func(tx *models.Tx) error {
		tx.Detail("passkey", id)
		return tx.RemovePasskey(who.StaffID, id)
	})
}

// BeginAssertion asks for a passkey as the second factor and gives the options for navigator.credentials.get as JSON.
func (s *Service) BeginAssertion(ctx context.Context, who Who) (any, error) {
	if !s.passkeys.Possible() {
		return nil, ErrNoHost
	}
	if err := canComplete(who); err != nil {
		return nil, err
	}
	h, err := s.holder(ctx, who.StaffID)
	if err != nil {
		return nil, err
	}
	c, err := s.passkeys.BeginAssertion(h)
	if err != nil {
		return nil, err
	}
	return c.Options, s.begin(ctx, who, "assert", c.Session)
}

// WithPasskey shows a passkey as the second factor. A sign count that went backwards means that the key was copied
// (WebAuthn Level 3, 6.1.1): it is refused and recorded.
func (s *Service) WithPasskey(ctx context.Context, who Who, response []byte) (Ticket, error) {
	if !s.passkeys.Possible() {
		return Ticket{}, ErrNoHost
	}
	if err := canComplete(who); err != nil {
		return Ticket{}, err
	}
	gates := credentials.FactorGates("", who.StaffID)
	closed, err := s.throttle.Enter(ctx, gates)
	if err != nil {
		return Ticket{}, err
	}
	cred, err := s.assert(ctx, who, response)
	if fault.Is(err, fault.Invalid) {
		return Ticket{}, s.refuse(ctx, who.StaffID, "staff.factor_failed", "passkey", closed, err)
	}
	if err != nil {
		return Ticket{}, err
	}
	if cred.Cloned {
		return Ticket{}, s.refuse(ctx, who.StaffID, "staff.passkey_cloned", "passkey", closed, ErrPasskey)
	}
	t, err := s.complete(ctx, who, "passkey", gates, func(tx *models.Tx) error { return tx.UsePasskey(who.StaffID, cred.ID, cred.Record) })
	if errors.Is(err, errSpent) { // removed a moment ago
		return Ticket{}, s.refuse(ctx, who.StaffID, "staff.factor_failed", "passkey", closed, ErrPasskey)
	}
	return t, err
}

func (s *Service) assert(ctx context.Context, who Who, response []byte) (credentials.Credential, error) {
	h, err := s.holder(ctx, who.StaffID)
	if err != nil {
		return credentials.Credential{}, err
	}
	var data webauthn.SessionData
	if err := s.takeCeremony(ctx, who, "assert", &data); err != nil {
		return credentials.Credential{}, err
	}
	return s.passkeys.Assert(h, data, response)
}

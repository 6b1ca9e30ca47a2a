package users

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

// holder shows an account to authenticators. They show its name, never its address.
func (s *Service) holder(ctx context.Context, userID string) (credentials.Holder, error) {
	u, err := s.store.UserByID(ctx, userID)
	if err != nil {
		return credentials.Holder{}, err
	}
	rows, err := s.store.UserPasskeys(ctx, userID)
	h := credentials.Holder{Handle: u.WebauthnHandle, Name: u.Username, DisplayName: u.Username}
	for _, r := range rows {
		h.Keys = append(h.Keys, r.Credential)
	}
	return h, err
}

func (s *Service) begin(ctx context.Context, who Who, kind string, data any) error {
	blob, err := credentials.BeginCeremony(kind, s.clock.Now(), data)
	if err != nil {
		return err
	}
	return s.store.SetChallenge(ctx, models.UserRealm, who.SessionID, blob)
}

// answer spends the ceremony that waits in the session.
func (s *Service) answer(ctx context.Context, who Who, kind string) (data webauthn.SessionData, err error) {
	blob, err := s.store.TakeChallenge(ctx, models.UserRealm, who.SessionID)
	if err == nil {
		err = credentials.ReadCeremony(blob, kind, s.clock.Now(), credentials.CeremonyLimit, &data)
	}
	if fault.Is(err, fault.NotFound) {
		err = credentials.ErrPasskey.Because(err)
	}
	return data, err
}

// BeginAssertion asks for a passkey as the second factor and gives the options for navigator.credentials.get as JSON.
func (s *Service) BeginAssertion(ctx context.Context, who Who) (any, error) {
	if err := canComplete(who); err != nil {
		return nil, err
	}
	h, err := s.holder(ctx, who.UserID)
	if err != nil {
		return nil, err
	}
	c, err := s.passkeys.BeginAssertion(h)
	if err != nil {
		return nil, err
	}
	return c.Options, s.begin(ctx, who, "assert", c.Session)
}

// WithPasskey shows a passkey as the second factor. A copied key is refused and recorded.
func (s *Service) WithPasskey(ctx context.Context, who Who, response []byte) (Ticket, error) {
	gates, no, err := s.factor(ctx, who, "passkey")
	if err != nil {
		return Ticket{}, err
	}
	h, err := s.holder(ctx, who.UserID)
	if err != nil {
		return Ticket{}, err
	}
	var cred credentials.Credential
	data, err := s.answer(ctx, who, "assert")
	if err == nil {
		cred, err = s.passkeys.Assert(h, data, response)
	}
	if fault.Is(err, fault.Invalid) {
		return Ticket{}, s.refuse(ctx, no, err)
	}
	if err != nil {
		return Ticket{}, err
	}
	if cred.Cloned {
		no.action = "user.passkey_cloned"
		return Ticket{}, s.refuse(ctx, no, credentials.ErrPasskey)
	}
	t, err := s.complete(ctx, who, "passkey", gates, func(tx *models.Tx) error { return tx.UseUserPasskey(who.UserID, cred.ID, cred.Record) })
	if errors.Is(err, errSpent) { // removed a moment ago
		return Ticket{}, s.refuse(ctx, no, credentials.ErrPasskey)
	}
	return t, err
}

// BeginPasskey starts a registration and gives the options for navigator.credentials.create as JSON.
func (s *Service) BeginPasskey(ctx context.Context, who Who) (any, error) {
	if err := s.needRecent(who); err != nil {
		return nil, err
	}
	h, err := s.holder(ctx, who.UserID)
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
	if err := s.needRecent(who); err != nil {
		return err
	}
	if name = strings.TrimSpace(name); name == "" || utf8.RuneCountInString(name) > 60 {
		return fault.InvalidField("name", "Give the passkey a name of at most 60 characters, such as the device it is on.")
	}
	h, err := s.holder(ctx, who.UserID)
	if err != nil {
		return err
	}
	data, err := s.answer(ctx, who, "register")
	if err != nil {
		return err
	}
	cred, err := s.passkeys.Register(h, data, response)
	if err != nil {
		return err
	}
	row := models.UserPasskey{ID: ident.Public(), UserID: who.UserID, CredentialID: cred.ID, Credential: cred.Record, Name: name}
	err = s.store.Write(ctx, own(who.UserID, "user.passkey_add"), func(tx *models.Tx) error {
		tx.Detail("passkey", row.ID)
		if err := tx.InsertUserPasskey(row); err != nil {
			return err
		}
		return s.tell(tx, who.UserID, tellPasskeyAdded)
	})
	if errors.Is(err, models.ErrDuplicate) {
		return credentials.ErrPasskey.Because(err)
	}
	return err
}

// RemovePasskey removes one of the account's own passkeys, and the recovery codes with the last second factor.
func (s *Service) RemovePasskey(ctx context.Context, who Who, id string) error {
	if err := s.needRecent(who); err != nil {
		return err
	}
	return s.store.Write(ctx, own(who.UserID, "user.passkey_remove"), func(tx *models.Tx) error {
		tx.Detail("passkey", id)
		if err := tx.RemoveUserPasskey(who.UserID, id); err != nil {
			return err
		}
		if err := dropCodes(tx, who.UserID); err != nil {
			return err
		}
		return s.tell(tx, who.UserID, tellPasskeyRemoved)
	})
}

package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

// maxPasskeys bounds what one account may register.
const maxPasskeys = 20

// relyingParty binds passkeys to the host of the site (WebAuthn Level 3, 5.1.2). A bare IP address cannot be a relying
// party; a loopback address becomes localhost, which reaches the same program, any other gets no passkeys (nil).
func relyingParty(base, name string) (*webauthn.WebAuthn, error) {
	u, err := parseBase(base)
	if err != nil {
		return nil, err
	}
	host := u.Hostname()
	if ip, err := netip.ParseAddr(host); err == nil {
		if !ip.IsLoopback() {
			return nil, nil //nolint:nilnil // documented: no passkeys
		}
		host = "localhost"
		u.Host = host
		if p := portOf(base); p != "" {
			u.Host += ":" + p
		}
	}
	return webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: name, RPOrigins: []string{u.Scheme + "://" + u.Host},
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred,
		},
	})
}

func portOf(base string) string {
	u, err := parseBase(base)
	if err != nil {
		return ""
	}
	return u.Port()
}

// keyUser shows an account to the library.
type keyUser struct {
	staff models.Staff
	keys  []webauthn.Credential
}

func (u keyUser) WebAuthnID() []byte                         { return u.staff.WebauthnHandle }
func (u keyUser) WebAuthnName() string                       { return u.staff.Email }
func (u keyUser) WebAuthnDisplayName() string                { return u.staff.Name }
func (u keyUser) WebAuthnCredentials() []webauthn.Credential { return u.keys }

func (s *Service) keyUser(ctx context.Context, staffID string) (keyUser, error) {
	staff, err := s.store.StaffByID(ctx, staffID)
	if err != nil {
		return keyUser{}, err
	}
	rows, err := s.store.Passkeys(ctx, staffID)
	u := keyUser{staff: staff}
	for _, r := range rows {
		var c webauthn.Credential
		if err := json.Unmarshal(r.Credential, &c); err != nil {
			return keyUser{}, err
		}
		u.keys = append(u.keys, c)
	}
	return u, err
}

// PasskeysPossible reports whether the site's address allows passkeys.
func (s *Service) PasskeysPossible() bool { return s.passkeys != nil }

// Passkeys lists the account's passkeys.
func (s *Service) Passkeys(ctx context.Context, who Who) ([]models.StaffPasskey, error) {
	return s.store.Passkeys(ctx, who.StaffID)
}

// BeginPasskey starts a registration and gives the options for navigator.credentials.create as JSON.
func (s *Service) BeginPasskey(ctx context.Context, who Who) (any, error) {
	if s.passkeys == nil {
		return nil, ErrNoHost
	}
	if err := s.needRecent(who, RecentLimit); err != nil {
		return nil, err
	}
	u, err := s.keyUser(ctx, who.StaffID)
	if err != nil {
		return nil, err
	}
	if len(u.keys) >= maxPasskeys {
		return nil, fault.New(fault.Conflict, "too_many_passkeys", "This account has twenty passkeys. Remove one first.")
	}
	options, data, err := s.passkeys.BeginRegistration(u, webauthn.WithExclusions(webauthn.Credentials(u.keys).CredentialDescriptors()))
	if err != nil {
		return nil, err
	}
	return options, s.begin(ctx, who, "register", data)
}

// AddPasskey finishes a registration. name is how its holder tells it from others.
func (s *Service) AddPasskey(ctx context.Context, who Who, name string, response []byte) error {
	if s.passkeys == nil {
		return ErrNoHost
	}
	if err := s.needRecent(who, RecentLimit); err != nil {
		return err
	}
	if name = strings.TrimSpace(name); name == "" || utf8.RuneCountInString(name) > 60 {
		return fault.InvalidField("name", "Give the passkey a name of at most 60 characters, such as the device it is on.")
	}
	u, err := s.keyUser(ctx, who.StaffID)
	if err != nil {
		return err
	}
	var data webauthn.SessionData
	if err := s.takeCeremony(ctx, who, "register", &data); err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return ErrPasskey.Because(err)
	}
	cred, err := s.passkeys.CreateCredential(u, data, parsed)
	if err != nil {
		return ErrPasskey.Because(err)
	}
	blob, err := json.Marshal(cred)
	if err != nil {
		return err
	}
	row := models.StaffPasskey{ID: ident.Public(), StaffID: who.StaffID, CredentialID: cred.ID, Credential: blob, Name: name}
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
	blob, err := s.store.TakeChallenge(ctx, who.SessionID)
	if err == nil {
		err = s.ceremony(blob, kind, ceremonyLimit, into)
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
	if s.passkeys == nil {
		return nil, ErrNoHost
	}
	if err := canComplete(who); err != nil {
		return nil, err
	}
	u, err := s.keyUser(ctx, who.StaffID)
	if err != nil {
		return nil, err
	}
	if len(u.keys) == 0 {
		return nil, ErrNoPasskeys
	}
	options, data, err := s.passkeys.BeginLogin(u, webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return nil, err
	}
	return options, s.begin(ctx, who, "assert", data)
}

// WithPasskey shows a passkey as the second factor. A sign count that went backwards means that the key was copied
// (WebAuthn Level 3, 6.1.1): it is refused and recorded.
func (s *Service) WithPasskey(ctx context.Context, who Who, response []byte) (Ticket, error) {
	if s.passkeys == nil {
		return Ticket{}, ErrNoHost
	}
	if err := canComplete(who); err != nil {
		return Ticket{}, err
	}
	gates := factorGates(who.StaffID)
	closed, err := s.enter(ctx, gates)
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
	if cred.Authenticator.CloneWarning {
		return Ticket{}, s.refuse(ctx, who.StaffID, "staff.passkey_cloned", "passkey", closed, ErrPasskey)
	}
	blob, err := json.Marshal(cred)
	if err != nil {
		return Ticket{}, err
	}
	t, err := s.complete(ctx, who, "passkey", gates, func(tx *models.Tx) error { return tx.UsePasskey(who.StaffID, cred.ID, blob) })
	if errors.Is(err, errSpent) { // removed a moment ago
		return Ticket{}, s.refuse(ctx, who.StaffID, "staff.factor_failed", "passkey", closed, ErrPasskey)
	}
	return t, err
}

func (s *Service) assert(ctx context.Context, who Who, response []byte) (*webauthn.Credential, error) {
	u, err := s.keyUser(ctx, who.StaffID)
	if err != nil {
		return nil, err
	}
	var data webauthn.SessionData
	if err := s.takeCeremony(ctx, who, "assert", &data); err != nil {
		return nil, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return nil, ErrPasskey.Because(err)
	}
	cred, err := s.passkeys.ValidateLogin(u, data, parsed)
	if err != nil {
		return nil, ErrPasskey.Because(err)
	}
	return cred, nil
}

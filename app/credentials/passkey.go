package credentials

import (
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// MaxPasskeys bounds what one account may register.
const MaxPasskeys = 20

// Passkeys are the two ceremonies of WebAuthn for one site.
type Passkeys struct{ rp *webauthn.WebAuthn }

// Holder is an account as authenticators know it. Handle is its opaque user handle; Keys are the credential records as
// given by Register and Assert.
type Holder struct {
	Handle            []byte
	Name, DisplayName string
	Keys              []json.RawMessage
}

// Credential is a public key as it is to be stored from now on.
type Credential struct {
	ID     []byte
	Record json.RawMessage
	Cloned bool // the sign count went backwards: the key was copied (WebAuthn Level 3, 6.1.1)
}

// Challenge is a ceremony under way: Options go to the browser as JSON, Session is kept until the answer.
type Challenge struct {
	Options any
	Session *webauthn.SessionData
}

// NewPasskeys binds passkeys to the host of the site (WebAuthn Level 3, 5.1.2). A bare IP address cannot be a relying
// party; a loopback address becomes localhost, which reaches the same program, any other gets no passkeys (nil).
func NewPasskeys(base, name string) (*Passkeys, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errors.New("the base URL must be an absolute http or https address")
	}
	host, port := u.Hostname(), u.Port()
	if ip, err := netip.ParseAddr(host); err == nil {
		if !ip.IsLoopback() {
			return nil, nil //nolint:nilnil // documented: no passkeys
		}
		host = "localhost"
		u.Host = host
		if port != "" {
			u.Host += ":" + port
		}
	}
	rp, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: name, RPOrigins: []string{u.Scheme + "://" + u.Host},
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred,
		},
	})
	if err != nil {
		return nil, err
	}
	return &Passkeys{rp: rp}, nil
}

// Possible reports whether the site's address allows passkeys. It may be asked of nil.
func (p *Passkeys) Possible() bool { return p != nil }

// BeginRegistration gives the options for navigator.credentials.create.
func (p *Passkeys) BeginRegistration(h Holder) (Challenge, error) {
	u, err := h.party(p)
	if err != nil {
		return Challenge{}, err
	}
	if len(u.keys) >= MaxPasskeys {
		return Challenge{}, ErrManyPasskeys
	}
	options, data, err := p.rp.BeginRegistration(u, webauthn.WithExclusions(webauthn.Credentials(u.keys).CredentialDescriptors()))
	return Challenge{options, data}, err
}

// Register judges the browser's answer. ErrPasskey when it is not accepted.
func (p *Passkeys) Register(h Holder, data webauthn.SessionData, response []byte) (Credential, error) {
	u, err := h.party(p)
	if err != nil {
		return Credential{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return Credential{}, ErrPasskey.Because(err)
	}
	cred, err := p.rp.CreateCredential(u, data, parsed)
	if err != nil {
		return Credential{}, ErrPasskey.Because(err)
	}
	return record(cred)
}

// BeginAssertion gives the options for navigator.credentials.get. ErrNoPasskeys when there is none to show.
func (p *Passkeys) BeginAssertion(h Holder) (Challenge, error) {
	u, err := h.party(p)
	if err != nil {
		return Challenge{}, err
	}
	if len(u.keys) == 0 {
		return Challenge{}, ErrNoPasskeys
	}
	options, data, err := p.rp.BeginLogin(u, webauthn.WithUserVerification(protocol.VerificationPreferred))
	return Challenge{options, data}, err
}

// Assert judges the browser's answer. ErrPasskey when it is not accepted; a cloned key is the caller's to refuse.
func (p *Passkeys) Assert(h Holder, data webauthn.SessionData, response []byte) (Credential, error) {
	u, err := h.party(p)
	if err != nil {
		return Credential{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return Credential{}, ErrPasskey.Because(err)
	}
	cred, err := p.rp.ValidateLogin(u, data, parsed)
	if err != nil {
		return Credential{}, ErrPasskey.Because(err)
	}
	return record(cred)
}

func record(c *webauthn.Credential) (Credential, error) {
	blob, err := json.Marshal(c)
	return Credential{ID: c.ID, Record: blob, Cloned: c.Authenticator.CloneWarning}, err
}

// party shows a Holder to the library.
type party struct {
	Holder
	keys []webauthn.Credential
}

func (u party) WebAuthnID() []byte                         { return u.Handle }
func (u party) WebAuthnName() string                       { return u.Name }
func (u party) WebAuthnDisplayName() string                { return u.DisplayName }
func (u party) WebAuthnCredentials() []webauthn.Credential { return u.keys }

func (h Holder) party(p *Passkeys) (party, error) {
	if p == nil {
		return party{}, ErrNoHost
	}
	u := party{Holder: h}
	for _, r := range h.Keys {
		var c webauthn.Credential
		if err := json.Unmarshal(r, &c); err != nil {
			return party{}, err
		}
		u.keys = append(u.keys, c)
	}
	return u, nil
}

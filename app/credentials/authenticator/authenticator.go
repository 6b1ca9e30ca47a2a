// Package authenticator is a security key in software, for tests of signing in with passkeys.
package authenticator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// Key is a security key: ES256, attestation "none" (WebAuthn Level 3, 6.5). Count is how often it was used; a copy of the
// key made earlier has a smaller one.
type Key struct {
	Count uint32

	t      *testing.T
	rpID   string
	origin string
	id     []byte
	key    *ecdsa.PrivateKey
}

// New makes a key that has seen no site yet. rpID is the relying party it answers for, origin the page it believes to be on.
func New(t *testing.T, rpID, origin string) *Key {
	t.Helper()
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k := &Key{t: t, rpID: rpID, origin: origin, id: make([]byte, 32), key: pair}
	_, _ = rand.Read(k.id)
	return k
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// challenge reads it out of the options, as a browser does.
func (k *Key) challenge(options any) string {
	k.t.Helper()
	raw, err := json.Marshal(options)
	if err != nil {
		k.t.Fatal(err)
	}
	var o struct {
		PublicKey struct {
			Challenge        string `json:"challenge"`
			UserVerification string `json:"userVerification"`
		} `json:"publicKey"`
	}
	if err := json.Unmarshal(raw, &o); err != nil || o.PublicKey.Challenge == "" {
		k.t.Fatalf("options without a challenge: %s, %v", raw, err)
	}
	return o.PublicKey.Challenge
}

func (k *Key) clientData(kind, challenge string) []byte {
	raw, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": k.origin, "crossOrigin": false})
	if err != nil {
		k.t.Fatal(err)
	}
	return raw
}

// data is authenticatorData: RP id hash, flags, counter. User present and verified.
func (k *Key) data(flags byte) []byte {
	hash := sha256.Sum256([]byte(k.rpID))
	k.Count++
	return binary.BigEndian.AppendUint32(append(hash[:], flags|0x05), k.Count)
}

// Create answers navigator.credentials.create.
func (k *Key) Create(options any) []byte {
	pub, err := k.key.PublicKey.Bytes() // 0x04 || X || Y
	if err != nil {
		k.t.Fatal(err)
	}
	cose, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: pub[1:33], -3: pub[33:]})
	if err != nil {
		k.t.Fatal(err)
	}
	data := append(k.data(0x40), make([]byte, 16)...) // attested credential data follows, AAGUID zero
	data = binary.BigEndian.AppendUint16(data, uint16(len(k.id)))
	data = append(append(data, k.id...), cose...)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	if err != nil {
		k.t.Fatal(err)
	}
	return k.answer(map[string]any{
		"clientDataJSON": b64(k.clientData("webauthn.create", k.challenge(options))), "attestationObject": b64(object), "transports": []string{"usb"},
	})
}

// Get answers navigator.credentials.get.
func (k *Key) Get(options any) []byte {
	client := k.clientData("webauthn.get", k.challenge(options))
	data := k.data(0)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(append([]byte(nil), data...), hash[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, k.key, digest[:])
	if err != nil {
		k.t.Fatal(err)
	}
	return k.answer(map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(sig)})
}

func (k *Key) answer(response map[string]any) []byte {
	raw, err := json.Marshal(map[string]any{
		"id": b64(k.id), "rawId": b64(k.id), "type": "public-key", "response": response,
		"clientExtensionResults": map[string]any{}, "authenticatorAttachment": "cross-platform",
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return raw
}

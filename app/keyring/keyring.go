// Package keyring derives every key of the program from the one secret the operator sets (HKDF, RFC 5869), so that no two
// purposes share a key.
package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
)

// Ring makes keys. It is safe for concurrent use.
type Ring struct{ secret []byte }

// New takes the operator's secret, at least 32 bytes.
func New(secret string) Ring { return Ring{secret: []byte(secret)} }

// LoadOrCreate reads the development secret below dir, making it on first start. Production sets its own.
func LoadOrCreate(dir string) (Ring, error) {
	path := filepath.Join(dir, "secret.key")
	b, err := os.ReadFile(path)
	if err == nil && len(b) >= 32 {
		return New(string(b)), nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return Ring{}, err
	}
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)
	if err := os.MkdirAll(dir, 0o711); err != nil { //nolint:gosec // the database user below must be able to pass
		return Ring{}, err
	}
	secret := hex.EncodeToString(raw)
	// Linking makes two processes that start together agree on one secret.
	tmp, err := os.CreateTemp(dir, ".secret-*")
	if err != nil {
		return Ring{}, err
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // best effort
	if _, err := tmp.WriteString(secret); err != nil {
		return Ring{}, err
	}
	if err := errors.Join(tmp.Chmod(0o600), tmp.Sync(), tmp.Close()); err != nil {
		return Ring{}, err
	}
	if err := os.Link(tmp.Name(), path); errors.Is(err, os.ErrExist) {
		return LoadOrCreate(dir)
	} else if err != nil {
		return Ring{}, err
	}
	return New(secret), nil
}

// Key is the 32-byte key of a purpose.
func (r Ring) Key(purpose string) []byte {
	k, err := hkdf.Key(sha256.New, r.secret, nil, "imglink/"+purpose, 32)
	if err != nil {
		panic(err) // only for absurd lengths
	}
	return k
}

// MAC authenticates parts for a purpose with HMAC-SHA-256; lengths are included, so parts cannot be shifted.
func (r Ring) MAC(purpose string, parts ...string) []byte {
	m := hmac.New(sha256.New, r.Key(purpose))
	var n [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		m.Write(n[:])
		m.Write([]byte(p))
	}
	return m.Sum(nil)
}

// MACString is MAC in URL-safe base64.
func (r Ring) MACString(purpose string, parts ...string) string {
	return base64.RawURLEncoding.EncodeToString(r.MAC(purpose, parts...))
}

// Seal encrypts with AES-256-GCM for a purpose. context is bound to the ciphertext: opening needs the same.
func (r Ring) Seal(purpose, context string, plain []byte) []byte {
	gcm := r.gcm(purpose)
	nonce := make([]byte, gcm.NonceSize())
	_, _ = rand.Read(nonce)
	return gcm.Seal(nonce, nonce, plain, []byte(context))
}

// Open decrypts what Seal made.
func (r Ring) Open(purpose, context string, sealed []byte) ([]byte, error) {
	gcm := r.gcm(purpose)
	if len(sealed) < gcm.NonceSize() {
		return nil, errors.New("keyring: sealed value too short")
	}
	return gcm.Open(nil, sealed[:gcm.NonceSize()], sealed[gcm.NonceSize():], []byte(context))
}

func (r Ring) gcm(purpose string) cipher.AEAD {
	block, err := aes.NewCipher(r.Key(purpose))
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return gcm
}

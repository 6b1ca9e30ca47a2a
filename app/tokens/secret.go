package tokens

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"strings"
)

// Prefix begins every token, so that people and scanners of leaked secrets recognise one.
const Prefix = "il_"

// randomBytes of a token are followed by the CRC-32 of prefix and randomness (4 bytes, big endian): a scanner tells a token
// from other text, and we refuse a mistyped one without a look-up. The checksum protects nothing.
const randomBytes = 28

// Pattern is how a token looks, for scanners of leaked secrets.
const Pattern = `il_[A-Za-z0-9_-]{43}`

// Secret is a token as its holder keeps it: Prefix and 43 characters of base64url (RFC 4648, 5), 224 bits of them random.
type Secret string

var encoding = base64.RawURLEncoding.Strict()

// NewSecret makes a token.
func NewSecret() Secret {
	var b [randomBytes + 4]byte
	_, _ = rand.Read(b[:randomBytes]) // never fails (crypto/rand, Go 1.24)
	binary.BigEndian.PutUint32(b[randomBytes:], checksum(b[:randomBytes]))
	return Secret(Prefix + encoding.EncodeToString(b[:]))
}

func checksum(random []byte) uint32 {
	return crc32.ChecksumIEEE(append([]byte(Prefix), random...))
}

// Parse recognises a token by its form and its checksum. Each token has one form only.
func Parse(raw string) (Secret, bool) {
	text, found := strings.CutPrefix(raw, Prefix)
	if !found || len(text) != encoding.EncodedLen(randomBytes+4) {
		return "", false
	}
	b, err := encoding.DecodeString(text)
	if err != nil || len(b) != randomBytes+4 || binary.BigEndian.Uint32(b[randomBytes:]) != checksum(b[:randomBytes]) {
		return "", false
	}
	return Secret(raw), true
}

// Hash is what is stored: SHA-256 is enough for a secret of full entropy.
func (s Secret) Hash() []byte { h := sha256.Sum256([]byte(s)); return h[:] }

// Hint is the beginning, enough to recognise it by in a list and far too little to guess the rest.
func (s Secret) Hint() string { return string(s[:min(len(s), 8)]) }

// LogValue keeps secrets out of logs.
func (s Secret) LogValue() string { return "[secret]" }

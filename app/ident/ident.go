// Package ident makes identifiers: public ones, which address a thing, and secret tokens, which grant a right to it.
package ident

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"
)

const (
	alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	readable = "23456789ABCDEFGHJKMNPQRSTUVWXYZ" // no 0/O, 1/I/L: people read references aloud
	// PublicLen is the length of a public id: 12 base62 characters, 71 bits.
	PublicLen = 12
)

// Public is an unguessable identifier for URLs.
func Public() string { return pick(alphabet, PublicLen) }

// IsPublic reports whether s has the form of a public id; anything else need not be looked up.
func IsPublic(s string) bool {
	if len(s) != PublicLen {
		return false
	}
	for i := range len(s) {
		if strings.IndexByte(alphabet, s[i]) < 0 {
			return false
		}
	}
	return true
}

// Reference is a short human-readable reference such as "R-7F3K-9QXM" (40 bits): it names a case, it grants nothing.
func Reference(prefix string) string {
	return prefix + "-" + pick(readable, 4) + "-" + pick(readable, 4)
}

// pick draws n characters without modulo bias.
func pick(from string, n int) string {
	out := make([]byte, 0, n)
	limit := byte(256 - 256%len(from))
	var buf [32]byte
	for len(out) < n {
		_, _ = rand.Read(buf[:]) // never fails (crypto/rand, Go 1.24)
		for _, b := range buf {
			if b < limit || limit == 0 {
				if out = append(out, from[int(b)%len(from)]); len(out) == n {
					break
				}
			}
		}
	}
	return string(out)
}

// Token is a secret of 192 bits. It is shown once and stored only as its Hash.
type Token string

// NewToken makes a secret.
func NewToken() Token {
	var b [24]byte
	_, _ = rand.Read(b[:])
	return Token(base64.RawURLEncoding.EncodeToString(b[:]))
}

// Hash is what is stored of the token: SHA-256 is enough for a secret of full entropy.
func (t Token) Hash() []byte { h := sha256.Sum256([]byte(t)); return h[:] }

// Matches compares with a stored hash in constant time.
func (t Token) Matches(hash []byte) bool { return subtle.ConstantTimeCompare(t.Hash(), hash) == 1 }

// LogValue keeps secrets out of logs.
func (t Token) LogValue() string { return "[secret]" }

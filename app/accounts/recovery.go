package accounts

import (
	"crypto/rand"
	"strings"
)

// recoveryCodes is how many recovery codes an account gets; each works once.
const recoveryCodes = 10

// newRecoveryCodes makes codes of 80 bits in base32, shown once, and what is stored of them.
func (s *Service) newRecoveryCodes(staffID string) (shown []string, hashes [][]byte) {
	for range recoveryCodes {
		var b [10]byte
		_, _ = rand.Read(b[:])
		code := grouped(base32Plain.EncodeToString(b[:]), "-")
		shown = append(shown, code)
		hashes = append(hashes, s.recoveryHash(staffID, code))
	}
	return shown, hashes
}

// recoveryHash is a keyed hash bound to the account: a copy of the database alone cannot be searched for codes.
func (s *Service) recoveryHash(staffID, code string) []byte {
	return s.keys.MAC("recovery", staffID, normalCode(code))
}

// normalCode forgives case, separators and the digits that base32 does not use.
func normalCode(code string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '0':
			return 'O'
		case r == '1':
			return 'I'
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '2' && r <= '7':
			return r
		}
		return -1
	}, code)
}

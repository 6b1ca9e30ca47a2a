package credentials

import (
	"crypto/rand"
	"strings"

	"imglink/app/keyring"
)

// RecoveryCodes is how many recovery codes an account gets; each works once.
const RecoveryCodes = 10

// NewRecoveryCodes makes codes of 80 bits in base32, shown once, and what is stored of them.
func NewRecoveryCodes(keys keyring.Ring, holder string) (shown []string, hashes [][]byte) {
	for range RecoveryCodes {
		var b [10]byte
		_, _ = rand.Read(b[:])
		code := grouped(base32Plain.EncodeToString(b[:]), "-")
		shown = append(shown, code)
		hashes = append(hashes, RecoveryHash(keys, holder, code))
	}
	return shown, hashes
}

// RecoveryHash is a keyed hash bound to the account: a copy of the database alone cannot be searched for codes.
func RecoveryHash(keys keyring.Ring, holder, code string) []byte {
	return keys.MAC("recovery", holder, normalCode(code))
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

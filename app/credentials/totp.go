package credentials

import (
	"bytes"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"image/png"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"imglink/app/keyring"
)

// TOTP as every authenticator app understands it (RFC 6238): SHA-1, six digits, steps of thirty seconds, one step of
// clock drift either way.
const (
	TOTPPeriod = 30 // seconds
	totpSkew   = 1
	totpBytes  = 20
)

var totpOptions = hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

// Enrolment is what an authenticator app needs: to scan, or to type.
type Enrolment struct {
	Secret string // base32 in groups of four
	URI    string // otpauth://…, for a link on the same device
	PNG    []byte // QR code, black on white
}

// NewTOTPSecret makes a secret of 160 bits (RFC 4226, section 4, R6).
func NewTOTPSecret() []byte {
	b := make([]byte, totpBytes)
	_, _ = rand.Read(b)
	return b
}

// NewEnrolment shows a secret to an app: issuer and account are what it lists it under.
func NewEnrolment(issuer, account string, secret []byte) (Enrolment, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: account, Secret: secret, Period: TOTPPeriod})
	if err != nil {
		return Enrolment{}, fmt.Errorf("credentials: enrolment: %w", err)
	}
	img, err := key.Image(264, 264)
	if err != nil {
		return Enrolment{}, fmt.Errorf("credentials: enrolment: %w", err)
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return Enrolment{}, err
	}
	return Enrolment{Secret: grouped(base32Plain.EncodeToString(secret), " "), URI: key.URL(), PNG: buf.Bytes()}, nil
}

// grouped writes s in groups of four characters.
func grouped(s, sep string) string {
	var parts []string
	for ; len(s) > 4; s = s[4:] {
		parts = append(parts, s[:4])
	}
	return strings.Join(append(parts, s), sep)
}

// MatchTOTP finds the step a code belongs to, among those not spent yet: a code works once, and none older than the
// last one works after it (RFC 6238, 5.2). All steps are computed and compared whatever the outcome.
func MatchTOTP(secret []byte, code string, now time.Time, last int64) (step int64, ok bool) {
	code = strings.Map(digit, code)
	encoded := base32Plain.EncodeToString(secret)
	current := now.Unix() / TOTPPeriod
	for n := current - totpSkew; n <= current+totpSkew; n++ {
		want, err := hotp.GenerateCodeCustom(encoded, uint64(max(n, 0)), totpOptions) //nolint:gosec // not negative
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && n > last {
			step, ok = n, true
		}
	}
	return step, ok
}

// digit drops the spaces people type between the halves of a code.
func digit(r rune) rune {
	if r == ' ' || r == '-' || r == '\u00a0' {
		return -1
	}
	return r
}

// SealTOTP is what is stored of a secret; it opens for the same holder only.
func SealTOTP(keys keyring.Ring, holder string, secret []byte) []byte {
	return keys.Seal("totp", holder, secret)
}

// OpenTOTP undoes SealTOTP.
func OpenTOTP(keys keyring.Ring, holder string, sealed []byte) ([]byte, error) {
	secret, err := keys.Open("totp", holder, sealed)
	if err != nil {
		return nil, errors.New("credentials: an authenticator secret cannot be opened: was IMGLINK_SECRET_KEY changed?")
	}
	return secret, nil
}

// ParseTOTPSecret reads a secret as people write it: base32, spaces and case forgiven, at least 128 bits (RFC 4226, section 4).
func ParseTOTPSecret(text string) (secret []byte, ok bool) {
	plain := strings.TrimRight(strings.ToUpper(strings.ReplaceAll(text, " ", "")), "=")
	secret, err := base32Plain.DecodeString(plain)
	return secret, err == nil && len(secret) >= 16
}

// Package credentials is the mechanisms of signing in that staff and people who hold an account share: password hashes
// and checks, authenticator apps, recovery codes, passkeys, gates against guessing. It knows no rows and decides nothing:
// who may sign in, and what with, are the rules of packages accounts and users.
package credentials

import (
	"encoding/json"
	"strings"
	"time"

	"imglink/app/fault"
)

// What a person is told whose credential was not accepted.
var (
	ErrCode = fault.New(fault.Invalid, "bad_code", "This code is not right or was used before. Enter the newest code.").
		Field("code", "This code is not right or was used before. Enter the newest code.")
	ErrRecovery = fault.New(fault.Invalid, "bad_recovery", "This recovery code is not right or was used before.").
			Field("recovery", "This recovery code is not right or was used before.")
	ErrPasskey = fault.New(fault.Invalid, "bad_passkey", "The passkey was not accepted. Try again, or use another way.").
			Field("passkey", "The passkey was not accepted. Try again, or use another way.")
	ErrNoPasskeys   = fault.New(fault.Conflict, "no_passkeys", "No passkey is registered for this account. Use the authenticator app.")
	ErrManyPasskeys = fault.New(fault.Conflict, "too_many_passkeys", "This account has twenty passkeys. Remove one first.")
	ErrNoHost       = fault.New(fault.Conflict, "passkeys_need_host", "Passkeys need a host name in the site's address; they do not work with a bare IP address.")
)

// CeremonyLimit is the time to answer a passkey challenge.
const CeremonyLimit = 5 * time.Minute

// ErrNoCeremony says that nothing waits for this answer, or not any more.
var ErrNoCeremony = fault.New(fault.NotFound, "no_ceremony", "There is nothing to answer.")

// ceremony is what a session's challenge column holds while something has to be answered.
type ceremony struct {
	Kind string          `json:"kind"` // totp, register, assert
	At   time.Time       `json:"at"`
	Data json.RawMessage `json:"data"` // totp: the sealed secret as a JSON string; else the library's session data
}

// BeginCeremony is what to keep of a ceremony of the kind that begins now.
func BeginCeremony(kind string, now time.Time, data any) (json.RawMessage, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	return json.Marshal(ceremony{Kind: kind, At: now, Data: raw})
}

// ReadCeremony reads a ceremony of the kind into into, unless it is older than limit: then there is none.
func ReadCeremony(blob json.RawMessage, kind string, now time.Time, limit time.Duration, into any) error {
	var c ceremony
	if err := json.Unmarshal(blob, &c); err != nil {
		return err
	}
	if c.Kind != kind || now.Sub(c.At) > limit {
		return ErrNoCeremony
	}
	return json.Unmarshal(c.Data, into)
}

// Device is the family of a browser and its system: enough to recognise one's own, too little to follow anybody.
func Device(agent string) string {
	pick := func(unknown string, pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if strings.Contains(agent, pairs[i]) {
				return pairs[i+1]
			}
		}
		return unknown
	}
	browser := pick("Unknown browser", "Edg", "Edge", "OPR/", "Opera", "Firefox", "Firefox", "FxiOS", "Firefox", "SamsungBrowser", "Samsung Internet",
		"CriOS", "Chrome", "Chrome", "Chrome", "Chromium", "Chromium", "Safari", "Safari", "curl", "curl")
	system := pick("unknown system", "iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "Mac OS X", "macOS",
		"CrOS", "ChromeOS", "Linux", "Linux")
	return browser + " on " + system
}

// Package botcheck tells people from programs on forms open to everybody: by Cloudflare Turnstile when its keys are set,
// else by a proof of work of our own that needs no third party. Both fail closed.
package botcheck

import (
	"context"
	"crypto/sha256"
	"regexp"
	"time"

	"imglink/app/fault"
)

// Answer is what a form sends back.
type Answer struct {
	Token    string // Turnstile's, field cf-turnstile-response
	Pow      string // the solved Challenge, base64 of its JSON
	RemoteIP string // may be empty
	Action   string // what the form does, as given to the widget or to Issue
}

// The kinds of Widget.
const (
	KindTurnstile = "turnstile"
	KindProof     = "pow"
)

// Widget tells the page which check to show. SiteKey is public and set for Turnstile only.
type Widget struct{ Kind, SiteKey string }

// Checker judges an answer, once. nil means a person or a paid price; fault.Invalid with the code botcheck_failed means
// that a new answer is needed; fault.Unavailable with the code botcheck_unavailable that nobody can judge now.
type Checker interface {
	Check(ctx context.Context, a Answer) error
	Describe() Widget
}

// Once remembers what was used. Use records key and reports whether this was the first time; of concurrent calls with one
// key exactly one is fresh, on all replicas together. The memory must be kept until the given instant and may then go.
type Once interface {
	Use(ctx context.Context, key [32]byte, until time.Time) (fresh bool, err error)
}

var (
	failed = fault.New(fault.Invalid, "botcheck_failed", "The check that you are not a program did not succeed. Please solve it again and resubmit.")
	down   = fault.New(fault.Unavailable, "botcheck_unavailable",
		"The check that you are not a program cannot be made right now. Your input is kept; please submit again in a moment.").After(10 * time.Second)
)

// refused is failed with the reason for the log and the field for the form.
func refused(cause error) error {
	return failed.Field("botcheck", failed.Message).Because(cause)
}

// useOnce spends the key of this kind and value.
func useOnce(ctx context.Context, once Once, kind, value string, until time.Time) error {
	fresh, err := once.Use(ctx, sha256.Sum256([]byte(kind+"\x00"+value)), until)
	if err != nil {
		return down.Because(err)
	}
	if !fresh {
		return refused(errReused)
	}
	return nil
}

// dummy is the form of every key Cloudflare publishes for tests, such as 1x00000000000000000000AA and
// 2x0000000000000000000000000000000AA. Real keys start with 0x.
var dummy = regexp.MustCompile(`(?i)^[1-9]x0{16,}[0-9a-f]{2}$`)

// IsTestKey reports whether either key is one of Cloudflare's test keys: the secret 1x…AA accepts any token at all, so
// production must refuse to start with it.
func IsTestKey(siteKey, secret string) bool {
	return dummy.MatchString(siteKey) || dummy.MatchString(secret)
}

package credentials

import (
	"context"
	"runtime"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/bcrypt"
	"golang.org/x/text/unicode/norm"

	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/keyring"
)

// MaxPassword is the longest password in characters (NIST SP 800-63B-4, 3.1.1.2: a minimum, which callers set, a generous
// maximum, no composition rules).
const MaxPassword = 200

const bcryptCost = 12

// Hasher turns passwords into bcrypt hashes. bcrypt reads at most 72 bytes and stops at none of them silently here: the
// password is first put through HMAC-SHA-256 with a key that is not in the database, and the 43 characters of its base64
// are what bcrypt sees. Any length and any byte counts, NUL included, and a copy of the database alone cannot be attacked.
// Losing the program's secret key therefore loses the passwords, as it loses the sealed second factors.
type Hasher struct {
	keys    keyring.Ring
	cost    int
	slots   chan struct{}                     // bcrypt is deliberately expensive: more at once than processors would starve the pages
	dummy   string                            // compared when there is no account, so that this costs the same
	Compare func(hash, password []byte) error // bcrypt's; tests count its calls
}

// NewHasher makes a Hasher. unsafelyCheap lowers the cost for tests; production passes zero.
func NewHasher(keys keyring.Ring, unsafelyCheap int) (*Hasher, error) {
	h := &Hasher{keys: keys, cost: bcryptCost, slots: make(chan struct{}, max(2, runtime.GOMAXPROCS(0))), Compare: bcrypt.CompareHashAndPassword}
	if unsafelyCheap != 0 {
		h.cost = min(unsafelyCheap, bcryptCost)
	}
	dummy, err := h.Make(context.Background(), "", string(ident.NewToken()))
	h.dummy = dummy
	return h, err
}

// prepare binds the password to the account, so that a hash copied to another row opens nothing. Unicode is composed
// first (NFC, as in RFC 8265's OpaqueString): the same password typed on another system is the same.
func (h *Hasher) prepare(holder, password string) []byte {
	return []byte(h.keys.MACString("password", holder, norm.NFC.String(password)))
}

func (h *Hasher) slot(ctx context.Context) (release func(), err error) {
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Make is the hash of a password of holder, an id.
func (h *Hasher) Make(ctx context.Context, holder, password string) (string, error) {
	release, err := h.slot(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	b, err := bcrypt.GenerateFromPassword(h.prepare(holder, password), h.cost)
	return string(b), err
}

// Matches compares once, always: with the stored hash, or with a dummy when there is none.
func (h *Hasher) Matches(ctx context.Context, holder, hash, password string) (bool, error) {
	release, err := h.slot(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	stored := hash
	if stored == "" {
		stored = h.dummy
	}
	err = h.Compare([]byte(stored), h.prepare(holder, password))
	return err == nil && hash != "", nil
}

// CheckPassword adds to c what is wrong with a new password, if anything. minimum is in characters; own are the holder's
// addresses and names.
func CheckPassword(c *fault.Collect, field, password string, minimum int, own ...string) (ok bool) {
	p := norm.NFC.String(password)
	switch n := utf8.RuneCountInString(p); {
	case !utf8.ValidString(password):
		c.Add(field, "The password holds bytes that are not text. Type it again.")
	case n < minimum:
		c.Addf(field, "Use at least %d characters; several words in a row are fine.", minimum)
	case n > MaxPassword:
		c.Addf(field, "Use at most %d characters.", MaxPassword)
	case guessable(strings.ToLower(p)):
		c.Add(field, "This is among the first passwords anybody would try. Use several unrelated words, or let a password manager choose.")
	case littleMore(strings.ToLower(p), own):
		c.Add(field, "The password is little more than your name or address. Use several unrelated words.")
	default:
		return true
	}
	return false
}

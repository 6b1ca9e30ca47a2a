package credentials

import (
	"context"
	_ "embed"
	"runtime"
	"strings"
	"unicode"
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

//go:embed common.txt
var commonFile string

// common are the words the commonest passwords are made of, lower case.
var common = func() map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(commonFile) {
		out[w] = true
	}
	return out
}()

// walks are what fingers do on a keyboard.
var walks = []string{
	"12345678901234567890123456789012345678901234567890", "09876543210987654321098765432109876543210987654321",
	"qwertyuiopasdfghjklzxcvbnmqwertyuiopasdfghjklzxcvbnm", "mnbvcxzlkjhgfdsapoiuytrewqmnbvcxzlkjhgfdsapoiuytrewq",
	"qwertzuiopasdfghjklyxcvbnmqwertzuiopasdfghjklyxcvbnm", "azertyuiopqsdfghjklmwxcvbnazertyuiopqsdfghjklmwxcvbn",
	"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcbazyxwvutsrqponmlkjihgfedcba",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "qazwsxedcrfvtgbyhnujmikolp", "1234qwerasdfzxcv1234", "zaq12wsxcde34rfv",
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

// littleMore reports whether a password is one of the holder's own words with a few characters around it.
func littleMore(p string, own []string) bool {
	for _, o := range own {
		if o = strings.ToLower(o); len(o) >= 4 && len(p)-len(o) < 6 && strings.Contains(p, o) {
			return true
		}
	}
	return false
}

// guessable recognises the commonest passwords of twelve characters and more: keyboard walks, short patterns repeated,
// and one or two common words dressed up with digits, signs and look-alike letters.
func guessable(p string) bool {
	for _, w := range walks {
		if strings.Contains(w, p) {
			return true
		}
	}
	if repeats(p) {
		return true
	}
	bare := strings.TrimFunc(p, func(r rune) bool { return !unicode.IsLetter(r) })
	for _, core := range []string{letters(p), letters(plain.Replace(p)), letters(plain.Replace(bare))} {
		if len(core) == 0 || len(core) < len(p)/3 {
			continue
		}
		if common[core] {
			return true
		}
		for i := 3; i <= len(core)-3; i++ {
			if common[core[:i]] && common[core[i:]] {
				return true
			}
		}
	}
	return false
}

// plain undoes the usual look-alikes.
var plain = strings.NewReplacer("@", "a", "4", "a", "0", "o", "1", "i", "!", "i", "3", "e", "$", "s", "5", "s", "7", "t")

func letters(p string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, p)
}

// repeats reports whether p is a pattern of at most a third of its length over and over.
func repeats(p string) bool {
	for n := 1; n <= len(p)/2; n++ {
		if strings.HasPrefix(strings.Repeat(p[:n], len(p)/n+1), p) {
			return true
		}
	}
	return false
}

package credentials

import (
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
	"pgregory.net/rapid"

	"imglink/app/fault"
	"imglink/app/keyring"
)

func TestCheckPassword(t *testing.T) {
	for _, c := range []struct {
		password string
		ok       bool
	}{
		{"elevenchars", false},
		{"vivid kettle 92 marmalade orbit", true},
		{"twelve chars", true}, // spaces count, nothing else is demanded
		{"пароль из слов", true},
		{strings.Repeat("vq7 ", 50), false},
		{strings.Repeat("é", 199) + "xy", false}, // 201 characters
		{"password1234", false},
		{"Password123!!!", false},
		{"P@ssw0rd2026!", false},
		{"letmeinplease", false},
		{"123456789012", false},
		{"qwertyuiop[]", false},
		{"qwertyuiopas", false},
		{"aaaaaaaaaaaaaaa", false},
		{"abcabcabcabc", false},
		{"iloveyou20262026", false},
		{"1qaz2wsx3edc", false},
		{"ada@example.org1", false},
		{"AdaLovelace99", true},
		{"plausible-otter-seventeen", true},
		{"bad\xffbytes in here", false},
	} {
		var got fault.Collect
		if CheckPassword(&got, "password", c.password, 12, "ada@example.org", "Ada Lovelace", "ImgLink") != c.ok || (got.Err() == nil) != c.ok {
			t.Errorf("%q: %v, want accepted %v", c.password, got.Err(), c.ok)
		}
	}
}

// Beyond bcrypt's 72 bytes, and after a NUL byte, every byte still counts.
func TestEveryByteOfAPasswordCounts(t *testing.T) {
	h, err := NewHasher(keyring.New(strings.Repeat("k", 32)), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	text := rapid.StringOfN(rapid.SampledFrom([]rune{'a', 'b', 0, 'é', '日'}), 0, 200, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		if rapid.Bool().Draw(t, "long") {
			prefix := strings.Repeat("x", rapid.IntRange(60, 100).Draw(t, "prefix"))
			a, b = prefix+a, prefix+b
		}
		hash, err := h.Make(t.Context(), "s", a)
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := h.Matches(t.Context(), "s", hash, b); err != nil || ok != (a == b) {
			t.Fatalf("%q against the hash of %q: %v, %v", b, a, ok, err)
		}
		if ok, _ := h.Matches(t.Context(), "other", hash, a); ok {
			t.Fatal("a hash moved to another account must open nothing")
		}
	})
}

func TestProductionCost(t *testing.T) {
	keys := keyring.New(strings.Repeat("k", 32))
	h, err := NewHasher(keys, 0)
	if err != nil {
		t.Fatal(err)
	}
	if cost, err := bcrypt.Cost([]byte(h.dummy)); err != nil || cost < 12 {
		t.Fatalf("cost %d, %v", cost, err)
	}
	if h, _ := NewHasher(keys, 31); h.cost != bcryptCost {
		t.Fatal("tests may only lower the cost")
	}
	if _, err := NewHasher(keys, 1); err != nil { // bcrypt itself raises what is below its minimum
		t.Fatal(err)
	}
}

func TestComposedAndDecomposedAreTheSame(t *testing.T) {
	h, _ := NewHasher(keyring.New(strings.Repeat("k", 32)), bcrypt.MinCost)
	hash, _ := h.Make(t.Context(), "s", "caf\u00e9 au lait sucre")
	if ok, err := h.Matches(t.Context(), "s", hash, "cafe\u0301 au lait sucre"); err != nil || !ok {
		t.Fatal(ok, err)
	}
}

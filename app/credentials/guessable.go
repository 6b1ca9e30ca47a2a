package credentials

import (
	_ "embed"
	"strings"
	"unicode"
)

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
	"1qazxsw23edcvfr45tgbnhy67ujm", "qweasdzxc", "zxcasdqwe", "147258369", "369258147", "741852963", "11223344556677889900", "99887766554433221100",
	"31415926535897932384626433832795",
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

// guessable recognises the commonest passwords of ten characters and more: keyboard walks, short patterns repeated, one or
// two common words dressed up with digits, signs and look-alike letters, and a few such pieces in a row.
func guessable(p string) bool {
	for _, w := range walks {
		if strings.Contains(w, p) {
			return true
		}
	}
	if repeats(p) || few(p) || few(unshifted.Replace(p)) || few(plain.Replace(p)) {
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

// unshifted undoes the shift key over the digits of an American keyboard.
var unshifted = strings.NewReplacer("!", "1", "@", "2", "#", "3", "$", "4", "%", "5", "^", "6", "&", "7", "*", "8", "(", "9", ")", "0")

// What a guesser spends on a piece of a password, and the most that is too little: a word and two pieces of another kind,
// three pieces without a word, two words. Three words are enough.
const (
	wordCost, otherCost = 3, 2
	littleCost          = 7
	longEnough          = 32 // characters; beyond, looking at every part costs more than it finds
)

// few reports whether p is made of few pieces: common words, parts of a keyboard walk, repetitions, single characters.
func few(p string) bool {
	r := []rune(p)
	if len(r) > longEnough {
		return false
	}
	cheapest := make([]int, len(r)+1) // of the first n characters
	for end := 1; end <= len(r); end++ {
		cheapest[end] = cheapest[end-1] + otherCost
		for start := range end - 1 {
			if cost := pieceCost(string(r[start:end])); cost > 0 {
				cheapest[end] = min(cheapest[end], cheapest[start]+cost)
			}
		}
	}
	return cheapest[len(r)] <= littleCost
}

// pieceCost is what one piece of two characters or more costs; 0 when it is none.
func pieceCost(piece string) int {
	if repeats(piece) {
		return otherCost
	}
	if len(piece) < 3 {
		return 0
	}
	for _, w := range walks {
		if strings.Contains(w, piece) {
			return otherCost
		}
	}
	if common[piece] {
		return wordCost
	}
	return 0
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

// repeats reports whether p is a pattern of at most half of its length over and over.
func repeats(p string) bool {
	for n := 1; n <= len(p)/2; n++ {
		if strings.HasPrefix(strings.Repeat(p[:n], len(p)/n+1), p) {
			return true
		}
	}
	return false
}

package models

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The bounds of the word index: what is longer is found by its beginning, what comes later is not found by its words.
const (
	maxPrefix = 16 // runes
	maxWords  = 40 // of a picture
	maxTerms  = 6  // of a search
)

// words are the different words of a text, folded so that "Munchen" finds "MÜNCHEN": compatibility decomposition (Unicode
// UAX 15) without its marks, in lower case. Letters and digits are words of their own: "IMG4021" is "img" and "4021".
func words(text string, limit int) []string {
	var out []string
	seen := map[string]bool{}
	var word []rune
	flush := func() {
		if w := string(word); w != "" && !seen[w] && len(out) < limit {
			seen[w] = true
			out = append(out, w)
		}
		word = word[:0]
	}
	for _, r := range norm.NFKD.String(text) {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case len(word) > 0 && unicode.IsDigit(word[len(word)-1]) != unicode.IsDigit(r):
			flush()
		}
		word = append(word, unicode.ToLower(r))
	}
	flush()
	return out
}

// wordKey is where the pictures of an owner stand that hold a word with this beginning.
func wordKey(userID, prefix string) int64 {
	sum := sha256.Sum256([]byte(userID + "\x00" + prefix))
	return int64(binary.BigEndian.Uint64(sum[:8])) //nolint:gosec // any 64 bits
}

// wordKeys is every key of a picture.
func wordKeys(userID string, img Image) []int64 {
	var keys []int64
	seen := map[string]bool{}
	for _, w := range words(img.FileName+" "+img.Description, maxWords) {
		runes := []rune(w)
		for n := 1; n <= min(len(runes), maxPrefix); n++ {
			if prefix := string(runes[:n]); !seen[prefix] {
				seen[prefix] = true
				keys = append(keys, wordKey(userID, prefix))
			}
		}
	}
	return keys
}

// termKeys is where to look for the words of a search, each by its beginning.
func termKeys(userID, search string) []int64 {
	var keys []int64
	seen := map[int64]bool{}
	for _, w := range words(search, maxTerms) {
		if runes := []rune(w); len(runes) > maxPrefix {
			w = string(runes[:maxPrefix])
		}
		if k := wordKey(userID, w); !seen[k] {
			seen[k] = true
			keys = append(keys, k)
		}
	}
	return keys
}

// HasWords reports whether a search holds a word at all: one of signs alone finds nothing to look for.
func HasWords(search string) bool {
	return strings.IndexFunc(search, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) >= 0
}

// indexWords makes a picture of an account be found by its words.
func (tx *Tx) indexWords(img Image) error {
	if img.UserID == nil {
		return nil
	}
	_, err := tx.pgx.Exec(tx.ctx, `INSERT INTO image_words (key, n) SELECT unnest($1::bigint[]), $2 ON CONFLICT DO NOTHING`, wordKeys(*img.UserID, img), img.N)
	return dbError(err)
}

// forgetWords takes a picture out of the index. img is as it stood there.
func (tx *Tx) forgetWords(img Image) error {
	if img.UserID == nil {
		return nil
	}
	_, err := tx.pgx.Exec(tx.ctx, `DELETE FROM image_words WHERE n = $2 AND key = ANY ($1::bigint[])`, wordKeys(*img.UserID, img), img.N)
	return dbError(err)
}

package uploads

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"imglink/app/fault"
)

const maxName = 200 // runes

// CleanName makes a file name safe to store, show and offer for download: no directories, no control or direction
// characters, an extension that tells the truth. An empty name becomes "image".
func CleanName(name, ext string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`"<>|:*?`, r) {
			return -1
		}
		return r
	}, name)
	name = strings.TrimRight(name, ". ")
	if i := strings.LastIndexByte(name, '.'); i >= 0 && len(name)-i <= 6 {
		name = name[:i]
	}
	if name = strings.Trim(name, ". "); name == "" {
		name = "image"
	}
	if r := []rune(name); len(r) > maxName {
		name = string(r[:maxName])
	}
	return name + "." + ext
}

// ShownName is a file name as sent, made safe to repeat in a message.
func ShownName(name string) string {
	clean := CleanName(name, "x")
	if r := []rune(clean); len(r) > 60 {
		clean = string(r[:59]) + "….x"
	}
	return strings.TrimSuffix(clean, ".x")
}

// MaxDescription is the longest description of a picture or an album, in characters.
const MaxDescription = 2000

// Plain is a text of several lines without what cannot be seen: descriptions as they are stored.
func Plain(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200d') {
			return -1
		}
		return r
	}, strings.ReplaceAll(text, "\r\n", "\n")))
}

// Describe makes the description of a picture that is sent with it.
func (src *Source) Describe(text string) error {
	if src.Description = Plain(text); utf8.RuneCountInString(src.Description) > MaxDescription {
		return errDescription
	}
	return nil
}

var errDescription = fault.InvalidField("description", "The description may have at most 2000 characters.")

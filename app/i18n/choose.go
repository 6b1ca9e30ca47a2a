package i18n

import "golang.org/x/text/language"

// Known reports whether a code is that of an offered language.
func Known(code string) bool { _, ok := speakers[code]; return ok }

var matcher = language.NewMatcher(offeredTags())

func offeredTags() []language.Tag {
	tags := make([]language.Tag, len(offered))
	for i, l := range offered {
		tags[i] = language.MustParse(l.Code)
	}
	return tags
}

// Choose is the language for a reader: the one chosen before, else the best for an Accept-Language header (RFC 9110,
// 12.5.4), else English.
func Choose(chosen, accept string) string {
	if Known(chosen) {
		return chosen
	}
	if accept == "" {
		return English
	}
	_, i := language.MatchStrings(matcher, accept)
	return offered[i].Code
}

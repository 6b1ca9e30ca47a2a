package public

import (
	"imglink/app/i18n"
	"imglink/app/web/kit"
	"imglink/views/public"
)

// stored is everything the site may keep in a browser: cookies by the name they have behind the site's prefix, then what is no
// cookie. All of it serves what the visitor asked for (Directive 2002/58/EC, Art. 5(3)). A browser test compares this list
// with what is found after a visit to every page.
//
//i18n:keys
var stored = []struct{ name, what, long string }{
	{"csrf", "Shows that a form was sent from a page of this site.", "Until you close the browser"},
	{"guest", "Tells your uploads from those of others, without an account.", "A year from the first upload"},
	{"user", "Keeps you signed in.", "Until you sign out"},
	{"session", "Keeps members of our team signed in.", "Until they sign out"},
	{"theme", "Remembers the colours you chose.", "A year from the choice"},
	{"language", "Remembers the language you chose.", "A year from the choice"},
	{"age", "Remembers that you confirmed your age.", "A day"},
	{"flash", "Carries a message to the next page.", "Two minutes"},
}

// kept is what is no cookie: the name of a key or a store, without what varies.
//
//i18n:keys
var kept = []struct{ name, what, long string }{
	{"imglink-upload", "Where a large upload goes on that was interrupted. Session storage.", "Until it is done or you close the tab"},
	{"shell", "The look of the app and its offline page. Only where you installed the app.", "Until you remove the app"},
	{"shared", "Pictures that you shared with the app. Only where you installed it.", "Until you decide what to do with them"},
}

// storage is the list in the reader's language.
func storage(c *kit.Ctx) (out []public.Stored) {
	for _, s := range stored {
		out = append(out, public.Stored{Name: c.Kit.CookieName(s.name), What: i18n.T(c.Context(), s.what), Long: i18n.T(c.Context(), s.long)})
	}
	for _, s := range kept {
		out = append(out, public.Stored{Name: s.name, What: i18n.T(c.Context(), s.what), Long: i18n.T(c.Context(), s.long)})
	}
	return out
}

// Package layout holds the two shells of the site: the public one and the staff one. They draw only the links that the
// handler passes in, so a page can have no dead link of its own.
package layout

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"imglink/app/i18n"
	"imglink/views/ui"
)

// Site are the addresses of the site's own pages; an empty one is not drawn.
type Site struct {
	Home, Report, Help, Privacy, Terms, DataRights, Developers string
	SignIn, Register                                           string   // of guests
	Account                                                    *Account // of who is signed in
	ThemePrefs                                                 string   // POST, fields theme and back
	LanguagePrefs                                              string   // POST, fields language and back
}

// Account is the menu of somebody who is signed in. An empty address is not drawn.
type Account struct {
	Name, Gallery, Settings string
	SignOut                 string // POST
}

// OpenGraph is the preview of a page when its link is shared (ogp.me). URLs are absolute.
type OpenGraph struct {
	Type, Title, Description, URL, Image, ImageType, ImageAlt string
	Width, Height                                             int
	Large                                                     bool // summary_large_image
}

// Page is what every shell needs. Title is without the site's name. Theme is "", "light" or "dark", from the cookie.
// Path is this page's own path and query, where the theme form returns to.
type Page struct {
	Title, Description, Path string
	Theme, CSRF              string
	Robots, Canonical        string
	OEmbed                   string // absolute URL of the JSON oEmbed document of this page
	OG                       *OpenGraph
	HasErrors                bool          // the title begins with "Error: "
	Turnstile                bool          // load Cloudflare's script; the server widens the CSP on the same condition
	Script                   string        // the bundle of the page where that is not app.js
	NoScript                 bool          // load none of ours (mails in a browser, error pages while assets are in doubt)
	Narrow                   bool          // a reading column instead of the wide one
	Refresh                  time.Duration // load the page again after so long where no script runs; 0 means never
	Flash                    *ui.Flash
	Site                     Site
}

func (p Page) title(ctx context.Context) string {
	t := p.Title
	if p.HasErrors {
		t = i18n.T(ctx, "Error: %s", t)
	}
	if t == "" {
		return "ImgLink"
	}
	return t + " · ImgLink"
}

func (p Page) script() string {
	if p.Script != "" {
		return p.Script
	}
	return "app.js"
}

func (p Page) themeAttr() templ.Attributes {
	if p.Theme == "light" || p.Theme == "dark" {
		return templ.Attributes{"data-theme": p.Theme}
	}
	return nil
}

// themeIs says which of the three choices is pressed; anything unknown counts as the system's.
func (p Page) themeIs(name string) string {
	current := p.Theme
	if current != "light" && current != "dark" {
		current = "system"
	}
	if current == name {
		return "true"
	}
	return "false"
}

// NavLink is one line of the staff navigation. Key is the letter after g. Count is what is open, in words.
type NavLink struct {
	Href, Icon, Label, Count, Key string
	ID                            string // of the count, where it is brought up to date
	Hot, Current                  bool
}

// NavGroup is a headed part of the navigation.
type NavGroup struct {
	Title string
	Links []NavLink
}

// User is the signed-in person.
type User struct{ Name, Role, ProfileHref, SignOut string }

// Staff is a staff page. Mobile are up to five links for the bar at the bottom of small screens. Actions stand at the
// right of the top bar. SearchHref is the list that a reference or an image id is searched in. Fill makes main a full-height pane (the queue); otherwise it scrolls with padding.
type Staff struct {
	Page
	Heading    string
	HomeHref   string
	SearchHref string
	Nav        []NavGroup
	Mobile     []NavLink
	User       User
	Commands   []ui.Command
	Keys       []ui.KeyGroup
	Actions    templ.Component
	Fill       bool
	HasDetail  bool // with Fill: on small screens the detail is shown instead of the list
}

// keys are the shortcuts every staff page has, followed by those of the page.
func (s Staff) keys() []ui.KeyGroup {
	base := ui.KeyGroup{Title: "Everywhere", Keys: []ui.Keys{
		{Does: "Search or jump to", Caps: []string{"Ctrl", "K"}},
		{Does: "This sheet", Caps: []string{"?"}},
		{Does: "Focus the search box", Caps: []string{"/"}},
		{Does: "Undo the last action", Caps: []string{"Z"}},
	}}
	for _, g := range s.Nav {
		for _, l := range g.Links {
			if l.Key != "" {
				base.Keys = append(base.Keys, ui.Keys{Does: "Go to " + l.Label, Caps: []string{"G", upper(l.Key)}})
			}
		}
	}
	return append([]ui.KeyGroup{base}, s.Keys...)
}

// commands are the page's own, then every place in the navigation, then the shortcut sheet.
func (s Staff) commands() []ui.Command {
	all := append([]ui.Command(nil), s.Commands...)
	for _, g := range s.Nav {
		for _, l := range g.Links {
			c := ui.Command{Icon: l.Icon, Label: "Go to " + l.Label, Href: l.Href, Words: g.Title}
			if l.Key != "" {
				c.Keys = "G " + upper(l.Key)
			}
			all = append(all, c)
		}
	}
	return append(all, ui.Command{Icon: "keyboard", Label: "Keyboard shortcuts", Open: "keys", Keys: "?"})
}

func upper(s string) string {
	if len(s) == 1 && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0] - 'a' + 'A')
	}
	return s
}

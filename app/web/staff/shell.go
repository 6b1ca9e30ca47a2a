// Package staff answers the pages of the people who run the instance: the queue of reports, decisions, the audit log,
// and the state of the system.
package staff

import (
	"github.com/gofiber/fiber/v2/utils"

	"imglink/app/actor"
	"imglink/app/web/kit"
	"imglink/views/layout"
)

// place is one line of the navigation. Query tells apart two links to one route.
type place struct{ route, query, icon, label, key string }

// places is the whole navigation in its order; Shell draws what the reader may open.
var places = []struct {
	title string
	links []place
}{
	{"Work", []place{
		{"staff.home", "", "house", "Home", "h"},
		{"staff.reports", "", "flag", "Reports", "r"},
		{"staff.reports", "?mine=1", "circle-dot", "Held by me", "m"},
		{"staff.report.new", "", "plus", "Review an image", "n"},
	}},
	{"Privacy", []place{{"staff.requests", "", "scale", "Requests", "q"}}},
	{"Content", []place{{"staff.blocks", "", "ban", "Block list", "b"}}},
	{"Insight", []place{{"staff.audit", "", "history", "Audit log", "a"}}},
	{"System", []place{
		{"staff.effects", "", "activity", "Effects", "e"},
		{"staff.jobs", "", "server", "Jobs", "s"},
		{"staff.outbox", "", "mail", "Outbox", "o"},
		{"staff.people", "", "users", "People", "p"},
	}},
}

// compact are the links of the bar at the bottom of small screens.
var compact = []string{"staff.home", "staff.reports", "staff.requests", "staff.blocks", "staff.audit", "staff.outbox", "staff.people", "staff.security"}

// Shell is the frame of a staff page: heading, navigation by role, who is signed in. here is the name of the route that
// is marked as current, with its query when two links share it.
func Shell(c *kit.Ctx, heading, here string) layout.Staff {
	k := c.Kit
	s := layout.Staff{Heading: heading, HomeHref: k.URL("staff.home")}
	s.Page = layout.Page{Title: heading, Path: utils.CopyString(c.OriginalURL()), Theme: c.Theme(), CSRF: c.CSRF(), Robots: "noindex, nofollow"}
	if c.Reaches("prefs.theme") {
		s.Site.ThemePrefs = k.URL("prefs.theme")
	}
	if c.Reaches("staff.reports") {
		s.SearchHref = k.URL("staff.reports")
	}
	for _, g := range places {
		group := layout.NavGroup{Title: g.title}
		for _, p := range g.links {
			if c.Reaches(p.route) && (p.query == "" || c.Actor.Can(actor.CaseClaim)) {
				group.Links = append(group.Links, layout.NavLink{
					Href: k.URL(p.route) + p.query, Icon: p.icon, Label: p.label, Key: p.key, Current: here == p.route+p.query,
				})
			}
		}
		if len(group.Links) > 0 {
			s.Nav = append(s.Nav, group)
		}
	}
	s.Mobile = mobile(c, here)
	s.User = user(c)
	return s
}

func mobile(c *kit.Ctx, here string) []layout.NavLink {
	var out []layout.NavLink
	for _, name := range compact {
		if !c.Reaches(name) || len(out) == 5 {
			continue
		}
		if name == "staff.security" {
			out = append(out, layout.NavLink{Href: c.Kit.URL(name), Icon: "user", Label: "Account", Current: here == name})
			continue
		}
		for _, g := range places {
			for _, p := range g.links {
				if p.route == name && p.query == "" {
					out = append(out, layout.NavLink{Href: c.Kit.URL(name), Icon: p.icon, Label: p.label, Current: here == name})
				}
			}
		}
	}
	return out
}

func user(c *kit.Ctx) layout.User {
	if c.Principal == nil {
		return layout.User{}
	}
	u := layout.User{Name: c.Principal.Name, Role: c.Principal.Role.Name()}
	if c.Reaches("staff.security") {
		u.ProfileHref = c.Kit.URL("staff.security")
	}
	if c.Reaches("staff.signout") {
		u.SignOut = c.Kit.URL("staff.signout")
	}
	return u
}

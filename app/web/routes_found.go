package web

import (
	"imglink/app/actor"
	"imglink/app/web/kit"
	"imglink/app/web/public"
)

// foundRoutes are what search engines, browsers and phones look for by themselves.
func foundRoutes(d *Discover, p *public.Handlers) []kit.Route {
	return []kit.Route{
		{Method: "GET", Path: "/robots.txt", Name: "robots", Needs: actor.Public, Cheap: true, Do: d.Robots},
		{Method: "GET", Path: "/sitemap.xml", Name: "sitemap", Needs: actor.Public, Cheap: true, Do: d.Sitemap},
		{Method: "GET", Path: "/sitemap/:part.xml", Name: "sitemap.part", Needs: actor.Public, Cheap: true, Do: d.SitemapPart},
		{Method: "GET", Path: "/.well-known/security.txt", Name: "security", Needs: actor.Public, Cheap: true, Do: d.Security},
		{Method: "GET", Path: "/.well-known/change-password", Name: "change-password", Needs: actor.Public, Cheap: true, Do: d.ChangePassword},

		// The installed app.
		{Method: "GET", Path: "/sw.js", Name: "worker", Needs: actor.Public, Cheap: true, Do: p.Worker},
		{Method: "GET", Path: "/offline", Name: "offline", Needs: actor.Public, Cheap: true, Do: p.Offline},
		{Method: "GET", Path: "/share", Name: "share", Needs: actor.Public, Do: p.SharePage},
		{Method: "POST", Path: "/share", Name: "share", Needs: actor.Public, Body: kit.StreamBody, API: true, Cheap: true, Do: p.Share},
	}
}

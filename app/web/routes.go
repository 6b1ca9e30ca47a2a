package web

import (
	"time"

	"imglink/app/actor"
	"imglink/app/web/api"
	"imglink/app/web/compat"
	"imglink/app/web/developer"
	"imglink/app/web/gallery"
	"imglink/app/web/kit"
	"imglink/app/web/public"
	"imglink/app/web/staff"
	"imglink/app/web/tus"
	"imglink/app/web/user"
)

// Limits are the budgets the operator sets.
type Limits struct{ ReportsPerHour int }

// Handlers is everything the table points to.
type Handlers struct {
	Public   *public.Handlers
	API      *api.Handlers
	Compat   *compat.Handlers
	System   *System
	Discover *Discover
	Staff    *staff.Handlers
	Account  *staff.Account
	Tus      *tus.Handlers
	Gallery  *gallery.Handlers
	User     *user.Handlers
	Dev      *developer.Handlers
	Limits   Limits
}

// Routes is the route table: every address of the program, what it needs, what it accepts, who answers; the lines below
// /staff are in routes_staff.go. GET answers HEAD too. Order matters only for /:id, which comes last.
func Routes(h Handlers) []kit.Route {
	p, s := h.Public, h.System
	const form = kit.FormBody
	reports := kit.Limit{Name: "report", N: h.Limits.ReportsPerHour, Per: time.Hour}
	tokens := kit.Limit{Name: "token", N: 120, Per: time.Minute}
	table := []kit.Route{
		// Public pages.
		{Method: "GET", Path: "/", Name: "home", Needs: actor.Public, Do: p.Home},
		{Method: "POST", Path: "/upload", Name: "upload", Needs: actor.Public, Body: kit.StreamBody, Do: p.Upload},
		{Method: "GET", Path: "/report", Name: "report", Needs: actor.Public, Bot: true, Do: p.ReportForm},
		{Method: "POST", Path: "/report", Name: "report.file", Needs: actor.Public, Limit: reports, Body: form, Bot: true, Do: p.FileReport},
		{Method: "GET", Path: "/report/status/:token", Name: "report.status", Needs: actor.Public, Limit: tokens, Do: p.ReportStatus},
		{Method: "GET", Path: "/botcheck/challenge", Name: "botcheck.challenge", Needs: actor.Public, Limit: tokens, Do: p.Challenge},
		{Method: "GET", Path: "/delete/:token", Name: "delete", Needs: actor.Public, Limit: tokens, Do: p.DeleteForm},
		{Method: "POST", Path: "/delete/:token", Name: "delete.confirm", Needs: actor.Public, Limit: tokens, Body: form, Do: p.Delete},
		{Method: "POST", Path: "/prefs/theme", Name: "prefs.theme", Needs: actor.Public, Body: form, Do: p.Theme},
		{Method: "POST", Path: "/prefs/language", Name: "prefs.language", Needs: actor.Public, Body: form, Do: p.Language},
		{Method: "GET", Path: "/privacy", Name: "privacy", Needs: actor.Public, Do: p.Privacy},
		{Method: "GET", Path: "/terms", Name: "terms", Needs: actor.Public, Do: p.Terms},
		{Method: "GET", Path: "/help", Name: "help", Needs: actor.Public, Do: p.Help},
		{Method: "GET", Path: "/oembed", Name: "oembed", Needs: actor.Public, API: true, Do: p.OEmbed},

		// Pictures.
		{Method: "GET", Path: "/i/:id.:ext", Name: "image.file", Needs: actor.Public, Cheap: true, Do: p.File},
		{Method: "GET", Path: "/t/:id.:ext", Name: "image.thumb", Needs: actor.Public, Cheap: true, Do: p.Thumb},

		// The program itself.
		{Method: "GET", Path: "/healthz", Name: "healthz", Needs: actor.Public, API: true, Cheap: true, Do: s.Health},
		{Method: "GET", Path: "/readyz", Name: "readyz", Needs: actor.Public, API: true, Cheap: true, Do: s.Ready},
		{Method: "GET", Path: "/static/:name", Name: "static", Needs: actor.Public, Cheap: true, Do: s.Static},
	}
	table = append(table, foundRoutes(h.Discover, h.Public)...)
	table = append(table, tusRoutes(h.Tus)...)
	table = append(table, apiRoutes(h)...)
	table = append(table, developerRoutes(h.Dev, h.User)...)
	table = append(table, compatRoutes(h.Compat)...)
	table = append(table, galleryRoutes(h.Gallery)...)
	table = append(table, reviewRoutes(h.Staff)...)
	table = append(table, accountRoutes(h.Account)...)
	table = append(table, userRoutes(h.User)...)
	return append(table,
		// One image, last: these paths are as short as they get.
		kit.Route{Method: "GET", Path: "/:id/report", Name: "image.report", Needs: actor.Public, Bot: true, Do: p.ReportForm},
		kit.Route{Method: "POST", Path: "/:id/age", Name: "image.age", Needs: actor.Public, Body: form, Do: p.ConfirmAge},
		kit.Route{Method: "GET", Path: "/:id", Name: "image", Needs: actor.Public, Do: p.Image},
	)
}

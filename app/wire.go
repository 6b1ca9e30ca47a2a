package app

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/botcheck"
	"imglink/app/cdn"
	"imglink/app/fetch"
	"imglink/app/imaging"
	"imglink/app/jobs"
	"imglink/app/moderation"
	"imglink/app/uploads"
	"imglink/app/web"
	"imglink/app/web/api"
	"imglink/app/web/kit"
	"imglink/app/web/public"
	"imglink/models"
)

// parts are the wired capabilities and handlers.
type parts struct {
	Uploads    *uploads.Service
	Moderation *moderation.Service
	bot        botcheck.Checker
	proof      *botcheck.Proof
	handlers   web.Handlers
}

func (a *App) wireCapabilities(ctx context.Context) error {
	lim := imaging.DefaultLimits()
	lim.Bytes, lim.Pixels = a.Config.MaxFile(), a.Config.MaxPixelsMP*1_000_000
	var purger uploads.Purger = cdn.None{}
	if a.Config.CloudflareToken != "" {
		purger = &cdn.Cloudflare{ZoneID: a.Config.CloudflareZone, Token: a.Config.CloudflareToken.Reveal()}
	}
	objects := a.opts.Objects
	if objects == nil {
		objects = a.Objects
	}
	a.Uploads = &uploads.Service{
		Store: a.Store, Objects: objects, Deriver: a.opts.Deriver, Fetcher: fetch.New(fetch.Options{MaxBytes: lim.Bytes}), Purger: purger,
		Clock: a.Clock, Log: a.Log, Limits: lim, TempDir: a.tempDir(), URLs: a.imageURLs, Cache: uploads.NewCache(32 << 20),
	}
	a.wireBotCheck()
	return nil
}

func (a *App) wireBotCheck() {
	if a.Config.TurnstileSecretKey != "" {
		a.bot = botcheck.NewTurnstile(a.Config, a.Store)
		return
	}
	a.proof = botcheck.NewProof(a.Keys.Key("proof-of-work"), a.Store, a.Clock)
	a.bot = a.proof
}

// imageURLs is every public address of an image, for purging.
func (a *App) imageURLs(img models.Image) []string {
	return []string{
		a.Kit.Abs("image", img.ID), a.Kit.Abs("image.file", img.ID, img.Ext), a.Kit.Abs("image.thumb", img.ID, "jpg"), a.Kit.Abs("image.thumb", img.ID, "webp"),
	}
}

// registry is every job and sweep of the program.
func (a *App) registry() *jobs.Registry {
	r := jobs.NewRegistry()
	jobs.Handle(r, a.Uploads.Derive)
	jobs.Handle(r, a.Uploads.Erase)
	r.Sweep("uploads.abandoned", 5*time.Minute, a.Uploads.SweepAbandoned)
	r.Sweep("uploads.underived", time.Minute, a.Uploads.SweepUnderived)
	r.Sweep("uploads.erase", time.Minute, a.Uploads.SweepErase)
	r.Sweep("operational", 10*time.Minute, func(ctx context.Context) error { _, err := a.Store.SweepOperational(ctx); return err })
	return r
}

func (a *App) wireWeb(context.Context) error {
	a.Kit = &kit.Kit{
		Base: a.Config.URL(), Secure: a.Config.Secure(), Proxies: a.Config.Proxies(), Keys: a.Keys, Clock: a.Clock, Log: a.Log,
		Limiter: a.Store, Frame: public.Frame{},
	}
	if a.Config.TurnstileSiteKey != "" {
		a.Kit.BotHost = "https://challenges.cloudflare.com"
	}
	apiHandlers := &api.Handlers{Uploads: a.Uploads, Store: a.Store, MaxRequest: a.Config.MaxRequest(), PerMinute: a.Config.UploadsPerMin}
	a.handlers = web.Handlers{
		API: apiHandlers, System: &web.System{Store: a.Store, Objects: a.Objects},
		Public: &public.Handlers{
			Store: a.Store, Uploads: a.Uploads, API: apiHandlers, Moderation: a.Moderation, Bot: a.bot, Proof: a.proof,
			Contact: "privacy@imglink.cc", Location: a.Config.Location(),
		},
		Limits: web.Limits{ReportsPerHour: a.Config.ReportsPerHr},
	}
	return nil
}

// web makes the server. The table is mounted here, so that addresses exist before the first job needs one.
func (a *App) web() *fiber.App { return web.New(a.Kit, web.Routes(a.handlers)) }

package app

import (
	"context"
	"runtime"
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/accounts"
	"imglink/app/audit"
	"imglink/app/botcheck"
	"imglink/app/cdn"
	"imglink/app/fetch"
	"imglink/app/gallery"
	"imglink/app/imaging"
	"imglink/app/imaging/sandbox"
	"imglink/app/jobs"
	"imglink/app/mail"
	"imglink/app/moderation"
	"imglink/app/post"
	"imglink/app/resumable"
	"imglink/app/retention"
	"imglink/app/similar"
	"imglink/app/tokens"
	"imglink/app/uploads"
	"imglink/app/users"
	"imglink/app/web"
	"imglink/app/web/api"
	"imglink/app/web/developer"
	webgallery "imglink/app/web/gallery"
	"imglink/app/web/kit"
	"imglink/app/web/public"
	"imglink/app/web/staff"
	"imglink/app/web/tus"
	"imglink/app/web/user"
	"imglink/models"
)

// parts are the wired capabilities and handlers.
type parts struct {
	Uploads    *uploads.Service
	Gallery    *gallery.Service
	Tokens     *tokens.Service
	Resumable  *resumable.Service
	Moderation *moderation.Service
	Accounts   *accounts.Service
	Users      *users.Service
	Post       *post.Service
	Audit      *audit.Service
	Retention  *retention.Service
	Outbox     *mail.Outbox // nil when mail goes by SMTP
	Similar    *similar.Service
	bot        botcheck.Checker
	proof      *botcheck.Proof
	server     *fiber.App
}

func (a *App) wireCapabilities(ctx context.Context) error {
	lim := imaging.DefaultLimits()
	lim.Bytes, lim.Pixels = a.Config.MaxFile(), a.Config.MaxPixelsMP*1_000_000
	var purger uploads.Purger = cdn.None{}
	if a.Config.CloudflareToken != "" {
		purger = &cdn.Cloudflare{ZoneID: a.Config.CloudflareZone, Token: a.Config.CloudflareToken.Reveal(), Clock: a.Clock}
	}
	a.Audit = &audit.Service{Store: a.Store, Clock: a.Clock, Log: a.Log}
	a.Similar = &similar.Service{Store: a.Store, Clock: a.Clock, Log: a.Log}
	deriver, err := a.deriver(lim)
	if err != nil {
		return err
	}
	a.Uploads = &uploads.Service{
		Store: a.Store, Objects: a.Objects, Deriver: deriver, Fetcher: fetch.New(fetch.Options{MaxBytes: lim.Bytes}), Purger: purger,
		Clock: a.Clock, Log: a.Log, Limits: lim, TempDir: a.tempDir(), URLs: a.imageURLs, Cache: uploads.NewCache(64 << 20),
		SharedCaches: a.Config.CloudflareToken != "",
		Quota:        int64(a.Config.UserQuota),
	}
	a.Gallery = &gallery.Service{Store: a.Store, Clock: a.Clock, Quota: a.Uploads.Quota, Forget: a.Uploads.Cache.Forget}
	a.Resumable = &resumable.Service{
		Store: a.Store, Objects: a.Objects, Uploads: a.Uploads, Keys: a.Keys, Clock: a.Clock, Log: a.Log, TempDir: a.tempDir(), MaxBytes: lim.Bytes,
	}
	if err := a.wireAccounts(); err != nil {
		return err
	}
	if err := a.wireUsers(); err != nil {
		return err
	}
	a.wireModeration(purger)
	if err := a.Moderation.EnsureReasons(ctx); err != nil {
		return err
	}
	if err := a.wirePost(); err != nil {
		return err
	}
	return a.wireBotCheck()
}

// wirePost sends mail by SMTP, or keeps it as files that admins can read.
func (a *App) wirePost() (err error) {
	var sender mail.Sender
	if c := a.Config; c.SMTPURL != "" {
		sender, err = mail.NewSMTP(c.SMTPURL.Reveal(), c.MailFrom, a.Clock)
	} else {
		a.Outbox, err = mail.NewOutbox(c.Dir("outbox"), c.MailFrom, a.Clock)
		sender = a.Outbox
	}
	a.Post = &post.Service{Store: a.Store, Sender: sender, Clock: a.Clock}
	a.Retention = &retention.Service{Store: a.Store, Clock: a.Clock}
	if a.Outbox != nil {
		a.Retention.Outbox = a.Outbox
	}
	return err
}

// deriver decodes in child processes of this program.
func (a *App) deriver(lim imaging.Limits) (uploads.Deriver, error) {
	if a.opts.Deriver != nil {
		return a.opts.Deriver, nil
	}
	pool, err := sandbox.New(sandbox.Options{Workers: runtime.GOMAXPROCS(0), Limits: lim})
	if err != nil {
		return nil, err
	}
	a.onClose(func(context.Context) error { return pool.Close() })
	return pool, nil
}

func (a *App) wireBotCheck() (err error) {
	if c := a.Config; c.TurnstileSecretKey != "" {
		a.bot = &botcheck.Turnstile{
			SiteKey: c.TurnstileSiteKey, Secret: c.TurnstileSecretKey.Reveal(), VerifyURL: c.TurnstileVerifyURL, Hostname: c.Host(), Once: a.Store, Clock: a.Clock,
		}
		return nil
	}
	a.proof, err = botcheck.NewProof(a.Keys.Key("proof-of-work"), a.Store, a.Clock, botcheck.ProofOptions{})
	a.bot = a.proof
	return err
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
	jobs.Handle(r, a.Uploads.Purge)
	jobs.Handle(r, a.Post.Send)
	jobs.Handle(r, a.Audit.Verify)
	a.moderationJobs(r)
	r.Sweep("post", 10*time.Minute, a.Post.Sweep)
	r.Sweep("uploads.abandoned", 5*time.Minute, a.Uploads.SweepAbandoned)
	r.Sweep("uploads.underived", time.Minute, a.Uploads.SweepUnderived)
	r.Sweep("uploads.erase", time.Minute, a.Uploads.SweepErase)
	r.Sweep("resumable.unfinished", time.Minute, a.Resumable.SweepUnfinished)
	r.Sweep("resumable.expired", 10*time.Minute, a.Resumable.SweepExpired)
	r.Sweep("resumable.orphans", 12*time.Hour, a.Resumable.SweepOrphans)
	r.Sweep("uploads.expired", time.Minute, a.Uploads.SweepExpired)
	r.Sweep("retention", 10*time.Minute, a.Retention.Sweep)
	return r
}

// contact is who answers for the site.
const contact = "privacy@imglink.cc"

func (a *App) wireWeb(context.Context) error {
	a.Kit = &kit.Kit{
		Base: a.Config.URL(), Secure: a.Config.Secure(), Proxies: a.Config.Proxies(), Keys: a.Keys, Clock: a.Clock, Log: a.Log,
		Limiter: a.Store, Sessions: staff.Sessions{Accounts: a.Accounts}, Users: user.Sessions{Users: a.Users}, Frame: web.Frame{},
	}
	a.wireTokens()
	if a.Config.TurnstileSiteKey != "" {
		a.Kit.BotHost = "https://challenges.cloudflare.com"
	}
	apiHandlers := &api.Handlers{Uploads: a.Uploads, Gallery: a.Gallery, Store: a.Store, MaxRequest: a.Config.MaxRequest(), PerMinute: a.Config.UploadsPerMin}
	handlers := web.Handlers{
		API: apiHandlers, Compat: a.compatHandlers(), Dev: &developer.Handlers{PerMinute: a.Config.UploadsPerMin, Guests: a.Config.GuestClients}, System: &web.System{Store: a.Store, Objects: a.Objects},
		Discover: &web.Discover{Albums: a.Store, Contact: contact},
		Public: &public.Handlers{
			Store: a.Store, Uploads: a.Uploads, Gallery: a.Gallery, API: apiHandlers, Moderation: a.Moderation, Bot: a.bot, Proof: a.proof,
			Contact: contact, Location: a.Config.Location(),
		},
		Staff:   a.staffHandlers(),
		Account: &staff.Account{Accounts: a.Accounts},
		Gallery: &webgallery.Handlers{Gallery: a.Gallery},
		Tus:     &tus.Handlers{Resumable: a.Resumable, PerMinute: a.Config.UploadsPerMin},
		User:    a.userHandlers(),
		Limits:  web.Limits{ReportsPerHour: a.Config.ReportsPerHr},
	}
	// The table is mounted even where nothing is served: jobs and commands need its addresses.
	a.server = web.New(a.Kit, web.Routes(handlers))
	return nil
}

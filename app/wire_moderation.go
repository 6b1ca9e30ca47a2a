package app

import (
	"context"
	"time"

	"imglink/app/cdn"
	"imglink/app/jobs"
	"imglink/app/moderation"
)

func (a *App) wireModeration(purger moderation.Purger) {
	a.Moderation = moderation.New(moderation.Options{
		Store: a.Store, BaseURL: a.Config.URL(), URLs: a.imageURLs, Zone: a.Config.Location(), Purger: purger,
		Prober: prober{}, Similar: a.Similar, ComplaintURL: a.Config.URL() + "/terms#objections", Log: a.Log,
	})
}

func (a *App) moderationJobs(r *jobs.Registry) {
	jobs.Handle(r, func(ctx context.Context, j moderation.AdmitJob) error { return a.Moderation.Admit(ctx, j.NoticeID) })
	jobs.Handle(r, func(ctx context.Context, j moderation.EffectJob) error {
		return a.Moderation.RunEffect(ctx, j.EffectID)
	})
	r.Sweep("moderation", 30*time.Second, a.Moderation.Sweep)
}

// prober looks at our addresses from outside, through whatever cache stands before us.
type prober struct{ cdn.Prober }

// Gone implements moderation.Prober.
func (p prober) Gone(ctx context.Context, url string) (bool, error) { return p.Probe(ctx, url) }

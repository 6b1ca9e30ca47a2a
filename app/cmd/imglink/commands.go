package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"imglink/app"
	"imglink/app/config"
)

// withApp runs fn on a wired program and closes it, whatever happens.
func withApp(ctx context.Context, cfg config.Config, o app.Options, fn func(*app.App) error) error {
	a, err := app.New(ctx, cfg, o)
	if err == nil {
		err = fn(a)
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	return errors.Join(err, a.Close(closing))
}

type serveCmd struct {
	Demo   bool `help:"Fill an empty instance with the demo first."`
	NoWork bool `help:"Leave jobs to imglink work."`
}

// Run serves until it is told to stop.
func (s serveCmd) Run(ctx context.Context, cfg config.Config) error {
	if s.Demo {
		if err := seed(ctx, cfg); err != nil {
			return err
		}
	}
	return withApp(ctx, cfg, app.Options{NoWork: s.NoWork, Stays: true}, func(a *app.App) error {
		link, err := a.FirstAdmin(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "\nImgLink is at %s\n", cfg.URL())
		if link != "" {
			fmt.Fprintf(os.Stderr, "Set up the first administrator, once: %s\n", link)
		}
		fmt.Fprintln(os.Stderr)
		return a.Run(ctx)
	})
}

type workCmd struct{}

// Run works on jobs until it is told to stop.
func (workCmd) Run(ctx context.Context, cfg config.Config) error {
	return withApp(ctx, cfg, app.Options{NoServe: true, Stays: true}, func(a *app.App) error { return a.Run(ctx) })
}

type migrateCmd struct{}

// Run migrates: New does, as every start does.
func (migrateCmd) Run(ctx context.Context, cfg config.Config) error {
	return withApp(ctx, cfg, app.Options{}, func(*app.App) error { fmt.Fprintln(os.Stderr, "The schema is up to date."); return nil })
}

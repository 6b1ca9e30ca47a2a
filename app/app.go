// Package app wires the program: configuration, stores, capabilities, web, jobs. End-to-end tests run the same New on port 0.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"imglink/app/clock"
	"imglink/app/config"
	"imglink/app/fault"
	"imglink/app/jobs"
	"imglink/app/keyring"
	"imglink/app/objects"
	"imglink/app/uploads"
	"imglink/app/web/kit"
	"imglink/models"
)

// Options are what differs between the program and its tests.
type Options struct {
	Clock                  clock.Clock       // nil is the system's
	Log                    *slog.Logger      // nil logs JSON to standard error
	Listener               net.Listener      // nil listens on Config.Addr
	Transport              http.RoundTripper // to the object store; tests inject failures there
	Deriver                uploads.Deriver   // nil runs derivations in child processes
	NoWork                 bool              // serve without working on jobs: another process does
	UnsafelyCheapPasswords int               // tests only: a bcrypt cost below the house's minimum
	Stays                  bool              // the program will run on: it must own its embedded servers
	NoServe                bool              // work on jobs without serving pages
}

// App is a wired program.
type App struct {
	Config  config.Config
	Clock   clock.Clock
	Log     *slog.Logger
	Keys    keyring.Ring
	Store   *models.Store
	Objects *objects.S3
	Kit     *kit.Kit
	parts
	opts    Options
	runner  *jobs.Runner
	closers []func(context.Context) error // run in reverse
	fatal   chan error
}

// New wires everything and brings the schema up to date. Close must be called, also after an error.
func New(ctx context.Context, cfg config.Config, o Options) (a *App, err error) {
	a = &App{Config: cfg, Clock: o.Clock, Log: o.Log, opts: o, fatal: make(chan error, 4)}
	if a.Clock == nil {
		a.Clock = clock.System{}
	}
	if a.Log == nil {
		a.Log = newLog(cfg)
	}
	for _, step := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"keys", a.openKeys},
		{"backends", a.openBackends},
		{"database", a.openStore},
		{"objects", a.openObjects},
		{"capabilities", a.wireCapabilities},
		{"jobs", a.wireJobs},
		{"web", a.wireWeb},
	} {
		if err := step.run(ctx); err != nil {
			return a, fmt.Errorf("start: %s: %w", step.name, err)
		}
	}
	return a, nil
}

func newLog(cfg config.Config) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(cfg.LogLevel))
	return slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}

// onClose runs f when the program ends, after everything opened later was closed.
func (a *App) onClose(f func(context.Context) error) { a.closers = append(a.closers, f) }

// Close ends everything that New opened, newest first.
func (a *App) Close(ctx context.Context) error {
	var err error
	for i := len(a.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, a.closers[i](ctx))
	}
	a.closers = nil
	return err
}

func (a *App) openKeys(context.Context) (err error) {
	if err := os.MkdirAll(a.Config.DataDir, 0o711); err != nil { //nolint:gosec // the embedded database's user must pass through
		return err
	}
	if err := os.MkdirAll(a.tempDir(), 0o700); err != nil {
		return err
	}
	if k := a.Config.SecretKey.Reveal(); k != "" {
		a.Keys = keyring.New(k)
		return nil
	}
	a.Keys, err = keyring.LoadOrCreate(a.Config.DataDir)
	return err
}

func (a *App) tempDir() string { return filepath.Join(a.Config.DataDir, "tmp") }

// openStore migrates and connects. A database that is still starting is waited for.
func (a *App) openStore(ctx context.Context) (err error) {
	dsn := a.Config.DatabaseURL.Reveal()
	for wait := 250 * time.Millisecond; ; wait *= 2 {
		if err = models.Migrate(ctx, dsn); err == nil || wait > 10*time.Second || !errors.Is(err, models.ErrUnreachable) {
			break
		}
		a.Log.Warn("waiting for the database")
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
	if err != nil {
		return err
	}
	a.Store, err = models.Open(ctx, models.Options{DSN: dsn, Clock: a.Clock, Log: a.Log})
	if err != nil {
		return err
	}
	a.onClose(func(context.Context) error { a.Store.Close(); return nil })
	return nil
}

func (a *App) openObjects(ctx context.Context) (err error) {
	c := a.Config
	a.Objects, err = objects.Open(ctx, objects.Config{
		Endpoint: c.S3Endpoint, Region: c.S3Region, Bucket: c.S3Bucket, AccessKeyID: c.S3AccessKeyID,
		SecretAccessKey: c.S3SecretAccessKey.Reveal(), SSE: c.S3SSE, Transport: a.opts.Transport,
	})
	if err != nil || c.Production() {
		return err
	}
	if err := a.Objects.EnsureBucket(ctx); err != nil && !fault.Is(err, fault.Unavailable) {
		return err
	}
	return nil
}

// wireJobs registers every handler and sweep. The runner inserts jobs everywhere and works where it is told to.
func (a *App) wireJobs(ctx context.Context) error {
	pool, err := models.OpenPool(ctx, a.Config.DatabaseURL.Reveal(), 12)
	if err != nil {
		return err
	}
	a.onClose(func(context.Context) error { pool.Close(); return nil })
	if a.runner, err = jobs.New(a.registry(), jobs.Options{Pool: pool, Log: a.Log, Workers: a.Config.Workers}); err != nil {
		return err
	}
	a.Store.UseJobs(a.runner)
	return nil
}

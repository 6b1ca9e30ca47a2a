package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// drain is how long uploads in flight may take to finish after a stop was asked for.
const drain = 30 * time.Second

// Run serves and works until ctx ends or something it depends on fails. In-flight requests finish.
func (a *App) Run(ctx context.Context) (err error) {
	ln, err := a.listen() // before any work begins: an address that is taken must leave nothing running
	if err != nil {
		return err
	}
	if !a.opts.NoWork {
		if err := a.startWork(ctx); err != nil {
			return err
		}
		defer a.startSealing(ctx)()
	}
	following, unfollow := context.WithCancel(context.WithoutCancel(ctx))
	defer unfollow()
	go a.Similar.Follow(following)
	defer a.serveMetrics()()
	served := make(chan error, 1)
	if !a.opts.NoServe {
		go func() { served <- a.server.Listener(ln) }()
	}
	select {
	case <-ctx.Done():
	case err = <-a.fatal:
	case err = <-served:
	}
	return errors.Join(err, a.stop())
}

// listen opens the address of the pages; nil where none are served.
func (a *App) listen() (net.Listener, error) {
	if a.opts.NoServe || a.opts.Listener != nil {
		return a.opts.Listener, nil
	}
	return net.Listen("tcp", a.Config.Addr)
}

func (a *App) stop() (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	if !a.opts.NoServe {
		err = a.server.ShutdownWithContext(ctx)
	}
	if !a.opts.NoWork {
		err = errors.Join(err, a.runner.Stop(ctx))
	}
	return err
}

func (a *App) startWork(ctx context.Context) error {
	// Jobs outlive the signal that stops the program: stop lets them finish.
	return a.runner.Start(context.WithoutCancel(ctx))
}

// startSealing chains audit entries until the returned function is called, which is after the last job, and then once more.
func (a *App) startSealing(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() { defer close(done); a.Audit.Follow(ctx) }()
	return func() { cancel(); <-done }
}

// serveMetrics answers /metrics on its own address, which is not public.
func (a *App) serveMetrics() (stop func()) {
	if a.Config.MetricsAddr == "" {
		return func() {}
	}
	ln, err := net.Listen("tcp", a.Config.MetricsAddr)
	if err != nil {
		a.Log.Warn("metrics are off: their address is taken", "address", a.Config.MetricsAddr)
		return func() {}
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.Handler())
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = srv.Serve(ln) }()
	return func() { _ = srv.Close() }
}

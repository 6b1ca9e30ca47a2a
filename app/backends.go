package app

import (
	"context"
	"errors"
	"fmt"

	"imglink/app/config"
	"imglink/app/embedded"
)

// openBackends starts the embedded database and store where nothing else is configured, or joins those another process of
// the same data directory already runs.
func (a *App) openBackends(ctx context.Context) error {
	if a.Config.EmbeddedDatabase() {
		dsn, err := a.embeddedDatabase(ctx)
		if err != nil {
			return err
		}
		a.Config.DatabaseURL = config.Secret(dsn)
	}
	if a.Config.EmbeddedStore() {
		access, err := a.embeddedStore(ctx)
		if err != nil {
			return err
		}
		c := &a.Config
		c.S3Endpoint, c.S3Region, c.S3Bucket = access.Endpoint, access.Region, access.Bucket
		c.S3AccessKeyID, c.S3SecretAccessKey = access.AccessKeyID, config.Secret(access.SecretAccessKey)
	}
	return nil
}

// errTwice refuses a second program on one data directory: it would lose its servers whenever the first one ends.
var errTwice = errors.New("another imglink runs in this data directory: stop it, or set DATABASE_URL and S3_ENDPOINT to run several")

func (a *App) embeddedDatabase(ctx context.Context) (string, error) {
	dir := a.Config.Dir("postgres")
	dsn, err := embedded.AttachPostgres(ctx, dir)
	if err == nil && a.opts.Stays {
		return "", errTwice
	}
	if err == nil {
		return dsn, nil
	}
	pg, err := embedded.StartPostgres(ctx, embedded.PostgresConfig{Dir: dir, Log: a.Log})
	if err != nil {
		return "", err
	}
	a.onClose(pg.Stop)
	go a.watch("PostgreSQL", pg.Done())
	return pg.DSN(), nil
}

func (a *App) embeddedStore(ctx context.Context) (embedded.S3Access, error) {
	dir := a.Config.Dir("objects")
	access, err := embedded.AttachS3(ctx, dir)
	if err == nil {
		return access, nil
	}
	s3, err := embedded.StartS3(ctx, embedded.S3Config{Dir: dir, Log: a.Log})
	if err != nil {
		return embedded.S3Access{}, err
	}
	a.onClose(s3.Stop)
	go a.watch("the S3 server", s3.Done())
	return s3.S3Access, nil
}

// watch makes the end of a child the end of the program: pages without a database help nobody, and a supervisor restarts us.
func (a *App) watch(name string, done <-chan error) {
	if err, ok := <-done; ok && err != nil {
		a.fatal <- fmt.Errorf("%s stopped: %w", name, err)
	}
}

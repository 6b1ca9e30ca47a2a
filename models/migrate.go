package models

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations is the embedded schema, for tests that key a template by its content.
func Migrations() fs.FS { return migrations }

// grants are applied after every migration, so that a new table is usable and the audit log stays append-only.
const grants = `
GRANT USAGE ON SCHEMA public TO imglink_app, imglink_report;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO imglink_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO imglink_app;
REVOKE UPDATE, DELETE, TRUNCATE ON audit_log, audit_chain FROM imglink_app;
REVOKE UPDATE ON audit_values FROM imglink_app;
REVOKE ALL ON goose_db_version FROM imglink_app;
GRANT SELECT ON goose_db_version TO imglink_app;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM imglink_report;
GRANT SELECT ON cases, decisions, effects TO imglink_report;`

// ErrUnreachable is a database that does not answer, or does not let us in.
var ErrUnreachable = errors.New("models: the database cannot be reached: check DATABASE_URL and that the server is running")

// Migrate brings the schema up to date. Concurrent calls wait for each other. The connecting user must own the schema and
// be allowed to create roles the first time.
func Migrate(ctx context.Context, dsn string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return ErrUnreachable // the cause may print the DSN
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing is pending
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, lockMigrate); err != nil {
		return fmt.Errorf("models: migrate: lock: %w", err)
	}
	pool, err := pgxpool.New(ctx, dsn)
	if err != nil {
		return fmt.Errorf("models: migrate: %w", err)
	}
	defer pool.Close()
	if err := migrateSchema(ctx, pool); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, grants); err != nil {
		return fmt.Errorf("models: migrate: grants: %w", err)
	}
	return nil
}

func migrateSchema(ctx context.Context, pool *pgxpool.Pool) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close() //nolint:errcheck // the pool is closed by the caller
	provider, err := goose.NewProvider(goose.DialectPostgres, db, dir)
	if err != nil {
		return fmt.Errorf("models: migrate: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("models: migrate: %w", err)
	}
	river, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return fmt.Errorf("models: migrate: queue: %w", err)
	}
	if _, err := river.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("models: migrate: queue: %w", err)
	}
	return nil
}

// Migrated reports whether the schema is the one this program was built for.
func (s *Store) Migrated(ctx context.Context) (bool, error) {
	entries, err := migrations.ReadDir("migrations")
	if err != nil {
		return false, err
	}
	var applied int
	err = s.pool.QueryRow(ctx, `SELECT count(*) FROM goose_db_version WHERE version_id > 0 AND is_applied`).Scan(&applied)
	return applied >= len(entries), dbError(err)
}

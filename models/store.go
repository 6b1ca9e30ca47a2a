// Package models holds the rows and every query. It is the only package that imports gorm.
package models

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"imglink/app/clock"
	"imglink/app/fault"
)

// Options configure Open.
type Options struct {
	DSN      string
	MaxConns int32 // 0 means 16
	Clock    clock.Clock
	Log      *slog.Logger
}

// Store is the database. It is safe for concurrent use.
type Store struct {
	Queries
	pool  *pgxpool.Pool
	sqlDB *sql.DB
	clock clock.Clock
	log   *slog.Logger
	jobs  JobInserter
}

// Queries is every read. A Store embeds it for single statements, a Tx for reads inside its transaction (use the Tx's own
// there: another connection would not see what the transaction wrote), and Read hands one out for a consistent set.
type Queries struct{ db *gorm.DB }

func (q Queries) with(ctx context.Context) *gorm.DB { return q.db.WithContext(ctx) }

// JobInserter puts a side effect into the queue inside the transaction of the change that causes it.
type JobInserter interface {
	InsertTx(ctx context.Context, tx pgx.Tx, job Job) error
}

// Job is a side effect to be done after commit. Kind and its arguments are the worker's contract; arguments hold ids only.
type Job interface{ Kind() string }

// AppRole is the database role every connection of the program takes: it may not rewrite the audit log.
const AppRole = "imglink_app"

// Open connects. It does not wait for the database: the first query does, and fails as Unavailable while it is down.
func Open(ctx context.Context, o Options) (*Store, error) {
	pool, err := OpenPool(ctx, o.DSN, o.MaxConns)
	if err != nil {
		return nil, err
	}
	sqlDB := stdlib.OpenDBFromPool(pool)
	sqlDB.SetMaxIdleConns(0) // the pgx pool keeps the connections
	db, err := gorm.Open(postgres.New(postgres.Config{Conn: sqlDB}), &gorm.Config{
		SkipDefaultTransaction:   true,
		TranslateError:           true,
		DisableNestedTransaction: true,
		DisableAutomaticPing:     true,
		AllowGlobalUpdate:        false,
		Logger:                   logger.Discard, // errors are returned and logged once, without parameters
		NowFunc:                  o.Clock.Now,
	})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("models: open: %w", err)
	}
	return &Store{Queries: Queries{db}, pool: pool, sqlDB: sqlDB, clock: o.Clock, log: o.Log}, nil
}

// OpenPool makes a connection pool whose connections have taken the application's role. maxConns 0 means 16.
func OpenPool(ctx context.Context, dsn string, maxConns int32) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("models: DATABASE_URL cannot be parsed") // the cause would print the password
	}
	if maxConns == 0 {
		maxConns = 16
	}
	cfg.MaxConns = maxConns
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.ConnConfig.ConnectTimeout = 3 * time.Second
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["application_name"] = "imglink"
	cfg.ConnConfig.RuntimeParams["statement_timeout"] = "30s"
	cfg.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "60s"
	cfg.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "SET ROLE "+AppRole)
		return err
	}
	return pgxpool.NewWithConfig(ctx, cfg)
}

// UseJobs sets where Tx.Enqueue puts jobs. It is called once, while the program is wired.
func (s *Store) UseJobs(j JobInserter) { s.jobs = j }

// Clock is the clock whose instants the store writes.
func (s *Store) Clock() clock.Clock { return s.clock }

// Close releases the connections.
func (s *Store) Close() { _ = s.sqlDB.Close(); s.pool.Close() }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return dbError(s.pool.Ping(ctx)) }

// Read runs fn over one unchanging snapshot: a read-only, repeatable-read transaction.
func (s *Store) Read(ctx context.Context, fn func(Queries) error) error {
	return dbError(s.with(ctx).Transaction(func(db *gorm.DB) error { return fn(Queries{db}) },
		&sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}))
}

// ErrNotFound is what every lookup of one row returns when there is none.
var ErrNotFound = fault.New(fault.NotFound, "not_found", "There is nothing at this address.")

// ErrStale is what a guarded update returns when the row has changed since it was read.
var ErrStale = fault.New(fault.Conflict, "stale", "Somebody else changed this in the meantime. Look at it again.")

// ErrDuplicate is a unique constraint refusing a second row.
var ErrDuplicate = fault.New(fault.Conflict, "duplicate", "This exists already.")

// dbError gives database failures their kind: missing rows, duplicates, and an unreachable server. Everything else is a
// defect and stays as it is.
func dbError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrRecordNotFound), errors.Is(err, pgx.ErrNoRows), errors.Is(err, sql.ErrNoRows):
		return ErrNotFound
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return ErrDuplicate
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch {
		case pg.Code == "23505":
			return ErrDuplicate
		case pg.Code == "57P01", pg.Code == "57P02", pg.Code == "57P03", pg.Code[:2] == "08", pg.Code == "53300":
			return unavailable.Because(err)
		case pg.Code == "22021": // character_not_in_repertoire: NUL, or no UTF-8
			return ErrText.Because(err)
		}
		return err
	}
	var netErr net.Error
	var connErr *pgconn.ConnectError
	if errors.As(err, &netErr) || errors.As(err, &connErr) || pgconn.SafeToRetry(err) || cut(err) {
		return unavailable.Because(err)
	}
	return err
}

// cut reports whether the connection went away below a statement.
func cut(err error) bool {
	for _, target := range []error{sql.ErrConnDone, driver.ErrBadConn, pgconn.ErrConnClosed, io.ErrUnexpectedEOF, io.EOF} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

var unavailable = fault.New(fault.Unavailable, "database_unavailable", "We cannot reach our database right now. Nothing was changed; please try again in a moment.").After(5 * time.Second)

// ErrText is a value with bytes that no text has: see 22021 in dbError.
var ErrText = fault.New(fault.Malformed, "text_malformed", "The request holds characters that are no text. Type the value again.")

// affected turns "no row was updated" into ErrStale: every update says which row it means.
func affected(n int, err error) error {
	if err != nil {
		return dbError(err)
	}
	if n == 0 {
		return ErrStale
	}
	return nil
}

package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// pgUser is the cluster's superuser and the name of the program's database.
const pgUser = "imglink"

// readyWithin bounds the wait for a started server: replaying the log after a crash may take a while.
const readyWithin = 2 * time.Minute

// PostgresConfig says where the cluster lives.
type PostgresConfig struct {
	// Dir is the cluster's own directory, created when missing. With Throwaway an empty Dir means a new one in memory.
	Dir string
	// Log receives the server's messages; nil discards them.
	Log *slog.Logger
	// Throwaway trades every durability for speed and removes Dir on Stop: for tests alone. Autovacuum is off, so a test
	// or benchmark that depends on statistics runs ANALYZE itself.
	Throwaway bool
}

// Postgres is a running private cluster.
type Postgres struct {
	dsn       string
	child     *child
	lock      *dirLock
	done      <-chan error
	throwaway bool
	cleanup   []string // removed on Stop
}

// DSN connects as superuser to the program's own database over the Unix socket.
func (p *Postgres) DSN() string { return p.dsn }

// Done delivers one error when the server ends without Stop, which is fatal for the program; it is closed either way.
func (p *Postgres) Done() <-chan error { return p.done }

// Stop ends the server: open connections are closed and everything committed is on disk. Calling it again is harmless.
func (p *Postgres) Stop(ctx context.Context) error {
	signals := []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} // fast, then immediate shutdown
	if p.throwaway {
		signals = signals[1:] // nothing here is worth a checkpoint
	}
	err := p.child.stop(ctx, time.Minute, signals...)
	for _, path := range p.cleanup {
		err = errors.Join(err, os.RemoveAll(path))
	}
	p.lock.release()
	return err
}

// StartPostgres starts the cluster in cfg.Dir, making it first when the directory is new, and returns once the program's
// database accepts connections. It refuses a directory another process runs and a cluster of another major version; a
// server orphaned by a killed program is stopped first. The errors are sentences that say what to do.
func StartPostgres(ctx context.Context, cfg PostgresConfig) (p *Postgres, err error) {
	installs, err := findPostgres(ctx)
	if err != nil {
		return nil, err
	}
	cl, err := openCluster(cfg)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			cl.close()
		}
	}()
	if cl.install, err = chooseInstall(installs, cl.data); err != nil {
		return nil, err
	}
	if err := cl.stopOrphan(ctx); err != nil {
		return nil, err
	}
	if err := cl.prepare(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	ch, err := cl.launch(ctx)
	if err != nil {
		return nil, err
	}
	if err := ensureDatabase(ctx, cl.dsn("postgres")); err != nil {
		return nil, errors.Join(err, ch.stop(context.WithoutCancel(ctx), 10*time.Second, syscall.SIGINT))
	}
	return &Postgres{
		dsn: cl.dsn(pgUser), child: ch, lock: cl.lock, done: ch.watch(), throwaway: cfg.Throwaway, cleanup: cl.cleanup,
	}, nil
}

// dsn is a connection string for the given database. The password guards nothing the socket's mode does not guard
// already; it is there because PostgreSQL's peer authentication fails when we are root and the server is not.
func (cl *cluster) dsn(database string) string {
	q := url.Values{"host": {cl.socket}, "port": {"5432"}, "sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", User: url.UserPassword(pgUser, cl.password), Path: "/" + database, RawQuery: q.Encode()}
	return u.String()
}

// launch starts the server and waits until it answers. A postmaster killed a moment ago may have left backends that hold
// its shared memory: they notice within seconds, so that one failure is tried again.
func (cl *cluster) launch(ctx context.Context) (*child, error) {
	for {
		ch, err := startChild(cl.serverCommand())
		if err != nil {
			return nil, err
		}
		err = cl.awaitReady(ctx, ch)
		if err == nil {
			return ch, nil
		}
		retry := strings.Contains(ch.last(), "is still in use") || strings.Contains(ch.last(), "might still be running")
		if serr := ch.stop(context.WithoutCancel(ctx), 10*time.Second, syscall.SIGINT); serr != nil || !retry || ctx.Err() != nil {
			return nil, errors.Join(err, serr)
		}
		if err := pause(ctx, 250*time.Millisecond); err != nil {
			return nil, ch.failure()
		}
	}
}

// awaitReady returns nil once our own child answers. Connecting is not proof enough: an orphan on the same socket would
// answer too, so the pid file must name the child.
func (cl *cluster) awaitReady(ctx context.Context, ch *child) error {
	var last error
	for {
		select {
		case <-ch.exited:
			return ch.failure()
		default:
		}
		last = probe(ctx, cl.dsn("postgres"))
		if pid, _ := cl.recordedPid(); last == nil && pid == ch.cmd.Process.Pid {
			return nil
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return fmt.Errorf("PostgreSQL in %s did not become ready: %w", cl.data, errors.Join(err, last))
		}
	}
}

func probe(ctx context.Context, dsn string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// pause sleeps unless the context ends first.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// ensureDatabase creates the program's database in a new cluster.
func ensureDatabase(ctx context.Context, dsn string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("connecting to the embedded PostgreSQL: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var exists bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, pgUser).Scan(&exists); err != nil {
		return fmt.Errorf("looking for the database %s: %w", pgUser, err)
	}
	if exists {
		return nil
	}
	if _, err := conn.Exec(ctx, `CREATE DATABASE `+pgx.Identifier{pgUser}.Sanitize()); err != nil {
		return fmt.Errorf("creating the database %s: %w", pgUser, err)
	}
	return nil
}

// ErrNotRunning says that no process runs the embedded server of a data directory.
var ErrNotRunning = errors.New("the embedded server is not running")

// AttachPostgres gives the connection string of a cluster another process runs in dir, for commands such as
// `imglink staff add` beside a running `imglink serve`; ErrNotRunning when nobody does.
func AttachPostgres(ctx context.Context, dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil || !locked(dir) {
		return "", errors.Join(err, ErrNotRunning)
	}
	dsn, err := os.ReadFile(filepath.Join(dir, "dsn"))
	if err == nil {
		err = probe(ctx, string(dsn))
	}
	if err != nil {
		return "", errors.Join(ErrNotRunning, err)
	}
	return string(dsn), nil
}

// Package apptest gives a test its own instance: a database cloned from a migrated template, a bucket of its own, a fake
// clock, captured mail, and clients. The servers behind are real: see package embedded for how test processes share them.
package apptest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"imglink/app"
	"imglink/app/clock"
	"imglink/app/config"
	"imglink/app/embedded"
	"imglink/app/ident"
	"imglink/models"
)

// Start is where the fake clock begins: a Monday in winter time.
var Start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// Main is the TestMain of packages that use this one: m.Run between starting and stopping the servers.
func Main(m *testing.M, before ...func()) {
	for _, f := range before {
		f()
	}
	code := m.Run()
	_ = embedded.StopShared(context.Background())
	os.Exit(code)
}

// Database makes an empty, migrated database that is dropped after the test, and gives its connection string.
func Database(t testing.TB) string {
	t.Helper()
	servers := Servers(t)
	tpl := template(t, servers.PostgresDSN)
	name := "t_" + strings.ToLower(ident.Public())
	admin(t, servers.PostgresDSN, fmt.Sprintf(`CREATE DATABASE %s TEMPLATE %s STRATEGY FILE_COPY`, name, tpl))
	t.Cleanup(func() { admin(t, servers.PostgresDSN, fmt.Sprintf(`DROP DATABASE IF EXISTS %s WITH (FORCE)`, name)) })
	return database(t, servers.PostgresDSN, name)
}

// Servers are the shared PostgreSQL and S3 servers of this test run.
func Servers(t testing.TB) embedded.Servers {
	t.Helper()
	s, err := embedded.Shared(context.Background())
	if err != nil {
		t.Fatalf("test servers: %v", err)
	}
	return s
}

// Store opens a store on a fresh database.
func Store(t testing.TB) (*models.Store, *clock.Fake) {
	t.Helper()
	fake := clock.NewFake(Start)
	s, err := models.Open(context.Background(), models.Options{DSN: Database(t), Clock: fake, Log: Log(t), MaxConns: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	s.UseJobs(noJobs{})
	return s, fake
}

// noJobs forgets jobs: the test runs what it wants to run.
type noJobs struct{}

func (noJobs) InsertTx(context.Context, pgx.Tx, models.Job) error { return nil }

// Instance is a whole program on a port of its own.
type Instance struct {
	*app.App
	URL   string
	Clock *clock.Fake
	DSN   string
	Dir   string
}

// Option changes an instance before it starts.
type Option func(*options)

type options struct {
	environ []string
	app     app.Options
	real    bool
}

// Env sets configuration variables, as "KEY=value".
func Env(kv ...string) Option { return func(o *options) { o.environ = append(o.environ, kv...) } }

// With changes the program's options.
func With(f func(*app.Options)) Option { return func(o *options) { f(&o.app) } }

// RealTime runs the instance on the system's clock.
func RealTime() Option { return func(o *options) { o.real = true } }

// New starts a whole program, jobs included, and stops it after the test.
func New(t testing.TB, opts ...Option) *Instance {
	t.Helper()
	dsn := Database(t)
	in := &Instance{DSN: dsn, Clock: clock.NewFake(Start), Dir: t.TempDir()}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	in.URL = "http://" + ln.Addr().String()
	o := &options{environ: in.environ(t, dsn)}
	o.app = app.Options{Clock: in.Clock, Log: Log(t), Listener: ln}
	for _, f := range opts {
		f(o)
	}
	if o.real {
		o.app.Clock = clock.System{}
	}
	cfg, err := config.Load(o.environ)
	if err != nil {
		t.Fatal(err)
	}
	in.start(t, cfg, o.app)
	return in
}

func (in *Instance) environ(t testing.TB, dsn string) []string {
	s3 := Servers(t).S3
	return []string{
		"IMGLINK_BASE_URL=" + in.URL, "IMGLINK_DATA_DIR=" + in.Dir, "DATABASE_URL=" + dsn, "IMGLINK_METRICS_ADDR=",
		"IMGLINK_SECRET_KEY=" + strings.Repeat("test-secret-", 4), "S3_ENDPOINT=" + s3.Endpoint, "S3_REGION=" + s3.Region,
		"S3_BUCKET=t-" + strings.ToLower(ident.Public()), "S3_ACCESS_KEY_ID=" + s3.AccessKeyID, "S3_SECRET_ACCESS_KEY=" + s3.SecretAccessKey,
	}
}

func (in *Instance) start(t testing.TB, cfg config.Config, o app.Options) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	a, err := app.New(ctx, cfg, o)
	in.App = a
	if err != nil {
		cancel()
		t.Fatalf("start: %v", err)
	}
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the program ended with: %v", err)
		}
		if err := a.Close(context.Background()); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	in.await(t)
}

func (in *Instance) await(t testing.TB) {
	t.Helper()
	for range 200 {
		if c, err := net.DialTimeout("tcp", strings.TrimPrefix(in.URL, "http://"), time.Second); err == nil {
			_ = c.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the program does not listen")
}

// Log writes to the test's log when verbose, else nowhere.
func Log(t testing.TB) *slog.Logger {
	if testing.Verbose() {
		return slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	return slog.New(slog.NewTextHandler(io.Discard, nil))
}

// template makes the migrated template once for each set of migrations, whichever test process comes first.
func template(t testing.TB, dsn string) string {
	t.Helper()
	name := "tpl_" + migrationHash(t)
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	defer conn.Close(ctx) //nolint:errcheck // test
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(hashtext($1))`, name); err != nil {
		t.Fatal(err)
	}
	var exists bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate)`, name).Scan(&exists); err != nil {
		t.Fatal(err)
	}
	if exists {
		return name
	}
	for _, sql := range []string{`DROP DATABASE IF EXISTS ` + name, `CREATE DATABASE ` + name} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	if err := models.Migrate(ctx, database(t, dsn, name)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(ctx, `ALTER DATABASE `+name+` IS_TEMPLATE true`); err != nil {
		t.Fatal(err)
	}
	return name
}

func migrationHash(t testing.TB) string {
	h := sha256.New()
	err := fs.WalkDir(models.Migrations(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(models.Migrations(), p)
		h.Write(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

func database(t testing.TB, dsn, name string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func admin(t testing.TB, dsn, sql string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	defer conn.Close(ctx) //nolint:errcheck // test
	if _, err := conn.Exec(ctx, sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

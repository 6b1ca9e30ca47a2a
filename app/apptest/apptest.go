// Package apptest gives a test a whole program of its own, on a port, over a fresh database and bucket, with a fake clock.
package apptest

import (
	"context"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"imglink/app"
	"imglink/app/clock"
	"imglink/app/config"
	"imglink/app/ident"
	"imglink/app/imaging/sandbox"
	"imglink/app/testdb"
)

// Main is the TestMain of packages that start instances: decoding workers are copies of the test's own binary.
func Main(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == sandbox.Argument {
		sandbox.Main(os.Args[2:])
	}
	testdb.Main(m)
}

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
	same    *Instance
}

// Same makes the instance a replica of another: over its database, bucket and clock.
func Same(other *Instance) Option { return func(o *options) { o.same = other } }

// Env sets configuration variables, as "KEY=value".
func Env(kv ...string) Option { return func(o *options) { o.environ = append(o.environ, kv...) } }

// With changes the program's options.
func With(f func(*app.Options)) Option { return func(o *options) { f(&o.app) } }

// Idle leaves jobs in the queue: the test runs what it wants to run.
func Idle() Option { return func(o *options) { o.app.NoWork = true } }

// RealTime runs the instance on the system's clock.
func RealTime() Option { return func(o *options) { o.real = true } }

// New starts a whole program, jobs included, and stops it after the test.
func New(t testing.TB, opts ...Option) *Instance {
	t.Helper()
	in := &Instance{Clock: clock.NewFake(testdb.Start), Dir: t.TempDir()}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	in.URL = "http://" + ln.Addr().String()
	o := &options{app: app.Options{Log: testdb.Log(t), Listener: ln, UnsafelyCheapPasswords: 4}}
	for _, f := range opts {
		f(o)
	}
	o.environ = append(in.environ(t, o.same), o.environ...)
	o.app.Clock = in.Clock
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

// environ configures a fresh database and bucket, or those of another instance.
func (in *Instance) environ(t testing.TB, same *Instance) []string {
	bucket := "t-" + strings.ToLower(ident.Public())
	if same == nil {
		in.DSN = testdb.Database(t)
	} else {
		in.DSN, in.Clock, bucket = same.DSN, same.Clock, same.Config.S3Bucket
	}
	s3 := testdb.Servers(t).S3
	return []string{
		"IMGLINK_BASE_URL=" + in.URL, "IMGLINK_DATA_DIR=" + in.Dir, "DATABASE_URL=" + in.DSN, "IMGLINK_METRICS_ADDR=off",
		"IMGLINK_SECRET_KEY=" + strings.Repeat("test-secret-", 4), "S3_ENDPOINT=" + s3.Endpoint, "S3_REGION=" + s3.Region,
		"S3_BUCKET=" + bucket, "S3_ACCESS_KEY_ID=" + s3.AccessKeyID, "S3_SECRET_ACCESS_KEY=" + s3.SecretAccessKey,
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

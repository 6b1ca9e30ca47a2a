package e2e

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"imglink/app/testdb"
)

// backend is a database and a bucket that several processes of a test share.
type backend struct {
	dsn     string
	bucket  string
	environ []string
}

// newBackend makes an empty, migrated database and names an empty bucket.
func newBackend(t testing.TB) *backend {
	t.Helper()
	return backendAt(testdb.Database(t), testdb.Servers(t).S3.Endpoint, newBucket(t), t)
}

// backendAt is a backend reached under other addresses than the servers' own, such as a proxy's.
func backendAt(dsn, endpoint, bucket string, t testing.TB) *backend {
	s3 := testdb.Servers(t).S3
	return &backend{dsn: dsn, bucket: bucket, environ: []string{
		"DATABASE_URL=" + dsn, "S3_ENDPOINT=" + endpoint, "S3_REGION=" + s3.Region, "S3_BUCKET=" + bucket,
		"S3_ACCESS_KEY_ID=" + s3.AccessKeyID, "S3_SECRET_ACCESS_KEY=" + s3.SecretAccessKey,
		"IMGLINK_SECRET_KEY=" + strings.Repeat("test-secret-", 4), "IMGLINK_METRICS_ADDR=off", "IMGLINK_LOG_LEVEL=warn",
		// Every request of a test names the client it stands for.
		"TRUSTED_PROXIES=127.0.0.0/8", "IMGLINK_UPLOADS_PER_MINUTE=100000",
	}}
}

// process is one running imglink.
type process struct {
	*backend
	cmd    *exec.Cmd
	url    string
	dir    string
	stderr *syncBuffer
	exited chan struct{}
}

// launch starts `imglink args...` and waits until it answers when it serves.
func (b *backend) launch(t testing.TB, dir string, args []string, env ...string) *process {
	t.Helper()
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	addr := freeAddress(t)
	p := &process{backend: b, url: "http://" + addr, dir: dir, stderr: &syncBuffer{}, exited: make(chan struct{})}
	p.cmd = exec.Command(bin, args...)
	p.cmd.Env = append(append([]string{
		"PATH=" + os.Getenv("PATH"), "IMGLINK_ADDR=" + addr, "IMGLINK_BASE_URL=" + p.url, "IMGLINK_DATA_DIR=" + dir,
	}, b.environ...), env...)
	p.cmd.Stdout, p.cmd.Stderr = p.stderr, p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = p.cmd.Wait(); close(p.exited) }()
	t.Cleanup(p.kill)
	if args[0] == "serve" {
		p.await(t)
	}
	return p
}

// serve starts `imglink serve` in a directory of its own.
func (b *backend) serve(t testing.TB, env ...string) *process {
	return b.launch(t, t.TempDir(), []string{"serve"}, env...)
}

func (p *process) await(t testing.TB) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		select {
		case <-p.exited:
			t.Fatalf("imglink ended: %v\n%s", p.cmd.ProcessState, p.stderr)
		default:
		}
		if res, err := quick.Get(p.url + "/healthz"); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
	}
	t.Fatalf("imglink does not answer\n%s", p.stderr)
}

// kill is kill -9.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.exited
}

// term asks the process to stop and gives its exit code.
func (p *process) term(t testing.TB, within time.Duration) int {
	t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	select {
	case <-p.exited:
		return p.cmd.ProcessState.ExitCode()
	case <-ctx.Done():
		t.Fatalf("imglink still runs %v after SIGTERM\n%s", within, p.stderr)
		return -1
	}
}

// quick asks for one thing on a connection of its own.
var quick = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // its address is all we want
	return l.Addr().String()
}

// syncBuffer is what a process says, readable while it runs.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

var errFull = errors.New("e2e: the process says too much")

// Write keeps the first mebibyte.
func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.b.Len() > 1<<20 {
		return 0, errFull
	}
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

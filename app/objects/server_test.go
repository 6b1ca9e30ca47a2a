package objects_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"imglink/app/objects"
)

// endpoint is the real S3 server all tests of this package share.
var endpoint string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "objects")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	stop, err := startServer(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, "objects tests need versitygw:", err)
		return 1
	}
	defer stop()
	return m.Run()
}

func startServer(dir string) (stop func(), err error) {
	bin, err := serverBinary()
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	_ = l.Close()
	root, side := filepath.Join(dir, "root"), filepath.Join(dir, "meta")
	for _, d := range []string{root, side} {
		if err := os.Mkdir(d, 0o700); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command(bin, "--port", addr, "--access", "access", "--secret", "secret", "--region", "auto", "--keep-alive", "--quiet",
		"--health", "/health", "posix", "--sidecar", side, root)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop = func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	endpoint = "http://" + addr
	for range 200 {
		if resp, err := http.Get(endpoint + "/health"); err == nil {
			_ = resp.Body.Close()
			return stop, nil
		}
		time.Sleep(25 * time.Millisecond)
	}
	stop()
	return nil, fmt.Errorf("no answer on %s", addr)
}

// serverBinary finds versitygw beside the sources or builds it once into the user's cache.
func serverBinary() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "imglink-test", "versitygw-v1.8.0")
	for _, bin := range []string{"../../bin/versitygw", filepath.Join(dir, "versitygw")} {
		if abs, err := filepath.Abs(bin); err == nil {
			if _, err := os.Stat(abs); err == nil {
				return abs, nil
			}
		}
	}
	cmd := exec.Command("go", "install", "github.com/versity/versitygw/cmd/versitygw@v1.8.0")
	cmd.Dir, cmd.Env = os.TempDir(), append(os.Environ(), "GOBIN="+dir, "GOFLAGS=-mod=mod")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return filepath.Join(dir, "versitygw"), nil
}

// open connects to the server with a bucket of the test's own.
func open(t *testing.T, change func(*objects.Config)) *objects.S3 {
	t.Helper()
	cfg := objects.Config{
		Endpoint: endpoint, Region: "auto", Bucket: fmt.Sprintf("b%d", time.Now().UnixNano()),
		AccessKeyID: "access", SecretAccessKey: "secret",
	}
	plain, err := objects.Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := plain.EnsureBucket(t.Context()); err != nil {
		t.Fatal(err)
	}
	if change == nil {
		return plain
	}
	change(&cfg)
	s, err := objects.Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

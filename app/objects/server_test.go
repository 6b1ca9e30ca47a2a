package objects_test

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"imglink/app/embedded"
	"imglink/app/objects"
)

// server is the real S3 server all tests of this package share: the one the test run provides, else one of our own.
var server embedded.S3Access

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if raw := os.Getenv(embedded.EnvTestS3); raw != "" {
		access, err := embedded.ParseS3Access(raw)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		server = access
		return m.Run()
	}
	s, err := embedded.StartS3(context.Background(), embedded.S3Config{Throwaway: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	server = s.S3Access
	code := m.Run()
	if err := s.Stop(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

var buckets atomic.Int64

// open connects to the server with a bucket of the test's own.
func open(t *testing.T, change func(*objects.Config)) *objects.S3 {
	t.Helper()
	cfg := objects.Config{
		Endpoint: server.Endpoint, Region: server.Region, Bucket: fmt.Sprintf("objects-%d-%d", os.Getpid(), buckets.Add(1)),
		AccessKeyID: server.AccessKeyID, SecretAccessKey: server.SecretAccessKey,
	}
	plain, err := objects.Open(t.Context(), cfg)
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
	s, err := objects.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

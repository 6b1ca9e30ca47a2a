package embedded

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func startStore(t *testing.T, dir string) *S3 {
	t.Helper()
	store, err := StartS3(t.Context(), S3Config{Dir: dir, Log: testLog(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Stop(context.Background()) })
	return store
}

func put(t *testing.T, a S3Access, key, body string) {
	t.Helper()
	_, err := a.client().PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: &a.Bucket, Key: &key, Body: strings.NewReader(body), ContentType: aws.String("image/test"),
	})
	if err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, a S3Access, key string) (body, contentType string) {
	t.Helper()
	out, err := a.client().GetObject(t.Context(), &s3.GetObjectInput{Bucket: &a.Bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	raw, err := io.ReadAll(out.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw), aws.ToString(out.ContentType)
}

func TestS3KeepsObjectsOverStopsAndKills(t *testing.T) {
	dir := openDir(t)
	store := startStore(t, dir)
	put(t, store.S3Access, "a/b", "one")
	access := store.S3Access
	if err := store.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-store.Done(); err != nil {
		t.Errorf("Done after Stop: %v", err)
	}

	store = startStore(t, dir)
	if store.AccessKeyID != access.AccessKeyID || store.SecretAccessKey != access.SecretAccessKey {
		t.Error("the credentials changed between starts")
	}
	put(t, store.S3Access, "c", "two")
	if err := store.child.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-store.Done(); err == nil || !strings.Contains(err.Error(), "versitygw stopped") {
		t.Errorf("Done after a kill: %v", err)
	}
	if err := store.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}

	store = startStore(t, dir)
	for key, want := range map[string]string{"a/b": "one", "c": "two"} {
		if body, kind := get(t, store.S3Access, key); body != want || kind != "image/test" {
			t.Errorf("%s = %q (%s), want %q", key, body, kind, want)
		}
	}
	if !strings.HasPrefix(store.Endpoint, "http://127.0.0.1:") {
		t.Errorf("endpoint %s is not local", store.Endpoint)
	}
	for _, name := range []string{"access.json", "lock"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v: want mode 0600", name, info, err)
		}
	}
}

func TestS3RefusesStrangersAndASecondOwner(t *testing.T) {
	dir := openDir(t)
	store := startStore(t, dir)
	if _, err := StartS3(t.Context(), S3Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "already run by another process") {
		t.Errorf("second start: %v", err)
	}
	if a, err := AttachS3(t.Context(), dir); err != nil || a != store.S3Access {
		t.Errorf("AttachS3 = %v, want the owner's access", err)
	}
	wrong := store.S3Access
	wrong.SecretAccessKey += "x"
	if _, err := wrong.client().ListBuckets(t.Context(), &s3.ListBucketsInput{}); err == nil {
		t.Error("a wrong secret was accepted")
	}
	if err := store.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := AttachS3(t.Context(), dir); !errors.Is(err, ErrNotRunning) {
		t.Errorf("AttachS3 after Stop = %v, want ErrNotRunning", err)
	}
}

func TestS3DiesWithAKilledProgram(t *testing.T) {
	dir := openDir(t)
	program := startSelf(t, "s3", dir)
	access, err := AttachS3(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	put(t, access, "kept", "yes")
	if err := program.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = program.Wait()
	eventually(t, "the server ends", func() bool { return !healthy(t.Context(), access.Endpoint) })
	if body, _ := get(t, startStore(t, dir).S3Access, "kept"); body != "yes" {
		t.Errorf("after kill -9 of the program: %q", body)
	}
}

func TestS3SidecarKeepsMetadata(t *testing.T) {
	dir := openDir(t)
	if err := os.MkdirAll(filepath.Join(dir, "sidecar"), 0o700); err != nil { // as chooseSidecar makes it where attributes fail
		t.Fatal(err)
	}
	store := startStore(t, dir)
	put(t, store.S3Access, "k", "v")
	if err := store.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if body, kind := get(t, startStore(t, dir).S3Access, "k"); body != "v" || kind != "image/test" {
		t.Errorf("%q (%s)", body, kind)
	}
	if entries, err := os.ReadDir(filepath.Join(dir, "sidecar")); err != nil || len(entries) == 0 {
		t.Errorf("the sidecar is not used: %v, %v", entries, err)
	}
}

// procfs keeps no user attributes and lets nobody create files: a directory where the attribute test must fail.
func TestSidecarIsChosenWithoutAttributes(t *testing.T) {
	if supportsXattr("/proc") {
		t.Error("/proc cannot keep attributes")
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "objects"), 0o700); err != nil {
		t.Fatal(err)
	}
	sidecar, err := chooseSidecar(dir)
	if err != nil {
		t.Fatal(err)
	}
	if supportsXattr(filepath.Join(dir, "objects")) != (sidecar == "") {
		t.Errorf("sidecar %q", sidecar)
	}
}

// The exact promises the object code builds on: one winner of a conditional put, wrong checksums refused.
func TestS3ConditionalPutAndChecksum(t *testing.T) {
	store := startStore(t, openDir(t))
	client, key := store.client(), "once"
	input := func(body string) *s3.PutObjectInput {
		return &s3.PutObjectInput{Bucket: &store.Bucket, Key: &key, Body: bytes.NewReader([]byte(body)), IfNoneMatch: aws.String("*")}
	}
	errs := make(chan error)
	for _, body := range strings.Split("abcdefgh", "") {
		go func() { _, err := client.PutObject(t.Context(), input(body)); errs <- err }()
	}
	won := 0
	for range 8 {
		if err := <-errs; err == nil {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d conditional puts won, want 1", won)
	}
	_, err := client.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: &store.Bucket, Key: aws.String("wrong"), Body: strings.NewReader("body"), ChecksumAlgorithm: types.ChecksumAlgorithmSha256,
		ChecksumSHA256: aws.String("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
	})
	if err == nil {
		t.Error("a wrong checksum was accepted")
	}
}

func TestMissingVersitygwSaysHowToBuildIt(t *testing.T) {
	t.Setenv("VERSITYGW", filepath.Join(t.TempDir(), "nothing"))
	if _, err := StartS3(t.Context(), S3Config{Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "make bin/versitygw") {
		t.Errorf("%v", err)
	}
}

func TestSharedServersTravelThroughTheEnvironment(t *testing.T) {
	t.Setenv(EnvTestPG, "")
	t.Setenv(EnvTestS3, "")
	servers, err := Shared(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := query[string](t, servers.PostgresDSN, `SELECT current_database()`); got != "postgres" {
		t.Errorf("database %s", got)
	}
	again, err := Shared(t.Context())
	if err != nil || again != servers {
		t.Errorf("the second call started others: %v", err)
	}
	back, err := ParseS3Access(servers.S3.URL())
	if err != nil || back != servers.S3 {
		t.Errorf("round trip: %v, %+v", err, back)
	}
	put(t, back, "k", "v")
	for _, bad := range []string{"", "127.0.0.1:1", "ftp://a:b@h/", "http://host:1/", "http://key@host:1/"} {
		if _, err := ParseS3Access(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
	if err := StopShared(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Setenv(EnvTestPG, servers.PostgresDSN)
	if _, err := Shared(t.Context()); err == nil {
		t.Error("half an environment was accepted")
	}
	t.Setenv(EnvTestS3, servers.S3.URL())
	if got, err := Shared(t.Context()); err != nil || got != servers {
		t.Errorf("Shared from the environment: %v, %v", got, err)
	}
	if err := StopShared(t.Context()); err != nil {
		t.Fatal(err)
	}
}

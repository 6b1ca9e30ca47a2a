package embedded

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// s3Health is answered without credentials; no bucket can have this name.
const s3Health = "/_health"

// S3Config says where the store lives.
type S3Config struct {
	// Dir holds the objects and the credentials, created when missing. With Throwaway an empty Dir means a new one in memory.
	Dir string
	// Binary is the versitygw program; empty looks in $VERSITYGW, beside this program, in bin/ of the source tree, in PATH.
	Binary string
	// Log receives the server's messages; nil discards them.
	Log *slog.Logger
	// Throwaway removes Dir on Stop: for tests.
	Throwaway bool
}

// S3Access is what a client needs to use the store, path-style.
type S3Access struct {
	Endpoint        string `json:"endpoint"` // http://127.0.0.1:PORT, another port on every start
	Region          string `json:"region"`
	Bucket          string `json:"bucket"` // exists; the credentials may create more
	AccessKeyID     string `json:"access_key_id"`
	SecretAccessKey string `json:"secret_access_key"`
}

// S3 is a running private store. It makes no fsync: a killed process loses nothing, a power cut may. Production uses a
// store that promises more.
type S3 struct {
	S3Access
	child   *child
	lock    *dirLock
	done    <-chan error
	cleanup string
}

// Done delivers one error when the server ends without Stop, which is fatal for the program; it is closed either way.
func (s *S3) Done() <-chan error { return s.done }

// Stop ends the server after the requests in flight. Calling it again is harmless.
func (s *S3) Stop(ctx context.Context) error {
	err := s.child.stop(ctx, 10*time.Second, syscall.SIGTERM)
	if s.cleanup != "" {
		err = errors.Join(err, os.RemoveAll(s.cleanup))
	}
	s.lock.release()
	return err
}

// StartS3 starts the store in cfg.Dir and returns once its bucket exists. It refuses a directory another process runs.
func StartS3(ctx context.Context, cfg S3Config) (s *S3, err error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Binary, err = findVersitygw(cfg.Binary); err != nil {
		return nil, err
	}
	if cfg.Throwaway && cfg.Dir == "" {
		if cfg.Dir, err = throwawayDir("s3"); err != nil {
			return nil, err
		}
	}
	if cfg.Dir, err = filepath.Abs(cfg.Dir); err != nil {
		return nil, fmt.Errorf("the embedded S3 store's directory: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(cfg.Dir, "objects"), 0o700); err != nil {
		return nil, fmt.Errorf("making the embedded S3 store's directory: %w", err)
	}
	s = &S3{}
	if s.lock, err = lockDir(cfg.Dir, "S3 store"); err != nil {
		return nil, err
	}
	if cfg.Throwaway {
		s.cleanup = cfg.Dir
	}
	if s.S3Access, err = loadAccess(cfg.Dir); err == nil {
		err = s.launch(ctx, cfg)
	}
	if err != nil {
		s.lock.release()
		if s.cleanup != "" {
			_ = os.RemoveAll(s.cleanup)
		}
		return nil, err
	}
	return s, nil
}

// launch picks a free port and starts the server on it. Somebody may take the port in between: then the server ends at
// once, and another port is tried.
func (s *S3) launch(ctx context.Context, cfg S3Config) error {
	sidecar, err := chooseSidecar(cfg.Dir)
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		address, err := freeAddress()
		if err != nil {
			return err
		}
		s.Endpoint = "http://" + address
		if s.child, err = startChild(s.serverCommand(cfg, address, sidecar)); err != nil {
			return err
		}
		err = s.awaitReady(ctx)
		if err == nil {
			err = writeAccess(cfg.Dir, s.S3Access)
		}
		if err == nil {
			s.done = s.child.watch()
			return nil
		}
		busy := strings.Contains(s.child.last(), "address already in use")
		if serr := s.child.stop(context.WithoutCancel(ctx), time.Second, syscall.SIGTERM); serr != nil || !busy || try == 5 {
			return errors.Join(err, serr)
		}
	}
}

// serverCommand passes the credentials in the environment: arguments are visible to every user of the machine.
func (s *S3) serverCommand(cfg S3Config, address, sidecar string) command {
	args := []string{
		"--port", address, "--region", s.Region, "--health", s3Health, "--keep-alive", "--quiet",
		"--max-connections", "4096", "--max-requests", "4096", "posix", "--dir-perms", "0700", "--file-perms", "0600",
	}
	if sidecar != "" {
		args = append(args, "--sidecar", sidecar)
	}
	return command{
		name: "versitygw", path: cfg.Binary, args: append(args, filepath.Join(cfg.Dir, "objects")),
		env:   []string{"ROOT_ACCESS_KEY_ID=" + s.AccessKeyID, "ROOT_SECRET_ACCESS_KEY=" + s.SecretAccessKey},
		death: syscall.SIGKILL, log: cfg.Log, levels: func(string) slog.Level { return slog.LevelDebug },
	}
}

// awaitReady returns nil once the server answers and the bucket exists. A stranger on the port would fail the signed call.
func (s *S3) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		select {
		case <-s.child.exited:
			return s.child.failure()
		default:
		}
		if healthy(ctx, s.Endpoint) {
			return createBucket(ctx, s.S3Access)
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return fmt.Errorf("the embedded S3 store did not become ready: %w", err)
		}
	}
}

func healthy(ctx context.Context, endpoint string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint+s3Health, nil)
	if err != nil {
		return false
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Second}).Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// chooseSidecar is where metadata goes: "" for extended attributes, a directory beside the objects where the file system
// has none. A store keeps the way it began with.
func chooseSidecar(dir string) (string, error) {
	sidecar := filepath.Join(dir, "sidecar")
	if _, err := os.Stat(sidecar); err == nil {
		return sidecar, nil
	}
	if supportsXattr(filepath.Join(dir, "objects")) {
		return "", nil
	}
	if entries, err := os.ReadDir(filepath.Join(dir, "objects")); err != nil || len(entries) > 0 {
		return "", errors.Join(err, fmt.Errorf("the objects in %s were stored with extended attributes, which this file system "+
			"does not keep: put the directory back on one that does (ext4, xfs, btrfs), copied with its attributes (cp --archive)", dir))
	}
	return sidecar, os.Mkdir(sidecar, 0o700)
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("looking for a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// loadAccess reads the store's credentials or makes them, once per directory.
func loadAccess(dir string) (S3Access, error) {
	a := S3Access{Region: "auto", Bucket: "imglink", AccessKeyID: rand.Text(), SecretAccessKey: rand.Text() + rand.Text()}
	path := filepath.Join(dir, "access.json")
	raw, err := os.ReadFile(path)
	switch {
	case os.IsNotExist(err):
		return a, writeAccess(dir, a)
	case err != nil:
		return a, fmt.Errorf("the embedded S3 store's credentials: %w", err)
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		return a, fmt.Errorf("the embedded S3 store's credentials in %s are damaged (remove the file to make new ones): %w", path, err)
	}
	return a, nil
}

func writeAccess(dir string, a S3Access) error {
	raw, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if err := writeSecret(filepath.Join(dir, "access.json"), raw); err != nil {
		return fmt.Errorf("storing the embedded S3 store's credentials: %w", err)
	}
	return nil
}

// AttachS3 gives access to a store another process runs in dir; ErrNotRunning when nobody does.
func AttachS3(ctx context.Context, dir string) (S3Access, error) {
	if !locked(dir) {
		return S3Access{}, ErrNotRunning
	}
	a, err := loadAccess(dir)
	if err != nil || !healthy(ctx, a.Endpoint) {
		return S3Access{}, errors.Join(ErrNotRunning, err)
	}
	return a, nil
}

// findVersitygw gives the program's absolute path, because children start in "/".
func findVersitygw(explicit string) (string, error) {
	if explicit == "" {
		explicit = os.Getenv("VERSITYGW")
	}
	candidates := []string{explicit}
	if explicit == "" {
		candidates = nil
		if self, err := os.Executable(); err == nil {
			candidates = append(candidates, filepath.Join(filepath.Dir(self), "versitygw"))
		}
		if root := sourceRoot(); root != "" {
			candidates = append(candidates, filepath.Join(root, "bin", "versitygw"))
		}
		if path, err := exec.LookPath("versitygw"); err == nil {
			candidates = append(candidates, path)
		}
	}
	for _, path := range candidates {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return filepath.Abs(path)
		}
	}
	return "", fmt.Errorf("the embedded S3 server versitygw was not found (looked for %s): build it with \"make bin/versitygw\", "+
		"point VERSITYGW at it, or set S3_ENDPOINT to a running store", strings.Join(append(candidates, "versitygw in PATH"), ", "))
}

// sourceRoot is the nearest directory upwards with a go.mod: tests run inside the tree.
func sourceRoot() string {
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	return ""
}

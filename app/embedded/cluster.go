package embedded

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// maxSocketPath is Linux's limit for sockaddr_un.sun_path without its terminating zero (unix(7)); macOS has 103.
const maxSocketPath = 103

// socketName is the file PostgreSQL makes in its socket directory.
const socketName = ".s.PGSQL.5432"

// cluster is the state of a start: paths, identity, what to undo when it fails.
type cluster struct {
	cfg      PostgresConfig
	log      *slog.Logger
	base     string // the configured directory: lock, password, dsn, location
	data     string // PGDATA
	socket   string // directory of the Unix socket
	password string
	runAs    *account
	install  pgInstall
	lock     *dirLock
	cleanup  []string
}

// openCluster makes and locks the directory and decides where its parts live.
func openCluster(cfg PostgresConfig) (cl *cluster, err error) {
	cl = &cluster{cfg: cfg, log: cfg.Log}
	if cl.log == nil {
		cl.log = slog.New(slog.DiscardHandler)
	}
	if cl.runAs, err = dropAccount(); err != nil {
		return nil, err
	}
	if cfg.Throwaway && cfg.Dir == "" {
		if cl.cfg.Dir, err = throwawayDir("pg"); err != nil {
			return nil, err
		}
	}
	if cl.base, err = filepath.Abs(cl.cfg.Dir); err != nil {
		return nil, fmt.Errorf("the embedded PostgreSQL's directory: %w", err)
	}
	if err := os.MkdirAll(cl.base, 0o711); err != nil {
		return nil, fmt.Errorf("making the embedded PostgreSQL's directory: %w", err)
	}
	if cl.lock, err = lockDir(cl.base, "PostgreSQL"); err != nil {
		return nil, err
	}
	if cfg.Throwaway {
		cl.cleanup = append(cl.cleanup, cl.base)
	}
	if err = errors.Join(cl.place(), cl.placeSocket(), cl.loadPassword()); err != nil {
		cl.close()
		return nil, err
	}
	return cl, nil
}

func (cl *cluster) close() {
	for _, path := range cl.cleanup {
		_ = os.RemoveAll(path)
	}
	cl.lock.release()
}

// place decides where the data goes: inside base, or, when PostgreSQL's account cannot pass through one of base's
// parents (as with /root), in a directory of its own that the file "location" remembers.
func (cl *cluster) place() error {
	location := filepath.Join(cl.base, "location")
	if raw, err := os.ReadFile(location); err == nil {
		cl.data = filepath.Join(string(raw), "data")
		return nil
	}
	cl.data = filepath.Join(cl.base, "data")
	if cl.runAs == nil {
		return nil
	}
	if err := os.Chmod(cl.base, 0o711); err != nil {
		return err
	}
	barrier, err := cl.runAs.barrier(cl.base)
	if err != nil || barrier == "" {
		return err
	}
	if err := os.MkdirAll("/var/lib/imglink", 0o711); err != nil {
		return fmt.Errorf("user %s may not pass through %s, and there is no other place for the database: %w", cl.runAs.name, barrier, err)
	}
	elsewhere, err := os.MkdirTemp("/var/lib/imglink", "pg-")
	if err != nil {
		return err
	}
	if err := os.Chmod(elsewhere, 0o711); err != nil {
		return err
	}
	cl.data = filepath.Join(elsewhere, "data")
	cl.log.Warn(fmt.Sprintf("PostgreSQL refuses to run as root and user %s may not pass through %s: the database is kept in %s instead. "+
		"To keep everything together, set IMGLINK_DATA_DIR to a directory whose parents others may enter (chmod o+x), or start as an ordinary user.",
		cl.runAs.name, barrier, elsewhere))
	if cl.cfg.Throwaway {
		cl.cleanup = append(cl.cleanup, elsewhere)
		return nil
	}
	return writeSecret(location, []byte(elsewhere))
}

// placeSocket uses a directory beside the data, or a short private one when the path would not fit into a socket address.
// The short one is named after the data directory, so that the same cluster finds it again.
func (cl *cluster) placeSocket() error {
	cl.socket = filepath.Join(filepath.Dir(cl.data), "run")
	if len(filepath.Join(cl.socket, socketName)) > maxSocketPath {
		sum := sha256.Sum256([]byte(cl.data))
		cl.socket = "/tmp/imglink-" + hex.EncodeToString(sum[:8])
		cl.cleanup = append(cl.cleanup, cl.socket)
	}
	if err := os.Mkdir(cl.socket, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("making the socket directory: %w", err)
	} else if err == nil {
		return cl.runAs.give(cl.socket)
	}
	return cl.checkOwner(cl.socket)
}

// checkOwner refuses a directory somebody else could have laid out for us: in /tmp anybody may.
func (cl *cluster) checkOwner(dir string) error {
	want := uint32(os.Geteuid())
	if cl.runAs != nil {
		want = cl.runAs.uid
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("the socket directory: %w", err)
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !info.IsDir() || !ok || st.Uid != want || info.Mode().Perm() != 0o700 {
		return fmt.Errorf("the socket directory %s is not a private directory (mode 0700) of user %d: remove it and start again", dir, want)
	}
	return nil
}

// loadPassword reads the superuser's password or makes it, once per cluster.
func (cl *cluster) loadPassword() error {
	path := filepath.Join(cl.base, "password")
	raw, err := os.ReadFile(path)
	if err == nil {
		cl.password = string(raw)
		return nil
	}
	if !os.IsNotExist(err) {
		return fmt.Errorf("the embedded PostgreSQL's password: %w", err)
	}
	cl.password = rand.Text()
	if err := writeSecret(path, []byte(cl.password)); err != nil {
		return fmt.Errorf("storing the embedded PostgreSQL's password: %w", err)
	}
	return nil
}

// prepare makes the cluster when there is none. initdb works in a directory beside the final one: a crash half-way leaves
// rubbish that the next start removes, never half a cluster.
func (cl *cluster) prepare(ctx context.Context) error {
	if err := writeSecret(filepath.Join(cl.base, "dsn"), []byte(cl.dsn(pgUser))); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(cl.data, "PG_VERSION")); err == nil {
		return nil
	}
	draft := cl.data + ".new"
	if err := os.RemoveAll(draft); err != nil {
		return fmt.Errorf("removing an unfinished cluster: %w", err)
	}
	if err := os.Mkdir(draft, 0o700); err != nil {
		return fmt.Errorf("making the cluster's directory: %w", err)
	}
	pwfile := filepath.Join(filepath.Dir(cl.data), "initdb-password")
	if err := errors.Join(writeSecret(pwfile, []byte(cl.password)), cl.runAs.give(pwfile), cl.runAs.give(draft)); err != nil {
		return fmt.Errorf("preparing initdb: %w", err)
	}
	defer func() { _ = os.Remove(pwfile) }()
	ch, err := startChild(cl.initCommand(draft, pwfile))
	if err != nil {
		return err
	}
	select {
	case <-ch.exited:
	case <-ctx.Done():
		return errors.Join(ctx.Err(), ch.stop(ctx, 0))
	}
	if ch.err != nil {
		return ch.failure()
	}
	return os.Rename(draft, cl.data)
}

func (cl *cluster) initCommand(dir, pwfile string) command {
	args := []string{"-D", dir, "-U", pgUser, "-A", "scram-sha-256", "--pwfile", pwfile, "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"}
	if cl.cfg.Throwaway {
		args = append(args, "--no-sync")
	}
	return command{
		name: "initdb", path: cl.install.program("initdb"), args: args, uid: cl.runAs, death: syscall.SIGKILL, log: cl.log,
		levels: func(string) slog.Level { return slog.LevelDebug },
	}
}

// serverCommand holds every setting that matters. Statements and values stay out of the server's log: they are personal
// data (log_min_error_statement, log_parameter_max_length_on_error, terse: no DETAIL with the offending key).
func (cl *cluster) serverCommand() command {
	args := []string{
		"-D", cl.data, "-k", cl.socket, "-p", "5432",
		"-c", "listen_addresses=", "-c", "unix_socket_permissions=0700", "-c", "timezone=UTC", "-c", "log_timezone=UTC",
		"-c", "logging_collector=off", "-c", "log_destination=stderr", "-c", "log_line_prefix=", "-c", "lc_messages=C",
		"-c", "log_min_error_statement=panic", "-c", "log_parameter_max_length_on_error=0", "-c", "log_error_verbosity=terse",
		"-c", "wal_level=minimal", "-c", "max_wal_senders=0",
	}
	death := syscall.SIGINT // the kernel's goodbye when we are killed: a fast, clean shutdown
	if cl.cfg.Throwaway {
		death = syscall.SIGQUIT
		args = append(args, "-c", "max_connections=300", "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off",
			"-c", "autovacuum=off", "-c", "max_wal_size=2GB", "-c", "shared_buffers=128MB")
	} else {
		args = append(args, "-c", "max_connections=100", "-c", "fsync=on", "-c", "synchronous_commit=on", "-c", "full_page_writes=on",
			"-c", "shared_buffers=256MB")
	}
	return command{
		name: "PostgreSQL", path: cl.install.program("postgres"), args: args, uid: cl.runAs, death: death, log: cl.log, levels: pgLevel,
	}
}

// pgLevel maps the server's severities (documentation, "Error Message Severity") to ours. FATAL ends one connection only,
// and our own asking whether the server is up yet is no news.
func pgLevel(line string) slog.Level {
	if strings.HasSuffix(line, "the database system is starting up") {
		return slog.LevelDebug
	}
	for _, word := range []string{"PANIC:", "FATAL:", "ERROR:", "WARNING:"} {
		if strings.HasPrefix(line, word) {
			if word == "PANIC:" {
				return slog.LevelError
			}
			return slog.LevelWarn
		}
	}
	return slog.LevelDebug
}

// recordedPid is the pid in the cluster's pid file, 0 when there is none.
func (cl *cluster) recordedPid() (int, error) {
	raw, err := os.ReadFile(filepath.Join(cl.data, "postmaster.pid"))
	if os.IsNotExist(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return 0, nil //nolint:nilerr // an unreadable pid file names nobody; PostgreSQL replaces it
	}
	return pid, nil
}

// stopOrphan ends a server that outlived the program which started it. We hold the directory's lock, so no living program
// owns it; connecting to it instead would leave it without anybody to stop it.
func (cl *cluster) stopOrphan(ctx context.Context) error {
	pid, err := cl.recordedPid()
	if err != nil || pid <= 1 {
		return err
	}
	if !isPostmaster(pid, cl.data) {
		// A stale file whose number now belongs to another process of the same account would make PostgreSQL refuse to start.
		if syscall.Kill(pid, 0) == nil {
			return os.Remove(filepath.Join(cl.data, "postmaster.pid"))
		}
		return nil
	}
	cl.log.Warn("stopping a PostgreSQL server left over from a killed process", "pid", pid)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("a PostgreSQL server left over from a killed process (pid %d) runs in %s and cannot be stopped: %w", pid, cl.data, err)
		}
		for range 300 {
			if !isPostmaster(pid, cl.data) {
				return nil
			}
			if err := pause(ctx, 100*time.Millisecond); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("a PostgreSQL server left over from a killed process (pid %d) runs in %s and does not stop: end it by hand (kill -QUIT %d)", pid, cl.data, pid)
}

package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestPostgresKeepsDataOverStopsAndKills(t *testing.T) {
	dir := openDir(t)
	pg := startPG(t, dir)
	execSQL(t, pg.DSN(), `CREATE TABLE kept (n int)`)
	execSQL(t, pg.DSN(), `INSERT INTO kept VALUES (1)`)
	for setting, want := range map[string]string{
		"listen_addresses": "", "fsync": "on", "synchronous_commit": "on", "data_checksums": "on", "TimeZone": "UTC",
		"log_min_error_statement": "panic", "log_error_verbosity": "terse",
	} {
		if got := query[string](t, pg.DSN(), "SHOW "+setting); got != want {
			t.Errorf("%s = %q, want %q", setting, got, want)
		}
	}

	if err := pg.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-pg.Done(); err != nil {
		t.Errorf("Done after Stop: %v", err)
	}
	if err := pg.Stop(t.Context()); err != nil {
		t.Errorf("second Stop: %v", err)
	}

	pg = startPG(t, dir)
	execSQL(t, pg.DSN(), `INSERT INTO kept VALUES (2)`)
	if err := pg.child.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-pg.Done(); err == nil || !strings.Contains(err.Error(), "PostgreSQL stopped") {
		t.Errorf("Done after a kill: %v", err)
	}
	if err := pg.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}

	pg = startPG(t, dir)
	if n := query[int](t, pg.DSN(), `SELECT count(*) FROM kept`); n != 2 {
		t.Errorf("%d rows after kill -9, want 2", n)
	}
}

func TestPostgresRefusesASecondOwner(t *testing.T) {
	dir := openDir(t)
	pg := startPG(t, dir)
	_, err := StartPostgres(t.Context(), PostgresConfig{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "already run by another process (pid "+strconv.Itoa(os.Getpid())+")") ||
		!strings.Contains(err.Error(), "IMGLINK_DATA_DIR") {
		t.Errorf("second start: %v", err)
	}
	if dsn, err := AttachPostgres(t.Context(), dir); err != nil || dsn != pg.DSN() {
		t.Errorf("AttachPostgres = %v, want the owner's DSN", err)
	}
	if err := pg.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := AttachPostgres(t.Context(), dir); !errors.Is(err, ErrNotRunning) {
		t.Errorf("AttachPostgres after Stop = %v, want ErrNotRunning", err)
	}
}

func TestPostgresDiesWithAKilledProgram(t *testing.T) {
	dir := openDir(t)
	for round := range 3 {
		program := startSelf(t, "pg", dir)
		pid := recordedPid(t, dir)
		if !isPostmaster(pid, filepath.Join(dir, "data")) {
			t.Fatalf("round %d: pid %d is not our postmaster", round, pid)
		}
		if err := program.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = program.Wait()
		eventually(t, "the postmaster ends", func() bool { return !isPostmaster(pid, filepath.Join(dir, "data")) })
		if _, err := os.Stat(filepath.Join(dir, "data", "postmaster.pid")); !os.IsNotExist(err) {
			t.Errorf("round %d: the shutdown was not clean: %v", round, err)
		}
	}
	startPG(t, dir)
}

// An orphan is a postmaster whose program died without the parent-death signal reaching it: made here by hand.
func TestPostgresStopsAnOrphan(t *testing.T) {
	dir := openDir(t)
	pg := startPG(t, dir)
	if err := pg.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	cl, err := openCluster(PostgresConfig{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	installs, err := findPostgres(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cl.install = installs[0]
	orphan, err := cl.launch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cl.lock.release()
	again := startPG(t, dir)
	select {
	case <-orphan.exited:
	case <-time.After(5 * time.Second):
		t.Fatal("the orphan still runs")
	}
	if got := query[int](t, again.DSN(), `SELECT 1`); got != 1 {
		t.Error("the new server does not answer")
	}
}

func TestPostgresSurvivesStalePidFiles(t *testing.T) {
	dir := openDir(t)
	pg := startPG(t, dir)
	if err := pg.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	who, err := dropAccount()
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := startChild(command{ // same account, so PostgreSQL alone would believe in it
		name: "stranger", path: "/bin/sleep", args: []string{"600"}, uid: who, death: syscall.SIGKILL,
		log: testLog(t), levels: pgLevel,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stranger.stop(context.Background(), 0) }()
	for name, pid := range map[string]int{"pid 1": 1, "a dead process": 4194303, "a stranger": stranger.cmd.Process.Pid} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, "data", "postmaster.pid")
			if err := os.WriteFile(path, fmt.Appendf(nil, "%d\n%s\n1700000000\n5432\n%s\n\n", pid, filepath.Dir(path), dir), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := who.give(path); err != nil {
				t.Fatal(err)
			}
			pg := startPG(t, dir)
			if err := pg.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
	}
	select {
	case <-stranger.exited:
		t.Error("the stranger was killed")
	default:
	}
}

func TestPostgresRefusesAnotherMajorVersion(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "PG_VERSION"), []byte("12\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	installs := []pgInstall{{dir: "/a", major: 17}, {dir: "/b", major: 16}}
	_, err := chooseInstall(installs, dir)
	for _, part := range []string{"made by PostgreSQL 12", "17 in /a, 16 in /b", "postgresql-12", "nothing was changed"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not say %q", err, part)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "PG_VERSION"), []byte("16\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if in, err := chooseInstall(installs, dir); err != nil || in.dir != "/b" {
		t.Errorf("chose %v, %v: want the one that made the cluster", in, err)
	}
	if in, err := chooseInstall(installs, t.TempDir()); err != nil || in.dir != "/a" {
		t.Errorf("chose %v, %v: want the preferred one for a new cluster", in, err)
	}
}

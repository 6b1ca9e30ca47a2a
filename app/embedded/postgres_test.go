package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// childEnv makes the test binary a program that starts a server in the named directory and then waits to be killed.
const childEnv = "IMGLINK_EMBEDDED_TEST_CHILD"

func TestMain(m *testing.M) {
	if what, dir, ok := strings.Cut(os.Getenv(childEnv), ":"); ok {
		runAsChild(what, dir)
	}
	code := m.Run()
	if err := error(nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func runAsChild(what, dir string) {
	var err error
	switch what {
	case "pg":
		_, err = StartPostgres(context.Background(), PostgresConfig{Dir: dir})
	case "s3":
		err = errors.New("no")
	}
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	fmt.Println("ready")
	select {}
}

// openDir is a test directory PostgreSQL's own account can reach: t.TempDir is inside a private one.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := throwawayDir("own")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func testLog(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func startPG(t *testing.T, dir string) *Postgres {
	t.Helper()
	pg, err := StartPostgres(t.Context(), PostgresConfig{Dir: dir, Log: testLog(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pg.Stop(context.Background()) })
	return pg
}

func query[T any](t *testing.T, dsn, sql string) T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var v T
	if err := conn.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func execSQL(t *testing.T, dsn, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

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

// startSelf runs this test binary as a program that owns dir, and returns once its server is ready.
func startSelf(t *testing.T, what, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+what+":"+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("the child said %q, %v", line, err)
	}
	return cmd
}

func recordedPid(t *testing.T, dir string) int {
	t.Helper()
	pid, err := (&cluster{data: filepath.Join(dir, "data")}).recordedPid()
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 500 {
		if ok() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("never happened: " + what)
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

func TestMissingPostgresNamesThePackage(t *testing.T) {
	t.Setenv("PGBIN", t.TempDir())
	if _, err := StartPostgres(t.Context(), PostgresConfig{Dir: openDir(t)}); err == nil || !strings.Contains(err.Error(), "PGBIN=") {
		t.Errorf("wrong PGBIN: %v", err)
	}
	old := t.TempDir()
	for _, name := range []string{"postgres", "initdb"} {
		script := "#!/bin/sh\necho '" + name + " (PostgreSQL) 13.4'\n"
		if err := os.WriteFile(filepath.Join(old, name), []byte(script), 0o700); err != nil { //nolint:gosec // it must be executable
			t.Fatal(err)
		}
	}
	t.Setenv("PGBIN", old)
	if _, err := StartPostgres(t.Context(), PostgresConfig{Dir: openDir(t)}); err == nil || !strings.Contains(err.Error(), "PostgreSQL 13, too old") {
		t.Errorf("old PGBIN: %v", err)
	}
}

func TestLongSocketPathsMoveToAShortPrivateDirectory(t *testing.T) {
	dir := filepath.Join(openDir(t), strings.Repeat("long-name-", 10))
	if err := os.Mkdir(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	pg := startPG(t, dir)
	u, err := url.Parse(pg.DSN())
	if err != nil {
		t.Fatal(err)
	}
	socket := u.Query().Get("host")
	info, err := os.Stat(socket)
	if err != nil || info.Mode().Perm() != 0o700 || len(socket) > 60 {
		t.Fatalf("socket directory %q: %v, %v", socket, info, err)
	}
	if err := pg.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(socket); !os.IsNotExist(err) {
		t.Errorf("the short directory stayed behind: %v", err)
	}
	if err := os.Mkdir(socket, 0o755); err != nil { //nolint:gosec // somebody else's trap: it must be refused
		t.Fatal(err)
	}
	defer os.Remove(socket)
	if _, err := StartPostgres(t.Context(), PostgresConfig{Dir: dir}); err == nil || !strings.Contains(err.Error(), "not a private directory") {
		t.Errorf("an open socket directory was accepted: %v", err)
	}
}

func TestUnreachableParentMovesTheDataElsewhere(t *testing.T) {
	who, err := dropAccount()
	if err != nil {
		t.Fatal(err)
	}
	parent := openDir(t)
	if err := os.Chmod(parent, 0o700); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(parent, "data")
	pg := startPG(t, dir)
	location, err := os.ReadFile(filepath.Join(dir, "location"))
	if who == nil { // an ordinary user runs PostgreSQL as itself: no barrier, no move
		if !os.IsNotExist(err) {
			t.Errorf("moved without need: %q, %v", location, err)
		}
		return
	}
	if err != nil || !strings.HasPrefix(string(location), "/var/lib/imglink/pg-") {
		t.Fatalf("location %q, %v", location, err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(string(location)) })
	execSQL(t, pg.DSN(), `CREATE TABLE kept (n int)`)
	if err := pg.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(parent, 0o711); err != nil { //nolint:gosec // now reachable: the data must still be found
		t.Fatal(err)
	}
	pg = startPG(t, dir)
	if !query[bool](t, pg.DSN(), `SELECT to_regclass('kept') IS NOT NULL`) {
		t.Error("the data was lost when the directory became reachable")
	}
}

func TestUnfinishedInitdbIsRedone(t *testing.T) {
	dir := openDir(t)
	if err := os.MkdirAll(filepath.Join(dir, "data.new", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	startPG(t, dir)
	if _, err := os.Stat(filepath.Join(dir, "data.new")); !os.IsNotExist(err) {
		t.Errorf("the unfinished cluster stayed: %v", err)
	}
}

func TestThrowawayIsFastAndLeavesNothing(t *testing.T) {
	pg, err := StartPostgres(t.Context(), PostgresConfig{Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := query[string](t, pg.DSN(), "SHOW fsync"); got != "off" {
		t.Errorf("fsync = %s", got)
	}
	if got := query[string](t, pg.DSN(), "SHOW max_connections"); got != "300" {
		t.Errorf("max_connections = %s", got)
	}
	if err := pg.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, path := range pg.cleanup {
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("%s stayed behind: %v", path, err)
		}
	}
}

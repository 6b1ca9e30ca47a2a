package embedded

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMissingPostgresNamesThePackage(t *testing.T) {
	t.Setenv("PGBIN", t.TempDir())
	if _, err := StartPostgres(t.Context(), PostgresConfig{Dir: openDir(t)}); err == nil || !strings.Contains(err.Error(), "PGBIN=") {
		t.Errorf("wrong PGBIN: %v", err)
	}
	old := t.TempDir()
	for _, name := range []string{"postgres", "initdb"} {
		script := "#!/bin/sh\necho '" + name + " (PostgreSQL) 13.4'\n"
		if err := os.WriteFile(filepath.Join(old, name), []byte(script), 0o700); err != nil {
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
	if err := os.Mkdir(socket, 0o755); err != nil {
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
	if err := os.Chmod(parent, 0o711); err != nil {
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

package main

import (
	"os"
	"path/filepath"
	"testing"

	"imglink/app/embedded"
)

func TestRunHandsOverServersAndTheExitCode(t *testing.T) {
	out := filepath.Join(t.TempDir(), "seen")
	code, err := run([]string{"sh", "-c", `printf %s "$` + embedded.EnvTestS3 + `" >"$1"; test -n "$` + embedded.EnvTestPG + `" && exit 7`, "sh", out})
	if err != nil || code != 7 {
		t.Fatalf("run = %d, %v, want 7", code, err)
	}
	raw, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := embedded.ParseS3Access(string(raw)); err != nil {
		t.Error(err)
	}
	if code, err := run([]string{filepath.Join(t.TempDir(), "missing")}); err == nil {
		t.Errorf("a missing command gave %d", code)
	}
}

//go:build compat

// Package compatibility runs the programs that people already use, as they come from their registry, against this one. It
// needs Node 20 or newer and is apart from the other tests: make compat.
package compatibility_test

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"testing"
	"time"

	"imglink/app"
	"imglink/app/apptest"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// The clients print what they did; a wrong answer ends the script with an error.
func TestRealClients(t *testing.T) {
	quiet := apptest.With(func(o *app.Options) { o.Log = slog.New(slog.DiscardHandler) })
	in := apptest.New(t, apptest.RealTime(), quiet)
	token := in.Token(t, in.Account(t))
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", "run.mjs")
	cmd.Dir = "../../.tools/compat"
	cmd.Env = append(os.Environ(), "IMGLINK_URL="+in.URL, "IMGLINK_TOKEN="+token, "TEMP_DIR="+t.TempDir())
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
}

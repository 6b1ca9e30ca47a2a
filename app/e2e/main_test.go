package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"imglink/app"
	"imglink/app/apptest"
)

func TestMain(m *testing.M) { apptest.Main(m) }

type appOptions = app.Options

// built is the path of bin/imglink as this source makes it, or why it cannot be built.
var built = sync.OnceValues(func() (string, error) {
	path := filepath.Join(os.TempDir(), fmt.Sprintf("imglink-e2e-%d", os.Getuid()), "imglink")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", path, "imglink/app/cmd/imglink")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

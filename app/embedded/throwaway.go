package embedded

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"imglink/app/clock"
)

// throwawayPrefix marks directories that nobody misses.
const throwawayPrefix = "imglink-test-"

// throwawayDir makes an empty directory for test data, in memory when there is room, after removing what killed test
// runs left: directories nobody has locked for ten minutes (younger ones may be about to be locked).
func throwawayDir(what string) (string, error) {
	parent := memoryDir()
	if parent == "" {
		parent = os.TempDir()
	}
	stale, _ := filepath.Glob(filepath.Join(parent, throwawayPrefix+"*")) // a constant pattern
	for _, dir := range stale {
		info, err := os.Lstat(dir)
		if err == nil && info.IsDir() && (clock.System{}).Now().Sub(info.ModTime()) > 10*time.Minute && !locked(dir) {
			_ = os.RemoveAll(dir) // another user's directory stays: that is fine
		}
	}
	dir, err := os.MkdirTemp(parent, throwawayPrefix+what+"-")
	if err != nil {
		return "", fmt.Errorf("making a directory for test data: %w", err)
	}
	return dir, os.Chmod(dir, 0o711)
}

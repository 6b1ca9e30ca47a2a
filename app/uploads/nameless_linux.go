package uploads

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// nameless makes a file that never has a name, so that not even kill -9 leaves it behind. Some file systems cannot.
func nameless(dir string) (*os.File, error) {
	fd, err := unix.Open(dir, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return unlinked(dir)
	}
	return os.NewFile(uintptr(fd), filepath.Join(dir, "upload")), nil
}

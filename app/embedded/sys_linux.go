package embedded

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// childAttributes makes the child die with us and keeps a terminal's Ctrl-C from reaching it before us: the program ends
// its children itself, after the last request is answered.
func childAttributes(c command) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Pdeathsig: c.death, Setpgid: true}
	if c.uid != nil {
		attr.Credential = &syscall.Credential{Uid: c.uid.uid, Gid: c.uid.gid}
	}
	return attr
}

// isPostmaster reports whether pid is a living postgres whose working directory is dataDir: a pid file may be stale and
// its number may belong to anybody by now. A zombie counts as gone.
func isPostmaster(pid int, dataDir string) bool {
	proc := fmt.Sprintf("/proc/%d/", pid)
	stat, err := os.ReadFile(proc + "stat")
	if err != nil {
		return false
	}
	if i := bytes.LastIndexByte(stat, ')'); i < 0 || i+2 >= len(stat) || stat[i+2] == 'Z' || stat[i+2] == 'X' {
		return false
	}
	comm, err := os.ReadFile(proc + "comm")
	if err != nil || !strings.HasPrefix(string(comm), "postgres") {
		return false
	}
	cwd, err := os.Readlink(proc + "cwd")
	if err != nil {
		return true // not ours to look into: assume the worst and let the caller's signal fail with a reason
	}
	real, err := filepath.EvalSymlinks(dataDir)
	return err == nil && cwd == real
}

// memoryDir is where throwaway data lives: a memory file system with at least a gibibyte free, or "" when there is none
// (containers often have 64 MB).
func memoryDir() string {
	var fs unix.Statfs_t
	const dir = "/dev/shm"
	if unix.Statfs(dir, &fs) != nil || unix.Access(dir, unix.W_OK) != nil || fs.Bavail*uint64(fs.Bsize) < 1<<30 {
		return ""
	}
	return dir
}

// supportsXattr tries what versitygw will do: a user attribute on a file in dir.
func supportsXattr(dir string) bool {
	f, err := os.CreateTemp(dir, ".xattr-")
	if err != nil {
		return false
	}
	defer func() { _ = f.Close(); _ = os.Remove(f.Name()) }()
	return unix.Fsetxattr(int(f.Fd()), "user.imglink", []byte("1"), 0) == nil
}

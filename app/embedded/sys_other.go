//go:build unix && !linux

package embedded

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// childAttributes has no parent-death signal to set outside Linux: an orphan is found and stopped by the next start.
func childAttributes(c command) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if c.uid != nil {
		attr.Credential = &syscall.Credential{Uid: c.uid.uid, Gid: c.uid.gid}
	}
	return attr
}

// isPostmaster asks ps: there is no /proc to read the working directory from, so the command line must name dataDir.
func isPostmaster(pid int, dataDir string) bool {
	out, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(out), "postgres") && strings.Contains(string(out), dataDir)
}

func memoryDir() string { return "" }

// supportsXattr is false: the sidecar directory works everywhere.
func supportsXattr(string) bool { return false }

package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// tailLines is how many of a child's last lines are kept to explain why it died.
const tailLines = 20

// command describes a child process.
type command struct {
	name   string // for people: "PostgreSQL"
	path   string
	args   []string
	env    []string // the whole environment: nothing is inherited, so a stray PGPORT cannot change what we start
	uid    *account // nil keeps our own
	death  syscall.Signal
	log    *slog.Logger
	levels func(line string) slog.Level
}

// child is a running process whose death is noticed, whose output is logged, and which dies with us.
type child struct {
	name   string
	cmd    *exec.Cmd
	exited chan struct{} // closed once the process is reaped and its output read
	err    error         // why it ended; read after exited

	mu      sync.Mutex
	tail    []string
	stopped bool
}

// startChild starts the command. The thread that started it waits for it too, and is kept for that alone: Linux sends the
// parent-death signal when the *thread* that forked ends, which the Go scheduler may do at any time otherwise.
func startChild(c command) (*child, error) {
	ch := &child{name: c.name, exited: make(chan struct{})}
	cmd := exec.Command(c.path, c.args...)
	cmd.Dir, cmd.Env = "/", append([]string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"}, c.env...)
	cmd.SysProcAttr = childAttributes(c)
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", c.name, err)
	}
	cmd.Stdout, cmd.Stderr, ch.cmd = write, write, cmd
	started := make(chan error)
	drained := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		_ = write.Close()
		started <- err
		if err != nil {
			return
		}
		ch.err = cmd.Wait()
		select { // a grandchild may hold the pipe open: its words are not worth waiting for
		case <-drained:
		case <-time.After(time.Second):
		}
		close(ch.exited)
	}()
	if err := <-started; err != nil {
		_ = read.Close()
		return nil, fmt.Errorf("starting %s (%s): %w", c.name, c.path, err)
	}
	go func() { defer close(drained); ch.drain(read, c) }()
	return ch, nil
}

func (ch *child) drain(r io.ReadCloser, c command) {
	defer func() { _ = r.Close() }()
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 4096), 1<<20)
	for lines.Scan() {
		line := lines.Text()
		ch.mu.Lock()
		if ch.tail = append(ch.tail, line); len(ch.tail) > tailLines {
			ch.tail = ch.tail[1:]
		}
		ch.mu.Unlock()
		c.log.Log(context.Background(), c.levels(line), line, "from", c.name)
	}
	_, _ = io.Copy(io.Discard, r) // a line too long for the scanner must not block the child
}

// last is the end of the child's output, for error messages.
func (ch *child) last() string {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	return strings.Join(ch.tail, "\n")
}

// failure explains why the child ended. Call it only after exited is closed.
func (ch *child) failure() error {
	reason := "it ended without an error"
	if ch.err != nil {
		reason = ch.err.Error()
	}
	if last := ch.last(); last != "" {
		reason += ", its last words:\n" + last
	}
	return fmt.Errorf("%s stopped: %s", ch.name, reason)
}

// watch delivers one error if the child ends while nobody asked it to; the channel is closed in either case.
func (ch *child) watch() <-chan error {
	done := make(chan error, 1)
	go func() {
		defer close(done)
		<-ch.exited
		ch.mu.Lock()
		stopped := ch.stopped
		ch.mu.Unlock()
		if !stopped {
			done <- ch.failure()
		}
	}()
	return done
}

// stop sends the signals in turn, each when the one before had its time, and returns once the process is reaped.
// The context's end moves on to the next signal at once; the last resort is SIGKILL.
func (ch *child) stop(ctx context.Context, grace time.Duration, signals ...syscall.Signal) error {
	ch.mu.Lock()
	ch.stopped = true
	ch.mu.Unlock()
	for i, sig := range append(signals, syscall.SIGKILL) {
		if err := ch.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stopping %s: %w", ch.name, err)
		}
		late := ctx.Done()
		if i > 0 {
			late = nil // the context was for the gentle way: the harder ways keep their own short time
		}
		select {
		case <-ch.exited:
			return nil
		case <-late:
		case <-time.After(grace):
		}
		grace = 5 * time.Second
	}
	return fmt.Errorf("%s did not end even when killed (pid %d)", ch.name, ch.cmd.Process.Pid)
}

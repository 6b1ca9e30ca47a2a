package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"

	"imglink/app/imaging"
)

// worker is one process. It is used by one goroutine at a time.
type worker struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	pipe   *os.File
	out    *bufio.Reader
	stderr *tail
	exited chan struct{} // closed when the process was reaped
	jobs   int
	dead   bool // it must not be used again
}

func start(opt Options) (*worker, error) {
	args := append(append([]string{}, opt.Command[1:]...), strconv.FormatInt(opt.Memory, 10))
	cmd := exec.Command(opt.Command[0], args...)
	// No environment: secrets of the server are not the worker's business. One processor, because the pool already
	// runs as many workers as there should be.
	cmd.Env = []string{"GOMAXPROCS=1", "GOTRACEBACK=none"}
	cmd.Dir = "/"
	w := &worker{cmd: cmd, stderr: &tail{}, exited: make(chan struct{})}
	cmd.Stderr = w.stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("sandbox: starting a worker: %w", err)
	}
	// A pipe of our own: that of StdoutPipe is closed when the process ends, with its last answer perhaps unread.
	out, theirs, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("sandbox: starting a worker: %w", errors.Join(err, in.Close()))
	}
	cmd.Stdout = theirs
	err = cmd.Start()
	_ = theirs.Close()
	if err != nil {
		return nil, fmt.Errorf("sandbox: starting a worker: %w", errors.Join(err, in.Close(), out.Close()))
	}
	w.in, w.pipe, w.out = in, out, bufio.NewReaderSize(out, 64<<10)
	go func() {
		_ = cmd.Wait() // how it ended is read from cmd.ProcessState
		close(w.exited)
	}()
	return w, nil
}

func (w *worker) alive() bool {
	select {
	case <-w.exited:
		return false
	default:
		return true
	}
}

// stop ends the process and waits until it is gone.
func (w *worker) stop() {
	w.dead = true
	_ = w.in.Close()
	_ = w.cmd.Process.Kill()
	<-w.exited
	_ = w.pipe.Close()
}

// derive sends one picture and reads the answer. On any failure of the conversation the worker is dead.
func (w *worker) derive(ctx context.Context, src io.ReaderAt, req request) (imaging.Derived, error) {
	w.jobs++
	unwatch := context.AfterFunc(ctx, func() { _ = w.cmd.Process.Kill() })
	defer unwatch()
	a, err := w.talk(src, req)
	if err == nil {
		return a.result()
	}
	w.stop()
	if ctx.Err() != nil {
		return imaging.Derived{}, fmt.Errorf("worker stopped: %w", ctx.Err())
	}
	if w.cmd.ProcessState.ExitCode() == exitCPU {
		// Processor time does not depend on how busy the machine is: trying again would end the same way.
		return imaging.Derived{}, imaging.ErrComplex.Because(err)
	}
	return imaging.Derived{}, ErrCrashed.Because(fmt.Errorf("%w; %s; it said %q", err, w.cmd.ProcessState, w.stderr))
}

func (w *worker) talk(src io.ReaderAt, req request) (answer, error) {
	if err := writeFrame(w.in, req, maxRequest); err != nil {
		return answer{}, err
	}
	switch n, err := io.Copy(w.in, io.NewSectionReader(src, 0, req.Size)); {
	case err != nil:
		return answer{}, fmt.Errorf("sent %d of %d bytes: %w", n, req.Size, err)
	case n != req.Size:
		return answer{}, fmt.Errorf("sent %d of %d bytes: %w", n, req.Size, io.ErrUnexpectedEOF)
	}
	var a answer
	if err := readFrame(w.out, &a, maxAnswer); err != nil {
		return answer{}, fmt.Errorf("reading the answer: %w", err)
	}
	return a, nil
}

// tail keeps the beginning of what a worker says: the first line of a crash is the reason.
type tail struct {
	mu sync.Mutex
	b  bytes.Buffer
}

const maxTail = 512

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b.Write(p[:min(len(p), maxTail-t.b.Len())])
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	first, _, _ := strings.Cut(t.b.String(), "\n")
	return first
}

package sandbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"

	"golang.org/x/sys/unix"

	"imglink/app/fault"
	"imglink/app/imaging"
)

// Argument is the hidden command that makes the program a worker.
const Argument = "derive-worker"

// exitCPU is the exit status of a worker that used up its processor time.
const exitCPU = 97

// Main is the worker: it gives up the rights it does not need, then answers requests from standard input on standard
// output until the input ends. It never returns. args are those after Argument: the memory limit in bytes.
func Main(args []string) {
	if err := work(args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func work(args []string) error {
	memory, err := parseMemory(args)
	if err != nil {
		return err
	}
	if err := confine(memory); err != nil {
		return err
	}
	// The collector works harder before the limit is met, so that garbage does not kill the worker.
	debug.SetMemoryLimit(int64(memory) * 3 / 4)
	overtime := make(chan os.Signal, 1)
	signal.Notify(overtime, unix.SIGXCPU)
	go func() {
		<-overtime
		fmt.Fprintln(os.Stderr, "processor time used up")
		os.Exit(exitCPU)
	}()
	in, out := bufio.NewReaderSize(os.Stdin, 64<<10), os.Stdout
	for {
		var req request
		switch err := readFrame(in, &req, maxRequest); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := limitCPU(req.CPU); err != nil {
			return err
		}
		if err := writeFrame(out, derive(in, req), maxAnswer); err != nil {
			return err
		}
		debug.FreeOSMemory() // an idle worker must be small
	}
}

func parseMemory(args []string) (uint64, error) {
	if len(args) != 1 {
		return 0, fmt.Errorf("sandbox: %s needs the memory limit in bytes", Argument)
	}
	n, err := strconv.ParseUint(args[0], 10, 63)
	if err != nil || n < 128<<20 {
		return 0, fmt.Errorf("sandbox: memory limit %q: need at least 128 MiB in bytes", args[0])
	}
	return n, nil
}

// derive reads exactly the announced bytes, whatever becomes of them.
func derive(in io.Reader, req request) answer {
	body := io.LimitReader(in, req.Size)
	d, err := imaging.Derive(context.Background(), body, req.Limits)
	if _, drain := io.Copy(io.Discard, body); drain != nil && err == nil {
		err = drain
	}
	if err != nil {
		return answer{Code: fault.Of(err).Code, Cause: err.Error()}
	}
	return answer{Derived: &d}
}

// confine takes away what decoding does not need: privileges of programs it could start, core dumps, files, and memory
// above the limit. Data is what the process allocates; address space also has what the runtime only reserves.
func confine(memory uint64) error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("sandbox: no_new_privs: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("sandbox: dumpable: %w", err)
	}
	if err := wakePoller(); err != nil {
		return err
	}
	limits := map[int]uint64{unix.RLIMIT_CORE: 0, unix.RLIMIT_FSIZE: 0, unix.RLIMIT_NOFILE: 0}
	if !raceEnabled { // the race detector reserves terabytes
		limits[unix.RLIMIT_DATA], limits[unix.RLIMIT_AS] = memory, memory+reserved
	}
	for which, v := range limits {
		if err := unix.Setrlimit(which, &unix.Rlimit{Cur: v, Max: v}); err != nil {
			return fmt.Errorf("sandbox: rlimit %d to %d: %w", which, v, err)
		}
	}
	return nil
}

// wakePoller makes the runtime open its poller while files may still be opened: it does so on first need, which with the
// scheduling of a loaded machine can be after RLIMIT_NOFILE is 0, and then it aborts.
func wakePoller() error {
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("sandbox: poller: %w", err)
	}
	return errors.Join(r.Close(), w.Close())
}

// reserved is the address space that the Go runtime reserves without using it, from above.
const reserved = 2 << 30

// limitCPU allows seconds more of processor time than was used so far.
func limitCPU(seconds uint64) error {
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		return fmt.Errorf("sandbox: getrusage: %w", err)
	}
	var now unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CPU, &now); err != nil {
		return fmt.Errorf("sandbox: getrlimit: %w", err)
	}
	now.Cur = min(uint64(used.Utime.Sec+used.Stime.Sec)+seconds+1, now.Max)
	if err := unix.Setrlimit(unix.RLIMIT_CPU, &now); err != nil {
		return fmt.Errorf("sandbox: rlimit of processor time: %w", err)
	}
	return nil
}

// Package sandbox runs imaging.Derive in copies of this program that can be lost: a decoder that asks for too much
// memory, runs for ever or crashes ends a worker, not the server. Workers hold no files, no environment and no
// connections, only a pipe each way; memory, processor time and answers are bounded.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"imglink/app/fault"
	"imglink/app/imaging"
)

// Options of a pool; zero fields take the defaults.
type Options struct {
	Command []string      // program and arguments before the memory limit; default: this program and Argument
	Workers int           // pictures at the same time; default 2
	Memory  int64         // bytes a worker may allocate; default 1 GiB
	CPU     time.Duration // processor time for one picture; default 20 s
	Wall    time.Duration // time for one picture; default 60 s
	Jobs    int           // pictures after which a worker is replaced; default 200
	Gate    int64         // bytes all workers may use together, as imaging.Gate; default imaging.GateBytes
	Limits  imaging.Limits
}

// ErrCrashed is an answer that did not come: the worker died or was stopped. Trying once more is sensible for the
// caller; a picture that crashes workers twice should be set aside.
var ErrCrashed = fault.New(fault.Unavailable, "derive_crashed", "The picture could not be processed. It will be tried again.")

// Pool is a set of workers. All methods are safe for concurrent use.
type Pool struct {
	opt    Options
	gate   *imaging.Gate
	slots  chan struct{}
	mu     sync.Mutex
	idle   []*worker
	closed bool
}

// New makes a pool. Workers start when they are first needed (5 to 15 ms).
func New(opt Options) (*Pool, error) {
	if len(opt.Command) == 0 {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("sandbox: finding this program: %w", err)
		}
		opt.Command = []string{self, Argument}
	}
	def := func(v *time.Duration, d time.Duration) {
		if *v <= 0 {
			*v = d
		}
	}
	def(&opt.CPU, 20*time.Second)
	def(&opt.Wall, time.Minute)
	if opt.Workers <= 0 {
		opt.Workers = 2
	}
	if opt.Memory <= 0 {
		opt.Memory = 1 << 30
	}
	if opt.Jobs <= 0 {
		opt.Jobs = 200
	}
	if opt.Limits == (imaging.Limits{}) {
		opt.Limits = imaging.DefaultLimits()
	}
	return &Pool{opt: opt, gate: imaging.NewGate(opt.Gate), slots: make(chan struct{}, opt.Workers)}, nil
}

// Derive is imaging.Derive in a worker. src holds size bytes of a sanitised file. Refusals are those of imaging with
// their general sentence; ErrCrashed when the worker died; ctx ends the waiting and kills the worker.
func (p *Pool) Derive(ctx context.Context, src io.ReaderAt, size int64) (d imaging.Derived, err error) {
	defer fault.Wrap(&err, "sandbox.Derive of %d bytes", size)
	weight, err := imaging.Weigh(src, size, p.opt.Limits)
	if err != nil {
		return imaging.Derived{}, err
	}
	if weight > p.opt.Memory*9/10 {
		return imaging.Derived{}, imaging.ErrPixels.Because(fmt.Errorf("decoding needs %d bytes, a worker has %d", weight, p.opt.Memory))
	}
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return imaging.Derived{}, ctx.Err()
	}
	defer func() { <-p.slots }()
	leave, err := p.gate.Enter(ctx, weight)
	if err != nil {
		return imaging.Derived{}, err
	}
	defer leave()
	w, err := p.take()
	if err != nil {
		return imaging.Derived{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, p.opt.Wall)
	defer cancel()
	d, err = w.derive(ctx, src, request{Size: size, Limits: p.opt.Limits, CPU: uint64(p.opt.CPU.Seconds() + 0.999)})
	if !w.dead {
		p.give(w)
	}
	return d, err
}

var errClosed = errors.New("sandbox: the pool is closed")

// take finds an idle worker or starts one.
func (p *Pool) take() (*worker, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errClosed
	}
	for n := len(p.idle); n > 0; n = len(p.idle) {
		w := p.idle[n-1]
		p.idle = p.idle[:n-1]
		if w.alive() {
			return w, nil
		}
		w.stop()
	}
	return start(p.opt)
}

// give keeps a worker for the next picture, unless it is old or the pool is closed.
func (p *Pool) give(w *worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || w.jobs >= p.opt.Jobs {
		w.stop()
		return
	}
	p.idle = append(p.idle, w)
}

// Close stops idle workers now and the others when they are done.
func (p *Pool) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, w := range p.idle {
		w.stop()
	}
	p.idle = nil
	return nil
}

// Package jobs runs side effects with River on PostgreSQL. A job is inserted in the transaction that causes it, so it exists
// exactly when its cause does; handlers are idempotent, because a job may run more than once. What a lost job would have
// done is also due by state, and sweeps find it.
package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"imglink/models"
)

// The queues. A backlog in one does not delay the others; deadlines and sweeps have their own.
const (
	QueueEffects     = "effects"
	QueueDerive      = "derive"
	QueueMail        = "mail"
	QueueMaintenance = "maintenance"
	QueueVerify      = "verify" // reads everything there is, one at a time
)

// Routed is a job that names its queue; others go to QueueEffects.
type Routed interface{ Queue() string }

// Delayed is a job that waits until an instant.
type Delayed interface{ RunAt() time.Time }

// Timed is a job that may run for another time than five minutes before it is cancelled and tried again.
type Timed interface{ Timeout() time.Duration }

// Registry collects handlers and sweeps before the runner starts.
type Registry struct {
	workers *river.Workers
	sweeps  map[string]sweep
}

type sweep struct {
	every time.Duration
	run   func(context.Context) error
}

// NewRegistry makes an empty registry.
func NewRegistry() *Registry {
	return &Registry{workers: river.NewWorkers(), sweeps: map[string]sweep{}}
}

// Handle sets the handler of a kind of job. Its error is retried with growing pauses.
func Handle[T models.Job](r *Registry, fn func(context.Context, T) error) {
	river.AddWorker(r.workers, &worker[T]{fn: fn})
}

type worker[T models.Job] struct {
	river.WorkerDefaults[T]
	fn func(context.Context, T) error
}

func (w *worker[T]) Work(ctx context.Context, job *river.Job[T]) error { return w.fn(ctx, job.Args) }

// Timeout of 0 is the client's.
func (w *worker[T]) Timeout(job *river.Job[T]) time.Duration {
	if t, ok := any(job.Args).(Timed); ok {
		return t.Timeout()
	}
	return 0
}

// Sweep runs fn on one of the replicas about every so often, first soon after start.
func (r *Registry) Sweep(name string, every time.Duration, fn func(context.Context) error) {
	r.sweeps[name] = sweep{every: every, run: fn}
}

type sweepArgs struct {
	Name string `json:"name"`
}

func (sweepArgs) Kind() string { return "sweep" }

// Options configure New.
type Options struct {
	Pool    *pgxpool.Pool
	Log     *slog.Logger
	Workers int // jobs at once in the effects queue; 0 means four for each processor
}

// Runner inserts jobs and, once started, works on them.
type Runner struct {
	client *river.Client[pgx.Tx]
}

// New makes a runner. The registry must be complete.
func New(r *Registry, o Options) (*Runner, error) {
	Handle(r, func(ctx context.Context, a sweepArgs) error {
		s, ok := r.sweeps[a.Name]
		if !ok {
			return nil // an older replica scheduled a sweep this one no longer has
		}
		return s.run(ctx)
	})
	cpus := runtime.GOMAXPROCS(0)
	if o.Workers <= 0 {
		o.Workers = 4 * cpus
	}
	client, err := river.NewClient(riverpgxv5.New(o.Pool), &river.Config{
		Logger:       slog.New(quiet{o.Log.Handler()}),
		Workers:      r.workers,
		PeriodicJobs: periodic(r.sweeps),
		RetryPolicy:  backoff{},
		JobTimeout:   5 * time.Minute,
		// A job whose process was killed is tried again after this; the default of an hour would keep letters waiting.
		RescueStuckJobsAfter: 6 * time.Minute,
		MaxAttempts:          20,
		Queues: map[string]river.QueueConfig{
			QueueEffects:     {MaxWorkers: o.Workers, FetchCooldown: 20 * time.Millisecond},
			QueueDerive:      {MaxWorkers: cpus, FetchCooldown: 20 * time.Millisecond},
			QueueMail:        {MaxWorkers: 4},
			QueueMaintenance: {MaxWorkers: 2},
			QueueVerify:      {MaxWorkers: 1},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return &Runner{client: client}, nil
}

func periodic(sweeps map[string]sweep) []*river.PeriodicJob {
	var out []*river.PeriodicJob
	for name, s := range sweeps {
		out = append(out, river.NewPeriodicJob(river.PeriodicInterval(s.every), func() (river.JobArgs, *river.InsertOpts) {
			return sweepArgs{Name: name}, &river.InsertOpts{
				Queue: QueueMaintenance, MaxAttempts: 1,
				UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
					rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable, rivertype.JobStateScheduled,
				}},
			}
		}, &river.PeriodicJobOpts{RunOnStart: true}))
	}
	return out
}

// InsertTx puts a job into the queue with the caller's transaction.
func (r *Runner) InsertTx(ctx context.Context, tx pgx.Tx, job models.Job) error {
	opts := &river.InsertOpts{Queue: QueueEffects}
	if q, ok := job.(Routed); ok {
		opts.Queue = q.Queue()
	}
	if d, ok := job.(Delayed); ok {
		opts.ScheduledAt = d.RunAt()
	}
	_, err := r.client.InsertTx(ctx, tx, job, opts)
	return err
}

// Start begins to work. It returns at once.
func (r *Runner) Start(ctx context.Context) error { return r.client.Start(ctx) }

// Stop lets running jobs finish until ctx ends, then cancels them; they run again later.
func (r *Runner) Stop(ctx context.Context) error {
	if err := r.client.Stop(ctx); err != nil {
		return r.client.StopAndCancel(context.WithoutCancel(ctx))
	}
	return nil
}

// backoff retries after 1, 4, 9, 16 ... seconds, an hour at most: an outage of seconds is over in seconds.
type backoff struct{}

func (backoff) NextRetry(job *rivertype.JobRow) time.Time {
	wait := time.Duration(len(job.Errors)+1) * time.Duration(len(job.Errors)+1) * time.Second
	return job.AttemptedAt.Add(min(wait, time.Hour))
}

// quiet drops River's chatter below warnings.
type quiet struct{ slog.Handler }

func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}

func (q quiet) WithAttrs(a []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(a)} }
func (q quiet) WithGroup(name string) slog.Handler   { return quiet{q.Handler.WithGroup(name)} }

package jobs_test

import (
	"context"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/clock"
	"imglink/app/jobs"
	"imglink/app/testdb"
	"imglink/models"
)

func TestMain(m *testing.M) { testdb.Main(m) }

type short struct{}

func (short) Kind() string { return "short" }

type long struct{}

func (long) Kind() string           { return "long" }
func (long) Queue() string          { return jobs.QueueVerify }
func (long) Timeout() time.Duration { return time.Hour }

// A job has five minutes, or what it says itself, in the queue it names.
func TestJobsHaveTheTimeTheyName(t *testing.T) {
	dsn := testdb.Database(t)
	store, err := models.Open(t.Context(), models.Options{DSN: dsn, Clock: clock.System{}, Log: testdb.Log(t), MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	pool, err := models.OpenPool(t.Context(), dsn, 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	left := make(chan time.Duration, 2)
	r := jobs.NewRegistry()
	note := func(ctx context.Context) error {
		end, _ := ctx.Deadline()
		left <- time.Until(end)
		return nil
	}
	jobs.Handle(r, func(ctx context.Context, _ short) error { return note(ctx) })
	jobs.Handle(r, func(ctx context.Context, _ long) error { return note(ctx) })
	runner, err := jobs.New(r, jobs.Options{Pool: pool, Log: testdb.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	store.UseJobs(runner)
	if err := runner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = runner.Stop(context.Background()) })
	for _, x := range []struct {
		job  models.Job
		time time.Duration
	}{{short{}, 5 * time.Minute}, {long{}, time.Hour}} {
		c := models.Change{Actor: actor.System("test"), Needs: actor.Public, Action: "thing.change", Entity: "thing", ID: "t"}
		if err := store.Write(t.Context(), c, func(tx *models.Tx) error { return tx.Enqueue(x.job) }); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-left:
			if got > x.time || got < x.time-time.Minute {
				t.Errorf("%s has %v, want %v", x.job.Kind(), got, x.time)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("%s does not run", x.job.Kind())
		}
	}
}

package audit_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"imglink/app/actor"
	"imglink/app/audit"
	"imglink/app/fault"
	"imglink/models"
)

// queue keeps the jobs of a test.
type queue struct{ jobs []models.Job }

func (q *queue) InsertTx(_ context.Context, _ pgx.Tx, job models.Job) error {
	q.jobs = append(q.jobs, job)
	return nil
}

func (w *world) chain(t *testing.T) audit.Chain {
	t.Helper()
	c, err := w.Chain(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Asking costs no reading: the job verifies, once for each time somebody asked, and the log keeps what came out.
func TestVerificationIsAJob(t *testing.T) {
	w, q := newWorld(t, 2), &queue{}
	w.Store.UseJobs(q)
	for n := range 5 {
		w.write(t, n)
	}
	w.seal(t)
	auditor := actor.Staff("auditor", actor.Auditor)
	if err := w.Ask(t.Context(), actor.Staff("moderator", actor.Moderator)); !fault.Is(err, fault.Forbidden) || len(q.jobs) != 0 {
		t.Fatalf("a moderator asks: %v, %d jobs", err, len(q.jobs))
	}
	for range 2 { // the second changes nothing
		if err := w.Ask(t.Context(), auditor); err != nil {
			t.Fatal(err)
		}
	}
	if c := w.chain(t); len(q.jobs) != 1 || !c.Verifying() || !c.AskedAt.Equal(w.fake.Now()) || !c.CheckedAt.IsZero() {
		t.Fatalf("after asking: %d jobs, %+v", len(q.jobs), c)
	}
	w.fake.Advance(time.Minute)
	for range 2 { // a job may run more than once
		if err := w.Verify(t.Context(), audit.VerifyJob{}); err != nil {
			t.Fatal(err)
		}
	}
	c := w.chain(t)
	if c.Verifying() || !c.OK || c.Checked != 5 || !c.CheckedAt.Equal(w.fake.Now()) || c.Entries != 7 {
		t.Fatalf("after the job: %+v", c)
	}
	w.tamper(t, `UPDATE audit_log SET reason = 'other' WHERE id = (SELECT audit_id FROM audit_chain WHERE seq = 3)`)
	if err := w.Ask(t.Context(), auditor); err != nil {
		t.Fatal(err)
	}
	if err := w.Verify(t.Context(), audit.VerifyJob{}); err != nil {
		t.Fatal(err)
	}
	if c := w.chain(t); c.OK || c.BrokenAt != 3 || !strings.Contains(c.Problem, "not what was sealed") {
		t.Errorf("a tampered log: %+v", c)
	}
}

// A verification of which nothing came may be asked for again, and reading may take far longer than a request.
func TestLostVerificationIsAskedForAgain(t *testing.T) {
	w, q := newWorld(t, 2), &queue{}
	w.Store.UseJobs(q)
	auditor := actor.Staff("auditor", actor.Auditor)
	long := audit.VerifyJob{}.Timeout()
	if long < 30*time.Minute {
		t.Errorf("a log of millions has %v", long)
	}
	for i, wait := range []time.Duration{0, long - time.Second, time.Second} {
		w.fake.Advance(wait)
		if err := w.Ask(t.Context(), auditor); err != nil {
			t.Fatal(err)
		}
		if want := 1 + i/2; len(q.jobs) != want {
			t.Fatalf("ask %d: %d jobs, want %d", i, len(q.jobs), want)
		}
	}
	w.fake.Advance(long)
	if c := w.chain(t); c.Verifying() || !c.Lost {
		t.Errorf("lost: %+v", c)
	}
}

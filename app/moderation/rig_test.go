package moderation_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"imglink/app/actor"
	"imglink/app/clock"
	"imglink/app/ident"
	"imglink/app/moderation"
	"imglink/app/testdb"
	"imglink/models"
)

func TestMain(m *testing.M) { testdb.Main(m) }

var ctx = context.Background()

const why = "The picture shows a complete scan of a work whose holder told us that nobody may publish it here."

// rig is a service over a database of its own, with staff of every role.
type rig struct {
	*moderation.Service
	t     testing.TB
	store *models.Store
	clock *clock.Fake
	db    *pgx.Conn // superuser
	dsn   string
	edge  *edge
	near  *nearby
	staff map[actor.Role]actor.Actor
	jobs  *jobs
}

// edge is a CDN whose failures are switched on.
type edge struct {
	mu     sync.Mutex
	purged []string
	fail   error // before anything is purged
	after  error // although everything was purged
	serves bool  // still answers with pictures
}

func (e *edge) Purge(_ context.Context, urls []string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fail != nil {
		return e.fail
	}
	e.purged = append(e.purged, urls...)
	return e.after
}

func (e *edge) Probe(context.Context, string) (bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return !e.serves, nil
}

type nearby struct{ list []moderation.Near }

func (n *nearby) Similar(context.Context, string) ([]moderation.Near, error) { return n.list, nil }

// jobs remembers the jobs queued, and can refuse them.
type jobs struct {
	mu   sync.Mutex
	list []models.Job
	fail error
}

func (j *jobs) InsertTx(_ context.Context, _ pgx.Tx, job models.Job) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.list = append(j.list, job)
	return j.fail
}

func newRig(t testing.TB) *rig {
	t.Helper()
	dsn := testdb.Database(t)
	r := &rig{t: t, dsn: dsn, clock: clock.NewFake(testdb.Start), edge: &edge{}, near: &nearby{}, jobs: &jobs{}, staff: map[actor.Role]actor.Actor{}}
	var err error
	if r.store, err = models.Open(ctx, models.Options{DSN: dsn, Clock: r.clock, Log: testdb.Log(t), MaxConns: 24}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.store.Close)
	r.store.UseJobs(r.jobs)
	if r.db, err = pgx.Connect(ctx, dsn); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.db.Close(ctx) })
	r.exec(`SET session_replication_role = replica`) // rows of other capabilities are put in without their audit entries
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	r.Service = moderation.New(moderation.Options{
		Store: r.store, BaseURL: "https://img.example", Hosts: []string{"cdn.img.example"}, Zone: zone, Purger: r.edge, Prober: r.edge, Similar: r.near,
		URLs: func(i models.Image) []string { return []string{"https://img.example/i/" + i.ID + "." + i.Ext} }, ComplaintURL: "https://img.example/complaint", Log: testdb.Log(t),
	})
	if err := r.EnsureReasons(ctx); err != nil {
		t.Fatal(err)
	}
	for _, role := range actor.Roles {
		r.staff[role] = r.hire(role)
	}
	return r
}

func (r *rig) exec(sql string, args ...any) {
	r.t.Helper()
	if _, err := r.db.Exec(ctx, sql, args...); err != nil {
		r.t.Fatalf("%s: %v", sql, err)
	}
}

func (r *rig) hire(role actor.Role) actor.Actor {
	r.t.Helper()
	id := ident.Public()
	r.exec(`INSERT INTO staff (id, email, name, role, state, webauthn_handle, created_at, updated_at) VALUES ($1, $1 || '@staff.example', $2, $3, 'active', $4, $5, $5)`,
		id, "Person "+id, string(role), []byte(id), r.clock.Now())
	return actor.Staff(id, role)
}

// image stores a live image with the given content; the same content twice is two uploads of one file.
func (r *rig) image(content, uploader string) models.Image {
	r.t.Helper()
	sum := sha256.Sum256([]byte(content))
	id := ident.Public()
	r.exec(`INSERT INTO images (id, state, uploader, file_name, mime, ext, bytes, width, height, received_sha256, sha256, delete_hash, created_at, live_at)
		VALUES ($1, 'live', $2, 'a.jpg', 'image/jpeg', 'jpg', 10, 4, 3, $3, $3, $4, $5, $5)`, id, uploader, sum[:], ident.NewToken().Hash(), r.clock.Now())
	img, err := r.store.Image(ctx, id)
	if err != nil {
		r.t.Fatal(err)
	}
	return img
}

func key(who string) []byte { h := sha256.Sum256([]byte(who)); return h[:] }

// notice is a complete notice from a person.
func notice(reason, who string, ids ...string) moderation.NoticeInput {
	return moderation.NoticeInput{
		URLs: ids, ReasonCode: reason, Explanation: who + " says: I made this picture in 2024 and never allowed anybody to publish it.",
		Name: who + " Notifier", Email: who + "@mail.example", GoodFaith: true, ReporterKey: key(who), Verified: true,
	}
}

func (r *rig) file(in moderation.NoticeInput) moderation.Receipt {
	r.t.Helper()
	rec, err := r.FileNotice(ctx, in)
	if err != nil {
		r.t.Fatalf("FileNotice: %v", err)
	}
	return rec
}

func (r *rig) caseOf(img models.Image) models.Case {
	r.t.Helper()
	c, err := r.store.CaseByContent(ctx, img.SHA256)
	if err != nil {
		r.t.Fatalf("case of %s: %v", img.ID, err)
	}
	return c
}

// reported is an image with an open case.
func (r *rig) reported() (models.Image, models.Case) {
	r.t.Helper()
	img := r.image("content "+ident.Public(), "guest")
	r.file(notice("copyright", "ann", img.ID))
	return img, r.caseOf(img)
}

func (r *rig) claim(a actor.Actor, id string) moderation.Lease {
	r.t.Helper()
	l, err := r.Claim(ctx, a, id)
	if err != nil {
		r.t.Fatalf("Claim: %v", err)
	}
	return l
}

func input(c models.Case, l moderation.Lease, action models.Action) moderation.DecisionInput {
	in := moderation.DecisionInput{CaseID: c.ID, Fence: l.Fence, Action: action}
	if action != models.ActionKeep {
		in.ReasonCode, in.Facts, in.Explanation = "copyright", "A scan of the cover and of twelve pages of a novel.", why
	}
	return in
}

// decided claims and decides a case.
func (r *rig) decided(a actor.Actor, c models.Case, action models.Action) models.Decision {
	r.t.Helper()
	d, err := r.Decide(ctx, a, input(c, r.claim(a, c.ID), action))
	if err != nil {
		r.t.Fatalf("Decide: %v", err)
	}
	return d
}

// settle runs every due effect until none is left, as the workers do.
func (r *rig) settle() {
	r.t.Helper()
	for range 20 {
		due, err := r.store.EffectsDue(ctx, r.clock.Now().Add(time.Microsecond), 1000)
		if err != nil {
			r.t.Fatal(err)
		}
		if len(due) == 0 {
			return
		}
		for _, e := range due {
			if err := r.RunEffect(ctx, e.ID); err != nil {
				r.t.Fatalf("effect %s: %v", e.Kind, err)
			}
		}
	}
	r.t.Fatal("effects never end")
}

// finalised moves past the undo window and lets everything happen.
func (r *rig) finalised() {
	r.t.Helper()
	r.clock.Advance(moderation.UndoWindow + time.Second)
	r.settle()
}

func (r *rig) state(id string) models.ImageState {
	r.t.Helper()
	img, err := r.store.Image(ctx, id)
	if err != nil {
		r.t.Fatal(err)
	}
	return img.State
}

func (r *rig) count(sql string, args ...any) (n int) {
	r.t.Helper()
	if err := r.db.QueryRow(ctx, sql, args...).Scan(&n); err != nil {
		r.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

var errBoom = errors.New("boom")

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func unique(prefix string, n int) string { return fmt.Sprintf("%s%d", prefix, n) }

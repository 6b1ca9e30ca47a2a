package gallery_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"imglink/app/actor"
	"imglink/app/clock"
	"imglink/app/fault"
	"imglink/app/gallery"
	"imglink/app/ident"
	"imglink/app/testdb"
	"imglink/models"
)

func TestMain(m *testing.M) { testdb.Main(m) }

// rig is the capability over a database of its own, with two accounts. Jobs are kept, not run.
type rig struct {
	*gallery.Service
	t           testing.TB
	dsn         string
	clock       *clock.Fake
	jobs        *queue
	maya, other actor.Actor
}

type queue struct {
	sync.Mutex
	kinds []string
}

// InsertTx implements models.JobInserter.
func (q *queue) InsertTx(_ context.Context, _ pgx.Tx, job models.Job) error {
	q.Lock()
	defer q.Unlock()
	q.kinds = append(q.kinds, job.Kind())
	return nil
}

func (q *queue) count(kind string) (n int) {
	q.Lock()
	defer q.Unlock()
	for _, k := range q.kinds {
		if k == kind {
			n++
		}
	}
	return n
}

func newRig(t testing.TB) *rig {
	t.Helper()
	dsn, fake := testdb.Database(t), clock.NewFake(testdb.Start)
	store, err := models.Open(t.Context(), models.Options{DSN: dsn, Clock: fake, Log: testdb.Log(t), MaxConns: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	r := &rig{t: t, dsn: dsn, clock: fake, jobs: &queue{}, Service: &gallery.Service{Store: store, Clock: fake, Quota: 1 << 40, Forget: func(string) {}}}
	store.UseJobs(r.jobs)
	r.maya, r.other = r.user("maya"), r.user("other")
	return r
}

func (r *rig) ctx() context.Context { return r.t.Context() }

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) user(name string) actor.Actor {
	r.t.Helper()
	id := ident.Public()
	r.must(r.Store.Write(r.ctx(), models.Change{Actor: actor.System("test"), Needs: actor.Public, Action: "user.create", Entity: "user", ID: id}, func(tx *models.Tx) error {
		return tx.InsertUser(models.User{ID: id, Username: name, Email: name + "@example.org", State: models.UserActive, AgeConfirmedAt: tx.Now, PolicyVersion: "1"})
	}))
	return actor.User(id)
}

// put stores the row of a picture: of the account, or of a guest when owner is the zero actor.
func (r *rig) put(owner actor.Actor, name string, change ...func(*models.Image)) models.Image {
	r.t.Helper()
	id := ident.Public()
	img := models.Image{
		ID: id, State: models.ImagePending, Uploader: "guest0000001", FileName: name, Mime: "image/jpeg", Ext: "jpg", Bytes: 1000, Width: 4, Height: 3, Frames: 1, Orientation: 1,
		ReceivedSHA256: ident.Token(id).Hash(), SHA256: ident.Token(id).Hash(), DeleteHash: ident.Token(id).Hash(), CreatedAt: r.clock.Now(), Visibility: models.ImageUnlisted,
	}
	if owner.ID != "" {
		img.UserID = &owner.ID
	}
	for _, f := range change {
		f(&img)
	}
	r.must(r.Store.Write(r.ctx(), models.Change{Actor: actor.System("test"), Needs: actor.Public, Action: "image.begin", Entity: "image", ID: id}, func(tx *models.Tx) error {
		if err := tx.InsertImage(img, ""); err != nil {
			return err
		}
		return tx.PublishImage(id)
	}))
	img, err := r.Store.Image(r.ctx(), id)
	r.must(err)
	return img
}

// decided makes a picture's state what a moderator would have made it.
func (r *rig) decided(id string, s models.ImageState) {
	r.t.Helper()
	r.must(r.Store.Write(r.ctx(), models.Change{Actor: actor.System("test"), Needs: actor.Public, Action: "image.decide", Entity: "image", ID: id}, func(tx *models.Tx) error {
		return tx.SetImageState(id, []models.ImageState{models.ImageLive, models.ImageRestricted}, s, "")
	}))
}

func (r *rig) state(id string) models.ImageState {
	r.t.Helper()
	img, err := r.Store.Image(r.ctx(), id)
	r.must(err)
	return img.State
}

func (r *rig) album(owner actor.Actor, title string, ids ...string) models.Album {
	r.t.Helper()
	a, err := r.CreateAlbum(r.ctx(), owner, gallery.AlbumEdit{Title: &title})
	r.must(err)
	for chunk := range slices.Chunk(ids, gallery.MaxSelect) {
		_, err = r.AddToAlbum(r.ctx(), owner, a.ID, chunk)
		r.must(err)
	}
	return a
}

func ids(imgs []models.Image) []string {
	out := make([]string, len(imgs))
	for i, img := range imgs {
		out[i] = img.ID
	}
	return out
}

func (r *rig) wants(err error, kind fault.Kind) {
	r.t.Helper()
	if !fault.Is(err, kind) {
		r.t.Errorf("got %v, want %s", err, kind)
	}
}

// all walks a gallery forward to its end, checking that each page leads back to the one before.
func (r *rig) all(q gallery.Query) (out []string) {
	r.t.Helper()
	var pages []string
	for range 1000 {
		p, err := r.List(r.ctx(), r.maya, q)
		r.must(err)
		if len(p.Images) > q.Limit {
			r.t.Fatalf("a page of %d", len(p.Images))
		}
		out = append(out, ids(p.Images)...)
		pages = append(pages, strings.Join(ids(p.Images), ","))
		if len(pages) > 1 && p.Prev != "" && !p.Searching && len(p.Images) > 0 {
			back := q
			back.Cursor, back.Back = p.Prev, true
			b, err := r.List(r.ctx(), r.maya, back)
			r.must(err)
			if got := strings.Join(ids(b.Images), ","); got != pages[len(pages)-2] {
				r.t.Fatalf("%+v: back from page %d is %s, want %s", q, len(pages), got, pages[len(pages)-2])
			}
		}
		if p.Next == "" {
			return out
		}
		q.Cursor = p.Next
	}
	r.t.Fatal("a gallery without an end")
	return nil
}

func ptr[T any](v T) *T { return &v }

func in(d time.Duration, r *rig) *time.Time { return ptr(r.clock.Now().Add(d)) }

func unique(n int) string { return fmt.Sprintf("p%03d", n) }

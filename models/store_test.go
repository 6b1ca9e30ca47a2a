package models_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/testdb"
	"imglink/models"
)

func TestMain(m *testing.M) { testdb.Main(m) }

func pending(s *models.Store) models.Image {
	return models.Image{
		ID: ident.Public(), State: models.ImagePending, Uploader: "u", FileName: "a.jpg", Mime: "image/jpeg", Ext: "jpg", Bytes: 1, Width: 1, Height: 1,
		Orientation: 1, Frames: 1, ReceivedSHA256: []byte("r"), SHA256: []byte("s"), DeleteHash: ident.NewToken().Hash(), CreatedAt: s.Clock().Now(),
	}
}

func begin(id string) models.Change {
	return models.Change{Actor: actor.Guest("g"), Needs: actor.Public, Action: "image.begin", Entity: "image", ID: id}
}

func TestWriteLeavesOneEntry(t *testing.T) {
	s, _ := testdb.Store(t)
	img := pending(s)
	if err := s.Write(context.Background(), begin(img.ID), func(tx *models.Tx) error { return tx.InsertImage(img, "192.0.2.1") }); err != nil {
		t.Fatal(err)
	}
	got, err := s.Image(context.Background(), img.ID)
	if err != nil || got.State != models.ImagePending || got.N == 0 {
		t.Fatalf("got %+v, %v", got, err)
	}
}

// The backstop: a closure that changes an audited row under the name of another entity cannot commit.
func TestUnauditedWriteIsRefusedByTheDatabase(t *testing.T) {
	s, _ := testdb.Store(t)
	img := pending(s)
	err := s.Write(context.Background(), begin("somebodyelse"), func(tx *models.Tx) error { return tx.InsertImage(img, "") })
	if err == nil || !strings.Contains(err.Error(), "without an audit entry") {
		t.Fatalf("the commit must be refused, got %v", err)
	}
	if _, err := s.Image(context.Background(), img.ID); !errors.Is(err, models.ErrNotFound) {
		t.Fatalf("nothing may be kept, got %v", err)
	}
}

func TestWriteRefusesWhoMayNot(t *testing.T) {
	s, _ := testdb.Store(t)
	c := begin("x")
	c.Needs = actor.DecideHard
	c.Actor = actor.Staff("s", actor.Triage)
	called := false
	err := s.Write(context.Background(), c, func(*models.Tx) error { called = true; return nil })
	if !fault.Is(err, fault.Forbidden) || called {
		t.Fatalf("want Forbidden before the closure runs, got %v, called %v", err, called)
	}
}

func TestFailureAndPanicKeepNothing(t *testing.T) {
	s, _ := testdb.Store(t)
	ctx := context.Background()
	a, b := pending(s), pending(s)
	boom := errors.New("boom")
	if err := s.Write(ctx, begin(a.ID), func(tx *models.Tx) error { return errors.Join(tx.InsertImage(a, ""), boom) }); !errors.Is(err, boom) {
		t.Fatalf("want the closure's error, got %v", err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = s.Write(ctx, begin(b.ID), func(tx *models.Tx) error { _ = tx.InsertImage(b, ""); panic("boom") })
	}()
	for _, id := range []string{a.ID, b.ID} {
		if _, err := s.Image(ctx, id); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("image %s was kept: %v", id, err)
		}
	}
	if st := s.Stat(); st.AcquiredConns() != 0 {
		t.Errorf("%d connections were not returned", st.AcquiredConns())
	}
}

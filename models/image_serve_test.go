package models_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"imglink/app/testdb"
	"imglink/models"
)

// The query of every served picture reads the same row as GORM does, nullable columns included.
func TestServedImageEqualsTheRow(t *testing.T) {
	s, _ := testdb.Store(t)
	ctx := t.Context()
	img := pending(s)
	if err := s.Write(ctx, begin(img.ID), func(tx *models.Tx) error { return tx.InsertImage(img, "192.0.2.1") }); err != nil {
		t.Fatal(err)
	}
	for _, change := range []func(tx *models.Tx) error{
		nil,
		func(tx *models.Tx) error { return tx.PublishImage(img.ID) },
		func(tx *models.Tx) error {
			return tx.SetDerived(img.ID, models.Derived{ThumbExt: "jpg", ThumbWidth: 3, ThumbHeight: 2, PDQ: make([]byte, 32), PDQQuality: 77})
		},
		func(tx *models.Tx) error {
			return tx.SetImageState(img.ID, []models.ImageState{models.ImageLive}, models.ImageRemoved, "dec_1")
		},
	} {
		if change != nil {
			if err := s.Write(ctx, begin(img.ID), change); err != nil {
				t.Fatal(err)
			}
		}
		fast, err := s.Image(ctx, img.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Read(ctx, func(q models.Queries) error {
			slow, err := q.Image(ctx, img.ID)
			if d := cmp.Diff(slow, fast); d != "" {
				t.Error(d)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Image(ctx, "nothing"); err != models.ErrNotFound { //nolint:errorlint // the sentinel itself
		t.Errorf("missing: %v", err)
	}
}

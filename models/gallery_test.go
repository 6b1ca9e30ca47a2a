package models_test

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"imglink/app/actor"
	"imglink/app/clock"
	"imglink/app/ident"
	"imglink/app/testdb"
	"imglink/models"
)

// pictures is a gallery of n pictures named "img", every second "beach" and the others "lake", every twentieth private, every
// tenth expiring, in an album all but the private ones.
func pictures(t *testing.T, n int) (s *models.Store, userID, albumID string) {
	t.Helper()
	ctx, dsn, fake := t.Context(), testdb.Database(t), clock.NewFake(testdb.Start)
	s, err := models.Open(ctx, models.Options{DSN: dsn, Clock: fake, Log: testdb.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	userID, albumID = ident.Public(), ident.Public()
	c := models.Change{Actor: actor.System("test"), Needs: actor.Public, Action: "user.create", Entity: "user", ID: userID}
	if err := s.Write(ctx, c, func(tx *models.Tx) error {
		return tx.InsertUser(models.User{ID: userID, Username: "maya", Email: "maya@example.org", State: models.UserActive, AgeConfirmedAt: tx.Now, PolicyVersion: "1"})
	}); err != nil {
		t.Fatal(err)
	}
	db, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(ctx) //nolint:errcheck // test
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := db.Exec(ctx, sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`SET session_replication_role = replica`) // without audit entries
	exec(`INSERT INTO images (id, state, uploader, file_name, mime, ext, bytes, width, height, received_sha256, sha256, delete_hash, created_at, live_at, user_id, visibility, expires_at)
		SELECT 'P' || lpad(g::text, 11, '0'), 'live', 'u', CASE WHEN g % 2 = 0 THEN 'img beach.jpg' ELSE 'img lake.jpg' END, 'image/jpeg', 'jpg', g, 1, 1, h, h, h, now(), now(), $1,
			CASE WHEN g % 20 = 0 THEN 'private' ELSE 'unlisted' END, CASE WHEN g % 10 = 0 THEN now() + interval '1 year' END
		FROM generate_series(1, $2::int) g, LATERAL (SELECT sha256(convert_to(g::text, 'UTF8')) AS h) x ORDER BY g`, userID, n)
	for _, name := range []string{"img beach.jpg", "img lake.jpg"} {
		exec(`INSERT INTO image_words (key, n) SELECT k, n FROM images, unnest($1::bigint[]) k WHERE file_name = $2`, models.WordKeys(userID, models.Image{FileName: name}), name)
	}
	exec(`INSERT INTO albums (id, user_id, title, visibility, created_at, updated_at) VALUES ($1, $2, 'A', 'unlisted', now(), now())`, albumID, userID)
	exec(`INSERT INTO album_images (album_id, image_id, place, added_at, n) SELECT $1, id, lpad(n::text, 8, '0') || '1', now(), n FROM images WHERE visibility <> 'private'`, albumID)
	return s, userID, albumID
}

// A page asks the database a fixed number of times, whatever the gallery holds: once for what an index lists, once more to
// choose between several filters, once more where the window ended before the page was full, and once for a cursor.
func TestQueriesOfAGalleryPage(t *testing.T) {
	for _, n := range []int{100, 2000} {
		s, userID, album := pictures(t, n)
		for _, c := range []struct {
			name       string
			g          models.GalleryQuery
			few, large int64 // queries with 100 pictures, with 2000
		}{
			{"all", models.GalleryQuery{}, 1, 1},
			{"private", models.GalleryQuery{Visibility: models.ImagePrivate}, 1, 1},
			{"expiring by name", models.GalleryQuery{Expiring: true, Sort: models.SortName}, 1, 1},
			{"album", models.GalleryQuery{AlbumID: album}, 1, 1},
			{"album by size", models.GalleryQuery{AlbumID: album, Sort: models.SortSize}, 2, 2},
			{"word", models.GalleryQuery{Search: "beach"}, 1, 1},
			{"word by name", models.GalleryQuery{Search: "beach", Sort: models.SortName}, 2, 2},
			{"nothing", models.GalleryQuery{Search: "zebra"}, 2, 2},
			{"nothing by name", models.GalleryQuery{Search: "zebra", Sort: models.SortName}, 2, 2},
			{"two words", models.GalleryQuery{Search: "img beach"}, 2, 2},
			{"two words apart", models.GalleryQuery{Search: "beach lake"}, 3, 3},
			{"two words apart by size", models.GalleryQuery{Search: "beach lake", Sort: models.SortSize}, 2, 3},
			{"private and expiring", models.GalleryQuery{Visibility: models.ImagePrivate, Expiring: true}, 3, 2},
			{"everything", models.GalleryQuery{Visibility: models.ImagePrivate, Expiring: true, Search: "img lake", AlbumID: album, Sort: models.SortOldest}, 3, 3},
		} {
			c.g.UserID, c.g.Limit = userID, 24
			if c.g.Sort == "" {
				c.g.Sort = models.SortNewest
			}
			want := c.few
			if n > 100 {
				want = c.large
			}
			p, asked := page(t, s, c.g)
			if asked != want {
				t.Errorf("%s of %d pictures: %d queries, want %d", c.name, n, asked, want)
			}
			if c.g.Cursor = p.Next; c.g.Cursor == "" {
				continue
			}
			if _, asked := page(t, s, c.g); asked > 4 {
				t.Errorf("%s of %d pictures, page 2: %d queries", c.name, n, asked)
			}
		}
		first, _ := page(t, s, models.GalleryQuery{UserID: userID, Sort: models.SortNewest, Limit: 24})
		second, asked := page(t, s, models.GalleryQuery{UserID: userID, Sort: models.SortNewest, Limit: 24, Cursor: first.Next})
		if fmt.Sprint(len(second.Images), asked) != "24 2" {
			t.Errorf("page 2 has %d pictures in %d queries, want 24 in 2", len(second.Images), asked)
		}
	}
}

// page lists a page and counts what it asked: every statement outside a transaction takes a connection from the pool.
func page(t *testing.T, s *models.Store, g models.GalleryQuery) (models.GalleryPage, int64) {
	t.Helper()
	before := s.Stat().AcquireCount()
	p, err := s.Gallery(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	return p, s.Stat().AcquireCount() - before
}

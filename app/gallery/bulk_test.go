package gallery_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"imglink/app/gallery"
	"imglink/models"
)

// bulk puts n pictures of maya with their words into the tables past the program, every twentieth private, every tenth
// expiring, half of the tables' order by size. name gives the words of the g-th, in lower case, separated by spaces.
func (r *rig) bulk(n int, name func(g int) string) {
	r.t.Helper()
	ctx := r.ctx()
	db, err := pgx.Connect(ctx, r.dsn)
	r.must(err)
	defer db.Close(ctx) //nolint:errcheck // test
	exec := func(sql string, args ...any) {
		r.t.Helper()
		_, err := db.Exec(ctx, sql, args...)
		r.must(err)
	}
	exec(`SET session_replication_role = replica`) // without audit entries
	names := make([]string, n)
	for i := range names {
		names[i] = strings.ReplaceAll(name(i+1), " jpg", ".jpg")
	}
	exec(`INSERT INTO images (id, state, uploader, file_name, mime, ext, bytes, width, height, received_sha256, sha256, delete_hash, created_at, live_at, user_id, visibility, expires_at, thumb_ext)
		SELECT 'B' || lpad(g::text, 11, '0'), 'live', 'guest0000001', x, 'image/jpeg', 'jpg', 1000 + (g * 7919) % 100000, 640, 480, h, h, h, now(), now(), $1,
			CASE WHEN g % 20 = 0 THEN 'private' ELSE 'unlisted' END, CASE WHEN g % 10 = 5 THEN $2::timestamptz END, 'jpg'
		FROM unnest($3::text[]) WITH ORDINALITY AS f (x, g), LATERAL (SELECT sha256(convert_to('b' || g, 'UTF8')) AS h) s ORDER BY g`,
		r.maya.ID, r.clock.Now().Add(240*time.Hour), names)
	var first int64
	r.must(db.QueryRow(ctx, `SELECT min(n) FROM images WHERE id LIKE 'B%'`).Scan(&first))
	var keys [][]any
	for i := range names {
		seen := map[string]bool{}
		for w := range strings.FieldsSeq(name(i + 1)) {
			for l := 1; l <= min(len(w), 16); l++ {
				if p := w[:l]; !seen[p] {
					seen[p] = true
					sum := sha256.Sum256([]byte(r.maya.ID + "\x00" + p))
					keys = append(keys, []any{int64(binary.BigEndian.Uint64(sum[:8])), first + int64(i)}) //nolint:gosec // any 64 bits
				}
			}
		}
	}
	_, err = db.CopyFrom(ctx, pgx.Identifier{"image_words"}, []string{"key", "n"}, pgx.CopyFromRows(keys))
	r.must(err)
	exec(`INSERT INTO user_storage (user_id, bytes, images) SELECT user_id, sum(bytes), count(*) FROM images WHERE user_id = $1 GROUP BY 1`, r.maya.ID)
}

// bulkAlbum is an album with every tenth picture of bulk.
func (r *rig) bulkAlbum(pictures int) string {
	r.t.Helper()
	title := "Every tenth"
	a, err := r.CreateAlbum(r.ctx(), r.maya, gallery.AlbumEdit{Title: &title})
	r.must(err)
	db, err := pgx.Connect(r.ctx(), r.dsn)
	r.must(err)
	defer db.Close(r.ctx()) //nolint:errcheck // test
	for _, sql := range []string{
		`SET session_replication_role = replica`,
		fmt.Sprintf(`INSERT INTO album_images (album_id, image_id, place, added_at, n) SELECT '%s', id, lpad(n::text, 8, '0') || '1', now(), n FROM images WHERE id LIKE 'B%%' AND n %% 10 = 0 AND n <= %d`, a.ID, pictures),
		`VACUUM ANALYZE images`, `VACUUM ANALYZE image_words`, `VACUUM ANALYZE album_images`, `VACUUM ANALYZE albums`, `VACUUM ANALYZE user_storage`,
	} {
		_, err := db.Exec(r.ctx(), sql)
		r.must(err)
	}
	return a.ID
}

// moderate puts one picture's content on the block list and decides to remove the other's.
func (r *rig) moderate(blocked, decided models.Image) {
	r.t.Helper()
	db, err := pgx.Connect(r.ctx(), r.dsn)
	r.must(err)
	defer db.Close(r.ctx()) //nolint:errcheck // test
	_, err = db.Exec(r.ctx(), `SET session_replication_role = replica`)
	r.must(err)
	_, err = db.Exec(r.ctx(), `INSERT INTO blocked_hashes (sha256, id, reason_code, created_by, created_at) VALUES ($1, 'block1', 'spam', 'staff1', $2)`, blocked.SHA256, r.clock.Now())
	r.must(err)
	_, err = db.Exec(r.ctx(), `INSERT INTO cases (id, reference, sha256, image_id, state, reason_code, severity, points, rank, notices, notifiers, opened_at, decided_at)
		VALUES ('case1', 'C-1', $1, $2, 'decided', 'spam', 1, 1, 1, 1, 1, $3, $3)`, decided.SHA256, decided.ID, r.clock.Now())
	r.must(err)
	_, err = db.Exec(r.ctx(), `INSERT INTO decisions (id, case_id, action, ground, reason_code, reference, facts, explanation, source, decided_by, decided_at, final_at, state)
		VALUES ('dec1', 'case1', 'remove', 'terms', 'spam', '3.9', 'x', 'x', 'notice', 'staff1', $1, $1, 'effective')`, r.clock.Now())
	r.must(err)
}

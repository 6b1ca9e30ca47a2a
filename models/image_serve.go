package models

import (
	"cmp"
	"context"
	"strconv"
)

// imageColumns are the columns of images in the order of Image.fields.
const imageColumns = `id, n, state, uploader, file_name, mime, ext, bytes, width, height, orientation, frames, received_sha256, sha256,
	pdq, pdq_quality, thumb_ext, thumb_width, thumb_height, derived_at, derive_error, delete_hash, decision_id, created_at, live_at, ended_at, objects_gone_at,
	user_id, visibility, description, expires_at, undo_until, undo_state`

func (i *Image) fields() []any {
	return []any{
		&i.ID, &i.N, &i.State, &i.Uploader, &i.FileName, &i.Mime, &i.Ext, &i.Bytes, &i.Width, &i.Height, &i.Orientation, &i.Frames, &i.ReceivedSHA256, &i.SHA256,
		&i.PDQ, &i.PDQQuality, &i.ThumbExt, &i.ThumbWidth, &i.ThumbHeight, &i.DerivedAt, &i.DeriveError, &i.DeleteHash, &i.DecisionID, &i.CreatedAt, &i.LiveAt, &i.EndedAt, &i.ObjectsGoneAt,
		&i.UserID, &i.Visibility, &i.Description, &i.ExpiresAt, &i.UndoUntil, &i.UndoState,
	}
}

// Image finds one image in any state. Every picture that is served asks this, so it goes past GORM, which costs more than
// the query itself.
func (s *Store) Image(ctx context.Context, id string) (img Image, err error) {
	err = s.pool.QueryRow(ctx, `SELECT `+imageColumns+` FROM images WHERE id = $1`, id).Scan(img.fields()...)
	return img, dbError(err)
}

// insertImage adds the image unless one of the hashes $1 and $2 is on the block list, and its origin unless $3 is empty. The
// running number is the database's own.
var insertImage = func() string {
	columns := "$5"
	for n := range len((&Image{}).fields()) - 1 {
		columns += ", $" + strconv.Itoa(n+6)
	}
	return `
		WITH image AS (
			INSERT INTO images (` + imageColumns + `) OVERRIDING USER VALUE
			SELECT ` + columns + ` WHERE NOT EXISTS (SELECT FROM blocked_hashes WHERE sha256 IN ($1, $2))
			RETURNING id
		), origin AS (
			INSERT INTO upload_origins (image_id, ip, at) SELECT id, nullif($3::text, '')::inet, $4 FROM image WHERE $3::text <> ''
		)
		SELECT id FROM image`
}()

// InsertImage adds a pending image and where it came from; an empty ip stores no origin. ErrBlocked when its content is on
// the block list.
func (tx *Tx) InsertImage(img Image, ip string) error {
	img.Visibility = cmp.Or(img.Visibility, ImageUnlisted)
	tag, err := tx.pgx.Exec(tx.ctx, insertImage, append([]any{img.ReceivedSHA256, img.SHA256, ip, tx.Now}, img.fields()...)...)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrBlocked
	}
	return dbError(err)
}

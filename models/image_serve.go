package models

import (
	"context"
)

// imageColumns are the columns of images in the order of Image.fields.
const imageColumns = `id, n, state, uploader, file_name, mime, ext, bytes, width, height, orientation, frames, received_sha256, sha256,
	pdq, pdq_quality, thumb_ext, thumb_width, thumb_height, derived_at, derive_error, delete_hash, decision_id, created_at, live_at, ended_at, objects_gone_at,
	user_id, visibility, description, expires_at, undo_until`

func (i *Image) fields() []any {
	return []any{
		&i.ID, &i.N, &i.State, &i.Uploader, &i.FileName, &i.Mime, &i.Ext, &i.Bytes, &i.Width, &i.Height, &i.Orientation, &i.Frames, &i.ReceivedSHA256, &i.SHA256,
		&i.PDQ, &i.PDQQuality, &i.ThumbExt, &i.ThumbWidth, &i.ThumbHeight, &i.DerivedAt, &i.DeriveError, &i.DeleteHash, &i.DecisionID, &i.CreatedAt, &i.LiveAt, &i.EndedAt, &i.ObjectsGoneAt,
		&i.UserID, &i.Visibility, &i.Description, &i.ExpiresAt, &i.UndoUntil,
	}
}

// Image finds one image in any state. Every picture that is served asks this, so it goes past GORM, which costs more than
// the query itself.
func (s *Store) Image(ctx context.Context, id string) (img Image, err error) {
	err = s.pool.QueryRow(ctx, `SELECT `+imageColumns+` FROM images WHERE id = $1`, id).Scan(img.fields()...)
	return img, dbError(err)
}

package models

import (
	"context"
	"time"
)

// LockOwnImages finds pictures of an account and keeps others from changing them until the transaction ends. ErrNotFound
// when one of them belongs to somebody else, was deleted, or does not exist: nobody can tell which.
func (tx *Tx) LockOwnImages(userID string, ids []string) ([]Image, error) {
	var imgs []Image
	err := tx.db.Raw(`SELECT * FROM images WHERE user_id = ? AND id = ANY (?::text[]) AND state NOT IN ('pending', 'deleted') ORDER BY id FOR UPDATE`,
		userID, Texts(ids)).Scan(&imgs).Error
	if err == nil && len(imgs) != len(ids) {
		return nil, ErrNotFound
	}
	return imgs, dbError(err)
}

// ImageEdit is what an owner may change about a picture.
type ImageEdit struct {
	FileName, Description string
	Visibility            ImageVisibility
	ExpiresAt             *time.Time
}

// EditImage changes a picture that the transaction has locked; img is what it is now.
func (tx *Tx) EditImage(img Image, e ImageEdit) error {
	if err := tx.forgetWords(img); err != nil {
		return err
	}
	r := tx.db.Model(&Image{}).Where("id = ?", img.ID).Updates(map[string]any{
		"file_name": e.FileName, "description": e.Description, "visibility": e.Visibility, "expires_at": e.ExpiresAt,
	})
	if err := affected(int(r.RowsAffected), r.Error); err != nil {
		return err
	}
	img.FileName, img.Description = e.FileName, e.Description
	return tx.indexWords(img)
}

// SetImagesVisibility changes who may open pictures that the transaction has locked.
func (tx *Tx) SetImagesVisibility(ids []string, v ImageVisibility) error {
	r := tx.db.Exec(`UPDATE images SET visibility = ? WHERE id = ANY (?::text[])`, v, Texts(ids))
	return affected(int(r.RowsAffected), r.Error)
}

// SetImagesExpiry changes when pictures that the transaction has locked delete themselves; nil is never.
func (tx *Tx) SetImagesExpiry(ids []string, at *time.Time) error {
	r := tx.db.Exec(`UPDATE images SET expires_at = ? WHERE id = ANY (?::text[])`, at, Texts(ids))
	return affected(int(r.RowsAffected), r.Error)
}

// SetDeleteHash makes another link delete the picture; the one before does no longer.
func (tx *Tx) SetDeleteHash(id string, hash []byte) error {
	r := tx.db.Exec(`UPDATE images SET delete_hash = ? WHERE id = ?`, hash, id)
	return affected(int(r.RowsAffected), r.Error)
}

// DeleteWithUndo takes pictures that the transaction has locked offline, until when they can be brought back.
func (tx *Tx) DeleteWithUndo(imgs []Image, until time.Time) error {
	for _, img := range imgs {
		if err := tx.forgetWords(img); err != nil {
			return err
		}
	}
	r := tx.db.Exec(`UPDATE images SET undo_state = state, state = 'deleted', undo_until = ?, ended_at = ? WHERE id = ANY (?::text[]) AND state IN ('live', 'restricted')`,
		until, tx.Now, Texts(imageIDs(imgs)))
	if err := affected(int(r.RowsAffected), r.Error); err != nil {
		return err
	}
	if int(r.RowsAffected) != len(imgs) {
		return ErrStale
	}
	return nil
}

// undoable is the condition of a deletion that can still be undone.
const undoable = `user_id = ? AND state = 'deleted' AND undo_until > ?`

// ImagesUndoable lists the deleted pictures of an account that can be brought back, the last deleted first.
func (q Queries) ImagesUndoable(ctx context.Context, userID string, now time.Time, limit int) ([]Image, error) {
	var imgs []Image
	err := q.with(ctx).Raw(`SELECT * FROM images WHERE `+undoable+` ORDER BY undo_until DESC, n DESC`+limited(limit), userID, now).Scan(&imgs).Error
	return imgs, dbError(err)
}

// Restore brings deleted pictures of an account back, each to what it was: those deleted together, until when they can be
// brought back, or those of the ids. What is blocked, or was decided about in the meantime, stays deleted.
func (tx *Tx) Restore(userID string, together *time.Time, ids []string) ([]Image, error) {
	which, arg := `id = ANY (?::text[])`, any(Texts(ids))
	if together != nil {
		which, arg = `undo_until = ?`, any(*together)
	}
	// As in PublishImage: a decision under way holds the lock of its case.
	if err := tx.db.Exec(`SELECT FROM cases WHERE sha256 IN (SELECT sha256 FROM images WHERE `+undoable+` AND `+which+`) ORDER BY id FOR SHARE`, userID, tx.Now, arg).Error; err != nil {
		return nil, dbError(err)
	}
	var imgs []Image
	err := tx.db.Raw(`UPDATE images i SET undo_state = '', undo_until = NULL, ended_at = NULL,
			state = CASE WHEN undo_state = 'restricted' AND EXISTS (SELECT FROM decisions d WHERE d.id = i.decision_id AND d.state IN ('pending', 'effective')) THEN 'restricted' ELSE 'live' END
		WHERE `+undoable+` AND `+which+`
			AND NOT EXISTS (SELECT FROM blocked_hashes b WHERE b.sha256 IN (i.sha256, i.received_sha256))
			AND NOT EXISTS (SELECT FROM cases c JOIN decisions d ON d.case_id = c.id
				WHERE c.sha256 = i.sha256 AND d.action <> 'keep' AND d.state IN ('pending', 'effective') AND d.decided_at >= i.ended_at)
		RETURNING *`, userID, tx.Now, arg).Scan(&imgs).Error
	for _, img := range imgs {
		if err == nil {
			err = tx.indexWords(img)
		}
	}
	return imgs, dbError(err)
}

// EndUndo makes a deletion final once it cannot be undone any more. ErrStale when it still can, or was.
func (tx *Tx) EndUndo(id string) error {
	r := tx.db.Exec(`UPDATE images SET undo_until = NULL WHERE id = ? AND state = 'deleted' AND undo_until <= ?`, id, tx.Now)
	return affected(int(r.RowsAffected), r.Error)
}

// LockGuestImages finds served pictures that belong to no account, by their delete links or by the browser they came from.
func (tx *Tx) LockGuestImages(deleteHashes [][]byte, uploader string, limit int) (imgs []Image, err error) {
	const guest = `SELECT * FROM images WHERE user_id IS NULL AND state IN ('live', 'restricted') AND `
	if deleteHashes != nil {
		err = tx.db.Raw(guest+`delete_hash IN ? ORDER BY id FOR UPDATE`, deleteHashes).Scan(&imgs).Error
	} else {
		err = tx.db.Raw(guest+`uploader = ? ORDER BY n DESC`+limited(limit)+` FOR UPDATE`, uploader).Scan(&imgs).Error
	}
	return imgs, dbError(err)
}

// CountGuestImages counts what a browser uploaded and nobody claimed, up to a bound.
func (q Queries) CountGuestImages(ctx context.Context, uploader string, bound int) (n int, err error) {
	err = q.with(ctx).Raw(`SELECT count(*) FROM (SELECT 1 FROM images WHERE uploader = ? AND user_id IS NULL AND state IN ('live', 'restricted')`+limited(bound)+`) x`, uploader).Scan(&n).Error
	return n, dbError(err)
}

// GiveImages makes pictures that the transaction has locked an account's.
func (tx *Tx) GiveImages(userID string, imgs []Image) error {
	r := tx.db.Exec(`UPDATE images SET user_id = ? WHERE id = ANY (?::text[]) AND user_id IS NULL`, userID, Texts(imageIDs(imgs)))
	if err := affected(int(r.RowsAffected), r.Error); err != nil {
		return err
	}
	for _, img := range imgs {
		img.UserID = &userID
		if err := tx.indexWords(img); err != nil {
			return err
		}
	}
	return nil
}

func imageIDs(imgs []Image) []string {
	ids := make([]string, len(imgs))
	for i, img := range imgs {
		ids[i] = img.ID
	}
	return ids
}

// Storage is what an account holds. Quota is in bytes; 0 means without limit.
type Storage struct {
	Bytes, Images, Quota int64
}

// UserStorage reads what an account holds and may hold; general is the quota of accounts without one of their own.
func (q Queries) UserStorage(ctx context.Context, userID string, general int64) (s Storage, err error) {
	err = q.with(ctx).Raw(`SELECT coalesce(s.bytes, 0) AS bytes, coalesce(s.images, 0) AS images, coalesce(u.quota_bytes, ?) AS quota
		FROM users u LEFT JOIN user_storage s ON s.user_id = u.id WHERE u.id = ?`, general, userID).Take(&s).Error
	return s, dbError(err)
}

// Over reports whether it holds more than it may.
func (s Storage) Over() bool { return s.Quota > 0 && s.Bytes > s.Quota }

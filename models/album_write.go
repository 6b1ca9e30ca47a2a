package models

import (
	"gorm.io/gorm"
)

// InsertAlbum makes an album.
func (tx *Tx) InsertAlbum(a Album) error {
	a.CreatedAt, a.UpdatedAt = tx.Now, tx.Now
	return dbError(gorm.G[Album](tx.db).Create(tx.ctx, &a))
}

// LockAlbum finds an album of an account and keeps others from changing it or its order until the transaction ends.
func (tx *Tx) LockAlbum(userID, id string) (Album, error) {
	var a Album
	err := tx.db.Raw(`SELECT * FROM albums WHERE id = ? AND user_id = ? FOR UPDATE`, id, userID).Take(&a).Error
	return a, dbError(err)
}

// UpdateAlbum stores title, description, visibility and cover.
func (tx *Tx) UpdateAlbum(a Album) error {
	r := tx.db.Model(&Album{}).Where("id = ?", a.ID).Updates(map[string]any{
		"title": a.Title, "description": a.Description, "visibility": a.Visibility, "cover_id": a.CoverID, "updated_at": tx.Now,
	})
	return affected(int(r.RowsAffected), r.Error)
}

// DeleteAlbum deletes an album. Its pictures stay.
func (tx *Tx) DeleteAlbum(id string) error {
	r := tx.db.Exec(`DELETE FROM albums WHERE id = ?`, id)
	return affected(int(r.RowsAffected), r.Error)
}

// AddToAlbum puts pictures at the end of a locked album, in the order given, and tells how many were not in it yet.
func (tx *Tx) AddToAlbum(albumID string, imgs []Image) (added int, err error) {
	var last string
	if err := tx.db.Raw(`SELECT coalesce(max(place), '') FROM album_images WHERE album_id = ?`, albumID).Scan(&last).Error; err != nil {
		return 0, dbError(err)
	}
	for _, img := range imgs {
		last = placeAfter(last)
		r := tx.db.Exec(`INSERT INTO album_images (album_id, image_id, place, added_at, n) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			albumID, img.ID, last, tx.Now, img.N)
		if r.Error != nil {
			return 0, dbError(r.Error)
		}
		added += int(r.RowsAffected)
	}
	return added, nil
}

// RemoveFromAlbum takes pictures out of a locked album and tells how many were in it.
func (tx *Tx) RemoveFromAlbum(albumID string, ids []string) (removed int, err error) {
	r := tx.db.Exec(`DELETE FROM album_images WHERE album_id = ? AND image_id = ANY (?::text[])`, albumID, Texts(ids))
	return int(r.RowsAffected), dbError(r.Error)
}

// LeaveAlbums takes a picture out of every album, and from where it stands for one. It returns the albums.
func (tx *Tx) LeaveAlbums(imageID string) (albums []string, err error) {
	err = tx.db.Raw(`WITH gone AS (DELETE FROM album_images WHERE image_id = @id RETURNING album_id),
			bare AS (UPDATE albums SET cover_id = NULL WHERE cover_id = @id RETURNING id)
		SELECT album_id FROM gone UNION SELECT id FROM bare`, map[string]any{"id": imageID}).Scan(&albums).Error
	return albums, dbError(err)
}

// PlaceOf is where a picture stands in an album. ErrNotFound when it does not.
func (tx *Tx) PlaceOf(albumID, imageID string) (place string, err error) {
	err = tx.db.Raw(`SELECT place FROM album_images WHERE album_id = ? AND image_id = ?`, albumID, imageID).Take(&place).Error
	return place, dbError(err)
}

// PlaceBefore is the last place before one in an album, and PlaceBehind the first behind it, a picture left out; empty at
// the ends.
func (tx *Tx) PlaceBefore(albumID, place, without string) (before string, err error) {
	err = tx.db.Raw(`SELECT coalesce(max(place), '') FROM album_images WHERE album_id = ? AND place < ? AND image_id <> ?`, albumID, place, without).Scan(&before).Error
	return before, dbError(err)
}

// PlaceBehind is the first place behind one: see PlaceBefore.
func (tx *Tx) PlaceBehind(albumID, place, without string) (behind string, err error) {
	err = tx.db.Raw(`SELECT coalesce(min(place), '') FROM album_images WHERE album_id = ? AND place > ? AND image_id <> ?`, albumID, place, without).Scan(&behind).Error
	return behind, dbError(err)
}

// PlaceAt is the place of the picture that is the given one of the others, counted from 1; empty behind the last.
func (tx *Tx) PlaceAt(albumID string, position int, without string) (place string, err error) {
	err = tx.db.Raw(`SELECT coalesce(max(place), '') FROM (SELECT place, row_number() OVER (ORDER BY place, image_id) AS position
		FROM album_images WHERE album_id = ? AND image_id <> ?) p WHERE position = ?`, albumID, without, position).Scan(&place).Error
	return place, dbError(err)
}

// LastPlace is the place of the last picture, one left out.
func (tx *Tx) LastPlace(albumID, without string) (place string, err error) {
	err = tx.db.Raw(`SELECT coalesce(max(place), '') FROM album_images WHERE album_id = ? AND image_id <> ?`, albumID, without).Scan(&place).Error
	return place, dbError(err)
}

// MoveBetween puts a picture of a locked album between two places; empty ones are the ends. When places have become long,
// the album is numbered anew.
func (tx *Tx) MoveBetween(albumID, imageID, lo, hi string) error {
	place := placeBetween(lo, hi)
	if hi == "" {
		place = placeAfter(lo)
	}
	r := tx.db.Exec(`UPDATE album_images SET place = ? WHERE album_id = ? AND image_id = ?`, place, albumID, imageID)
	if err := affected(int(r.RowsAffected), r.Error); err != nil || len(place) < placeLong {
		return err
	}
	var ids []string
	if err := tx.db.Raw(`SELECT image_id FROM album_images WHERE album_id = ? ORDER BY place, image_id`, albumID).Scan(&ids).Error; err != nil {
		return dbError(err)
	}
	r = tx.db.Exec(`UPDATE album_images x SET place = v.place FROM unnest(?::text[], ?::text[]) AS v (id, place) WHERE x.album_id = ? AND x.image_id = v.id`,
		Texts(ids), Texts(placesFor(len(ids))), albumID)
	return affected(int(r.RowsAffected), r.Error)
}

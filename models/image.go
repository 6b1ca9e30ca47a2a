package models

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"imglink/app/fault"
)

// ImageState is where an image is in its life.
type ImageState string

// The states. Only live and restricted images are served; pending ones are not acknowledged yet.
const (
	ImagePending    ImageState = "pending"
	ImageLive       ImageState = "live"
	ImageRestricted ImageState = "restricted" // behind the age confirmation
	ImageDisabled   ImageState = "disabled"   // 451: disabled for legal reasons
	ImageRemoved    ImageState = "removed"    // 410: removed by a moderator; bytes kept until purge
	ImageDeleted    ImageState = "deleted"    // 410: deleted by the uploader; bytes go at once
)

// Image is a row of images. SHA-256 values are 32 bytes; Bytes, Width and Height describe what is stored and shown.
type Image struct {
	ID             string `gorm:"primaryKey"`
	N              int64  `gorm:"->"`
	State          ImageState
	Uploader       string
	FileName       string
	Mime           string
	Ext            string
	Bytes          int64
	Width          int
	Height         int
	Orientation    int16
	Frames         int
	ReceivedSHA256 []byte `gorm:"column:received_sha256"`
	SHA256         []byte `gorm:"column:sha256"`
	PDQ            []byte `gorm:"column:pdq"`
	PDQQuality     *int16 `gorm:"column:pdq_quality"`
	ThumbExt       string
	ThumbWidth     int
	ThumbHeight    int
	DerivedAt      *time.Time
	DeriveError    string
	DeleteHash     []byte
	DecisionID     *string
	CreatedAt      time.Time
	LiveAt         *time.Time
	EndedAt        *time.Time
	ObjectsGoneAt  *time.Time
	UserID         *string         // whose it is; nil for a guest's
	Visibility     ImageVisibility `gorm:"default:unlisted"`
	Description    string
	ExpiresAt      *time.Time // when it deletes itself
	UndoUntil      *time.Time // deleted by its owner: until when it can be brought back
	UndoState      ImageState // what it is brought back to
}

// ImageVisibility is who may open an image: whoever has the link, or its owner alone.
type ImageVisibility string

// The visibilities of an image.
const (
	ImageUnlisted ImageVisibility = "unlisted"
	ImagePrivate  ImageVisibility = "private"
)

// ObjectKey is where the picture itself is stored.
func (i Image) ObjectKey() string { return "images/" + i.ID + "." + i.Ext }

// ThumbKey is where the thumbnail is stored, once derived.
func (i Image) ThumbKey() string { return "thumbs/" + i.ID + "." + i.ThumbExt }

// SafeKey is where the blurred grey rendition for staff lists is stored, once derived.
func (i Image) SafeKey() string { return "safe/" + i.ID + ".jpg" }

// Served reports whether the public may see it, restricted images after confirming their age.
func (i Image) Served() bool { return i.State == ImageLive || i.State == ImageRestricted }

// Expired reports whether its time is up. It is not shown from that instant on, whenever the sweep deletes it.
func (i Image) Expired(now time.Time) bool { return i.ExpiresAt != nil && !now.Before(*i.ExpiresAt) }

// OwnedBy reports whether it belongs to the account.
func (i Image) OwnedBy(userID string) bool { return i.UserID != nil && *i.UserID == userID }

// UploadOrigin is the network address an upload came from, kept 90 days.
type UploadOrigin struct {
	ImageID string `gorm:"primaryKey"`
	IP      string `gorm:"column:ip"`
	At      time.Time
}

// Image finds one image in any state.
func (q Queries) Image(ctx context.Context, id string) (Image, error) {
	img, err := gorm.G[Image](q.db).Where("id = ?", id).Take(ctx)
	return img, dbError(err)
}

// ImageByDeleteHash finds the image a delete token belongs to.
func (q Queries) ImageByDeleteHash(ctx context.Context, hash []byte) (Image, error) {
	img, err := gorm.G[Image](q.db).Where("delete_hash = ?", hash).Take(ctx)
	return img, dbError(err)
}

// ImagesByIDs finds images in any order; unknown ids are left out.
func (q Queries) ImagesByIDs(ctx context.Context, ids []string) ([]Image, error) {
	imgs, err := gorm.G[Image](q.db).Where("id IN ?", ids).Find(ctx)
	return imgs, dbError(err)
}

// ImagesByNumbers finds images by their running numbers, which is what the perceptual index holds.
func (q Queries) ImagesByNumbers(ctx context.Context, ns []int64) ([]Image, error) {
	imgs, err := gorm.G[Image](q.db).Where("n IN ?", ns).Find(ctx)
	return imgs, dbError(err)
}

// ImagesByContent finds the images with exactly these stored bytes that were not deleted by their uploader.
func (q Queries) ImagesByContent(ctx context.Context, sha256 []byte) ([]Image, error) {
	imgs, err := gorm.G[Image](q.db).Where("sha256 = ? AND state NOT IN ('pending', 'deleted')", sha256).Order("n").Limit(1000).Find(ctx)
	return imgs, dbError(err)
}

// ImagesBySameUploader lists the newest other images of the same guest, or from the same network address within the
// 90 days for which origins are kept. The address itself is not returned.
func (q Queries) ImagesBySameUploader(ctx context.Context, img Image, limit int) ([]Image, error) {
	var out []Image
	// Two indexed lists instead of one condition with OR, which would read the whole table backwards.
	err := q.with(ctx).Raw(`
		SELECT * FROM images WHERE id <> ? AND state <> 'pending' AND id IN (
			(SELECT id FROM images WHERE uploader = ? ORDER BY n DESC`+limited(limit+1)+`)
			UNION ALL
			(SELECT b.image_id FROM upload_origins a JOIN upload_origins b ON b.ip = a.ip WHERE a.image_id = ? ORDER BY b.at DESC`+limited(limit+1)+`))
		ORDER BY n DESC`+limited(limit), img.ID, img.Uploader, img.ID).Scan(&out).Error
	return out, dbError(err)
}

// AnyImage reports whether there is any image at all.
func (q Queries) AnyImage(ctx context.Context) (any bool, err error) {
	err = q.with(ctx).Raw(`SELECT EXISTS (SELECT FROM images)`).Scan(&any).Error
	return any, dbError(err)
}

// ImagesToDerive lists stored images whose thumbnail and hash are still to be made, oldest first.
func (q Queries) ImagesToDerive(ctx context.Context, before time.Time, limit int) ([]Image, error) {
	imgs, err := gorm.G[Image](q.db).Where("state <> 'pending' AND derived_at IS NULL AND derive_error = '' AND live_at < ?", before).Order("n").Limit(limit).Find(ctx)
	return imgs, dbError(err)
}

// ImagesAbandoned lists uploads that were begun before the instant and never finished.
func (q Queries) ImagesAbandoned(ctx context.Context, before time.Time, limit int) ([]Image, error) {
	imgs, err := gorm.G[Image](q.db).Where("state = 'pending' AND created_at < ?", before).Order("created_at").Limit(limit).Find(ctx)
	return imgs, dbError(err)
}

// ImagesToErase lists images deleted by their uploaders whose objects are still stored, and which cannot be brought back.
func (q Queries) ImagesToErase(ctx context.Context, now time.Time, limit int) ([]Image, error) {
	imgs, err := gorm.G[Image](q.db).Where("state = 'deleted' AND objects_gone_at IS NULL AND (undo_until IS NULL OR undo_until <= ?)", now).
		Order("ended_at").Limit(limit).Find(ctx)
	return imgs, dbError(err)
}

// ImagesExpired lists images whose time is up and that are still there.
func (q Queries) ImagesExpired(ctx context.Context, now time.Time, limit int) ([]Image, error) {
	imgs, err := gorm.G[Image](q.db).Where("expires_at <= ? AND expires_at IS NOT NULL AND state IN ('live', 'restricted')", now).
		Order("expires_at").Limit(limit).Find(ctx)
	return imgs, dbError(err)
}

// ErrBlocked is an upload whose content was put on the block list, or decided to be, while it was under way.
var ErrBlocked = fault.New(fault.Unlawful, "image_blocked", "This exact file was removed by a moderator and cannot be uploaded again.")

// PublishImage makes a pending image live: its object is durable. ErrBlocked when its content may not come back: a decision
// covers only the images that are public when it is made, so what is being uploaded meanwhile is judged here.
func (tx *Tx) PublishImage(id string) error {
	// A decision on this content holds the lock of its case: wait for it, and let the next statement, which takes a snapshot
	// of its own, see it. Both go out together.
	var b pgx.Batch
	b.Queue(`SELECT FROM cases WHERE sha256 = (SELECT sha256 FROM images WHERE id = $1) FOR SHARE`, id)
	var img Image
	b.Queue(`UPDATE images i SET state = 'live', live_at = $1 WHERE id = $2 AND state = 'pending'
		AND NOT EXISTS (SELECT FROM blocked_hashes b WHERE b.sha256 IN (i.sha256, i.received_sha256))
		AND NOT EXISTS (SELECT FROM cases c JOIN decisions d ON d.case_id = c.id WHERE c.sha256 = i.sha256 AND d.state = 'pending' AND d.block_hash)
		RETURNING n, user_id, file_name, description`,
		tx.Now, id).QueryRow(func(row pgx.Row) error { return row.Scan(&img.N, &img.UserID, &img.FileName, &img.Description) })
	err := tx.pgx.SendBatch(tx.ctx, &b).Close()
	switch {
	case err == nil:
		return tx.indexWords(img)
	case !errors.Is(err, pgx.ErrNoRows):
		return dbError(err)
	}
	if img, lookErr := tx.Image(tx.ctx, id); lookErr == nil && img.State == ImagePending {
		return ErrBlocked
	}
	return ErrStale
}

// DropPendingImage forgets an upload that was never acknowledged.
func (tx *Tx) DropPendingImage(id string) error {
	r := tx.db.Where("id = ? AND state = 'pending'", id).Delete(&Image{})
	return affected(int(r.RowsAffected), r.Error)
}

// Derived is what the derivation of an image found.
type Derived struct {
	ThumbExt                string
	ThumbWidth, ThumbHeight int
	PDQ                     []byte
	PDQQuality              int
	Error                   string
}

// SetDerived stores the outcome of the derivation, once. ErrStale when another run was first or the image was deleted.
func (tx *Tx) SetDerived(id string, d Derived) error {
	set := map[string]any{"derive_error": d.Error}
	if d.Error == "" {
		set = map[string]any{
			"thumb_ext": d.ThumbExt, "thumb_width": d.ThumbWidth, "thumb_height": d.ThumbHeight,
			"pdq": d.PDQ, "pdq_quality": d.PDQQuality, "derived_at": tx.Now,
		}
	}
	r := tx.db.Model(&Image{}).Where("id = ? AND derived_at IS NULL AND state <> 'deleted'", id).Updates(set)
	return affected(int(r.RowsAffected), r.Error)
}

// SetImageState moves an image from one of the states to another. decisionID is empty when no decision stands behind it.
func (tx *Tx) SetImageState(id string, from []ImageState, to ImageState, decisionID string) error {
	set := map[string]any{"state": to, "decision_id": nil, "ended_at": nil}
	if decisionID != "" {
		set["decision_id"] = decisionID
	}
	if to != ImageLive && to != ImageRestricted {
		set["ended_at"] = tx.Now
	}
	r := tx.db.Model(&Image{}).Where("id = ? AND state IN ?", id, from).Updates(set)
	if err := affected(int(r.RowsAffected), r.Error); err != nil || to != ImageDeleted {
		return err
	}
	img, err := tx.Image(tx.ctx, id)
	if err != nil {
		return err
	}
	return tx.forgetWords(img)
}

// SetObjectsGone records that nothing of a deleted image is stored any more.
func (tx *Tx) SetObjectsGone(id string) error {
	r := tx.db.Model(&Image{}).Where("id = ? AND objects_gone_at IS NULL", id).Update("objects_gone_at", tx.Now)
	return affected(int(r.RowsAffected), r.Error)
}

// HashRow is one perceptual hash with the running number of its image.
type HashRow struct {
	N   int64
	PDQ []byte `gorm:"column:pdq"`
}

// Hashes lists perceptual hashes of quality 50 and more, in the order of their numbers, after the given number.
func (q Queries) Hashes(ctx context.Context, after int64, limit int) ([]HashRow, error) {
	var out []HashRow
	err := q.with(ctx).Raw(`SELECT n, pdq FROM images WHERE n > ? AND pdq IS NOT NULL AND pdq_quality >= 50 AND state <> 'deleted' ORDER BY n LIMIT ?`, after, limit).Scan(&out).Error
	return out, dbError(err)
}

// HashesByNumbers lists the perceptual hashes of the given images.
func (q Queries) HashesByNumbers(ctx context.Context, ns []int64) ([]HashRow, error) {
	var out []HashRow
	err := q.with(ctx).Raw(`SELECT n, pdq FROM images WHERE n IN ? AND pdq IS NOT NULL AND pdq_quality >= 50`, ns).Scan(&out).Error
	return out, dbError(err)
}

// HashesSince lists the perceptual hashes made at or after the instant: what a replica missed while it could not listen.
func (q Queries) HashesSince(ctx context.Context, since time.Time) ([]HashRow, error) {
	var out []HashRow
	err := q.with(ctx).Raw(`SELECT n, pdq FROM images WHERE derived_at >= ? AND pdq IS NOT NULL AND pdq_quality >= 50`, since).Scan(&out).Error
	return out, dbError(err)
}

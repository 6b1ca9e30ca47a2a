package uploads

import (
	"context"
	"errors"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/i18n"
	"imglink/models"
)

// MaxAlbum is how many pictures an album may hold.
const MaxAlbum = 10_000

var (
	errAlbum     = fault.InvalidField("album", "You have no such album. Choose another, or none.")
	errAccount   = fault.New(fault.Forbidden, "account_unusable", "This account cannot take pictures at the moment. Sign in to see why.")
	errAlbumFull = fault.InvalidField("album", "This album is full. Choose another, or none.")
)

// CheckQuota refuses what made an account hold more than it may. Called after the change, in its transaction: the row of
// the sum is locked by it, so that no two uploads can both be the last that fits.
func CheckQuota(tx *models.Tx, userID string, general int64) error {
	s, err := tx.UserStorage(tx.Context(), userID, general)
	if err != nil || !s.Over() {
		return err
	}
	return fault.Newf(fault.TooLarge, "quota_exceeded",
		"This does not fit: your account may hold %s. Delete pictures you no longer need in your gallery.", i18n.Bytes(tx.Context(), s.Quota))
}

// needs is what the sender must be allowed: anybody may upload, only its holder and their tokens into an account.
func (src Source) needs() actor.Permission {
	if src.UserID == "" {
		return actor.Public
	}
	return actor.ImagesWrite
}

// checkAccount refuses the account of somebody else, and one that was suspended or closed since its upload began, which may
// have been days ago.
func checkAccount(tx *models.Tx, src Source) error {
	if src.UserID == "" {
		return nil
	}
	u, err := tx.UserByID(tx.Context(), src.UserID)
	switch {
	case err != nil:
		return err
	case u.State != models.UserActive, src.Actor.Kind == actor.KindUser && src.Actor.ID != u.ID:
		return errAccount
	}
	return nil
}

func checkAlbum(tx *models.Tx, src Source) error {
	if src.AlbumID == "" {
		return nil
	}
	a, err := tx.OwnAlbum(tx.Context(), src.UserID, src.AlbumID)
	switch {
	case fault.Is(err, fault.NotFound):
		return errAlbum
	case err == nil && a.Images >= MaxAlbum:
		return errAlbumFull
	}
	return err
}

// putIntoAlbum puts a new picture where its upload said, unless the album was deleted while it arrived.
func putIntoAlbum(tx *models.Tx, src Source, imageID string) error {
	if src.AlbumID == "" {
		return nil
	}
	a, err := tx.LockAlbum(src.UserID, src.AlbumID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	img, err := tx.Image(tx.Context(), imageID)
	if err != nil {
		return err
	}
	tx.Note("album.add", "album", a.ID, map[string]any{"images": 1})
	_, err = tx.AddToAlbum(a.ID, []models.Image{img})
	return err
}

// PurgeJob makes caches forget a picture that is no longer for everybody.
type PurgeJob struct {
	ImageID string `json:"image_id"`
}

// Kind names the job.
func (PurgeJob) Kind() string { return "image.purge" }

// Purge does the job.
func (s *Service) Purge(ctx context.Context, job PurgeJob) (err error) {
	defer fault.Wrap(&err, "uploads.Purge(%s)", job.ImageID)
	img, err := s.Store.Image(ctx, job.ImageID)
	if err != nil {
		return err
	}
	return s.Purger.Purge(ctx, s.URLs(img))
}

// SweepExpired deletes pictures whose time is up. They have not been shown since.
func (s *Service) SweepExpired(ctx context.Context) error {
	imgs, err := s.Store.ImagesExpired(ctx, s.Clock.Now(), sweepBatch)
	for _, img := range imgs {
		if gone := s.delete(ctx, actor.System("expiry"), img.ID, "expired"); !errors.Is(gone, models.ErrStale) {
			err = errors.Join(err, gone)
		}
	}
	return err
}

package uploads

import (
	"context"
	"errors"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

// EraseJob removes the objects of a deleted image and makes caches forget it.
type EraseJob struct {
	ImageID string `json:"image_id"`
}

// Kind names the job.
func (EraseJob) Kind() string { return "image.erase" }

var errToken = fault.New(fault.NotFound, "delete_token_unknown", "This delete link is not valid. Check that it was copied completely.")

// ByDeleteToken finds the image a delete link belongs to, in any state.
func (s *Service) ByDeleteToken(ctx context.Context, token ident.Token) (models.Image, error) {
	img, err := s.Store.ImageByDeleteHash(ctx, token.Hash())
	if fault.Is(err, fault.NotFound) {
		return img, errToken
	}
	return img, err
}

// Delete takes an image offline at once at its uploader's wish; its bytes follow within moments. What a moderator
// disabled or removed stays decided: it cannot be made to look as if the uploader had acted first.
func (s *Service) Delete(ctx context.Context, by actor.Actor, token ident.Token) (img models.Image, err error) {
	defer fault.Wrap(&err, "uploads.Delete")
	if img, err = s.ByDeleteToken(ctx, token); err != nil || img.State == models.ImageDeleted {
		return img, err
	}
	if !img.Served() {
		return img, fault.New(fault.Conflict, "image_decided", "A moderator has already taken this image offline. The reasons are on its page.")
	}
	img.State = models.ImageDeleted
	return img, s.delete(ctx, by, img.ID, "uploader")
}

// TakeBack deletes an upload whose request failed as a whole: its client never learned of it.
func (s *Service) TakeBack(ctx context.Context, up Upload) (err error) {
	defer fault.Wrap(&err, "uploads.TakeBack")
	return s.delete(ctx, actor.System("upload"), up.Image.ID, "request_failed")
}

func (s *Service) delete(ctx context.Context, by actor.Actor, id, reason string) error {
	err := s.Store.Write(ctx, models.Change{Actor: by, Needs: actor.Public, Action: "image.delete", Entity: "image", ID: id, Reason: reason},
		func(tx *models.Tx) error {
			if err := tx.SetImageState(id, []models.ImageState{models.ImageLive, models.ImageRestricted}, models.ImageDeleted, ""); err != nil {
				return err
			}
			return tx.Enqueue(EraseJob{ImageID: id})
		})
	s.Cache.Forget(id)
	return err
}

// Erase does the job: objects, caches, then the note that nothing is left.
func (s *Service) Erase(ctx context.Context, job EraseJob) (err error) {
	defer fault.Wrap(&err, "uploads.Erase(%s)", job.ImageID)
	img, err := s.Store.Image(ctx, job.ImageID)
	if err != nil {
		return err
	}
	if img.State != models.ImageDeleted || img.ObjectsGoneAt != nil {
		return nil
	}
	if err := s.Objects.DeleteAll(ctx, Keys(img)); err != nil {
		return err
	}
	if err := s.Purger.Purge(ctx, s.URLs(img)); err != nil {
		return err
	}
	err = s.Store.Write(ctx, models.Change{Actor: actor.System("erase"), Needs: actor.Public, Action: "image.erase", Entity: "image", ID: img.ID},
		func(tx *models.Tx) error { return tx.SetObjectsGone(img.ID) })
	if errors.Is(err, models.ErrStale) {
		return nil
	}
	return err
}

// SweepErase does erasures whose job was lost.
func (s *Service) SweepErase(ctx context.Context) error {
	imgs, err := s.Store.ImagesToErase(ctx, sweepBatch)
	for _, img := range imgs {
		err = errors.Join(err, s.Erase(ctx, EraseJob{ImageID: img.ID}))
	}
	return err
}

// Keys is every object that may exist of an image. A derivation that raced the deletion may have stored thumbnails the
// row does not know, so both kinds are named.
func Keys(img models.Image) []string {
	return []string{img.ObjectKey(), "thumbs/" + img.ID + ".jpg", "thumbs/" + img.ID + ".webp", img.SafeKey()}
}

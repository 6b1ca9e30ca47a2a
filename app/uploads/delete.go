package uploads

import (
	"context"
	"errors"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

// EraseJob removes the objects of a deleted image and makes caches forget it, at once or after the time for undoing.
type EraseJob struct {
	ImageID string    `json:"image_id"`
	After   time.Time `json:"after,omitzero"`
}

// Kind names the job.
func (EraseJob) Kind() string { return "image.erase" }

// RunAt is when the job is due.
func (j EraseJob) RunAt() time.Time { return j.After }

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

// Erase does the job: objects, caches, then the note that nothing is left. A deletion that can still be undone is left
// alone, and one that no longer can is first made final in the database, so that no undoing finds the bytes gone.
func (s *Service) Erase(ctx context.Context, job EraseJob) (err error) {
	defer fault.Wrap(&err, "uploads.Erase(%s)", job.ImageID)
	img, err := s.Store.Image(ctx, job.ImageID)
	if err != nil {
		return err
	}
	if img.State != models.ImageDeleted || img.ObjectsGoneAt != nil {
		return nil
	}
	if img.UndoUntil != nil {
		err := s.Store.Write(ctx, eraseChange(img.ID, "image.undo_end"), func(tx *models.Tx) error { return tx.EndUndo(img.ID) })
		if errors.Is(err, models.ErrStale) {
			return nil // not yet, or undone
		}
		if err != nil {
			return err
		}
	}
	if err := s.Objects.DeleteAll(ctx, Keys(img)); err != nil {
		return err
	}
	if err := s.Purger.Purge(ctx, s.URLs(img)); err != nil {
		return err
	}
	err = s.Store.Write(ctx, eraseChange(img.ID, "image.erase"), func(tx *models.Tx) error {
		if err := tx.SetObjectsGone(img.ID); err != nil {
			return err
		}
		albums, err := tx.LeaveAlbums(img.ID)
		for _, id := range albums {
			tx.Note("album.image_gone", "album", id, nil)
		}
		return err
	})
	if errors.Is(err, models.ErrStale) {
		return nil
	}
	return err
}

func eraseChange(id, action string) models.Change {
	return models.Change{Actor: actor.System("erase"), Needs: actor.Public, Action: action, Entity: "image", ID: id}
}

// SweepErase does erasures whose job was lost.
func (s *Service) SweepErase(ctx context.Context) error {
	imgs, err := s.Store.ImagesToErase(ctx, s.Clock.Now(), sweepBatch)
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

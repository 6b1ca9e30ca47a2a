package gallery

import (
	"context"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/uploads"
	"imglink/models"
)

var (
	errDecided = fault.New(fault.Conflict, "image_decided", "A moderator has already taken this image offline. The reasons are on its page.")
	errNoUndo  = fault.New(fault.Conflict, "undo_over", "These pictures cannot be brought back: the time is over, or a moderator decided about them.")
)

// Delete takes pictures offline at once. Until the returned instant they can be brought back together or one by one; then
// their bytes go.
func (s *Service) Delete(ctx context.Context, who actor.Actor, ids []string) (until time.Time, err error) {
	defer fault.Wrap(&err, "gallery.Delete")
	if ids, err = selection(ids); err != nil {
		return until, err
	}
	c, note := change(who, actor.ImagesDelete, "image.delete", ids)
	c.Reason = "owner"
	err = s.Store.Write(ctx, c, func(tx *models.Tx) error {
		imgs, err := tx.LockOwnImages(who.ID, ids)
		if err != nil {
			return err
		}
		until = tx.Now.Add(UndoWindow)
		for _, img := range imgs {
			if !img.Served() {
				return errDecided
			}
			if err := tx.Enqueue(uploads.PurgeJob{ImageID: img.ID}); err != nil {
				return err
			}
			if err := tx.Enqueue(uploads.EraseJob{ImageID: img.ID, After: until}); err != nil {
				return err
			}
		}
		note(tx)
		return tx.DeleteWithUndo(imgs, until)
	})
	for _, id := range ids {
		s.Forget(id)
	}
	return until, err
}

// Deleted lists the pictures that can still be brought back, the last deleted first.
func (s *Service) Deleted(ctx context.Context, who actor.Actor) ([]models.Image, error) {
	if err := need(who, actor.ImagesDelete); err != nil {
		return nil, err
	}
	return s.Store.ImagesUndoable(ctx, who.ID, s.Clock.Now(), MaxSelect)
}

// UndoDelete brings back what was deleted together, until when it could be. It tells how many pictures came back.
func (s *Service) UndoDelete(ctx context.Context, who actor.Actor, until time.Time) (n int, err error) {
	return s.restore(ctx, who, &until, nil)
}

// Restore brings single deleted pictures back.
func (s *Service) Restore(ctx context.Context, who actor.Actor, ids []string) (n int, err error) {
	if ids, err = selection(ids); err != nil {
		return 0, err
	}
	return s.restore(ctx, who, nil, ids)
}

func (s *Service) restore(ctx context.Context, who actor.Actor, together *time.Time, ids []string) (n int, err error) {
	defer fault.Wrap(&err, "gallery.restore")
	c := models.Change{Actor: who, Needs: actor.ImagesDelete, Action: "image.restore", Entity: "image"}
	err = s.Store.Write(ctx, c, func(tx *models.Tx) error {
		imgs, err := tx.Restore(who.ID, together, ids)
		if err != nil {
			return err
		}
		if len(imgs) == 0 {
			return errNoUndo
		}
		tx.SetID(imgs[0].ID)
		for _, img := range imgs[1:] {
			tx.Note("image.restore", "image", img.ID, nil)
		}
		n = len(imgs)
		return uploads.CheckQuota(tx, who.ID, s.Quota)
	})
	return n, err
}

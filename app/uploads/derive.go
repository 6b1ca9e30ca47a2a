package uploads

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/imaging"
	"imglink/app/imaging/sandbox"
	"imglink/app/objects"
	"imglink/models"
)

// DeriveJob makes the thumbnail, the safe rendition and the perceptual hash of a stored image.
type DeriveJob struct {
	ImageID string `json:"image_id"`
}

// Kind names the job.
func (DeriveJob) Kind() string { return "image.derive" }

// Queue keeps decoding apart from letters and removals.
func (DeriveJob) Queue() string { return "derive" }

var worker = actor.System("derive")

// Derive does the job. It may run again after a crash: objects are overwritten, the row is written once.
func (s *Service) Derive(ctx context.Context, job DeriveJob) (err error) {
	defer fault.Wrap(&err, "uploads.Derive(%s)", job.ImageID)
	img, err := s.Store.Image(ctx, job.ImageID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || img.DerivedAt != nil || img.State == models.ImagePending {
		return err
	}
	if img.State == models.ImageDeleted {
		return s.dropDerived(ctx, img) // a run that was killed may have stored them after the erasure
	}
	d, err := s.derive(ctx, img)
	if errors.Is(err, sandbox.ErrCrashed) {
		d, err = s.derive(ctx, img)
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Unsupported) || errors.Is(err, sandbox.ErrCrashed) {
		// The container was sound but its coded data is not, or it kills decoders: the file stays as sent, without
		// thumbnail or hash.
		return s.saveDerived(ctx, img.ID, models.Derived{Error: fault.Of(err).Code})
	}
	if err != nil {
		return err
	}
	img.ThumbExt = d.ThumbFormat.Ext()
	if err := errors.Join(
		s.Objects.Put(ctx, img.ThumbKey(), bytes.NewReader(d.Thumb), objects.Meta{ContentType: d.ThumbFormat.MIME(), Size: int64(len(d.Thumb)), CacheControl: s.CacheControl()}),
		s.Objects.Put(ctx, img.SafeKey(), bytes.NewReader(d.Safe), objects.Meta{ContentType: "image/jpeg", Size: int64(len(d.Safe)), CacheControl: "private"}),
	); err != nil {
		return err
	}
	return s.saveDerived(ctx, img.ID, models.Derived{
		ThumbExt: img.ThumbExt, ThumbWidth: d.ThumbW, ThumbHeight: d.ThumbH, PDQ: d.PDQ[:], PDQQuality: d.PDQQuality,
	})
}

// derive fetches the stored file and decodes it in a worker.
func (s *Service) derive(ctx context.Context, img models.Image) (imaging.Derived, error) {
	obj, err := s.Objects.Get(ctx, img.ObjectKey(), nil)
	if err != nil {
		return imaging.Derived{}, err
	}
	defer obj.Body.Close() //nolint:errcheck // read only
	file, err := s.tempFile()
	if err != nil {
		return imaging.Derived{}, err
	}
	defer file.Close() //nolint:errcheck // unlinked
	n, err := io.Copy(file, obj.Body)
	if err != nil {
		return imaging.Derived{}, err
	}
	return s.Deriver.Derive(ctx, file, n)
}

func (s *Service) saveDerived(ctx context.Context, id string, d models.Derived) error {
	err := s.Store.Write(ctx, models.Change{Actor: worker, Needs: actor.Public, Action: "image.derive", Entity: "image", ID: id},
		func(tx *models.Tx) error {
			if d.Error != "" {
				tx.Detail("error", d.Error)
			}
			return tx.SetDerived(id, d)
		})
	if !errors.Is(err, models.ErrStale) {
		return err
	}
	img, err := s.Store.Image(ctx, id)
	if err != nil || img.State != models.ImageDeleted {
		return err // another run was first
	}
	return s.dropDerived(ctx, img)
}

// dropDerived removes what a derivation stored while the image was being deleted.
func (s *Service) dropDerived(ctx context.Context, img models.Image) error {
	return s.Objects.DeleteAll(ctx, Keys(img)[1:])
}

// The sweeps' patience: an upload takes minutes at most, a derivation waits in a queue.
const (
	abandonedAfter = 30 * time.Minute
	underivedAfter = 2 * time.Minute
	sweepBatch     = 500
)

// SweepAbandoned drops uploads that were begun and never acknowledged, objects first, so that no orphan remains.
func (s *Service) SweepAbandoned(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "uploads.SweepAbandoned")
	imgs, err := s.Store.ImagesAbandoned(ctx, s.Clock.Now().Add(-abandonedAfter), sweepBatch)
	if err != nil {
		return err
	}
	for _, img := range imgs {
		if err := s.drop(ctx, img, "abandoned"); err != nil {
			return err
		}
	}
	return nil
}

// Abandon forgets a picture that was begun and never published, for who will receive it again under the same id.
func (s *Service) Abandon(ctx context.Context, img models.Image) error {
	return s.drop(ctx, img, "abandoned")
}

// drop forgets an upload that was never acknowledged, its object first. One that is gone already is fine.
func (s *Service) drop(ctx context.Context, img models.Image, reason string) error {
	if err := s.Objects.DeleteAll(ctx, []string{img.ObjectKey()}); err != nil {
		return err
	}
	err := s.Store.Write(ctx, models.Change{Actor: actor.System("sweep"), Needs: actor.Public, Action: "image.drop", Entity: "image", ID: img.ID, Reason: reason},
		func(tx *models.Tx) error { return tx.DropPendingImage(img.ID) })
	if errors.Is(err, models.ErrStale) {
		return nil
	}
	return err
}

// SweepUnderived does derivations whose job was lost.
func (s *Service) SweepUnderived(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "uploads.SweepUnderived")
	imgs, err := s.Store.ImagesToDerive(ctx, s.Clock.Now().Add(-underivedAfter), 50)
	if err != nil {
		return err
	}
	var failed error
	for _, img := range imgs {
		failed = errors.Join(failed, s.Derive(ctx, DeriveJob{ImageID: img.ID}))
	}
	return failed
}

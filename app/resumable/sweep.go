package resumable

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"imglink/app/ident"
	"imglink/models"
)

const sweepBatch = 200

// SweepUnfinished makes the pictures of complete uploads whose process died, and removes what ended ones left behind.
func (s *Service) SweepUnfinished(ctx context.Context) error {
	ids, err := s.Store.PartialsToFinish(ctx, s.Clock.Now(), sweepBatch)
	for _, id := range ids {
		err = errors.Join(err, s.finishLate(ctx, id))
	}
	tidy, lerr := s.Store.PartialsToTidy(ctx, sweepBatch)
	err = errors.Join(err, lerr)
	for _, id := range tidy {
		err = errors.Join(err, s.tidy(ctx, id))
	}
	return err
}

func (s *Service) finishLate(ctx context.Context, id string) error {
	h, err := s.hold(ctx, id)
	if errors.Is(err, models.ErrPartialHeld) || errors.Is(err, errUnknown) {
		return nil // somebody is at it, or it is gone
	}
	if err != nil {
		return err
	}
	defer h.release()
	if _, err = s.complete(ctx, h); final(err) {
		return nil // refused, which is an end
	}
	return err
}

// SweepExpired gives up uploads whose time is over, their bytes first.
func (s *Service) SweepExpired(ctx context.Context) error {
	ids, err := s.Store.PartialsExpired(ctx, s.Clock.Now(), sweepBatch)
	for _, id := range ids {
		if derr := s.drop(ctx, id); !errors.Is(derr, models.ErrPartialHeld) {
			err = errors.Join(err, derr)
		}
	}
	return err
}

// SweepOrphans removes bytes whose upload is gone: a process died between storing and counting them, or the account was
// closed, which takes its rows at once. A row is there before any of its bytes are, so that bytes without one are nobody's,
// however new.
func (s *Service) SweepOrphans(ctx context.Context) error {
	keys := map[string][]string{} // by upload
	for e, err := range s.Objects.List(ctx, root) {
		if err != nil {
			return err
		}
		id, _, _ := strings.Cut(strings.TrimPrefix(e.Key, root), "/")
		keys[id] = append(keys[id], e.Key)
	}
	for ids := range slices.Chunk(slices.Collect(maps.Keys(keys)), sweepBatch) {
		known, err := s.Store.PartialsKnown(ctx, ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if slices.Contains(known, id) {
				continue
			}
			if err := s.Objects.DeleteAll(ctx, keys[id]); err != nil {
				return err
			}
		}
	}
	return nil
}

// drop forgets an upload: its objects, then its row.
func (s *Service) drop(ctx context.Context, id string) error {
	holder := ident.Public()
	if _, err := s.Store.HoldPartial(ctx, id, holder, s.Clock.Now().Add(time.Minute)); err != nil {
		return err
	}
	if err := s.deleteObjects(ctx, id); err != nil {
		return errors.Join(err, s.Store.ReleasePartial(ctx, id, holder))
	}
	return s.Store.DropPartial(ctx, id, holder)
}

// tidy removes the pieces of an upload that ended.
func (s *Service) tidy(ctx context.Context, id string) error {
	if err := s.deleteObjects(ctx, id); err != nil {
		return err
	}
	return s.Store.DropPieces(ctx, id)
}

// deleteObjects removes everything stored of an upload, counted or not.
func (s *Service) deleteObjects(ctx context.Context, id string) error {
	var keys []string
	for e, err := range s.Objects.List(ctx, prefix(id)) {
		if err != nil {
			return err
		}
		keys = append(keys, e.Key)
	}
	return s.Objects.DeleteAll(ctx, keys)
}

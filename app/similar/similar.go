// Package similar finds near-duplicates. Every replica holds all perceptual hashes in memory (package pdqindex says how
// much that is) and hears of new ones from PostgreSQL, so that all replicas give the same answers within moments.
package similar

import (
	"context"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"imglink/app/clock"
	"imglink/app/fault"
	"imglink/app/imaging/pdq"
	"imglink/app/imaging/pdqindex"
	"imglink/app/moderation"
	"imglink/models"
)

// Radius is the distance at which two pictures count as the same (ThreatExchange PDQ guidance).
const Radius = 31

// overlap is how far back a catch-up looks: longer than any transaction may take to commit.
const overlap = 2 * time.Minute

// Service answers from the index.
type Service struct {
	Store *models.Store
	Clock clock.Clock
	Log   *slog.Logger
	index atomic.Pointer[pdqindex.Index]
	heard time.Time // everything derived before is in the index
}

// Load reads every hash. Until it returns, searches find nothing.
func (s *Service) Load(ctx context.Context) error {
	s.heard = s.Clock.Now()
	var ids []int64
	var hashes []pdq.Hash
	for after := int64(0); ; {
		rows, err := s.Store.Hashes(ctx, after, 100_000)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		for _, r := range rows {
			ids, hashes = append(ids, r.N), append(hashes, pdq.FromBytes([32]byte(r.PDQ)))
		}
		after = rows[len(rows)-1].N
	}
	s.index.Store(pdqindex.New(ids, hashes))
	return nil
}

// Follow keeps the index in step until ctx ends. A lost connection is made again, and what was missed is fetched.
func (s *Service) Follow(ctx context.Context) {
	for ctx.Err() == nil {
		if s.index.Load() == nil {
			if err := s.Load(ctx); err != nil {
				s.pause(ctx, err)
				continue
			}
		}
		err := s.Store.Listen(ctx, "imglink_hash", func() error { return s.catchUp(ctx) }, func(payload string) error { return s.add(ctx, payload) })
		s.pause(ctx, err)
	}
}

func (s *Service) pause(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	s.Log.WarnContext(ctx, "near-duplicate index lost its connection and will resume", "error", err)
	select {
	case <-ctx.Done():
	case <-time.After(2 * time.Second):
	}
}

func (s *Service) catchUp(ctx context.Context) error {
	now := s.Clock.Now()
	rows, err := s.Store.HashesSince(ctx, s.heard.Add(-overlap))
	if err != nil {
		return err
	}
	s.put(rows)
	s.heard = now
	return nil
}

func (s *Service) add(ctx context.Context, payload string) error {
	n, err := strconv.ParseInt(payload, 10, 64)
	if err != nil {
		return nil // not ours
	}
	rows, err := s.Store.HashesByNumbers(ctx, []int64{n})
	if err != nil {
		return err
	}
	s.put(rows)
	return nil
}

func (s *Service) put(rows []models.HashRow) {
	ix := s.index.Load()
	for _, r := range rows {
		ix.Remove(r.N)
		ix.Add(r.N, pdq.FromBytes([32]byte(r.PDQ)))
	}
}

// Similar lists the images within Radius of the given one, nearest first, at most 200, itself left out.
func (s *Service) Similar(ctx context.Context, imageID string) (near []moderation.Near, err error) {
	defer fault.Wrap(&err, "similar.Similar(%s)", imageID)
	img, err := s.Store.Image(ctx, imageID)
	if err != nil {
		return nil, err
	}
	ix := s.index.Load()
	if ix == nil || len(img.PDQ) != 32 || img.PDQQuality == nil || *img.PDQQuality < 50 {
		return nil, nil
	}
	matches := ix.Query(pdq.FromBytes([32]byte(img.PDQ)), Radius)
	if len(matches) > 201 {
		matches = matches[:201]
	}
	return s.named(ctx, img.N, matches)
}

// named turns running numbers into ids. Images deleted meanwhile are left out.
func (s *Service) named(ctx context.Context, self int64, matches []pdqindex.Match) ([]moderation.Near, error) {
	ns := make([]int64, 0, len(matches))
	for _, m := range matches {
		if m.ID != self {
			ns = append(ns, m.ID)
		}
	}
	if len(ns) == 0 {
		return nil, nil
	}
	imgs, err := s.Store.ImagesByNumbers(ctx, ns)
	if err != nil {
		return nil, err
	}
	ids := make(map[int64]string, len(imgs))
	for _, img := range imgs {
		if img.State != models.ImageDeleted {
			ids[img.N] = img.ID
		}
	}
	var near []moderation.Near
	for _, m := range matches {
		if id, ok := ids[m.ID]; ok {
			near = append(near, moderation.Near{ImageID: id, Distance: m.Distance})
		}
	}
	return near, nil
}

package resumable

import (
	"context"
	"time"

	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

// A hold lives only as long as its process prolongs it: after a crash the upload is free again within holdTime.
const (
	holdTime = 15 * time.Second
	beat     = 5 * time.Second
)

// held is an upload that nobody else works on. row is as this request knows it.
type held struct {
	row     models.PartialUpload
	holder  string
	release func()
}

// hold takes an upload for this request. release must be called.
func (s *Service) hold(ctx context.Context, id string) (*held, error) {
	h := &held{holder: ident.Public()}
	var err error
	if h.row, err = s.Store.HoldPartial(ctx, id, h.holder, s.Clock.Now().Add(holdTime)); err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil, errUnknown
		}
		return nil, err
	}
	lasting := context.WithoutCancel(ctx)
	stop := make(chan struct{})
	stopped := make(chan struct{})
	go func() { defer close(stopped); s.prolong(lasting, h, stop) }()
	h.release = func() {
		close(stop)
		<-stopped
		if err := s.Store.ReleasePartial(lasting, id, h.holder); err != nil {
			s.Log.WarnContext(lasting, "upload not released: it is free in a moment", "error", err)
		}
	}
	if err := s.usable(h.row, nil); err != nil {
		h.release()
		return nil, err
	}
	return h, nil
}

// prolong keeps the hold until it is stopped. A beat that fails is made up for by the next: who lost the hold cannot
// count a byte.
func (s *Service) prolong(ctx context.Context, h *held, stop <-chan struct{}) {
	id := h.row.ID
	t := time.NewTicker(beat)
	defer t.Stop()
	for {
		select {
		case <-stop:
			return
		case <-t.C:
			if err := s.Store.KeepPartial(ctx, id, h.holder, s.Clock.Now().Add(holdTime)); err != nil {
				s.Log.WarnContext(ctx, "hold of an upload not prolonged", "error", err)
			}
		}
	}
}

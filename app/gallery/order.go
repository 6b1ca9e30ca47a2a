package gallery

import (
	"context"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/models"
)

// Move says where a picture goes in its album. Exactly one field is set.
type Move struct {
	Before, After  string // the picture it is put next to
	Earlier, Later bool   // one place on
	Position       int    // counted from 1; beyond the end is the end
}

var errMove = fault.InvalidField("position", "Say where the picture goes: a position from 1 on.")

// MovePicture changes the order of an album. Moves of one album happen one after the other, each relative to the order it
// finds.
func (s *Service) MovePicture(ctx context.Context, who actor.Actor, albumID, imageID string, m Move) (err error) {
	defer fault.Wrap(&err, "gallery.MovePicture")
	return s.Store.Write(ctx, s.album(who, "album.order", albumID), func(tx *models.Tx) error {
		if _, err := tx.LockAlbum(who.ID, albumID); err != nil {
			return err
		}
		own, err := tx.PlaceOf(albumID, imageID)
		if err != nil {
			return err
		}
		lo, hi, err := m.gap(tx, albumID, imageID, own)
		if err != nil || lo == own || hi == own {
			return err
		}
		return tx.MoveBetween(albumID, imageID, lo, hi)
	})
}

// gap is between which places the picture goes; its own is returned when it stays.
func (m Move) gap(tx *models.Tx, albumID, imageID, own string) (lo, hi string, err error) {
	before := func(place string) (lo, hi string, err error) {
		lo, err = tx.PlaceBefore(albumID, place, imageID)
		return lo, place, err
	}
	behind := func(place string) (lo, hi string, err error) {
		hi, err = tx.PlaceBehind(albumID, place, imageID)
		return place, hi, err
	}
	switch {
	case m.Before == imageID || m.After == imageID:
		return own, own, nil
	case m.Before != "":
		if hi, err = tx.PlaceOf(albumID, m.Before); err != nil {
			return "", "", err
		}
		return before(hi)
	case m.After != "":
		if lo, err = tx.PlaceOf(albumID, m.After); err != nil {
			return "", "", err
		}
		return behind(lo)
	case m.Earlier:
		if hi, err = tx.PlaceBefore(albumID, own, imageID); err != nil || hi == "" {
			return own, own, err
		}
		return before(hi)
	case m.Later:
		if lo, err = tx.PlaceBehind(albumID, own, imageID); err != nil || lo == "" {
			return own, own, err
		}
		return behind(lo)
	case m.Position < 1:
		return "", "", errMove
	}
	if hi, err = tx.PlaceAt(albumID, m.Position, imageID); err != nil {
		return "", "", err
	}
	if hi == "" {
		lo, err = tx.LastPlace(albumID, imageID)
		return lo, "", err
	}
	return before(hi)
}

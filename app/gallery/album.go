package gallery

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/uploads"
	"imglink/models"
)

// AlbumEdit is what a form says about an album. Nil fields stay as they are.
type AlbumEdit struct {
	Title       *string
	Description *string
	Visibility  *models.AlbumVisibility
	CoverID     *string // id of a picture in it; empty for the first
	Version     int64   // as AlbumVersion gave it when the form was drawn; 0 takes whatever there is now
}

// AlbumVersion changes whenever anything does that AlbumEdit changes.
func AlbumVersion(a models.Album) int64 { return a.UpdatedAt.UnixMicro() }

var errTooManyAlbums = fault.New(fault.Conflict, "too_many_albums", "An account may have 1000 albums. Delete one you no longer need.")

// Albums lists one's own albums, newest first; cursor is the id of the album the page begins behind.
func (s *Service) Albums(ctx context.Context, who actor.Actor, cursor string, limit int) (rows []models.AlbumRow, next string, err error) {
	defer fault.Wrap(&err, "gallery.Albums")
	if err := need(who, actor.AlbumsRead); err != nil {
		return nil, "", err
	}
	if limit < 1 || limit > MaxAlbums {
		return nil, "", fault.InvalidField("limit", "Ask for 1 to 1000 albums.")
	}
	var before int64
	if cursor != "" {
		a, err := s.Store.OwnAlbum(ctx, who.ID, cursor)
		if err != nil {
			return nil, "", err
		}
		before = a.N
	}
	if rows, err = s.Store.Albums(ctx, who.ID, before, limit+1); err != nil {
		return nil, "", err
	}
	if len(rows) > limit {
		rows, next = rows[:limit], rows[limit-1].ID
	}
	return rows, next, nil
}

// Album is one of one's own albums.
func (s *Service) Album(ctx context.Context, who actor.Actor, id string) (models.Album, error) {
	if err := need(who, actor.AlbumsRead); err != nil {
		return models.Album{}, err
	}
	return s.Store.OwnAlbum(ctx, who.ID, id)
}

// CreateAlbum makes an empty album. Without a visibility it is unlisted.
func (s *Service) CreateAlbum(ctx context.Context, who actor.Actor, in AlbumEdit) (a models.Album, err error) {
	defer fault.Wrap(&err, "gallery.CreateAlbum")
	a = models.Album{ID: ident.Public(), UserID: who.ID, Visibility: models.AlbumUnlisted}
	if in.Title == nil {
		in.Title = new(string)
	}
	if err := in.apply(&a); err != nil {
		return a, err
	}
	err = s.Store.Write(ctx, s.album(who, "album.create", a.ID), func(tx *models.Tx) error {
		n, err := tx.CountAlbums(ctx, who.ID, MaxAlbums)
		if err != nil {
			return err
		}
		if n >= MaxAlbums {
			return errTooManyAlbums
		}
		a.CreatedAt, a.UpdatedAt = tx.Now, tx.Now
		return tx.InsertAlbum(a)
	})
	return a, err
}

// EditAlbum changes an album. models.ErrStale when it was changed since the form was drawn.
func (s *Service) EditAlbum(ctx context.Context, who actor.Actor, id string, in AlbumEdit) (a models.Album, err error) {
	defer fault.Wrap(&err, "gallery.EditAlbum")
	err = s.Store.Write(ctx, s.album(who, "album.edit", id), func(tx *models.Tx) error {
		if a, err = tx.LockAlbum(who.ID, id); err != nil {
			return err
		}
		if in.Version != 0 && in.Version != AlbumVersion(a) {
			return models.ErrStale
		}
		if err := in.apply(&a); err != nil {
			return err
		}
		if in.CoverID != nil && *in.CoverID != "" {
			_, err := tx.PlaceOf(id, *in.CoverID)
			if fault.Is(err, fault.NotFound) {
				return fault.InvalidField("cover", "Choose a picture that is in the album.")
			}
			if err != nil {
				return err
			}
		}
		tx.Detail("visibility", a.Visibility)
		a.UpdatedAt = tx.Now
		return tx.UpdateAlbum(a)
	})
	return a, err
}

func (in AlbumEdit) apply(a *models.Album) error {
	var bad fault.Collect
	if in.Title != nil {
		a.Title = strings.Join(strings.Fields(uploads.Plain(*in.Title)), " ")
		bad.Check(a.Title != "", "title", "Give the album a title.")
		bad.Check(utf8.RuneCountInString(a.Title) <= 100, "title", "The title may have at most 100 characters.")
	}
	if in.Description != nil {
		a.Description = uploads.Plain(*in.Description)
		bad.Check(utf8.RuneCountInString(a.Description) <= uploads.MaxDescription, "description", "The description may have at most 2000 characters.")
	}
	if in.Visibility != nil {
		a.Visibility = *in.Visibility
		bad.Check(slices.Contains([]models.AlbumVisibility{models.AlbumPrivate, models.AlbumUnlisted, models.AlbumPublic}, a.Visibility),
			"visibility", "The visibility is private, unlisted or public.")
	}
	if in.CoverID != nil {
		a.CoverID = nil
		if *in.CoverID != "" {
			a.CoverID = in.CoverID
		}
	}
	return bad.Err()
}

// DeleteAlbum deletes an album. Its pictures stay.
func (s *Service) DeleteAlbum(ctx context.Context, who actor.Actor, id string) (err error) {
	defer fault.Wrap(&err, "gallery.DeleteAlbum")
	return s.Store.Write(ctx, s.album(who, "album.delete", id), func(tx *models.Tx) error {
		if _, err := tx.LockAlbum(who.ID, id); err != nil {
			return err
		}
		return tx.DeleteAlbum(id)
	})
}

// AddToAlbum puts pictures at the end of an album, in the order given, and tells how many were not in it yet.
func (s *Service) AddToAlbum(ctx context.Context, who actor.Actor, albumID string, ids []string) (added int, err error) {
	defer fault.Wrap(&err, "gallery.AddToAlbum")
	chosen, err := selection(ids)
	if err != nil {
		return 0, err
	}
	err = s.Store.Write(ctx, s.album(who, "album.add", albumID), func(tx *models.Tx) error {
		imgs, err := tx.LockOwnImages(who.ID, chosen)
		if err != nil {
			return err
		}
		slices.SortFunc(imgs, func(a, b models.Image) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
		a, err := tx.LockAlbum(who.ID, albumID)
		if err != nil {
			return err
		}
		if a.Images+len(imgs) > uploads.MaxAlbum {
			return fault.InvalidField("album", "An album may hold 10,000 pictures. Choose another.")
		}
		added, err = tx.AddToAlbum(albumID, imgs)
		tx.Detail("images", added)
		return err
	})
	return added, err
}

// RemoveFromAlbum takes pictures out of an album; they stay in the gallery.
func (s *Service) RemoveFromAlbum(ctx context.Context, who actor.Actor, albumID string, ids []string) (removed int, err error) {
	defer fault.Wrap(&err, "gallery.RemoveFromAlbum")
	if ids, err = selection(ids); err != nil {
		return 0, err
	}
	err = s.Store.Write(ctx, s.album(who, "album.remove", albumID), func(tx *models.Tx) error {
		a, err := tx.LockAlbum(who.ID, albumID)
		if err != nil {
			return err
		}
		if a.CoverID != nil && slices.Contains(ids, *a.CoverID) {
			a.CoverID = nil
			if err := tx.UpdateAlbum(a); err != nil {
				return err
			}
		}
		removed, err = tx.RemoveFromAlbum(albumID, ids)
		tx.Detail("images", removed)
		return err
	})
	return removed, err
}

func (s *Service) album(who actor.Actor, action, id string) models.Change {
	return models.Change{Actor: who, Needs: actor.AlbumsWrite, Action: action, Entity: "album", ID: id}
}

// AlbumPage is a page of an album as somebody sees it. Next and Prev are ids of pictures, empty at the ends.
type AlbumPage struct {
	Album      models.Album
	Owner      bool
	Pictures   []models.AlbumPicture
	Next, Prev string
}

// OpenAlbum shows an album to whoever may see it: viewer is the id of the account that looks, empty for guests. A private
// one does not exist for others, and pictures that are private, over or taken away are not in it for them.
func (s *Service) OpenAlbum(ctx context.Context, viewer, id, cursor string, back bool, limit int) (p AlbumPage, err error) {
	defer fault.Wrap(&err, "gallery.OpenAlbum")
	if !ident.IsPublic(id) || cursor != "" && !ident.IsPublic(cursor) {
		return p, models.ErrNotFound
	}
	if p.Album, err = s.Store.Album(ctx, id); err != nil {
		return p, err
	}
	p.Owner = viewer != "" && p.Album.UserID == viewer
	if p.Album.Visibility == models.AlbumPrivate && !p.Owner {
		return p, models.ErrNotFound
	}
	rows, err := s.Store.AlbumPictures(ctx, models.AlbumView{AlbumID: id, Owner: p.Owner, Now: s.Clock.Now(), Cursor: cursor, Back: back, Limit: limit + 1})
	if err != nil {
		return p, err
	}
	more := len(rows) > limit
	if more {
		rows = rows[:limit]
	}
	if back {
		slices.Reverse(rows)
	}
	if len(rows) > 0 {
		if more || back {
			p.Next = rows[len(rows)-1].ID
		}
		if cursor != "" && (more || !back) {
			p.Prev = rows[0].ID
		}
	}
	p.Pictures = rows
	return p, nil
}

// Cover is the picture of the page that stands for the album: the one its owner chose, else the first, among those that are
// for every age. nil when there is none.
func (p AlbumPage) Cover() *models.AlbumPicture {
	var first *models.AlbumPicture
	for i := range p.Pictures {
		pic := &p.Pictures[i]
		if pic.State != models.ImageLive || pic.Visibility != models.ImageUnlisted {
			continue
		}
		if p.Album.CoverID != nil && pic.ID == *p.Album.CoverID {
			return pic
		}
		if first == nil {
			first = pic
		}
	}
	return first
}

// Shown reports whether everybody who has the link may see a picture now.
func Shown(img models.Image, now time.Time) bool {
	return img.Served() && img.Visibility == models.ImageUnlisted && !img.Expired(now)
}

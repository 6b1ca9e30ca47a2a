// Package gallery is what holders of accounts do with their pictures: look through them, change them, delete them with time
// to think again, order them in albums, and make what they uploaded as guests their own. Whatever belongs to others does not
// exist here: ids of others are answered as unknown ones are.
package gallery

import (
	"context"
	"slices"
	"time"

	"imglink/app/actor"
	"imglink/app/clock"
	"imglink/app/fault"
	"imglink/models"
)

// Service is the capability. Every method takes who acts: the holder of an account in person, or a token with its scopes.
type Service struct {
	Store  *models.Store
	Clock  clock.Clock
	Quota  int64           // bytes an account may hold, unless it has a quota of its own; 0 means without limit
	Forget func(id string) // drops a picture from this process's cache
}

// The bounds of one request.
const (
	PageSize   = 48               // pictures of a page
	MaxPage    = 100              // pictures a program may ask for at once
	MaxSelect  = 200              // pictures changed at once
	MaxAlbums  = 1000             // of an account
	MaxClaim   = 200              // pictures claimed at once
	UndoWindow = 10 * time.Minute // for bringing deleted pictures back
)

// Query chooses a page of a gallery. The zero value is the newest pictures.
type Query struct {
	Sort       models.GallerySort
	Visibility models.ImageVisibility
	Expiring   bool
	AlbumID    string
	Search     string
	Cursor     string // id of the picture the page begins behind
	Back       bool   // the page before Cursor instead
	Limit      int    // 0 means PageSize
}

// Filtered reports whether the query leaves anything out.
func (q Query) Filtered() bool {
	return q.Visibility != "" || q.Expiring || q.AlbumID != "" || q.Search != ""
}

// List is a page of one's own pictures. What does not exist to sort or filter by is a field error.
func (s *Service) List(ctx context.Context, who actor.Actor, q Query) (p models.GalleryPage, err error) {
	defer fault.Wrap(&err, "gallery.List")
	if err := need(who, actor.ImagesRead); err != nil {
		return p, err
	}
	if err := q.check(); err != nil {
		return p, err
	}
	if q.AlbumID != "" {
		if _, err := s.Store.OwnAlbum(ctx, who.ID, q.AlbumID); err != nil {
			return p, err
		}
	}
	return s.Store.Gallery(ctx, models.GalleryQuery{
		UserID: who.ID, Sort: q.Sort, Visibility: q.Visibility, Expiring: q.Expiring, AlbumID: q.AlbumID, Search: q.Search,
		Cursor: q.Cursor, Back: q.Back, Limit: q.Limit,
	})
}

func (q *Query) check() error {
	if q.Sort == "" {
		q.Sort = models.SortNewest
	}
	if q.Limit == 0 {
		q.Limit = PageSize
	}
	var bad fault.Collect
	bad.Check(slices.Contains(models.GallerySorts, q.Sort), "sort", "Sort by newest, oldest, name or size.")
	bad.Check(q.Visibility == "" || q.Visibility == models.ImageUnlisted || q.Visibility == models.ImagePrivate, "visibility", "The visibility is unlisted or private.")
	bad.Check(q.Limit >= 1 && q.Limit <= MaxPage, "limit", "Ask for 1 to 100 pictures.")
	bad.Check(len(q.Search) <= 200, "q", "Search with at most 200 characters.")
	bad.Check(q.Search == "" || models.HasWords(q.Search), "q", "Search for words or numbers.")
	return bad.Err()
}

// Image is one of one's own pictures, in whatever state, with the albums it stands in.
func (s *Service) Image(ctx context.Context, who actor.Actor, id string) (img models.Image, albums []models.Album, err error) {
	if err := need(who, actor.ImagesRead); err != nil {
		return img, nil, err
	}
	if img, err = s.Store.Image(ctx, id); err != nil {
		return img, nil, err
	}
	if !img.OwnedBy(who.ID) || img.State == models.ImagePending || img.State == models.ImageDeleted {
		return models.Image{}, nil, models.ErrNotFound
	}
	albums, err = s.Store.AlbumsOfImage(ctx, who.ID, id)
	return img, albums, err
}

// Storage is what the account holds and may hold.
func (s *Service) Storage(ctx context.Context, who actor.Actor) (models.Storage, error) {
	if !who.Can(actor.ImagesRead) && !who.Can(actor.AccountRead) {
		return models.Storage{}, need(who, actor.AccountRead)
	}
	return s.Store.UserStorage(ctx, who.ID, s.Quota)
}

func need(who actor.Actor, p actor.Permission) error {
	if who.Kind == actor.KindUser && who.Can(p) {
		return nil
	}
	return fault.New(fault.Forbidden, "forbidden", "Your account does not include this.")
}

// selection is a list of ids without repetitions, bounded.
func selection(ids []string) ([]string, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	switch {
	case len(ids) == 0:
		return nil, fault.InvalidField("id", "Select at least one picture.")
	case len(ids) > MaxSelect:
		return nil, fault.InvalidField("id", "Select at most 200 pictures at once.")
	}
	return ids, nil
}

// change is a write about pictures: the first is the entry's own, note adds an entry for each of the others.
func change(who actor.Actor, p actor.Permission, action string, ids []string) (c models.Change, note func(*models.Tx)) {
	c = models.Change{Actor: who, Needs: p, Action: action, Entity: "image", ID: ids[0]}
	return c, func(tx *models.Tx) {
		for _, id := range ids[1:] {
			tx.Note(action, "image", id, nil)
		}
	}
}

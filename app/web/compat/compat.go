// Package compat speaks the upload APIs of other image hosts, so that the programs people already use need nothing but
// another address: Chevereto v1.1 (and ImgBB's variant of it), Lsky Pro v1, Imgur v3. Bodies and errors are theirs, also
// where ours would say it better.
//
// No cookie counts here. Whose a request is, its key says: a token for programs, or the word "guest" where the operator
// lets guests upload with clients. Pages of other sites need a token.
package compat

import (
	"context"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/gallery"
	"imglink/app/uploads"
	"imglink/app/web/kit"
	"imglink/models"
)

// GuestKey is the key of those who have none.
const GuestKey = "guest"

// Gallery is what the holder of an account does with pictures of theirs. fault.NotFound for those of others.
type Gallery interface {
	Edit(ctx context.Context, who actor.Actor, id string, in gallery.Edit) (models.Image, error)
	Delete(ctx context.Context, who actor.Actor, ids []string) (undoUntil time.Time, err error)
}

// Handlers answer the routes.
type Handlers struct {
	Gallery    Gallery
	Uploads    *uploads.Service
	Store      *models.Store
	MaxRequest int64 // bytes of one request
	PerMinute  int   // uploads a minute and client, the same budget as everywhere
	Guests     bool  // whether clients may upload without an account
}

var errKey = fault.New(fault.Unauthenticated, "key_missing", "Invalid API key.")

// identify finds out whose the request is by its key.
func (h *Handlers) identify(c *kit.Ctx, key string, need actor.Permission) error {
	switch {
	case key == GuestKey && h.Guests:
		return c.AsGuest()
	case key == "" || key == GuestKey:
		return errKey
	}
	if err := c.UseToken(key); err != nil {
		return err
	}
	return c.Require(need)
}

// stored is a picture that was taken.
type stored struct {
	uploads.Upload
	sent *sent
}

// store takes the picture for whoever was identified.
func (h *Handlers) store(c *kit.Ctx, s *sent, src uploads.Source) (stored, error) {
	if err := c.Take(kit.Limit{Name: "upload", N: h.PerMinute, Per: time.Minute}, 1); err != nil {
		return stored{}, err
	}
	if s.file == nil {
		if err := h.fetch(c, s); err != nil {
			return stored{}, err
		}
	}
	src.Actor, src.IP = c.Actor, c.IPAddr()
	switch {
	case c.User != nil:
		src.UserID = c.User.ID
		if err := h.mayFill(c, src.AlbumID); err != nil {
			return stored{}, err
		}
	default:
		src.AlbumID = "" // guests have no albums: what their clients send there means nothing
	}
	up, err := h.Uploads.Receive(c.Context(), src, s.name, s.file.Reader())
	return stored{up, s}, err
}

// fetch gets the picture from the address that was sent in its place.
func (h *Handlers) fetch(c *kit.Ctx, s *sent) error {
	got, err := h.Uploads.Fetcher.Fetch(c.Context(), s.url)
	if err != nil {
		return err
	}
	defer got.Body.Close() //nolint:errcheck // read to the end or failed already
	if s.name == "" {
		s.name = got.FileName
	}
	s.file, err = h.Uploads.Hold(got.Body)
	return err
}

// mayFill refuses a token that may upload but not change albums.
func (h *Handlers) mayFill(c *kit.Ctx, albumID string) error {
	if albumID == "" {
		return nil
	}
	return c.Require(actor.AlbumsWrite)
}

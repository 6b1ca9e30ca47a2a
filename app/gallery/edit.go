package gallery

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/uploads"
	"imglink/models"
)

// KeepExpiry leaves the time at which a picture deletes itself as it is.
const KeepExpiry = "keep"

// Edit is what a form says about a picture. Nil fields stay as they are.
type Edit struct {
	Name        *string // without or with the extension, which stays
	Description *string
	Visibility  *models.ImageVisibility
	Expiry      *string // as uploads.ParseExpiry reads it, or KeepExpiry
	Version     string  // as Version gave it when the form was drawn; empty takes whatever there is now
}

// Version changes whenever anything does that Edit changes.
func Version(img models.Image) string {
	b, _ := json.Marshal([]any{img.FileName, img.Description, img.Visibility, img.ExpiresAt})
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// Edit changes one picture. Names need not be different: nothing ever replaces another picture. models.ErrStale when it was
// changed since the form was drawn.
func (s *Service) Edit(ctx context.Context, who actor.Actor, id string, in Edit) (img models.Image, err error) {
	defer fault.Wrap(&err, "gallery.Edit")
	c := models.Change{Actor: who, Needs: actor.ImagesWrite, Action: "image.edit", Entity: "image", ID: id}
	err = s.Store.Write(ctx, c, func(tx *models.Tx) error {
		imgs, err := tx.LockOwnImages(who.ID, []string{id})
		if err != nil {
			return err
		}
		img = imgs[0]
		if in.Version != "" && in.Version != Version(img) {
			return models.ErrStale
		}
		e, err := in.apply(img, tx.Now)
		if err != nil {
			return err
		}
		for _, what := range changed(img, e) {
			tx.Detail(what, true)
		}
		if err := tx.EditImage(img, e); err != nil {
			return err
		}
		closed := e.Visibility != img.Visibility || !same(e.ExpiresAt, img.ExpiresAt)
		img.FileName, img.Description, img.Visibility, img.ExpiresAt = e.FileName, e.Description, e.Visibility, e.ExpiresAt
		if closed {
			return tx.Enqueue(uploads.PurgeJob{ImageID: id})
		}
		return nil
	})
	return img, err
}

func (in Edit) apply(img models.Image, now time.Time) (models.ImageEdit, error) {
	e := models.ImageEdit{FileName: img.FileName, Description: img.Description, Visibility: img.Visibility, ExpiresAt: img.ExpiresAt}
	var bad fault.Collect
	if in.Name != nil {
		e.FileName = rename(*in.Name, img.Ext)
		bad.Check(strings.TrimSpace(*in.Name) != "", "name", "Give the picture a name.")
		bad.Check(utf8.RuneCountInString(*in.Name) <= 200, "name", "The name may have at most 200 characters.")
	}
	if in.Description != nil {
		e.Description = uploads.Plain(*in.Description)
		bad.Check(utf8.RuneCountInString(e.Description) <= uploads.MaxDescription, "description", "The description may have at most 2000 characters.")
	}
	if in.Visibility != nil {
		e.Visibility = *in.Visibility
		bad.Check(e.Visibility == models.ImageUnlisted || e.Visibility == models.ImagePrivate, "visibility", "The visibility is unlisted or private.")
	}
	if in.Expiry != nil && *in.Expiry != KeepExpiry {
		at, err := uploads.ParseExpiry(*in.Expiry, now)
		if err != nil {
			for _, f := range fault.Of(err).Fields {
				bad.Add(f.Name, f.Message)
			}
		}
		e.ExpiresAt = at
	}
	return e, bad.Err()
}

// rename makes a safe name with the extension the picture has; one that was typed along is not doubled.
func rename(name, ext string) string {
	if n := len(name) - len(ext) - 1; n >= 0 && strings.EqualFold(name[n:], "."+ext) {
		name = name[:n]
	}
	return uploads.CleanName(name+"."+ext, ext)
}

func changed(img models.Image, e models.ImageEdit) (what []string) {
	for name, is := range map[string]bool{
		"name": e.FileName != img.FileName, "description": e.Description != img.Description,
		"visibility": e.Visibility != img.Visibility, "expiry": !same(e.ExpiresAt, img.ExpiresAt),
	} {
		if is {
			what = append(what, name)
		}
	}
	return what
}

func same(a, b *time.Time) bool { return a == b || a != nil && b != nil && a.Equal(*b) }

// SetVisibility changes who may open pictures. Caches forget those that are private from now on.
func (s *Service) SetVisibility(ctx context.Context, who actor.Actor, ids []string, v models.ImageVisibility) (err error) {
	defer fault.Wrap(&err, "gallery.SetVisibility")
	if v != models.ImageUnlisted && v != models.ImagePrivate {
		return fault.InvalidField("visibility", "The visibility is unlisted or private.")
	}
	return s.each(ctx, who, "image.visibility", ids, func(tx *models.Tx, ids []string) error {
		tx.Detail("visibility", v)
		return tx.SetImagesVisibility(ids, v)
	})
}

// SetExpiry changes when pictures delete themselves: in is as uploads.ParseExpiry reads it.
func (s *Service) SetExpiry(ctx context.Context, who actor.Actor, ids []string, in string) (err error) {
	defer fault.Wrap(&err, "gallery.SetExpiry")
	return s.each(ctx, who, "image.expiry", ids, func(tx *models.Tx, ids []string) error {
		at, err := uploads.ParseExpiry(in, tx.Now)
		if err != nil {
			return err
		}
		return tx.SetImagesExpiry(ids, at)
	})
}

// each changes several pictures in one transaction, all or none, and makes caches ask again.
func (s *Service) each(ctx context.Context, who actor.Actor, action string, ids []string, fn func(*models.Tx, []string) error) error {
	ids, err := selection(ids)
	if err != nil {
		return err
	}
	c, note := change(who, actor.ImagesWrite, action, ids)
	return s.Store.Write(ctx, c, func(tx *models.Tx) error {
		if _, err := tx.LockOwnImages(who.ID, ids); err != nil {
			return err
		}
		note(tx)
		for _, id := range ids {
			if err := tx.Enqueue(uploads.PurgeJob{ImageID: id}); err != nil {
				return err
			}
		}
		return fn(tx, ids)
	})
}

// NewDeleteLink makes a new delete link for a picture; the one before, which whoever uploaded it may still have, stops
// working.
func (s *Service) NewDeleteLink(ctx context.Context, who actor.Actor, id string) (token ident.Token, err error) {
	defer fault.Wrap(&err, "gallery.NewDeleteLink")
	c := models.Change{Actor: who, Needs: actor.ImagesDelete, Action: "image.delete_link", Entity: "image", ID: id}
	token = ident.NewToken()
	return token, s.Store.Write(ctx, c, func(tx *models.Tx) error {
		if _, err := tx.LockOwnImages(who.ID, []string{id}); err != nil {
			return err
		}
		return tx.SetDeleteHash(id, token.Hash())
	})
}

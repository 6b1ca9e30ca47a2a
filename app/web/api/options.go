package api

import (
	"fmt"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/uploads"
	"imglink/models"
)

// options are what a program may say of its uploads, as fields before the first file or beside "url".
type options struct {
	Description string `json:"description"`
	Visibility  string `json:"visibility"`
	ExpiresIn   string `json:"expires_in"`
	AlbumID     string `json:"album_id"`
}

// each calls do with every option that was said.
func (o options) each(do func(name, value string) error) error {
	for _, f := range []struct{ name, value string }{
		{"description", o.Description}, {"visibility", o.Visibility}, {"expires_in", o.ExpiresIn}, {"album_id", o.AlbumID},
	} {
		if f.value == "" {
			continue
		}
		if err := do(f.name, f.value); err != nil {
			return err
		}
	}
	return nil
}

// option takes a field that says something of the uploads behind it. Fields of other names mean nothing, as before.
func (r *receiver) option(name, value string) error {
	if value == "" {
		return nil
	}
	var err error
	switch name {
	case "description":
		err = r.src.Describe(value)
	case "visibility":
		err = r.visibility(models.ImageVisibility(value))
	case "expires_in":
		r.src.ExpiresAt, err = uploads.ParseExpiry(value, r.c.Kit.Clock.Now())
	case "album_id":
		err = r.album(value)
	default:
		return nil
	}
	fmt.Fprintf(r.print, "%s %q\n", name, value)
	return err
}

func (r *receiver) visibility(v models.ImageVisibility) error {
	switch {
	case v != models.ImageUnlisted && v != models.ImagePrivate:
		return fault.InvalidField("visibility", "The visibility is unlisted or private.")
	case v == models.ImagePrivate && r.c.User == nil:
		return fault.InvalidField("visibility", "Only accounts have private pictures. Send a token.")
	}
	r.src.Visibility = v
	return nil
}

func (r *receiver) album(id string) error {
	if r.c.User == nil {
		return fault.InvalidField("album_id", "Only accounts have albums. Send a token.")
	}
	r.src.AlbumID = id
	return r.c.Require(actor.AlbumsWrite)
}

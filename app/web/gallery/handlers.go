// Package gallery answers holders of accounts about their own pictures and albums, and everybody about albums.
package gallery

import (
	"strconv"
	"time"

	"imglink/app/fault"
	"imglink/app/gallery"
	"imglink/app/i18n"
	"imglink/app/web/kit"
	"imglink/app/web/public"
	"imglink/models"
	view "imglink/views/gallery"
	"imglink/views/layout"
	"imglink/views/ui"
)

// Handlers answer the routes below /gallery and /a.
type Handlers struct {
	Gallery *gallery.Service
}

// page is what every page of the gallery starts from: for its owner's eyes, and with the message of what was just done.
func page(c *kit.Ctx, title string) layout.Page {
	p := public.Page(c, title)
	p.Robots = "noindex"
	p.Flash = flash(c)
	return p
}

// done are the messages a redirect can ask for, by name. %s is a number.
//
//i18n:keys
var done = map[string]string{
	"deleted":  "Deleted. You can bring the pictures back for ten minutes.",
	"restored": "The pictures are back.",
	"saved":    "Saved.",
	"added":    "Added to the album.",
	"removed":  "Taken out of the album.",
	"moved":    "The order was changed.",
	"claimed":  "The pictures are in your gallery now.",
	"created":  "The album is made.",
	"gone":     "The album is deleted. Its pictures are still here.",
}

func flash(c *kit.Ctx) *ui.Flash {
	text, ok := done[c.Query("done")]
	if !ok {
		return nil
	}
	return &ui.Flash{Tone: ui.OK, Text: c.T(text)}
}

func places(c *kit.Ctx, current string) view.Places {
	k := c.Kit
	return view.Places{
		Pictures: k.URL("gallery"), Albums: k.URL("gallery.albums"), Deleted: k.URL("gallery.deleted"), Claim: k.URL("gallery.claim"), Current: k.URL(current),
	}
}

// problems are the field errors of a refused form. It is nil for errors that are no refusal of what was typed.
func problems(c *kit.Ctx, err error) []ui.Problem {
	f := kit.Say(c.Context(), fault.Of(err))
	if f.Kind != fault.Invalid && f.Kind != fault.Conflict && f.Kind != fault.TooLarge {
		return nil
	}
	var out []ui.Problem
	for _, field := range f.Fields {
		out = append(out, ui.Problem{ID: field.Name, Message: field.Message})
	}
	if len(out) == 0 {
		out = []ui.Problem{{Message: f.Message}}
	}
	return out
}

// errorOf is the message that stands beside a field.
func errorOf(list []ui.Problem, name string) string {
	for _, p := range list {
		if p.ID == name {
			return p.Message
		}
	}
	return ""
}

func facts(c *kit.Ctx, img models.Image) string {
	return c.T("%s × %s, %s", strconv.Itoa(img.Width), strconv.Itoa(img.Height), i18n.Bytes(c.Context(), img.Bytes))
}

// tile is one's own picture in a grid. Only what is served has a thumbnail to show.
func tile(c *kit.Ctx, img models.Image, href string) view.Tile {
	t := view.Tile{ID: img.ID, Name: img.FileName, Href: href, Icon: "image-off", Facts: facts(c, img)}
	if img.State == models.ImageLive && !img.Expired(c.Kit.Clock.Now()) {
		t.Thumb = c.Kit.URL("image.thumb", img.ID, "jpg")
	}
	add := func(tone ui.Tone, icon, text string) {
		t.Badges = append(t.Badges, view.Badge{Tone: tone, Icon: icon, Text: text})
	}
	switch img.State {
	case models.ImageRestricted:
		add(ui.Warn, "eye-off", c.T("18 and over"))
	case models.ImageRemoved, models.ImageDisabled:
		add(ui.Danger, "gavel", c.T("Taken down"))
	}
	if img.Visibility == models.ImagePrivate {
		add(ui.Info, "lock", c.T("Private"))
	}
	if img.ExpiresAt != nil {
		add(ui.Neutral, "clock", c.T("until %s", i18n.Date(c.Context(), img.ExpiresAt.UTC(), i18n.Medium)))
	}
	return t
}

func imageVisibility(c *kit.Ctx, now models.ImageVisibility) []ui.Option {
	return []ui.Option{
		{Value: string(models.ImageUnlisted), Label: c.T("Whoever has the link"), Selected: now == models.ImageUnlisted},
		{Value: string(models.ImagePrivate), Label: c.T("Only you"), Selected: now == models.ImagePrivate},
	}
}

// when is an instant in words, in UTC.
func when(c *kit.Ctx, t time.Time) string {
	return i18n.DateTime(c.Context(), t.UTC(), i18n.Long) + " UTC"
}

// minutes is how long something is still open, rounded up, for people.
func minutes(c *kit.Ctx, until time.Time) string {
	return i18n.Wait(c.Context(), until.Sub(c.Kit.Clock.Now()))
}

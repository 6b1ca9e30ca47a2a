package gallery

import (
	"net/url"

	"imglink/app/gallery"
	"imglink/app/web/kit"
	"imglink/app/web/public"
	"imglink/models"
	view "imglink/views/gallery"
	"imglink/views/layout"
	"imglink/views/ui"
)

// openView draws an album. Only a public one may be listed by search engines, and only its first page.
func (h *Handlers) openView(c *kit.Ctx, p gallery.AlbumPage) view.Album {
	k, a := c.Kit, p.Album
	v := view.Album{
		Page: public.Page(c, a.Title), Title: a.Title, Description: a.Description, ShareURL: k.Abs("album", a.ID), Pages: albumPages(k.URL("album", a.ID), p),
	}
	v.Canonical = v.ShareURL
	if a.Visibility != models.AlbumPublic || p.Prev != "" {
		v.Robots = "noindex"
	}
	if a.Visibility != models.AlbumPrivate {
		v.OEmbed = k.Abs("oembed") + "?format=json&url=" + url.QueryEscape(v.ShareURL)
		v.OG = &layout.OpenGraph{Type: "website", Title: a.Title, Description: c.T("Album on ImgLink"), URL: v.ShareURL}
		if cover := p.Cover(); cover != nil && gallery.Shown(cover.Image, c.Kit.Clock.Now()) {
			v.OG.Image, v.OG.ImageType, v.OG.ImageAlt = k.Abs("image.file", cover.ID, cover.Ext), cover.Mime, cover.FileName
			v.OG.Width, v.OG.Height, v.OG.Large = cover.Width, cover.Height, true
		}
	}
	if p.Owner {
		v.EditHref = k.URL("gallery.album", a.ID)
	}
	if p.Prev == "" && p.Next == "" {
		v.Facts = c.N(len(p.Pictures), "%d picture", "%d pictures")
	}
	for _, pic := range p.Pictures {
		v.Frames = append(v.Frames, frame(c, pic.Image))
	}
	if len(v.Frames) == 0 {
		v.Empty = &ui.EmptyState{Icon: "images", Title: c.T("Nothing to see yet"), Text: c.T("There is no picture in this album that you may see.")}
	}
	return v
}

// frame is a picture in an album. What needs an age, or was taken down, is a link to the page that says so.
func frame(c *kit.Ctx, img models.Image) view.Frame {
	k := c.Kit
	f := view.Frame{ID: img.ID, Name: img.FileName, Alt: img.FileName, Href: k.URL("image", img.ID), Width: img.Width, Height: img.Height}
	if img.Description != "" {
		f.Alt = img.Description
	}
	switch {
	case img.State == models.ImageRestricted && !public.AgeConfirmed(c):
		f.Gated, f.Why = true, c.T("For adults only")
	case !img.Served():
		f.Why = c.T("Taken down")
		return f
	case img.Expired(k.Clock.Now()):
		f.Why = c.T("The time of this image is over")
		return f
	default:
		f.Thumb, f.Full = k.URL("image.thumb", img.ID, "jpg"), k.URL("image.file", img.ID, img.Ext)
		if img.ThumbExt == "" {
			f.Thumb = f.Full
		}
	}
	f.ReportHref = k.URL("image.report", img.ID)
	return f
}

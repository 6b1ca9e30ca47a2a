package public

import (
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/fault"
	"imglink/app/gallery"
	"imglink/app/web/kit"
	"imglink/models"
)

// OEmbed is GET /oembed?url=...&format=json (oembed.com): how other sites show one of our pages.
func (h *Handlers) OEmbed(c *kit.Ctx) error {
	if f := c.Text("format"); f != "" && f != "json" {
		return fault.New(fault.NotImplemented, "oembed_format", "This site answers with json only: leave format away, or ask for format=json.")
	}
	u, err := url.Parse(c.Text("url"))
	if err != nil || u.Scheme+"://"+u.Host != c.Kit.Base {
		return fault.New(fault.NotFound, "oembed_url", "The url must be the address of an image page of this site.")
	}
	id := strings.Trim(u.Path, "/")
	if album, ok := strings.CutPrefix(id, "a/"); ok {
		return h.albumOEmbed(c, album)
	}
	if !validID(id) {
		return models.ErrNotFound
	}
	img, err := h.Store.Image(c.Context(), id)
	if err != nil {
		return err
	}
	now := c.Kit.Clock.Now()
	if img.State != models.ImageLive || !gallery.Shown(img, now) {
		return models.ErrNotFound
	}
	age := 5 * time.Minute
	if img.ExpiresAt != nil {
		age = min(age, img.ExpiresAt.Sub(now))
	}
	out := map[string]any{
		"version": "1.0", "type": "photo", "title": img.FileName, "provider_name": "ImgLink", "provider_url": c.Kit.Base,
		"url": c.Kit.Abs("image.file", img.ID, img.Ext), "width": img.Width, "height": img.Height, "cache_age": int(age / time.Second),
	}
	if img.ThumbExt != "" {
		out["thumbnail_url"] = c.Kit.Abs("image.thumb", img.ID, img.ThumbExt)
		out["thumbnail_width"], out["thumbnail_height"] = img.ThumbWidth, img.ThumbHeight
	}
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	return c.JSONStatus(fiber.StatusOK, out)
}

// albumOEmbed tells of an album as everybody who has its link sees it: a link with the first picture.
func (h *Handlers) albumOEmbed(c *kit.Ctx, id string) error {
	p, err := h.Gallery.OpenAlbum(c.Context(), "", id, "", false, gallery.PageSize)
	if err != nil {
		return err
	}
	out := map[string]any{
		"version": "1.0", "type": "link", "title": p.Album.Title, "provider_name": "ImgLink", "provider_url": c.Kit.Base, "cache_age": 300,
	}
	if cover := p.Cover(); cover != nil && cover.ThumbExt != "" {
		out["thumbnail_url"] = c.Kit.Abs("image.thumb", cover.ID, cover.ThumbExt)
		out["thumbnail_width"], out["thumbnail_height"] = cover.ThumbWidth, cover.ThumbHeight
	}
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	return c.JSONStatus(fiber.StatusOK, out)
}

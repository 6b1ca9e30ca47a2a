package web

import (
	"context"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/fault"
	"imglink/app/web/kit"
	"imglink/models"
)

// Albums are what a sitemap asks of the database: the albums that everybody may find, in the order of their numbers.
type Albums interface {
	PublicAlbums(ctx context.Context, after int64, limit int) ([]models.Album, error)
	PublicAlbumMarks(ctx context.Context, every int) ([]int64, error)
}

// Discover tells search engines and other programs what there is and whom to ask.
type Discover struct {
	Albums  Albums
	Contact string // for those who found a weakness
}

// previewers are programs that fetch a page because a person shared its link. They show what that person sent on, and keep
// nothing that can be searched, so that they may see what has a link: image pages say noindex.
var previewers = []string{"Twitterbot", "facebookexternalhit", "LinkedInBot", "Slackbot-LinkExpanding", "Discordbot", "TelegramBot", "WhatsApp", "Mastodon"}

// found are the pages that may be found, besides public albums. Uploads are unlisted: pictures are reached by their link only.
var found = []string{"home", "help", "privacy", "terms", "developers"}

// Robots is GET /robots.txt (RFC 9309).
func (d *Discover) Robots(c *kit.Ctx) error {
	var b strings.Builder
	b.WriteString("User-agent: *\nAllow: /$\n")
	for _, path := range c.Kit.Known(found[1:]...) {
		b.WriteString("Allow: " + path + "\n")
	}
	b.WriteString("Allow: /a/\nAllow: /static/\nDisallow: /\n\n")
	for _, name := range previewers {
		b.WriteString("User-agent: " + name + "\n")
	}
	b.WriteString("Allow: /\nDisallow: /staff\nDisallow: /api/\n\nSitemap: " + c.Kit.Abs("sitemap") + "\n")
	c.Set(fiber.HeaderCacheControl, "public, max-age=3600")
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	return c.SendString(b.String())
}

// perMap is how many addresses one sitemap may hold (sitemaps.org).
const perMap = 50_000

type place struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

type urlset struct {
	XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []place  `xml:"url"`
}

type sitemapIndex struct {
	XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 sitemapindex"`
	Maps    []place  `xml:"sitemap"`
}

// Sitemap is GET /sitemap.xml: everything that may be found, or an index of parts when that is more than one file may hold.
func (d *Discover) Sitemap(c *kit.Ctx) error {
	marks, err := d.Albums.PublicAlbumMarks(c.Context(), perMap)
	if err != nil {
		return err
	}
	if len(marks) == 0 {
		albums, err := d.albums(c, 0)
		if err != nil {
			return err
		}
		return sendXML(c, urlset{URLs: append(pages(c), albums...)})
	}
	index := sitemapIndex{Maps: []place{{Loc: c.Kit.Abs("sitemap.part", "pages")}, {Loc: c.Kit.Abs("sitemap.part", "albums-0")}}}
	for _, n := range marks {
		index.Maps = append(index.Maps, place{Loc: c.Kit.Abs("sitemap.part", "albums-"+strconv.FormatInt(n, 10))})
	}
	return sendXML(c, index)
}

// SitemapPart is GET /sitemap/:part.xml: "pages", or "albums-" and the number of the album that the part follows.
func (d *Discover) SitemapPart(c *kit.Ctx) error {
	part := c.Param("part")
	if part == "pages" {
		return sendXML(c, urlset{URLs: pages(c)})
	}
	text, ok := strings.CutPrefix(part, "albums-")
	after, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil || after < 0 {
		return models.ErrNotFound
	}
	albums, err := d.albums(c, after)
	if err != nil {
		return err
	}
	return sendXML(c, urlset{URLs: albums})
}

func pages(c *kit.Ctx) (out []place) {
	for _, path := range c.Kit.Known(found...) {
		out = append(out, place{Loc: c.Kit.Base + path})
	}
	return out
}

func (d *Discover) albums(c *kit.Ctx, after int64) (out []place, err error) {
	list, err := d.Albums.PublicAlbums(c.Context(), after, perMap)
	for _, a := range list {
		out = append(out, place{Loc: c.Kit.Abs("album", a.ID), LastMod: a.UpdatedAt.UTC().Format(time.RFC3339)})
	}
	return out, err
}

func sendXML(c *kit.Ctx, v any) error {
	body, err := xml.Marshal(v)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/xml; charset=utf-8")
	c.Set(fiber.HeaderCacheControl, "public, max-age=3600")
	return c.Send(append([]byte(xml.Header), body...))
}

// securityLife is how long the contact is good for: RFC 9116 asks for less than a year.
const securityLife = 180 * 24 * time.Hour

// Security is GET /.well-known/security.txt (RFC 9116).
func (d *Discover) Security(c *kit.Ctx) error {
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	c.Set(fiber.HeaderCacheControl, "public, max-age=86400")
	expires := c.Kit.Clock.Now().UTC().Add(securityLife).Truncate(24 * time.Hour)
	return c.SendString(fmt.Sprintf("Contact: mailto:%s\nExpires: %s\nPreferred-Languages: en, de\nCanonical: %s\n",
		d.Contact, expires.Format(time.RFC3339), c.Kit.Abs("security")))
}

// ChangePassword is GET /.well-known/change-password (W3C, A Well-Known URL for Changing Passwords).
func (d *Discover) ChangePassword(c *kit.Ctx) error {
	to := c.Kit.Known("settings.security")
	if len(to) == 0 {
		return fault.New(fault.NotFound, "", "There are no accounts here.")
	}
	return c.Redirect(to[0], fiber.StatusFound)
}

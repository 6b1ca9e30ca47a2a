package compat

import (
	"fmt"
	"html"
	"math"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/uploads"
	"imglink/app/web/kit"
	"imglink/models"
)

// LskyPrefix begins the keys that Lsky's clients delete by. DELETE /api/v1/images/ is an address of our API too: a key with
// this prefix is meant for Lsky's, because an id of ours has no hyphen. Behind it stands the delete token of a guest's
// picture, or the id of an account's.
const LskyPrefix = "lsky-"

type lskyAnswer struct {
	Status  bool   `json:"status"`
	Message string `json:"message"`
	Data    any    `json:"data"`
}

// lskyImage is a picture in Lsky's words. Size is in KB.
type lskyImage struct {
	Key        string    `json:"key"`
	Name       string    `json:"name"`
	Pathname   string    `json:"pathname"`
	OriginName string    `json:"origin_name"`
	Size       float64   `json:"size"`
	MIME       string    `json:"mimetype"`
	Extension  string    `json:"extension"`
	MD5        string    `json:"md5"`
	SHA1       string    `json:"sha1"`
	Links      lskyLinks `json:"links"`
}

type lskyLinks struct {
	URL          string `json:"url"`
	HTML         string `json:"html"`
	BBCode       string `json:"bbcode"`
	Markdown     string `json:"markdown"`
	MarkdownLink string `json:"markdown_with_link"`
	ThumbnailURL string `json:"thumbnail_url"`
	DeleteURL    string `json:"delete_url"`
}

// Lsky is POST /api/v1/upload: Authorization: Bearer, multipart file, permission 1 for whoever has the link and 0 for the
// owner alone. Without Authorization it is a guest's.
func (h *Handlers) Lsky(c *kit.Ctx) error {
	key, ok := c.Bearer()
	if !ok {
		key = GuestKey
	}
	up, err := h.lsky(c, "file", func(*sent) string { return key })
	if err != nil {
		return err
	}
	return c.JSONStatus(fiber.StatusOK, lskyAnswer{true, "Upload successful", lskyShow(c, up)})
}

// lsky takes one picture; key finds whose it is.
func (h *Handlers) lsky(c *kit.Ctx, field string, key func(*sent) string) (stored, error) {
	s, err := h.read(c, field)
	defer s.close()
	if err != nil {
		return stored{}, err
	}
	if err := h.identify(c, key(s), actor.ImagesWrite); err != nil {
		return stored{}, err
	}
	if s.empty() {
		return stored{}, fault.InvalidField(field, "Choose an image.")
	}
	src := uploads.Source{AlbumID: s.text("album_id")}
	if s.text("permission") == "0" && c.User != nil {
		src.Visibility = models.ImagePrivate
	}
	return h.store(c, s, src)
}

func lskyShow(c *kit.Ctx, up stored) lskyImage {
	img, k := up.Image, c.Kit
	key := LskyPrefix + string(up.DeleteToken)
	if c.User != nil {
		key = LskyPrefix + img.ID
	}
	url, page, name := k.Abs("image.file", img.ID, img.Ext), k.Abs("image", img.ID), img.FileName
	return lskyImage{
		Key: key, Name: img.ID + "." + img.Ext, Pathname: strings.TrimPrefix(k.URL("image.file", img.ID, img.Ext), "/"), OriginName: name,
		Size: math.Round(float64(img.Bytes)/1024*100) / 100, MIME: img.Mime, Extension: img.Ext,
		MD5: fmt.Sprintf("%x", up.sent.file.MD5), SHA1: fmt.Sprintf("%x", up.sent.file.SHA1),
		Links: lskyLinks{
			URL: url, HTML: `<img src="` + url + `" alt="` + html.EscapeString(name) + `" title="` + html.EscapeString(name) + `" />`,
			BBCode: "[img]" + url + "[/img]", Markdown: "![" + markdown.Replace(name) + "](" + url + ")",
			MarkdownLink: "[![" + markdown.Replace(name) + "](" + url + ")](" + page + ")", ThumbnailURL: k.Abs("image.thumb", img.ID, "jpg"),
			DeleteURL: k.Abs("delete", string(up.DeleteToken)),
		},
	}
}

// markdown keeps a file name from ending the text it stands in.
var markdown = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "`", "\\`", "<", `\<`)

// OrLsky answers a deletion by Lsky's clients, and passes the others on.
func (h *Handlers) OrLsky(ours kit.Handler) kit.Handler {
	return func(c *kit.Ctx) error {
		key, found := strings.CutPrefix(c.Param("id"), LskyPrefix)
		if !found {
			return ours(c)
		}
		if err := h.remove(c, key); err != nil {
			return err
		}
		return c.JSONStatus(fiber.StatusOK, lskyAnswer{true, "Deleted", struct{}{}})
	}
}

// remove deletes a picture by its delete token, or one's own by its id.
func (h *Handlers) remove(c *kit.Ctx, key string) error {
	if !ident.IsPublic(key) {
		_, err := h.Uploads.Delete(c.Context(), c.Actor, ident.Token(key))
		return err
	}
	if c.User == nil {
		return fault.New(fault.Unauthenticated, "", "This needs a token of the account that the image belongs to.")
	}
	if err := c.Require(actor.ImagesDelete); err != nil {
		return err
	}
	_, err := h.Gallery.Delete(c.Context(), c.Actor, []string{key})
	return err
}

// FailLsky answers errors as Lsky does.
func (h *Handlers) FailLsky(c *kit.Ctx, f *fault.Error) error {
	return c.JSONStatus(lskyStatus(f), lskyAnswer{false, f.Message, struct{}{}})
}

// FailOrLsky is for the address that both APIs have.
func (h *Handlers) FailOrLsky(c *kit.Ctx, f *fault.Error) error {
	if strings.HasPrefix(c.Param("id"), LskyPrefix) {
		return h.FailLsky(c, f)
	}
	return c.Problem(f)
}

// lskyStatus is one of those that Lsky answers with: 401, 403, 404, 413, 422, 429, 500.
func lskyStatus(f *fault.Error) int {
	switch status := f.Kind.Status(); status {
	case 401, 403, 404, 413, 422, 429:
		return status
	case 410:
		return fiber.StatusNotFound
	default:
		if status >= 500 {
			return fiber.StatusInternalServerError
		}
		return fiber.StatusUnprocessableEntity
	}
}

// oldLskyAnswer is the body of Lsky before its version 2.
type oldLskyAnswer struct {
	Code int           `json:"code"`
	Msg  string        `json:"msg"`
	Data *oldLskyImage `json:"data"`
	Time int64         `json:"time"`
}

type oldLskyImage struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	Size int64  `json:"size"`
	MIME string `json:"mime"`
	SHA1 string `json:"sha1"`
	MD5  string `json:"md5"`
}

// OldLsky is POST /api/upload, of Lsky before its version 2: header token, multipart image.
func (h *Handlers) OldLsky(c *kit.Ctx) error {
	up, err := h.lsky(c, "image", func(s *sent) string {
		key := utils.CopyString(c.Get("token"))
		if key == "" {
			key = s.text("token")
		}
		if key == "" {
			return GuestKey
		}
		return key
	})
	if err != nil {
		return err
	}
	img := lskyShow(c, up)
	return c.JSONStatus(fiber.StatusOK, oldLskyAnswer{
		fiber.StatusOK, "success", &oldLskyImage{img.Name, img.Links.URL, up.Image.Bytes, img.MIME, img.SHA1, img.MD5}, c.Kit.Clock.Now().Unix(),
	})
}

// FailOldLsky answers errors as Lsky before its version 2 did.
func (h *Handlers) FailOldLsky(c *kit.Ctx, f *fault.Error) error {
	status := lskyStatus(f)
	return c.JSONStatus(status, oldLskyAnswer{status, f.Message, nil, c.Kit.Clock.Now().Unix()})
}

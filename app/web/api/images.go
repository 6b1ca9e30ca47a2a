package api

import (
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/gallery"
	"imglink/app/ident"
	"imglink/app/uploads"
	"imglink/app/web/kit"
	"imglink/models"
)

// Image is how the API shows a picture. DeleteURL is told once, to who uploaded it.
type Image struct {
	ID          string     `json:"id"`
	PageURL     string     `json:"page_url"`
	ImageURL    string     `json:"image_url"`
	ThumbURL    string     `json:"thumb_url"`
	DeleteURL   string     `json:"delete_url,omitempty"`
	FileName    string     `json:"file_name"`
	Description string     `json:"description"`
	Visibility  string     `json:"visibility"`
	State       string     `json:"state"`
	Bytes       int64      `json:"bytes"`
	Mime        string     `json:"mime"`
	Width       int        `json:"width"`
	Height      int        `json:"height"`
	CreatedAt   time.Time  `json:"created_at"`
	ExpiresAt   *time.Time `json:"expires_at"`
}

// Show describes an upload with absolute addresses.
func Show(k *kit.Kit, up uploads.Upload) Image {
	out := show(k, up.Image)
	out.DeleteURL = k.Abs("delete", string(up.DeleteToken))
	return out
}

func show(k *kit.Kit, img models.Image) Image {
	return Image{
		ID: img.ID, PageURL: k.Abs("image", img.ID), ImageURL: k.Abs("image.file", img.ID, img.Ext), ThumbURL: k.Abs("image.thumb", img.ID, "jpg"),
		FileName: img.FileName, Description: img.Description, Visibility: string(img.Visibility), State: string(img.State), Bytes: img.Bytes,
		Mime: img.Mime, Width: img.Width, Height: img.Height, CreatedAt: img.CreatedAt, ExpiresAt: img.ExpiresAt,
	}
}

// ListImages is GET /api/v1/images: own pictures; cursor, limit, sort, q, visibility, album.
func (h *Handlers) ListImages(c *kit.Ctx) error {
	limit, err := number(c, "limit", gallery.PageSize)
	if err != nil {
		return err
	}
	cursor, err := cursor(c)
	if err != nil {
		return err
	}
	got, err := h.Gallery.List(c.Context(), c.Actor, gallery.Query{
		Sort: models.GallerySort(c.Text("sort")), Visibility: models.ImageVisibility(c.Text("visibility")), AlbumID: c.Text("album"),
		Search: c.Text("q"), Cursor: cursor, Limit: limit,
	})
	if err != nil {
		return err
	}
	out := imagePage{Images: []Image{}, Next: next(c, got.Next)}
	for _, img := range got.Images {
		out.Images = append(out.Images, show(c.Kit, img))
	}
	return c.JSONStatus(fiber.StatusOK, out)
}

// GetImage is GET /api/v1/images/:id: one's own picture with the albums it stands in.
func (h *Handlers) GetImage(c *kit.Ctx) error {
	img, albums, err := h.Gallery.Image(c.Context(), c.Actor, c.Param("id"))
	if err != nil {
		return err
	}
	out := imageInAlbums{show(c.Kit, img), []string{}}
	for _, a := range albums {
		out.Albums = append(out.Albums, a.ID)
	}
	return c.JSONStatus(fiber.StatusOK, out)
}

// PatchImage is PATCH /api/v1/images/:id: file_name, description, visibility, expires_in; what is left out stays.
func (h *Handlers) PatchImage(c *kit.Ctx) error {
	var in struct {
		FileName    *string                 `json:"file_name"`
		Description *string                 `json:"description"`
		Visibility  *models.ImageVisibility `json:"visibility"`
		ExpiresIn   *string                 `json:"expires_in"`
	}
	if err := decode(c, &in); err != nil {
		return err
	}
	img, err := h.Gallery.Edit(c.Context(), c.Actor, c.Param("id"), gallery.Edit{
		Name: in.FileName, Description: in.Description, Visibility: in.Visibility, Expiry: in.ExpiresIn,
	})
	if err != nil {
		return renamed(err, "name", "file_name")
	}
	return c.JSONStatus(fiber.StatusOK, show(c.Kit, img))
}

// DeleteImage is DELETE /api/v1/images/:id: one's own, which can be restored for a while; or with a delete token, in the
// query or in the header X-Delete-Token, at once and for good.
func (h *Handlers) DeleteImage(c *kit.Ctx) error {
	token := utils.CopyString(c.Get("X-Delete-Token"))
	if token == "" {
		token = utils.CopyString(c.Query("token"))
	}
	if token != "" {
		return h.deleteByToken(c, ident.Token(token))
	}
	if c.User == nil {
		return fault.New(fault.Unauthenticated, "", "Send a token of the account that the image belongs to, or the image's delete token.")
	}
	if err := c.Require(actor.ImagesDelete); err != nil {
		return err
	}
	until, err := h.Gallery.Delete(c.Context(), c.Actor, []string{c.Param("id")})
	if err != nil {
		return err
	}
	return c.JSONStatus(fiber.StatusOK, deleted{until})
}

func (h *Handlers) deleteByToken(c *kit.Ctx, token ident.Token) error {
	img, err := h.Uploads.ByDeleteToken(c.Context(), token)
	if err != nil {
		return err
	}
	if img.ID != c.Param("id") {
		return models.ErrNotFound
	}
	if _, err := h.Uploads.Delete(c.Context(), c.Actor, token); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// RestoreImage is POST /api/v1/images/:id/restore: bring back what was just deleted.
func (h *Handlers) RestoreImage(c *kit.Ctx) error {
	id := c.Param("id")
	if _, err := h.Gallery.Restore(c.Context(), c.Actor, []string{id}); err != nil {
		return err
	}
	img, err := h.Uploads.Store.Image(c.Context(), id)
	if err != nil {
		return err
	}
	return c.JSONStatus(fiber.StatusOK, show(c.Kit, img))
}

// GetAccount is GET /api/v1/account: whose token it is, what it may do, and how much is stored.
func (h *Handlers) GetAccount(c *kit.Ctx) error {
	s, err := h.Gallery.Storage(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	out := account{Username: c.User.Username, Scopes: []string{}, Images: s.Images, Bytes: s.Bytes}
	for _, p := range actor.Scopes {
		if c.Actor.Can(p) {
			out.Scopes = append(out.Scopes, string(p))
		}
	}
	if s.Quota > 0 {
		out.Quota = &s.Quota
	}
	return c.JSONStatus(fiber.StatusOK, out)
}

// account is how the API shows an account. Bytes and quota are bytes; a null quota is no limit.
type account struct {
	Username string   `json:"username"`
	Scopes   []string `json:"scopes"`
	Images   int64    `json:"images"`
	Bytes    int64    `json:"bytes"`
	Quota    *int64   `json:"quota"`
}

// next tells where the list goes on, also in a Link header (RFC 8288).
func next(c *kit.Ctx, cursor string) *string {
	if cursor == "" {
		return nil
	}
	query := url.Values{}
	for name, value := range c.Queries() {
		query.Set(utils.CopyString(name), utils.CopyString(value))
	}
	query.Set("cursor", cursor)
	c.Set(fiber.HeaderLink, "<"+c.Kit.Base+utils.CopyString(c.Path())+"?"+query.Encode()+`>; rel="next"`)
	return &cursor
}

// number is a number of the query.
func number(c *kit.Ctx, name string, otherwise int) (int, error) {
	text := c.Text(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > gallery.MaxPage {
		return 0, fault.InvalidField(name, "Ask for 1 to 100 at once.")
	}
	return n, nil
}

// cursor is where a list begins, as the page before it said.
func cursor(c *kit.Ctx) (string, error) {
	id := c.Text("cursor")
	if id != "" && !ident.IsPublic(id) {
		return "", fault.InvalidField("cursor", `Send the cursor that the page before gave in "next".`)
	}
	return id, nil
}

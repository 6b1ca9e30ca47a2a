package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/fault"
	"imglink/app/gallery"
	"imglink/app/web/kit"
	"imglink/models"
)

// Album is how the API shows an album. Images is how many are in it.
type Album struct {
	ID          string    `json:"id"`
	PageURL     string    `json:"page_url"`
	Title       string    `json:"title"`
	Description string    `json:"description"`
	Visibility  string    `json:"visibility"`
	CoverID     *string   `json:"cover_id"`
	Images      int       `json:"images"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
}

func showAlbum(k *kit.Kit, a models.Album) Album {
	return Album{
		ID: a.ID, PageURL: k.Base + "/a/" + a.ID, Title: a.Title, Description: a.Description, Visibility: string(a.Visibility), CoverID: a.CoverID,
		Images: a.Images, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
}

// imagePage and albumPage are pages of lists. Next is the cursor of the page behind, null on the last.
type imagePage struct {
	Images []Image `json:"images"`
	Next   *string `json:"next"`
}

type albumPage struct {
	Albums []Album `json:"albums"`
	Next   *string `json:"next"`
}

// ListAlbums is GET /api/v1/albums: one's own, newest first; cursor, limit.
func (h *Handlers) ListAlbums(c *kit.Ctx) error {
	limit, err := number(c, "limit", gallery.PageSize)
	if err != nil {
		return err
	}
	cursor, err := cursor(c)
	if err != nil {
		return err
	}
	rows, more, err := h.Gallery.Albums(c.Context(), c.Actor, cursor, limit)
	if err != nil {
		return err
	}
	out := albumPage{Albums: []Album{}, Next: next(c, more)}
	for _, row := range rows {
		out.Albums = append(out.Albums, showAlbum(c.Kit, row.Album))
	}
	return c.JSONStatus(fiber.StatusOK, out)
}

// albumEdit is what a program says of an album; what is left out stays.
type albumEdit struct {
	Title       *string                 `json:"title"`
	Description *string                 `json:"description"`
	Visibility  *models.AlbumVisibility `json:"visibility"`
	CoverID     *string                 `json:"cover_id"`
}

func (e albumEdit) edit() gallery.AlbumEdit {
	return gallery.AlbumEdit{Title: e.Title, Description: e.Description, Visibility: e.Visibility, CoverID: e.CoverID}
}

// PostAlbum is POST /api/v1/albums: title, description, visibility.
func (h *Handlers) PostAlbum(c *kit.Ctx) error {
	var in albumEdit
	if err := decode(c, &in); err != nil {
		return err
	}
	if in.CoverID != nil {
		return fault.InvalidField("cover_id", "A new album is empty. Choose its cover once the picture is in it.")
	}
	a, err := h.Gallery.CreateAlbum(c.Context(), c.Actor, in.edit())
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderLocation, c.Kit.Abs("api.album", a.ID))
	return c.JSONStatus(fiber.StatusCreated, showAlbum(c.Kit, a))
}

// GetAlbum is GET /api/v1/albums/:id.
func (h *Handlers) GetAlbum(c *kit.Ctx) error {
	a, err := h.Gallery.Album(c.Context(), c.Actor, c.Param("id"))
	if err != nil {
		return err
	}
	return c.JSONStatus(fiber.StatusOK, showAlbum(c.Kit, a))
}

// PatchAlbum is PATCH /api/v1/albums/:id: title, description, visibility, cover_id.
func (h *Handlers) PatchAlbum(c *kit.Ctx) error {
	var in albumEdit
	if err := decode(c, &in); err != nil {
		return err
	}
	a, err := h.Gallery.EditAlbum(c.Context(), c.Actor, c.Param("id"), in.edit())
	if err != nil {
		return renamed(err, "cover", "cover_id")
	}
	return c.JSONStatus(fiber.StatusOK, showAlbum(c.Kit, a))
}

// DeleteAlbum is DELETE /api/v1/albums/:id. Its pictures stay.
func (h *Handlers) DeleteAlbum(c *kit.Ctx) error {
	if err := h.Gallery.DeleteAlbum(c.Context(), c.Actor, c.Param("id")); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// ListAlbumImages is GET /api/v1/albums/:id/images: what is in one's own album, in its order; cursor, limit.
func (h *Handlers) ListAlbumImages(c *kit.Ctx) error {
	limit, err := number(c, "limit", gallery.PageSize)
	if err != nil {
		return err
	}
	cursor, err := cursor(c)
	if err != nil {
		return err
	}
	p, err := h.Gallery.OpenAlbum(c.Context(), c.User.ID, c.Param("id"), cursor, false, limit)
	if err == nil && !p.Owner {
		err = models.ErrNotFound
	}
	if err != nil {
		return err
	}
	out := imagePage{Images: []Image{}, Next: next(c, p.Next)}
	for _, row := range p.Pictures {
		out.Images = append(out.Images, show(c.Kit, row.Image))
	}
	return c.JSONStatus(fiber.StatusOK, out)
}

// AddAlbumImages is POST /api/v1/albums/:id/images: ids, in the order in which they are put at the end.
func (h *Handlers) AddAlbumImages(c *kit.Ctx) error {
	var in struct {
		IDs []string `json:"ids"`
	}
	if err := decode(c, &in); err != nil {
		return err
	}
	n, err := h.Gallery.AddToAlbum(c.Context(), c.Actor, c.Param("id"), in.IDs)
	if err != nil {
		return renamed(err, "id", "ids")
	}
	return c.JSONStatus(fiber.StatusOK, added{n})
}

// MoveAlbumImage is PATCH /api/v1/albums/:id/images/:image: before or after another picture, or position from 1 on.
func (h *Handlers) MoveAlbumImage(c *kit.Ctx) error {
	var in struct {
		Before   string `json:"before"`
		After    string `json:"after"`
		Position int    `json:"position"`
	}
	if err := decode(c, &in); err != nil {
		return err
	}
	said := 0
	for _, is := range []bool{in.Before != "", in.After != "", in.Position != 0} {
		if is {
			said++
		}
	}
	if said != 1 {
		return fault.InvalidField("position", "Say where the picture goes: one of before, after and position.")
	}
	err := h.Gallery.MovePicture(c.Context(), c.Actor, c.Param("id"), c.Param("image"), gallery.Move{Before: in.Before, After: in.After, Position: in.Position})
	if err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// RemoveAlbumImage is DELETE /api/v1/albums/:id/images/:image. The picture stays in the gallery.
func (h *Handlers) RemoveAlbumImage(c *kit.Ctx) error {
	removed, err := h.Gallery.RemoveFromAlbum(c.Context(), c.Actor, c.Param("id"), []string{c.Param("image")})
	if err == nil && removed == 0 {
		err = models.ErrNotFound
	}
	if err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

package api

import (
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"imglink/app/ident"
	"imglink/app/web/kit"
	"imglink/models"
)

// DeleteImage is DELETE /api/v1/images/:id with a delete token, in the query or in the header X-Delete-Token.
func (h *Handlers) DeleteImage(c *kit.Ctx) error {
	token := utils.CopyString(c.Get("X-Delete-Token"))
	if token == "" {
		token = utils.CopyString(c.Query("token"))
	}
	img, err := h.Uploads.ByDeleteToken(c.Context(), ident.Token(token))
	if err != nil {
		return err
	}
	if img.ID != c.Param("id") {
		return models.ErrNotFound
	}
	if _, err := h.Uploads.Delete(c.Context(), c.Actor, ident.Token(token)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

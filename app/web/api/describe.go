package api

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/web/kit"
)

func status(code int) string { return strconv.Itoa(code) }

// Describe is GET /api/v1/openapi.json.
func (h *Handlers) Describe(c *kit.Ctx) error {
	if err := c.JSONStatus(fiber.StatusOK, Description(c.Kit.Base)); err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=3600")
	return nil
}

// The smaller answers.
type (
	imageInAlbums struct {
		Image
		Albums []string `json:"album_ids"`
	}
	uploaded struct {
		Images []Image `json:"images"`
	}
	deleted struct {
		RestorableUntil time.Time `json:"restorable_until"`
	}
	added struct {
		Added int `json:"added"`
	}
)

// Endpoint is an operation as the page for developers lists it.
type Endpoint struct{ Method, Path, Summary, About, Scope string }

// Endpoints lists every operation.
func Endpoints() []Endpoint {
	out := make([]Endpoint, len(operations))
	for i, op := range operations {
		out[i] = Endpoint{op.method, op.path, op.summary, op.about, string(op.scope)}
	}
	return out
}

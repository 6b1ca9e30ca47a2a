package web

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/fault"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/static"
)

// Pinger is a dependency that can be asked whether it answers.
type Pinger interface {
	Ping(ctx context.Context) error
}

// System answers for the program itself.
type System struct {
	Store   *models.Store
	Objects Pinger
}

// Health is GET /healthz: the process runs. It asks nobody else, so that an outage elsewhere restarts nothing.
func (s *System) Health(c *kit.Ctx) error {
	return c.JSONStatus(fiber.StatusOK, map[string]string{"status": "ok"})
}

// Ready is GET /readyz: 200 when the database, its schema and the object store are there, else 503 saying which is not.
func (s *System) Ready(c *kit.Ctx) error {
	ctx, cancel := context.WithTimeout(c.Context(), 3*time.Second)
	defer cancel()
	state := map[string]string{"database": "ok", "schema": "ok", "objects": "ok"}
	status := fiber.StatusOK
	if ok, err := s.Store.Migrated(ctx); err != nil {
		state["database"], state["schema"], status = "unavailable", "unknown", fiber.StatusServiceUnavailable
	} else if !ok {
		state["schema"], status = "outdated", fiber.StatusServiceUnavailable
	}
	if err := s.Objects.Ping(ctx); err != nil {
		state["objects"], status = "unavailable", fiber.StatusServiceUnavailable
	}
	return c.JSONStatus(status, state)
}

// Static is GET /static/:name. Names carry a hash of the content, so the answer never changes.
func (s *System) Static(c *kit.Ctx) error {
	f, ok := static.Lookup(c.Param("name"))
	if !ok {
		return fault.New(fault.NotFound, "", "There is no such file.")
	}
	c.Set(fiber.HeaderContentType, f.ContentType)
	c.Set(fiber.HeaderCacheControl, static.CacheControl)
	c.Set(fiber.HeaderETag, f.ETag)
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Vary(fiber.HeaderAcceptEncoding)
	if c.Has(f.ETag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	body := f.Data
	switch coding := c.Coding("br", "gzip"); {
	case coding == "br" && f.Brotli != nil:
		c.Set(fiber.HeaderContentEncoding, coding)
		body = f.Brotli
	case coding != "" && f.Gzip != nil && c.Coding("gzip") != "":
		c.Set(fiber.HeaderContentEncoding, "gzip")
		body = f.Gzip
	}
	return c.Send(body)
}

package kit

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/url"
	"strings"
	"sync"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
)

const htmlType = "text/html; charset=utf-8"

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render draws a page completely before the first byte is sent, so that a failing view is an error and never half a page.
func (c *Ctx) Render(status int, page templ.Component) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	if err := page.Render(c.UserContext(), buf); err != nil {
		return err
	}
	c.Status(status).Set(fiber.HeaderContentType, htmlType)
	c.Set(fiber.HeaderContentSecurityPolicy, c.policy())
	if c.GetRespHeader(fiber.HeaderCacheControl) == "" {
		c.Set(fiber.HeaderCacheControl, "no-store")
	}
	return c.compressed(buf.Bytes())
}

// OK renders with status 200.
func (c *Ctx) OK(page templ.Component) error { return c.Render(fiber.StatusOK, page) }

// JSONStatus answers with JSON.
func (c *Ctx) JSONStatus(status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c.Status(status).Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Send(b)
}

var zippers = sync.Pool{New: func() any { z, _ := gzip.NewWriterLevel(nil, 5); return z }}

func (c *Ctx) compressed(body []byte) error {
	c.Vary(fiber.HeaderAcceptEncoding, fiber.HeaderCookie)
	if c.translated() {
		c.Vary(fiber.HeaderAcceptLanguage)
	}
	if len(body) < 1400 || !strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
		return c.Send(body)
	}
	var out bytes.Buffer
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(&out)
	if _, err := z.Write(body); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentEncoding, "gzip")
	return c.Send(out.Bytes())
}

// policy is the content security policy of pages: nothing inline, nothing from elsewhere, Turnstile only where it is used.
func (c *Ctx) policy() string {
	script, frame := "'self'", ""
	if c.Route != nil && c.Route.Bot && c.Kit.BotHost != "" {
		script += " " + c.Kit.BotHost
		frame = "; frame-src " + c.Kit.BotHost
	}
	return "default-src 'none'; script-src " + script + "; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; " +
		"connect-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'" + frame
}

func queryEscape(s string) string { return url.QueryEscape(s) }

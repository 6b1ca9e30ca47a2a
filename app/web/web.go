// Package web is the HTTP side: routes.go is the table of everything that can be asked.
package web

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/web/kit"
)

// New makes the server for a route table.
func New(k *kit.Kit, routes []kit.Route) *fiber.App {
	app := fiber.New(fiber.Config{
		AppName:                      "ImgLink",
		ServerHeader:                 "",
		DisableStartupMessage:        true,
		StreamRequestBody:            true,
		DisablePreParseMultipartForm: true,
		BodyLimit:                    1 << 30, // not enforced while streaming: each route bounds its own body
		ReadBufferSize:               16 << 10,
		ReadTimeout:                  20 * time.Second,
		WriteTimeout:                 5 * time.Minute,
		IdleTimeout:                  60 * time.Second,
		ErrorHandler:                 k.ErrorHandler,
		CaseSensitive:                true,
		UnescapePath:                 false,
	})
	app.Server().CloseOnShutdown = true
	k.Mount(app, routes)
	return app
}

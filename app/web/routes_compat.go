package web

import (
	"imglink/app/actor"
	"imglink/app/web/compat"
	"imglink/app/web/kit"
)

// compatRoutes are the upload APIs of other image hosts, at their own addresses. Whose a request is, its key says, which
// may stand in the body: the handlers find out.
func compatRoutes(h *compat.Handlers) []kit.Route {
	route := func(method, path, name string, do kit.Handler, fail kit.Failure) kit.Route {
		r := kit.Route{Method: method, Path: path, Name: name, Needs: actor.Public, API: true, Open: true, Cheap: true, Do: do, Fail: fail}
		if method == "POST" {
			r.Body = kit.StreamBody
		}
		return r
	}
	return []kit.Route{
		// Chevereto v1.1, and ImgBB's variant of it.
		route("POST", "/api/1/upload", "chevereto.upload", h.Chevereto, h.FailChevereto),
		route("GET", "/api/1/upload", "chevereto.upload", h.Chevereto, h.FailChevereto),

		// Lsky Pro v1, and Lsky before its version 2. DELETE /api/v1/images/:id is shared with our own API.
		route("POST", "/api/v1/upload", "lsky.upload", h.Lsky, h.FailLsky),
		route("POST", "/api/upload", "lsky.old_upload", h.OldLsky, h.FailOldLsky),

		// Imgur v3.
		route("POST", "/3/image", "imgur.upload", h.Imgur, h.FailImgur),
		route("POST", "/3/upload", "imgur.upload2", h.Imgur, h.FailImgur),
		route("GET", "/3/image/:hash", "imgur.image", h.ImgurGet, h.FailImgur),
		route("POST", "/3/image/:hash", "imgur.image", h.ImgurEdit, h.FailImgur),
		route("DELETE", "/3/image/:hash", "imgur.delete", h.ImgurDelete, h.FailImgur),
	}
}

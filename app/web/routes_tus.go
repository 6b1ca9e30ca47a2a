package web

import (
	"imglink/app/actor"
	"imglink/app/web/kit"
	"imglink/app/web/tus"
)

// tusRoutes are resumable uploads. An upload's address is its token: knowing it is the right to it.
func tusRoutes(h *tus.Handlers) []kit.Route {
	const all, one = "/api/v1/tus", "/api/v1/tus/:token"
	return []kit.Route{
		{Method: "OPTIONS", Path: all, Name: "tus", Needs: actor.Public, API: true, Cheap: true, Do: h.Options},
		{Method: "POST", Path: all, Name: "tus", Needs: actor.Public, Body: kit.StreamBody, API: true, Do: h.Create},
		{Method: "OPTIONS", Path: one, Name: "tus.upload", Needs: actor.Public, API: true, Cheap: true, Do: h.Options},
		{Method: "GET", Path: one, Name: "tus.upload", Needs: actor.Public, API: true, Cheap: true, Do: h.Look},
		{Method: "PATCH", Path: one, Name: "tus.upload", Needs: actor.Public, Body: kit.StreamBody, API: true, Cheap: true, Do: h.Append},
		{Method: "DELETE", Path: one, Name: "tus.upload", Needs: actor.Public, API: true, Cheap: true, Do: h.Cancel},
		{Method: "POST", Path: one, Name: "tus.upload", Needs: actor.Public, Body: kit.StreamBody, API: true, Cheap: true, Do: h.Override},
	}
}

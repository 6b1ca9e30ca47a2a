package web

import (
	"time"

	"imglink/app/actor"
	"imglink/app/web/kit"
)

// apiRoutes are the API, version 1. What each needs is the scope of a token. Answers may be read by pages of other sites,
// which need a token.
func apiRoutes(h Handlers) []kit.Route {
	a, calls := h.API, kit.Limit{Name: "api", N: 300, Per: time.Minute}
	const image, album, inAlbum = "/api/v1/images/:id", "/api/v1/albums/:id", "/api/v1/albums/:id/images/:image"
	table := []kit.Route{
		{Method: "POST", Path: "/api/v1/images", Name: "api.images", Needs: actor.Public, Body: kit.StreamBody, Do: a.PostImages},
		{Method: "GET", Path: "/api/v1/images", Name: "api.images", Needs: actor.ImagesRead, Limit: calls, Do: a.ListImages},
		{Method: "GET", Path: image, Name: "api.image", Needs: actor.ImagesRead, Limit: calls, Do: a.GetImage},
		{Method: "PATCH", Path: image, Name: "api.image", Needs: actor.ImagesWrite, Limit: calls, Body: kit.FormBody, Do: a.PatchImage},
		{Method: "DELETE", Path: image, Name: "api.image", Needs: actor.Public, Limit: calls, Do: h.Compat.OrLsky(a.DeleteImage), Fail: h.Compat.FailOrLsky},
		{Method: "POST", Path: image + "/restore", Name: "api.image.restore", Needs: actor.ImagesDelete, Limit: calls, Do: a.RestoreImage},

		{Method: "GET", Path: "/api/v1/albums", Name: "api.albums", Needs: actor.AlbumsRead, Limit: calls, Do: a.ListAlbums},
		{Method: "POST", Path: "/api/v1/albums", Name: "api.albums", Needs: actor.AlbumsWrite, Limit: calls, Body: kit.FormBody, Do: a.PostAlbum},
		{Method: "GET", Path: album, Name: "api.album", Needs: actor.AlbumsRead, Limit: calls, Do: a.GetAlbum},
		{Method: "PATCH", Path: album, Name: "api.album", Needs: actor.AlbumsWrite, Limit: calls, Body: kit.FormBody, Do: a.PatchAlbum},
		{Method: "DELETE", Path: album, Name: "api.album", Needs: actor.AlbumsWrite, Limit: calls, Do: a.DeleteAlbum},
		{Method: "GET", Path: album + "/images", Name: "api.album.images", Needs: actor.AlbumsRead, Limit: calls, Do: a.ListAlbumImages},
		{Method: "POST", Path: album + "/images", Name: "api.album.images", Needs: actor.AlbumsWrite, Limit: calls, Body: kit.FormBody, Do: a.AddAlbumImages},
		{Method: "PATCH", Path: inAlbum, Name: "api.album.image", Needs: actor.AlbumsWrite, Limit: calls, Body: kit.FormBody, Do: a.MoveAlbumImage},
		{Method: "DELETE", Path: inAlbum, Name: "api.album.image", Needs: actor.AlbumsWrite, Limit: calls, Do: a.RemoveAlbumImage},

		{Method: "GET", Path: "/api/v1/account", Name: "api.account", Needs: actor.AccountRead, Limit: calls, Do: a.GetAccount},
		{Method: "GET", Path: "/api/v1/openapi.json", Name: "api.openapi", Needs: actor.Public, Do: a.Describe},
	}
	for i := range table {
		table[i].API, table[i].Open = true, true
	}
	return table
}

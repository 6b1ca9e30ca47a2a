package web

import (
	"time"

	"imglink/app/actor"
	"imglink/app/web/gallery"
	"imglink/app/web/kit"
)

// galleryRoutes are what people do with their own pictures and albums, in person; programs have addresses of their own.
func galleryRoutes(h *gallery.Handlers) []kit.Route {
	const form = kit.FormBody
	claims := kit.Limit{Name: "claim", N: 30, Per: time.Minute}
	return []kit.Route{
		{Method: "GET", Path: "/gallery", Name: "gallery", Needs: actor.ImagesRead, Do: h.List},
		{Method: "POST", Path: "/gallery/bulk", Name: "gallery.bulk", Needs: actor.ImagesWrite, Body: form, Do: h.Bulk},
		{Method: "GET", Path: "/gallery/deleted", Name: "gallery.deleted", Needs: actor.ImagesRead, Do: h.Deleted},
		{Method: "POST", Path: "/gallery/undo", Name: "gallery.undo", Needs: actor.ImagesDelete, Body: form, Do: h.Undo},
		{Method: "GET", Path: "/gallery/claim", Name: "gallery.claim", Needs: actor.ImagesRead, Do: h.ClaimForm},
		{Method: "POST", Path: "/gallery/claim", Name: "gallery.claim.add", Needs: actor.ImagesWrite, Limit: claims, Body: form, Do: h.Claim},
		{Method: "GET", Path: "/gallery/albums", Name: "gallery.albums", Needs: actor.AlbumsRead, Do: h.Albums},
		{Method: "POST", Path: "/gallery/albums", Name: "gallery.albums.create", Needs: actor.AlbumsWrite, Body: form, Do: h.CreateAlbum},
		{Method: "GET", Path: "/gallery/albums/:id", Name: "gallery.album", Needs: actor.AlbumsRead, Do: h.Album},
		{Method: "POST", Path: "/gallery/albums/:id", Name: "gallery.album.save", Needs: actor.AlbumsWrite, Body: form, Do: h.SaveAlbum},
		{Method: "POST", Path: "/gallery/albums/:id/delete", Name: "gallery.album.delete", Needs: actor.AlbumsWrite, Body: form, Do: h.DeleteAlbum},
		{Method: "POST", Path: "/gallery/albums/:id/order", Name: "gallery.album.order", Needs: actor.AlbumsWrite, Body: form, Do: h.Order},
		{Method: "GET", Path: "/gallery/:id", Name: "gallery.image", Needs: actor.ImagesRead, Do: h.Image},
		{Method: "POST", Path: "/gallery/:id", Name: "gallery.image.save", Needs: actor.ImagesWrite, Body: form, Do: h.SaveImage},
		{Method: "POST", Path: "/gallery/:id/delete-link", Name: "gallery.image.link", Needs: actor.ImagesDelete, Body: form, Do: h.NewLink},
		{Method: "GET", Path: "/a/:id", Name: "album", Needs: actor.Public, Do: h.Open},
	}
}

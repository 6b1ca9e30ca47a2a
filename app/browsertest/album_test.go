package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"

	"imglink/app/actor"
	"imglink/app/users"
	"imglink/models"
)

// shared is an instance with a public album of three pictures.
func shared(t *testing.T) (w *world, album string, ids []string) {
	t.Helper()
	w = begin(t)
	u, err := w.Users.Add(t.Context(), users.AddInput{Username: "maya", Email: "maya@example.org", Password: userPassword})
	must(t, err)
	ids = w.own(u.ID, 3)
	return w, w.album(u.ID, "Crossings", models.AlbumPublic, ids...), ids
}

// TestAlbumOfAGuest looks through a public album by keyboard, with the mouse and by swiping.
func TestAlbumOfAGuest(t *testing.T) {
	w, album, ids := shared(t)
	v := visit(t, chromium(t), w.URL)
	v.open("/a/" + album)
	v.says("Crossings", "From the ferry, mostly.", "3 pictures")
	first := fmt.Sprintf(`.justified a[href="/%s"]`, ids[0])
	v.tabTo(first)
	v.press(input.Enter)
	v.appears("#lightbox[open]")
	v.shows(ids, 0)
	v.press(input.ArrowRight)
	v.shows(ids, 1)
	v.press(input.End)
	v.shows(ids, 2)
	v.press(input.ArrowRight)
	v.shows(ids, 2)
	v.press(input.ArrowLeft)
	v.shows(ids, 1)
	v.press(input.Home)
	v.shows(ids, 0)
	v.click(`#lightbox [data-step="1"]`)
	v.click(`#lightbox [data-step="1"]`) // now it is off, and the keys must work on
	v.shows(ids, 2)
	v.press(input.ArrowLeft)
	v.shows(ids, 1)
	v.press(input.Escape)
	v.until("the focus on the picture shown last", `id => !document.querySelector('#lightbox').open && document.activeElement.getAttribute('href') === '/' + id`, ids[1])
	v.press(input.Enter)
	v.appears("#lightbox[open]")
	v.swipe(300, 80)
	v.shows(ids, 2)
	v.swipe(80, 300)
	v.shows(ids, 1)
	v.shoot("lightbox")
	v.follow("#lightbox [data-link=page]")
	v.says("view-02.png")
	v.clean("the album")
}

// shows fails unless the lightbox shows a picture, whole.
func (v *visitor) shows(ids []string, n int) {
	v.Helper()
	v.until(fmt.Sprintf("picture %d in the lightbox", n+1), `(id, at) => {
		const box = document.querySelector('#lightbox'), img = box.querySelector('.lightbox-stage img');
		return box.open && img.complete && img.naturalWidth > 0 && img.src.includes(id) && box.querySelector('[data-at]').textContent === at && box.contains(document.activeElement);
	}`, ids[n], fmt.Sprintf("%d / %d", n+1, len(ids)))
}

// swipe moves a finger across the middle of the screen.
func (v *visitor) swipe(from, to float64) {
	v.Helper()
	touch := func(kind proto.InputDispatchTouchEventType, points ...*proto.InputTouchPoint) {
		must(v.T, proto.InputDispatchTouchEvent{Type: kind, TouchPoints: append([]*proto.InputTouchPoint{}, points...)}.Call(v.page))
	}
	touch(proto.InputDispatchTouchEventTypeTouchStart, &proto.InputTouchPoint{X: from, Y: 450})
	for step := 1.0; step <= 5; step++ {
		touch(proto.InputDispatchTouchEventTypeTouchMove, &proto.InputTouchPoint{X: from + (to-from)*step/5, Y: 450})
	}
	touch(proto.InputDispatchTouchEventTypeTouchEnd)
}

// TestAlbumWithoutScripts: every picture is a link to its page, and what is not shared does not exist.
func TestAlbumWithoutScripts(t *testing.T) {
	w, album, ids := shared(t)
	v := visit(t, chromium(t), w.URL).withoutScripts()
	v.open("/a/" + album)
	v.follow(fmt.Sprintf(`.justified a[href="/%s"]`, ids[1]))
	if !strings.HasSuffix(v.at(), "/"+ids[1]) {
		t.Errorf("the picture leads to %s", v.at())
	}
	v.says("view-02.png")
}

// TestGalleryPages looks at every page of the gallery, in two languages.
func TestGalleryPages(t *testing.T) {
	w, b := begin(t), chromium(t)
	v := visit(t, b, w.URL).withAxe()
	user := w.enterUser(v, "maya")
	page := func(name, path string) { v.open(path); v.inspect("gallery-" + name) }
	page("empty", "/gallery")
	page("albums-empty", "/gallery/albums")
	ids := w.own(user, 14)
	who := actor.User(user)
	must(t, w.Gallery.SetVisibility(t.Context(), who, ids[:1], models.ImagePrivate))
	must(t, w.Gallery.SetExpiry(t.Context(), who, ids[1:2], "7d"))
	album := w.album(user, "Crossings", models.AlbumPublic, ids[:9]...)
	w.album(user, "A long title of an album that says everything about its pictures, and more", models.AlbumPrivate)
	_, err := w.Gallery.Delete(t.Context(), who, ids[12:])
	must(t, err)
	for _, language := range []string{"en", "de"} {
		at := func(name, path string) { page(language+"-"+name, path) }
		if language != "en" {
			v.open("/")
			v.follow(fmt.Sprintf(`.languages button[value=%q]`, language))
		}
		at("pictures", "/gallery")
		v.click("#tiles .tile:nth-child(2) .check")
		v.inspect("gallery-" + language + "-selected")
		at("albums", "/gallery/albums")
		v.fill("#title", " ")
		v.follow("form:has(#title) button.primary")
		v.inspect("gallery-" + language + "-albums-422")
		at("album", "/gallery/albums/"+album)
		at("image", "/gallery/"+ids[2])
		at("deleted", "/gallery/deleted")
		at("claim", "/gallery/claim")
		at("public", "/a/"+album)
		v.click(".justified a[data-full]")
		v.appears("#lightbox[open]")
		v.inspect("gallery-" + language + "-lightbox")
	}
}

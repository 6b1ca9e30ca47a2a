package browsertest

import (
	"bytes"
	"fmt"
	"image/png"
	"strconv"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"

	"imglink/app/actor"
	"imglink/app/gallery"
	"imglink/app/imaging/imagingtest"
	"imglink/app/uploads"
	"imglink/app/users"
	"imglink/models"
)

// own uploads n small pictures of an account and gives their ids, the first uploaded first.
func (w *world) own(user string, n int) []string {
	w.t.Helper()
	ids := make([]string, n)
	for i := range ids {
		var b bytes.Buffer
		must(w.t, png.Encode(&b, imagingtest.Scene(uint64(100+i), 96+i%3*24, 72)))
		src := uploads.Source{Actor: actor.User(user), UserID: user, Uploader: "browser00001"}
		up, err := w.Uploads.Receive(w.t.Context(), src, fmt.Sprintf("view-%02d.png", i+1), &b)
		must(w.t, err)
		must(w.t, w.Uploads.Derive(w.t.Context(), uploads.DeriveJob{ImageID: up.Image.ID}))
		ids[i] = up.Image.ID
	}
	return ids
}

// album makes an album of pictures.
func (w *world) album(user, title string, visibility models.AlbumVisibility, ids ...string) string {
	w.t.Helper()
	who, about := actor.User(user), "From the ferry, mostly."
	a, err := w.Gallery.CreateAlbum(w.t.Context(), who, gallery.AlbumEdit{Title: &title, Description: &about, Visibility: &visibility})
	must(w.t, err)
	if len(ids) > 0 {
		_, err = w.Gallery.AddToAlbum(w.t.Context(), who, a.ID, ids)
		must(w.t, err)
	}
	return a.ID
}

func (v *visitor) count(selector string) int {
	v.Helper()
	return v.number(fmt.Sprintf(`() => document.querySelectorAll(%s).length`, strconv.Quote(selector)))
}

func TestGallery(t *testing.T) {
	w := begin(t)
	w.usesGallery(visit(t, chromium(t), w.URL))
}

func TestGalleryWithoutScripts(t *testing.T) {
	w := begin(t)
	w.usesGallery(visit(t, chromium(t), w.URL).withoutScripts())
}

// usesGallery is what people do with their pictures, from signing in to an album in the order they want.
func (w *world) usesGallery(v *visitor) {
	v.Helper()
	u, err := w.Users.Add(w.t.Context(), users.AddInput{Username: "maya", Email: "maya@example.org", Password: userPassword})
	must(w.t, err)
	w.own(u.ID, gallery.PageSize+2)
	v.open("/gallery")
	v.fill("#login", "maya")
	v.fill("#password", userPassword)
	v.follow("form button.primary")
	v.says("Your pictures", "50 pictures")
	v.seesMore()
	v.open("/gallery")
	v.selects()
	v.deletesAndUndoes()
	v.renames()
	v.ordersAlbum()
	v.clean("the gallery")
}

// seesMore goes to the end of the gallery: in place with scripts, on another page without.
func (v *visitor) seesMore() {
	v.Helper()
	if v.plain {
		v.follow("[data-more] a[rel=next]")
		if n := v.count("#tiles > .tile"); n != 2 {
			v.Errorf("%d pictures on the last page, want 2", n)
		}
		v.follow("[data-more] a[rel=prev]")
		return
	}
	v.until("the word of the button", `() => document.querySelector('[data-more] a[rel=next]').textContent.trim() === 'Show more'`)
	v.js(`() => { scrollTo(0, document.body.scrollHeight); return '' }`)
	v.click("[data-more] a[rel=next]")
	v.until("all pictures", `() => document.querySelectorAll('#tiles > .tile').length === 50`)
	v.until("the focus on the first new one", `() => document.activeElement === document.querySelectorAll('#tiles .pic')[48]`)
	if v.count("[data-more] a") != 0 {
		v.Error("there is no more, and a link says so")
	}
}

// selects four pictures in a row: by a range with scripts, one by one without.
func (v *visitor) selects() {
	v.Helper()
	box := func(n int) string { return fmt.Sprintf("#tiles .tile:nth-child(%d) .check", n) }
	if v.plain {
		for n := 2; n <= 5; n++ {
			v.click(box(n))
		}
		return
	}
	v.click(box(2))
	v.appears(".picks")
	must(v.T, v.page.Keyboard.Press(input.ShiftLeft))
	v.click(box(4))
	must(v.T, v.page.Keyboard.Release(input.ShiftLeft))
	v.until("three selected", `() => document.querySelector('[data-count]').textContent === 'Selected: 3'`)
	v.js(`s => { document.querySelector(s).focus(); return '' }`, box(5))
	v.chord(input.ShiftLeft, input.Space)
	v.until("four selected", `() => document.querySelector('[data-count]').textContent === 'Selected: 4'`)
	v.press(input.Escape)
	v.until("none selected", `() => !document.querySelector('.picks').checkVisibility() && document.activeElement.matches('.tile:nth-child(5) .check')`)
	v.press(input.Space)
	must(v.T, v.page.Keyboard.Press(input.ShiftLeft))
	v.click(box(2)) // backwards
	must(v.T, v.page.Keyboard.Release(input.ShiftLeft))
	v.until("four selected", `() => document.querySelector('[data-count]').textContent === 'Selected: 4'`)
}

func (v *visitor) deletesAndUndoes() {
	v.Helper()
	v.follow(`.picks button[value=delete]`)
	v.says("4 pictures are deleted.", "46 pictures")
	v.follow(`form[action*="/gallery/undo"] button`)
	v.says("The pictures are back.", "50 pictures")
	v.follow("#tiles .tile:nth-child(1) .pic")
	v.follow(`button[value=delete]`)
	v.open("/gallery/deleted")
	v.click("#p-" + v.js(`() => document.querySelector('.tile').id.slice(2)`) + " .check")
	v.follow(".picks button.primary")
	v.says("The pictures are back.", "50 pictures")
}

func (v *visitor) renames() {
	v.Helper()
	v.follow("#tiles .tile:nth-child(1) .pic")
	v.fill("#name", "Lighthouse at noon")
	v.fill("#description", "Before the storm.")
	v.follow("form:has(#name) button.primary")
	v.says("Lighthouse at noon.png")
	v.open("/gallery?q=storm")
	if n := v.count("#tiles > .tile"); n != 1 {
		v.Errorf("%d pictures found by their description, want one", n)
	}
}

// ordersAlbum makes an album of the newest four pictures and changes their order.
func (v *visitor) ordersAlbum() {
	v.Helper()
	v.open("/gallery/albums")
	v.fill("#title", "Crossings")
	v.click("label:has(input[name=visibility][value=public])")
	v.follow("form:has(#title) button.primary")
	v.says("The album is made.", "No picture yet")
	album := v.at()[strings.LastIndex(v.at(), "/")+1:]
	album, _, _ = strings.Cut(album, "?")
	v.open("/gallery")
	for n := 1; n <= 4; n++ {
		v.click(fmt.Sprintf("#tiles .tile:nth-child(%d) .check", n))
	}
	v.choose("#bulk-album", album)
	v.follow(`.picks button[value=add]`)
	v.says("Added to the album.")
	v.open("/gallery/albums/" + album)
	a := v.order()
	if len(a) != 4 {
		v.Fatalf("the album holds %v, want four pictures", a)
	}
	if !v.plain {
		v.drags(a)
		v.open("/gallery/albums/" + album)
		v.wantOrder("after dragging and a reload", a[1], a[2], a[0], a[3])
		v.drags(v.order())
		v.drags(v.order()) // a turn of three is whole
		v.wantOrder("after three turns", a...)
	}
	v.tabsTo(fmt.Sprintf(`button[value="earlier:%s"]`, a[2]))
	v.movesEarlier(a[2])
	v.wantOrder("after moving one earlier", a[0], a[2], a[1], a[3])
	v.fill(fmt.Sprintf(`[name="position-%s"]`, a[3]), "1")
	v.leaves(func() { v.press(input.Enter) })
	v.wantOrder("after a position and Enter", a[3], a[0], a[2], a[1])
	v.follow(fmt.Sprintf(`button[value="cover:%s"]`, a[0]))
	v.says("Cover")
	v.follow(fmt.Sprintf(`button[value="remove:%s"]`, a[1]))
	v.wantOrder("after taking one out", a[3], a[0], a[2])
}

// movesEarlier presses the focused button: a script moves the picture and leaves the focus on it, and the server agrees.
func (v *visitor) movesEarlier(id string) {
	v.Helper()
	if v.plain {
		v.leaves(func() { v.press(input.Enter) })
		return
	}
	v.press(input.Enter)
	v.until("the new places", `() => [...document.querySelectorAll('.place')].map(e => e.value).join(' ') === '1 2 3 4'`)
	if got := v.js(`() => document.activeElement.value`); got != "earlier:"+id {
		v.Errorf("the focus went to %q", got)
	}
	v.open(v.at())
}

// tabsTo puts the focus where a person who tabs puts it: as far as scripts are off, nothing can be asked on the way.
func (v *visitor) tabsTo(selector string) {
	v.Helper()
	v.js(`s => { document.querySelector(s).focus(); return '' }`, selector)
	v.wantRing()
}

func (v *visitor) order() []string {
	v.Helper()
	return strings.Fields(v.js(`() => [...document.querySelectorAll('[data-slot]')].map(e => e.dataset.slot).join(' ')`))
}

func (v *visitor) wantOrder(when string, want ...string) {
	v.Helper()
	if got := v.order(); fmt.Sprint(got) != fmt.Sprint(want) {
		v.Errorf("%s the order is %v, want %v", when, got, want)
	}
}

// drags the first picture behind the third with the mouse, and waits for the answer.
func (v *visitor) drags(a []string) {
	v.Helper()
	middle := func(selector string) proto.Point {
		shape, err := v.find(selector).Shape()
		must(v.T, err)
		return *shape.OnePointInside()
	}
	v.js(`() => { document.querySelector('.slots').scrollIntoView({block: 'center'}); return '' }`)
	from, to := middle("#p-"+a[0]+" [data-grip]"), middle("#p-"+a[2]+" [data-grip]")
	must(v.T, v.page.Mouse.MoveTo(from))
	must(v.T, v.page.Mouse.Down(proto.InputMouseButtonLeft, 1))
	to.Y += 12
	must(v.T, v.page.Mouse.MoveLinear(to, 8))
	must(v.T, v.page.Mouse.Up(proto.InputMouseButtonLeft, 1))
	v.until("the new order", `(list, said) => [...document.querySelectorAll('[data-slot]')].map(e => e.dataset.slot).join(' ').startsWith(list) && document.querySelector('#live').textContent === said`,
		strings.Join([]string{a[1], a[2], a[0]}, " "), "The order was changed.")
	if got := v.js(`() => [...document.querySelectorAll('.place')].map(e => e.value).join(' ')`); got != "1 2 3 4" {
		v.Errorf("the positions after dragging are %q", got)
	}
	v.js(`() => { document.querySelector('#live').textContent = ''; return '' }`)
}

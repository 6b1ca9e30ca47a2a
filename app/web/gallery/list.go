package gallery

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/fault"
	"imglink/app/gallery"
	"imglink/app/i18n"
	"imglink/app/web/kit"
	"imglink/app/web/public"
	"imglink/models"
	view "imglink/views/gallery"
	"imglink/views/ui"
)

// albumChoices is how many albums a select offers; all are on their own page.
const albumChoices = 200

// List is GET /gallery: search by q, order by sort, filters visibility, album and expiring, pages by after and before.
func (h *Handlers) List(c *kit.Ctx) error {
	q := query(c)
	l, err := h.list(c, q)
	status := fiber.StatusOK
	if fault.Is(err, fault.Invalid) {
		refused := problems(c, err)
		l, err = h.list(c, gallery.Query{})
		l.Problems, l.HasErrors, status = refused, true, fault.Invalid.Status()
		l.Filter.Query = q.Search
	}
	if err != nil {
		return err
	}
	return c.Render(status, view.ListPage(l))
}

func query(c *kit.Ctx) gallery.Query {
	q := gallery.Query{
		Sort: models.GallerySort(c.Text("sort")), Visibility: models.ImageVisibility(c.Text("visibility")), Expiring: c.Text("expiring") != "",
		AlbumID: c.Text("album"), Search: c.Text("q"), Cursor: c.Text("after"),
	}
	if before := c.Text("before"); before != "" {
		q.Cursor, q.Back = before, true
	}
	return q
}

// address is that of a query's list, without a page.
func address(c *kit.Ctx, q gallery.Query) (path string, values url.Values) {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set("q", q.Search)
	set("sort", string(q.Sort))
	set("visibility", string(q.Visibility))
	set("album", q.AlbumID)
	if q.Expiring {
		set("expiring", "1")
	}
	return c.Kit.URL("gallery"), v
}

func link(path string, v url.Values) string {
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// turned is the address of another page of a list: end, after or before, says on which side of the picture it lies.
func turned(path string, v url.Values, end, id string) string {
	v = maps.Clone(v)
	v.Set(end, id)
	return link(path, v)
}

func (h *Handlers) list(c *kit.Ctx, q gallery.Query) (l view.List, err error) {
	found, err := h.Gallery.List(c.Context(), c.Actor, q)
	if err != nil {
		return l, err
	}
	albums, _, err := h.Gallery.Albums(c.Context(), c.Actor, "", albumChoices)
	if err != nil {
		return l, err
	}
	l.Page, l.Places = page(c, c.T("Your pictures")), places(c, "gallery")
	if l.Storage, err = h.storage(c); err != nil {
		return l, err
	}
	if l.Undo, err = h.undo(c); err != nil {
		return l, err
	}
	path, v := address(c, q)
	for _, img := range found.Images {
		l.Tiles = append(l.Tiles, tile(c, img, c.Kit.URL("gallery.image", img.ID)))
	}
	l.Searching = found.Searching
	if found.Next != "" {
		l.Pages.Next = turned(path, v, "after", found.Next)
	}
	if found.Prev != "" {
		l.Pages.Prev = turned(path, v, "before", found.Prev)
	}
	l.Filter = filter(c, q, albums)
	l.Bulk = view.Bulk{Action: c.Kit.URL("gallery.bulk"), Back: link(path, v), Albums: albumOptions(albums, ""), Expiries: public.Lasting(c), InAlbum: q.AlbumID}
	if len(found.Images) == 0 && !found.Searching {
		l.Empty, l.None = empty(c, q), !q.Filtered()
	}
	return l, nil
}

func empty(c *kit.Ctx, q gallery.Query) *ui.EmptyState {
	if q.Filtered() {
		return &ui.EmptyState{Icon: "search", Title: c.T("No picture matches"), Text: c.T("Search for the beginnings of words, or look at everything."), Action: ui.Btn{Label: c.T("Clear filters"), Href: c.Kit.URL("gallery")}}
	}
	return &ui.EmptyState{Icon: "images", Title: c.T("No picture yet"), Text: c.T("What you upload while you are signed in is kept here."), Action: ui.Btn{Label: c.T("Upload an image"), Icon: "upload", Href: c.Kit.URL("home")}}
}

func filter(c *kit.Ctx, q gallery.Query, albums []models.AlbumRow) view.Filter {
	f := view.Filter{Action: c.Kit.URL("gallery"), Query: q.Search, Expiring: q.Expiring}
	if q.Filtered() {
		f.Clear = c.Kit.URL("gallery")
	}
	for _, o := range []struct {
		sort  models.GallerySort
		label string
	}{{models.SortNewest, c.T("Newest first")}, {models.SortOldest, c.T("Oldest first")}, {models.SortName, c.T("By name")}, {models.SortSize, c.T("Largest first")}} {
		f.Sorts = append(f.Sorts, ui.Option{Value: string(o.sort), Label: o.label, Selected: q.Sort == o.sort})
	}
	f.Visibility = append([]ui.Option{{Label: c.T("Any visibility")}}, imageVisibility(c, q.Visibility)...)
	f.Albums = append([]ui.Option{{Label: c.T("All pictures")}}, albumOptions(albums, q.AlbumID)...)
	return f
}

func albumOptions(albums []models.AlbumRow, selected string) (out []ui.Option) {
	for _, a := range albums {
		out = append(out, ui.Option{Value: a.ID, Label: a.Title, Selected: a.ID == selected})
	}
	return out
}

func (h *Handlers) storage(c *kit.Ctx) (view.Storage, error) {
	s, err := h.Gallery.Storage(c.Context(), c.Actor)
	if err != nil {
		return view.Storage{}, err
	}
	n := i18n.N(c.Context(), int(s.Images), "%d picture", "%d pictures")
	if s.Quota == 0 {
		return view.Storage{Text: c.T("%s, %s", n, i18n.Bytes(c.Context(), s.Bytes))}, nil
	}
	return view.Storage{
		Text: c.T("%s, %s of %s used", n, i18n.Bytes(c.Context(), s.Bytes), i18n.Bytes(c.Context(), s.Quota)), Used: int(s.Bytes >> 10), Quota: int(s.Quota >> 10),
	}, nil
}

// undo offers to bring back what was deleted last.
func (h *Handlers) undo(c *kit.Ctx) (*view.Undo, error) {
	gone, err := h.Gallery.Deleted(c.Context(), c.Actor)
	if err != nil || len(gone) == 0 {
		return nil, err
	}
	until, n := *gone[0].UndoUntil, 0
	for _, img := range gone {
		if img.UndoUntil.Equal(until) {
			n++
		}
	}
	what := i18n.N(c.Context(), n, "%d picture is deleted.", "%d pictures are deleted.")
	return &view.Undo{
		Text:   what + " " + c.T("You can still undo this for %s.", minutes(c, until)),
		Action: link(c.Kit.URL("gallery.undo"), url.Values{"batch": {strconv.FormatInt(until.UnixMicro(), 10)}}), Href: c.Kit.URL("gallery.deleted"),
	}, nil
}

// Bulk is POST /gallery/bulk: do with the pictures id, back to the list they were selected in.
func (h *Handlers) Bulk(c *kit.Ctx) error {
	ids, name, err := c.Texts("id"), "saved", error(nil)
	switch c.Text("do") {
	case "private":
		err = h.Gallery.SetVisibility(c.Context(), c.Actor, ids, models.ImagePrivate)
	case "unlisted":
		err = h.Gallery.SetVisibility(c.Context(), c.Actor, ids, models.ImageUnlisted)
	case "expiry":
		err = h.Gallery.SetExpiry(c.Context(), c.Actor, ids, c.Text("expires_in"))
	case "add":
		name = "added"
		_, err = h.Gallery.AddToAlbum(c.Context(), c.Actor, c.Text("album"), ids)
	case "remove":
		name = "removed"
		_, err = h.Gallery.RemoveFromAlbum(c.Context(), c.Actor, c.Text("from"), ids)
	case "delete":
		name = "deleted"
		_, err = h.Gallery.Delete(c.Context(), c.Actor, ids)
	default:
		err = fault.InvalidField("do", "Choose what to do with the selected pictures.")
	}
	if refused := problems(c, err); err != nil && refused != nil {
		return h.refuse(c, err, refused)
	} else if err != nil {
		return err
	}
	return c.Back(withDone(c.Text("back"), name), c.Kit.URL("gallery")+"?done="+name)
}

// refuse shows the gallery again with what was wrong.
func (h *Handlers) refuse(c *kit.Ctx, err error, refused []ui.Problem) error {
	l, listErr := h.list(c, gallery.Query{})
	if listErr != nil {
		return listErr
	}
	l.Problems, l.HasErrors = refused, true
	return c.Render(fault.Of(err).Kind.Status(), view.ListPage(l))
}

// withDone adds the name of a message to a path of this site; an empty or foreign one stays refused by Ctx.Back.
func withDone(back, name string) string {
	u, err := url.Parse(back)
	if back == "" || err != nil {
		return ""
	}
	v := u.Query()
	v.Set("done", name)
	u.RawQuery = v.Encode()
	return u.String()
}

// Deleted is GET /gallery/deleted.
func (h *Handlers) Deleted(c *kit.Ctx) error {
	gone, err := h.Gallery.Deleted(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	v := view.Deleted{Page: page(c, c.T("Recently deleted")), Places: places(c, "gallery.deleted"), Action: c.Kit.URL("gallery.undo")}
	for _, img := range gone {
		t := tile(c, img, c.Kit.URL("image", img.ID))
		t.Badges = append(t.Badges, view.Badge{Icon: "clock", Text: c.T("%s left", minutes(c, *img.UndoUntil))})
		v.Tiles = append(v.Tiles, t)
	}
	return c.OK(view.DeletedPage(v))
}

// Undo is POST /gallery/undo: brings back the batch that was deleted together, or the pictures id.
func (h *Handlers) Undo(c *kit.Ctx) error {
	var err error
	if batch := c.Text("batch"); batch != "" {
		micros, parseErr := strconv.ParseInt(batch, 10, 64)
		if parseErr != nil {
			return models.ErrNotFound
		}
		_, err = h.Gallery.UndoDelete(c.Context(), c.Actor, time.UnixMicro(micros).UTC())
	} else {
		_, err = h.Gallery.Restore(c.Context(), c.Actor, slices.DeleteFunc(c.Texts("id"), func(s string) bool { return s == "" }))
	}
	if refused := problems(c, err); err != nil && refused != nil {
		return h.refuse(c, err, refused)
	} else if err != nil {
		return err
	}
	return c.Redirect(c.Kit.URL("gallery")+"?done=restored", fiber.StatusSeeOther)
}

package gallery

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"imglink/app/fault"
	"imglink/app/gallery"
	"imglink/app/web/kit"
	"imglink/models"
	view "imglink/views/gallery"
	"imglink/views/ui"
)

const (
	albumsPage = 24  // albums
	orderPage  = 100 // pictures of an album whose order is changed
)

// Albums is GET /gallery/albums.
func (h *Handlers) Albums(c *kit.Ctx) error {
	return h.albums(c, fiber.StatusOK, view.AlbumForm{}, nil)
}

func (h *Handlers) albums(c *kit.Ctx, status int, form view.AlbumForm, refused []ui.Problem) error {
	rows, next, err := h.Gallery.Albums(c.Context(), c.Actor, c.Query("after"), albumsPage)
	if err != nil {
		return err
	}
	v := view.Albums{
		Page: page(c, c.T("Your albums")), Places: places(c, "gallery.albums"), Action: c.Kit.URL("gallery.albums.create"), Form: form, Problems: refused,
	}
	v.HasErrors = refused != nil
	if form.Title.Name == "" {
		v.Form = albumForm(c, models.Album{Visibility: models.AlbumUnlisted}, nil)
	}
	for _, a := range rows {
		card := view.AlbumCard{
			Href: c.Kit.URL("album", a.ID), Edit: c.Kit.URL("gallery.album", a.ID), Title: a.Title, Facts: c.N(a.Images, "%d picture", "%d pictures"), Badge: albumBadge(c, a.Visibility),
		}
		if a.CoverImage != nil {
			card.Thumb = c.Kit.URL("image.thumb", *a.CoverImage, "jpg")
		}
		v.Cards = append(v.Cards, card)
	}
	if next != "" {
		v.Next = link(c.Kit.URL("gallery.albums"), url.Values{"after": {next}})
	}
	return c.Render(status, view.AlbumsPage(v))
}

func albumBadge(c *kit.Ctx, v models.AlbumVisibility) view.Badge {
	switch v {
	case models.AlbumPrivate:
		return view.Badge{Tone: ui.Info, Icon: "lock", Text: c.T("Private")}
	case models.AlbumPublic:
		return view.Badge{Tone: ui.OK, Icon: "globe", Text: c.T("Public")}
	}
	return view.Badge{Icon: "link", Text: c.T("Unlisted")}
}

func albumForm(c *kit.Ctx, a models.Album, refused []ui.Problem) view.AlbumForm {
	f := view.AlbumForm{
		Title:       ui.Input{Name: "title", Label: c.T("Title"), Value: a.Title, Required: true, Max: "100", Error: errorOf(refused, "title")},
		Description: ui.Input{Name: "description", Label: c.T("Description"), Value: a.Description, Optional: true, Max: "2000", Rows: "3", Error: errorOf(refused, "description")},
		Visibility: []ui.Option{
			{Value: string(models.AlbumPrivate), Label: c.T("Only you")},
			{Value: string(models.AlbumUnlisted), Label: c.T("Whoever has the link")},
			{Value: string(models.AlbumPublic), Label: c.T("Everybody"), Why: c.T("Search engines may list it.")},
		},
	}
	for i := range f.Visibility {
		f.Visibility[i].Selected = f.Visibility[i].Value == string(a.Visibility)
	}
	return f
}

// albumInput is what the form says, and the album as it was typed.
func albumInput(c *kit.Ctx) (gallery.AlbumEdit, models.Album) {
	title, description, visibility := c.Text("title"), c.Text("description"), models.AlbumVisibility(c.Text("visibility"))
	version, _ := strconv.ParseInt(c.Text("version"), 10, 64)
	return gallery.AlbumEdit{Title: &title, Description: &description, Visibility: &visibility, Version: version},
		models.Album{Title: title, Description: description, Visibility: visibility}
}

// CreateAlbum is POST /gallery/albums.
func (h *Handlers) CreateAlbum(c *kit.Ctx) error {
	in, typed := albumInput(c)
	a, err := h.Gallery.CreateAlbum(c.Context(), c.Actor, in)
	if err == nil {
		return c.Redirect(c.Kit.URL("gallery.album", a.ID)+"?done=created", fiber.StatusSeeOther)
	}
	refused := problems(c, err)
	if refused == nil {
		return err
	}
	return h.albums(c, fault.Of(err).Kind.Status(), albumForm(c, typed, refused), refused)
}

// Album is GET /gallery/albums/:id, the owner's page of an album.
func (h *Handlers) Album(c *kit.Ctx) error { return h.album(c, fiber.StatusOK, nil, nil) }

func (h *Handlers) album(c *kit.Ctx, status int, form *view.AlbumForm, refused []ui.Problem) error {
	a, err := h.Gallery.Album(c.Context(), c.Actor, c.Param("id"))
	if err != nil {
		return err
	}
	cursor, back := c.Query("after"), false
	if b := c.Query("before"); b != "" {
		cursor, back = b, true
	}
	p, err := h.Gallery.OpenAlbum(c.Context(), c.Actor.ID, a.ID, cursor, back, orderPage)
	if err != nil {
		return err
	}
	k := c.Kit
	v := view.AlbumEdit{
		Page: page(c, a.Title), Places: places(c, "gallery.albums"), Heading: a.Title, Share: k.Abs("album", a.ID), Open: k.URL("album", a.ID),
		Action: k.URL("gallery.album.save", a.ID), OrderAction: k.URL("gallery.album.order", a.ID), DeleteAction: k.URL("gallery.album.delete", a.ID),
		Form: albumForm(c, a, nil), Problems: refused, Pages: albumPages(k.URL("gallery.album", a.ID), p),
	}
	if form != nil {
		v.Form = *form
	}
	v.HasErrors, v.Form.Version = refused != nil, strconv.FormatInt(gallery.AlbumVersion(a), 10)
	for i, pic := range p.Pictures {
		v.Slots = append(v.Slots, slot(c, pic.Image, i+1, a.CoverID != nil && *a.CoverID == pic.ID))
	}
	return c.Render(status, view.AlbumEditPage(v))
}

func slot(c *kit.Ctx, img models.Image, position int, cover bool) view.Slot {
	n := img.FileName
	return view.Slot{
		Tile: tile(c, img, c.Kit.URL("gallery.image", img.ID)), Position: position, Cover: cover, PositionLabel: c.T("Position of %s", n), MoveLabel: c.T("Move %s", n),
		EarlierLabel: c.T("Move %s earlier", n), LaterLabel: c.T("Move %s later", n), CoverLabel: c.T("Make %s the cover", n), RemoveLabel: c.T("Take %s out", n),
	}
}

func albumPages(path string, p gallery.AlbumPage) (pages ui.Pages) {
	if p.Next != "" {
		pages.Next = link(path, url.Values{"after": {p.Next}})
	}
	if p.Prev != "" {
		pages.Prev = link(path, url.Values{"before": {p.Prev}})
	}
	return pages
}

// SaveAlbum is POST /gallery/albums/:id.
func (h *Handlers) SaveAlbum(c *kit.Ctx) error {
	in, typed := albumInput(c)
	_, err := h.Gallery.EditAlbum(c.Context(), c.Actor, c.Param("id"), in)
	if err == nil {
		return c.Redirect(c.Kit.URL("gallery.album", c.Param("id"))+"?done=saved", fiber.StatusSeeOther)
	}
	refused := problems(c, err)
	if refused == nil {
		return err
	}
	form := albumForm(c, typed, refused)
	return h.album(c, fault.Of(err).Kind.Status(), &form, refused)
}

// DeleteAlbum is POST /gallery/albums/:id/delete.
func (h *Handlers) DeleteAlbum(c *kit.Ctx) error {
	if err := h.Gallery.DeleteAlbum(c.Context(), c.Actor, c.Param("id")); err != nil {
		return err
	}
	return c.Redirect(c.Kit.URL("gallery.albums")+"?done=gone", fiber.StatusSeeOther)
}

// Order is POST /gallery/albums/:id/order: do is "earlier", "later", "position", "cover" or "remove" with a colon and the
// picture; the script also sends "before" or "after", with the other picture in the field of that name.
func (h *Handlers) Order(c *kit.Ctx) error {
	album := c.Param("id")
	what, image, _ := strings.Cut(c.Text("do"), ":")
	name, err := "moved", error(nil)
	move := func(m gallery.Move) error { return h.Gallery.MovePicture(c.Context(), c.Actor, album, image, m) }
	switch what {
	case "earlier":
		err = move(gallery.Move{Earlier: true})
	case "later":
		err = move(gallery.Move{Later: true})
	case "before":
		err = move(gallery.Move{Before: c.Text("before")})
	case "after":
		err = move(gallery.Move{After: c.Text("after")})
	case "position":
		n, _ := strconv.Atoi(c.Text("position-" + image))
		err = move(gallery.Move{Position: n})
	case "cover":
		name = "saved"
		_, err = h.Gallery.EditAlbum(c.Context(), c.Actor, album, gallery.AlbumEdit{CoverID: &image})
	case "remove":
		name = "removed"
		_, err = h.Gallery.RemoveFromAlbum(c.Context(), c.Actor, album, []string{image})
	default:
		err = fault.InvalidField("do", "Choose what to do with a picture.")
	}
	if refused := problems(c, err); err != nil && refused != nil && !c.WantsJSON() {
		return h.album(c, fault.Of(err).Kind.Status(), nil, refused)
	} else if err != nil {
		return err
	}
	if c.WantsJSON() {
		return c.SendStatus(fiber.StatusNoContent)
	}
	return c.Redirect(c.Kit.URL("gallery.album", album)+"?done="+name+"#p-"+image, fiber.StatusSeeOther)
}

// Open is GET /a/:id, an album as everybody who may see it does.
func (h *Handlers) Open(c *kit.Ctx) error {
	viewer := ""
	if c.User != nil && c.User.Full() {
		viewer = c.User.ID
	}
	cursor, back := c.Query("after"), false
	if b := c.Query("before"); b != "" {
		cursor, back = b, true
	}
	p, err := h.Gallery.OpenAlbum(c.Context(), viewer, c.Param("id"), cursor, back, gallery.PageSize)
	if err != nil {
		return err
	}
	return c.OK(view.AlbumPage(h.openView(c, p)))
}

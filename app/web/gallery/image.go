package gallery

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"imglink/app/fault"
	"imglink/app/gallery"
	"imglink/app/web/kit"
	"imglink/app/web/public"
	"imglink/models"
	view "imglink/views/gallery"
	"imglink/views/ui"
)

// Image is GET /gallery/:id, the owner's page of a picture.
func (h *Handlers) Image(c *kit.Ctx) error {
	v, err := h.image(c)
	if err != nil {
		return err
	}
	return c.OK(view.ImagePage(v))
}

func (h *Handlers) image(c *kit.Ctx) (v view.Image, err error) {
	img, albums, err := h.Gallery.Image(c.Context(), c.Actor, c.Param("id"))
	if err != nil {
		return v, err
	}
	k := c.Kit
	v = view.Image{
		Page: page(c, img.FileName), Places: places(c, "gallery"), Tile: tile(c, img, k.URL("image", img.ID)), PageURL: k.Abs("image", img.ID),
		ImageURL: k.Abs("image.file", img.ID, img.Ext), Facts: facts(c, img), Action: k.URL("gallery.image.save", img.ID), LinkAction: k.URL("gallery.image.link", img.ID),
		DeleteAction: k.URL("gallery.bulk"), Version: gallery.Version(img), Visibility: imageVisibility(c, img.Visibility), Served: img.Served(),
		Name: ui.Input{
			Name: "name", Label: c.T("Name"), Value: strings.TrimSuffix(img.FileName, "."+img.Ext), Required: true, Max: "200", Hint: c.T("Ends in .%s, whatever you type. Several pictures may have the same name.", img.Ext),
		},
		Description: ui.Input{Name: "description", Label: c.T("Description"), Value: img.Description, Optional: true, Max: "2000", Rows: "4", Hint: c.T("Shown on its page and found by the search.")},
		Expiries:    public.Lasting(c),
	}
	if img.ExpiresAt != nil {
		v.Expiries = append([]ui.Option{{Value: gallery.KeepExpiry, Label: c.T("As now: %s", when(c, *img.ExpiresAt)), Selected: true}}, v.Expiries...)
	}
	for _, a := range albums {
		v.Albums = append(v.Albums, view.Link{Href: k.URL("gallery.album", a.ID), Text: a.Title})
	}
	return v, nil
}

// SaveImage is POST /gallery/:id.
func (h *Handlers) SaveImage(c *kit.Ctx) error {
	id, name, description, visibility, expiry := c.Param("id"), c.Text("name"), c.Text("description"), models.ImageVisibility(c.Text("visibility")), c.Text("expires_in")
	_, err := h.Gallery.Edit(c.Context(), c.Actor, id, gallery.Edit{
		Name: &name, Description: &description, Visibility: &visibility, Expiry: &expiry, Version: c.Text("version"),
	})
	refused := problems(c, err)
	if err != nil && refused == nil {
		return err
	}
	if err == nil {
		return c.Redirect(c.Kit.URL("gallery.image", id)+"?done=saved", fiber.StatusSeeOther)
	}
	v, viewErr := h.image(c)
	if viewErr != nil {
		return viewErr
	}
	v.Problems, v.HasErrors = refused, true
	v.Name.Value, v.Name.Error = name, errorOf(refused, "name")
	v.Description.Value, v.Description.Error = description, errorOf(refused, "description")
	return c.Render(fault.Of(err).Kind.Status(), view.ImagePage(v))
}

// NewLink is POST /gallery/:id/delete-link: the answer shows the new link once.
func (h *Handlers) NewLink(c *kit.Ctx) error {
	token, err := h.Gallery.NewDeleteLink(c.Context(), c.Actor, c.Param("id"))
	if err != nil {
		return err
	}
	v, err := h.image(c)
	if err != nil {
		return err
	}
	v.NewLink = c.Kit.Abs("delete", string(token))
	return c.OK(view.ImagePage(v))
}

// ClaimForm is GET /gallery/claim.
func (h *Handlers) ClaimForm(c *kit.Ctx) error {
	v, err := h.claimView(c)
	if err != nil {
		return err
	}
	return c.OK(view.ClaimPage(v))
}

func (h *Handlers) claimView(c *kit.Ctx) (view.Claim, error) {
	v := view.Claim{
		Page: page(c, c.T("Add guest uploads")), Places: places(c, "gallery.claim"), Action: c.Kit.URL("gallery.claim.add"),
		Links: ui.Input{Name: "links", Label: c.T("Delete links"), Hint: c.T("One or many, each as you got it with your upload."), Rows: "5"},
	}
	n, err := h.Gallery.Claimable(c.Context(), c.GuestID(false))
	switch {
	case n > gallery.MaxClaim:
		v.Browser = c.T("This browser uploaded more than 200 pictures without an account. They are added 200 at a time.")
	case n > 0:
		v.Browser = c.N(n, "This browser uploaded %d picture without an account.", "This browser uploaded %d pictures without an account.")
	}
	return v, err
}

// Claim is POST /gallery/claim: from is "browser" or "links".
func (h *Handlers) Claim(c *kit.Ctx) error {
	if c.Text("from") == "browser" {
		if _, err := h.Gallery.ClaimBrowser(c.Context(), c.Actor, c.GuestID(false)); err != nil {
			return h.refuseClaim(c, err, "")
		}
		return c.Redirect(c.Kit.URL("gallery")+"?done=claimed", fiber.StatusSeeOther)
	}
	links := c.Text("links")
	got, err := h.Gallery.Claim(c.Context(), c.Actor, links)
	if err == nil && got.Unknown > 0 {
		err = fault.Newf(fault.Invalid, "claim_partial", "%d pictures were added. %d links were not recognised: they are incomplete, their picture is gone, or it belongs to an account already.", got.Pictures, got.Unknown)
	}
	if err != nil {
		return h.refuseClaim(c, err, links)
	}
	return c.Redirect(c.Kit.URL("gallery")+"?done=claimed", fiber.StatusSeeOther)
}

func (h *Handlers) refuseClaim(c *kit.Ctx, err error, links string) error {
	refused := problems(c, err)
	if refused == nil {
		return err
	}
	v, viewErr := h.claimView(c)
	if viewErr != nil {
		return viewErr
	}
	v.Problems, v.HasErrors, v.Links.Value, v.Links.Error = refused, true, links, errorOf(refused, "links")
	return c.Render(fault.Of(err).Kind.Status(), view.ClaimPage(v))
}

package public

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"imglink/app/actor"
	"imglink/app/botcheck"
	"imglink/app/fault"
	"imglink/app/gallery"
	"imglink/app/i18n"
	"imglink/app/ident"
	"imglink/app/uploads"
	"imglink/app/web/api"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/layout"
	"imglink/views/public"
	"imglink/views/ui"
)

// Handlers answer the public routes.
type Handlers struct {
	Store      *models.Store
	Uploads    *uploads.Service
	API        *api.Handlers
	Gallery    *gallery.Service
	Moderation Moderation
	Bot        botcheck.Checker
	Proof      *botcheck.Proof // the built-in proof of work; nil when Turnstile is configured
	Contact    string          // the privacy address
	Location   *time.Location
}

// ageFlag is the cookie that remembers the age confirmation.
const ageFlag = "age"

// AgeConfirmed reports whether this browser said that its user is an adult.
func AgeConfirmed(c *kit.Ctx) bool { return c.Flag(ageFlag) == "yes" }

// Page is what every public page starts from.
func Page(c *kit.Ctx, title string) layout.Page {
	k := c.Kit
	p := layout.Page{
		Title: title, Path: c.OriginalURL(), Theme: c.Theme(), CSRF: c.CSRF(),
		Site: layout.Site{
			Home: k.URL("home"), Report: k.URL("report"), Help: k.URL("help"), Privacy: k.URL("privacy"),
			Terms: k.URL("terms"), ThemePrefs: k.URL("prefs.theme"), LanguagePrefs: k.URL("prefs.language"),
		},
	}
	if c.Reaches("developers") {
		p.Site.Developers = k.URL("developers")
	}
	if c.User != nil && c.User.Full() {
		p.Site.Account = &layout.Account{Name: c.User.Username, Settings: k.URL("settings"), SignOut: k.URL("signout")}
		if c.Reaches("gallery") {
			p.Site.Account.Gallery = k.URL("gallery")
		}
	} else {
		p.Site.SignIn, p.Site.Register = k.URL("signin"), k.URL("register")
	}
	return p
}

// limits are the upload rules in the words of the pages.
func (h *Handlers) limits(c *kit.Ctx) public.Limits {
	lim := h.Uploads.Limits
	return public.Limits{
		MaxBytes: lim.Bytes, MaxBytesText: i18n.Bytes(c.Context(), lim.Bytes), MaxFiles: 50, MaxPixels: lim.Pixels, TypesText: c.T("PNG, JPEG, GIF or WebP"),
		Types: []string{"image/png", "image/jpeg", "image/gif", "image/webp"}, Convertible: []string{"image/heic", "image/heif", "image/avif"},
	}
}

// Lasting are the times after which a picture can delete itself, as uploads.ParseExpiry reads them.
func Lasting(c *kit.Ctx) []ui.Option {
	return []ui.Option{
		{Value: "never", Label: c.T("Never")},
		{Value: "1h", Label: c.T("In an hour")},
		{Value: "1d", Label: c.T("In a day")},
		{Value: "7d", Label: c.T("In a week")},
		{Value: "30d", Label: c.T("In 30 days")},
		{Value: "365d", Label: c.T("In a year")},
	}
}

// options are what can be chosen for an upload: when it deletes itself, and by holders of accounts who sees it and in which
// album it stands.
func (h *Handlers) options(c *kit.Ctx, v *public.Home) error {
	v.Expiries = Lasting(c)
	if c.User == nil || !c.Actor.Can(actor.AlbumsRead) {
		return nil
	}
	albums, _, err := h.Gallery.Albums(c.Context(), c.Actor, "", 200)
	if err != nil {
		return err
	}
	v.Visibility = []ui.Option{
		{Value: string(models.ImageUnlisted), Label: c.T("Whoever has the link")}, {Value: string(models.ImagePrivate), Label: c.T("Only you")},
	}
	if len(albums) > 0 {
		v.Albums = []ui.Option{{Label: c.T("No album")}}
	}
	for _, a := range albums {
		v.Albums = append(v.Albums, ui.Option{Value: a.ID, Label: a.Title})
	}
	return nil
}

func (h *Handlers) home(c *kit.Ctx) public.Home {
	p := Page(c, c.T("Drop an image, get a link"))
	p.Description = c.T("Upload a picture and get a link. No account needed.")
	return public.Home{Page: p, Action: c.Kit.URL("upload"), API: c.Kit.URL("api.images"), Resumable: c.Kit.URL("tus"), Limits: h.limits(c)}
}

// Home is GET /, the upload page.
//
// no-cache, unlike no-store, lets the Back button bring the page back as it was, with the delete links on it.
func (h *Handlers) Home(c *kit.Ctx) error {
	v := h.home(c)
	if err := h.options(c, &v); err != nil {
		return err
	}
	page := public.HomePage(v)
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	return c.OK(page)
}

// Upload is POST /upload, the upload form without a script.
func (h *Handlers) Upload(c *kit.Ctx) error {
	token, page, status := "", h.home(c), fiber.StatusCreated
	ups, err := h.API.ReceiveAll(c, true, &api.Form{
		Options: true,
		Field: func(name, value string) error {
			if name == kit.CSRFField {
				token = value
			}
			return nil
		},
		Ready: func() error { return c.CheckStreamToken(token) }, // the token comes before the files: what has none is not stored
		Refuse: func(err error) {
			page.Problems = append(page.Problems, problems(c, fault.Of(err), fileField)...)
			status = fault.Of(err).Kind.Status()
		},
	})
	if err != nil {
		f := fault.Of(err)
		if f.Kind == fault.Internal || f.Kind == fault.Unavailable || f.Kind == fault.Forbidden || f.Kind == fault.TooMany {
			return err
		}
		page.Problems, status = problems(c, f, fileField), f.Kind.Status()
	}
	for _, up := range ups {
		page.Results, status = append(page.Results, uploaded(c, up)), fiber.StatusCreated
	}
	page.HasErrors = len(page.Problems) > 0
	if err := h.options(c, &page); err != nil {
		return err
	}
	return c.Render(status, public.HomePage(page))
}

// fileField is where the problems of files stand on the page.
var fileField = map[string]string{"file": "files"}

// problems turns field errors into those of a page; names maps field names to the ids of the page's controls.
func problems(c *kit.Ctx, f *fault.Error, names map[string]string) []ui.Problem {
	f = kit.Say(c.Context(), f)
	var out []ui.Problem
	for _, field := range f.Fields {
		id := field.Name
		if alias, ok := names[id]; ok {
			id = alias
		}
		out = append(out, ui.Problem{ID: id, Message: field.Message})
	}
	if len(out) == 0 {
		out = []ui.Problem{{ID: "files", Message: f.Message}}
	}
	return out
}

func uploaded(c *kit.Ctx, up uploads.Upload) public.Uploaded {
	img := api.Show(c.Kit, up)
	return public.Uploaded{
		ID: img.ID, FileName: img.FileName, Facts: facts(c, up.Image), ThumbURL: img.ThumbURL, PageURL: img.PageURL,
		ImageURL: img.ImageURL, DeleteURL: img.DeleteURL,
	}
}

func facts(c *kit.Ctx, img models.Image) string {
	return fmt.Sprintf("%s, %d × %d, %s", typeName(img.Mime), img.Width, img.Height, i18n.Bytes(c.Context(), img.Bytes))
}

func typeName(mime string) string {
	if mime == "image/webp" {
		return "WebP"
	}
	return strings.ToUpper(strings.TrimPrefix(mime, "image/"))
}

// Image is GET /:id, the page of a picture.
func (h *Handlers) Image(c *kit.Ctx) error {
	img, err := h.lookup(c)
	if err != nil {
		return err
	}
	switch {
	case img.Served() && img.Expired(c.Kit.Clock.Now()):
		return h.withheld(c, img)
	case img.State == models.ImageRestricted && !AgeConfirmed(c):
		return h.ageGate(c, img)
	case !img.Served():
		return h.withheld(c, img)
	}
	return c.OK(public.ImagePage(h.imageView(c, img)))
}

func (h *Handlers) imageView(c *kit.Ctx, img models.Image) public.Image {
	k := c.Kit
	p := Page(c, img.FileName)
	p.Robots = "noindex"
	p.Canonical = k.Abs("image", img.ID)
	v := public.Image{
		ID: img.ID, FileName: img.FileName, Alt: img.FileName, ImageURL: k.Abs("image.file", img.ID, img.Ext), PageURL: k.Abs("image", img.ID),
		Type: typeName(img.Mime), Size: i18n.Bytes(c.Context(), img.Bytes), Width: img.Width, Height: img.Height, Animated: img.Frames > 1,
		Uploaded: i18n.Date(c.Context(), img.CreatedAt.In(h.Location), i18n.Long), UploadedISO: img.CreatedAt.In(h.Location).Format("2006-01-02"),
		ReportHref: k.URL("image.report", img.ID),
	}
	v.Description, v.Private = img.Description, img.Visibility == models.ImagePrivate
	if img.ExpiresAt != nil {
		v.Expires, v.ExpiresISO = i18n.DateTime(c.Context(), img.ExpiresAt.UTC(), i18n.Long)+" UTC", img.ExpiresAt.UTC().Format(time.RFC3339)
	}
	if c.User != nil && img.OwnedBy(c.User.ID) {
		v.ManageHref = k.URL("gallery.image", img.ID)
	}
	switch {
	case img.State == models.ImageRestricted:
		v.RestrictedWhy = c.T("A moderator restricted this image to adults.")
	case !v.Private:
		p.OEmbed = k.Abs("oembed") + "?format=json&url=" + escape(v.PageURL)
		p.OG = &layout.OpenGraph{
			Type: "website", Title: img.FileName, Description: c.T("Image on ImgLink, %s", facts(c, img)), URL: v.PageURL, Image: v.ImageURL,
			ImageType: img.Mime, ImageAlt: img.FileName, Width: img.Width, Height: img.Height, Large: true,
		}
	}
	v.Page = p
	return v
}

func (h *Handlers) ageGate(c *kit.Ctx, img models.Image) error {
	p := Page(c, c.T("Age-restricted image"))
	p.Robots = "noindex"
	st, err := h.statement(c, img)
	if err != nil {
		return err
	}
	return c.OK(public.AgeGatePage(public.AgeGate{
		Page: p, ID: img.ID, Action: c.Kit.URL("image.age", img.ID), Back: c.Kit.URL("home"), ReportHref: c.Kit.URL("image.report", img.ID),
		Why: c.T("A moderator restricted this image to adults."), Statement: st,
	}))
}

// ConfirmAge is POST /:id/age: remembered in the browser alone, for a day.
func (h *Handlers) ConfirmAge(c *kit.Ctx) error {
	if !validID(c.Param("id")) {
		return models.ErrNotFound
	}
	c.SetFlag(ageFlag, "yes", 24*time.Hour)
	return c.See("image", c.Param("id"))
}

// withheld is the page of a picture that is gone: it says by whom, why, and what can be done about it.
func (h *Handlers) withheld(c *kit.Ctx, img models.Image) error {
	status, p := fiber.StatusGone, Page(c, c.T("Image removed"))
	if img.State == models.ImageDisabled {
		status, p.Title = fiber.StatusUnavailableForLegalReasons, c.T("Image disabled for legal reasons")
	}
	p.Robots = "noindex"
	v := public.Withheld{Page: p, ID: img.ID, Status: strconv.Itoa(status), ByUploader: img.State == models.ImageDeleted}
	v.Expired = img.Expired(c.Kit.Clock.Now()) && (img.Served() || v.ByUploader)
	if !v.ByUploader && !v.Expired {
		st, err := h.statement(c, img)
		if err != nil {
			return err
		}
		v.Statement = st
	}
	return c.Render(status, public.WithheldPage(v))
}

// DeleteForm is GET /delete/:token. Looking deletes nothing: programs that preview links would.
func (h *Handlers) DeleteForm(c *kit.Ctx) error {
	img, err := h.Uploads.ByDeleteToken(c.Context(), ident.Token(c.Param("token")))
	if err != nil {
		return err
	}
	if !img.Served() {
		return h.withheld(c, img)
	}
	v := public.Delete{
		Page: Page(c, c.T("Delete this image?")), ID: img.ID, Action: c.Kit.URL("delete.confirm", c.Param("token")), FileName: img.FileName,
		Facts: facts(c, img), ThumbURL: c.Kit.URL("image.thumb", img.ID, "jpg"), PageURL: c.Kit.URL("image", img.ID),
	}
	v.Robots = "noindex"
	if v.Statement, err = h.statement(c, img); err != nil {
		return err
	}
	return c.OK(public.DeletePage(v))
}

// Delete is POST /delete/:token.
func (h *Handlers) Delete(c *kit.Ctx) error {
	img, err := h.Uploads.Delete(c.Context(), c.Actor, ident.Token(c.Param("token")))
	if errors.Is(err, fault.New(fault.Conflict, "image_decided", "")) {
		return h.withheld(c, img)
	}
	if err != nil {
		return err
	}
	return c.OK(public.DeletedPage(public.Deleted{Page: Page(c, c.T("Image deleted")), ID: img.ID, Caches: true}))
}

// Theme is POST /prefs/theme.
func (h *Handlers) Theme(c *kit.Ctx) error {
	c.SetTheme(c.Text("theme"))
	return c.Back(c.Text("back"), c.Kit.URL("home"))
}

// Language is POST /prefs/language.
func (h *Handlers) Language(c *kit.Ctx) error {
	c.SetLanguage(c.Text("language"))
	return c.Back(c.Text("back"), c.Kit.URL("home"))
}

// textsOf is the version of the terms and of the privacy policy.
var textsOf = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// Privacy is GET /privacy.
func (h *Handlers) Privacy(c *kit.Ctx) error {
	return c.OK(public.PrivacyPage(public.Privacy{Page: Page(c, c.T("Privacy policy")), Updated: i18n.Date(c.Context(), textsOf, i18n.Long), UpdatedISO: textsOf.Format(time.DateOnly), Contact: h.Contact, Stored: storage(c)}))
}

// Terms is GET /terms, which the reason codes point into.
func (h *Handlers) Terms(c *kit.Ctx) error {
	return c.OK(public.TermsPage(public.Terms{Page: Page(c, c.T("Terms of service")), Version: i18n.Date(c.Context(), textsOf, i18n.Long), VersionISO: textsOf.Format(time.DateOnly), Contact: h.Contact}))
}

// Help is GET /help.
func (h *Handlers) Help(c *kit.Ctx) error {
	return c.OK(public.HelpPage(public.Help{Page: Page(c, c.T("Help")), BaseURL: c.Kit.Base, Limits: h.limits(c), Errors: ErrorCodes(), PerMinute: h.API.PerMinute}))
}

// ErrorPage says what happened in a sentence that is safe to show, and what to do next.
func ErrorPage(c *kit.Ctx, f *fault.Error) templ.Component {
	f = kit.Say(c.Context(), f)
	p := Page(c, "")
	p.Robots = "noindex"
	v := public.Problem{Page: p, Status: f.Kind.Status(), Message: f.Message, RequestID: c.ID}
	if f.RetryAfter > 0 {
		v.RetryAfter = i18n.Wait(c.Context(), f.RetryAfter)
	}
	return public.ProblemPage(v)
}

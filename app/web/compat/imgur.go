package compat

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/gallery"
	"imglink/app/ident"
	"imglink/app/uploads"
	"imglink/app/web/kit"
	"imglink/models"
)

type imgurAnswer struct {
	Data    any  `json:"data"`
	Success bool `json:"success"`
	Status  int  `json:"status"`
}

type imgurError struct {
	Error   string `json:"error"`
	Request string `json:"request"`
	Method  string `json:"method"`
}

// imgurImage is a picture in Imgur's words. Datetime is in seconds since 1970. What there is not here is null, false or 0.
type imgurImage struct {
	ID          string   `json:"id"`
	Title       *string  `json:"title"`
	Description *string  `json:"description"`
	Datetime    int64    `json:"datetime"`
	Type        string   `json:"type"`
	Animated    bool     `json:"animated"`
	Width       int      `json:"width"`
	Height      int      `json:"height"`
	Size        int64    `json:"size"`
	Views       int      `json:"views"`
	Bandwidth   int      `json:"bandwidth"`
	Vote        *string  `json:"vote"`
	Favorite    bool     `json:"favorite"`
	NSFW        *bool    `json:"nsfw"`
	Section     *string  `json:"section"`
	AccountURL  *string  `json:"account_url"`
	AccountID   *int     `json:"account_id"`
	IsAd        bool     `json:"is_ad"`
	InMostViral bool     `json:"in_most_viral"`
	HasSound    bool     `json:"has_sound"`
	Tags        []string `json:"tags"`
	AdType      int      `json:"ad_type"`
	AdURL       string   `json:"ad_url"`
	Edited      string   `json:"edited"`
	InGallery   bool     `json:"in_gallery"`
	Deletehash  string   `json:"deletehash,omitempty"`
	Name        string   `json:"name"`
	Link        string   `json:"link"`
}

// imgurIdentify finds out whose a request is: "Client-ID anything" is a guest's, "Bearer" an account's.
func (h *Handlers) imgurIdentify(c *kit.Ctx, need actor.Permission) error {
	scheme, key, _ := strings.Cut(utils.CopyString(c.Get(fiber.HeaderAuthorization)), " ")
	key = strings.TrimSpace(key)
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		return h.identify(c, key, need)
	case strings.EqualFold(scheme, "Client-ID") && key != "" && h.Guests:
		return c.AsGuest()
	}
	return fault.New(fault.Unauthenticated, "", "Authentication required")
}

// Imgur is POST /3/image and /3/upload: image as a file, base64 or an address; title or name, description.
func (h *Handlers) Imgur(c *kit.Ctx) error {
	s, err := h.read(c, "image", "video")
	defer s.close()
	if err != nil {
		return err
	}
	if err := h.imgurIdentify(c, actor.ImagesWrite); err != nil {
		return err
	}
	if s.empty() {
		return fault.New(fault.Malformed, "image_missing", "No image data was sent to the upload api")
	}
	if name := s.text("name"); name != "" {
		s.name = name
	}
	title := s.text("title")
	if title != "" {
		s.name = title
	}
	src := uploads.Source{AlbumID: s.text("album")}
	if err := src.Describe(s.text("description")); err != nil {
		return err
	}
	up, err := h.store(c, s, src)
	if err != nil {
		return err
	}
	out := imgurShow(c, up.Image)
	out.Title, out.Deletehash = orNull(title), string(up.DeleteToken)
	return imgurOK(c, out)
}

func imgurOK(c *kit.Ctx, data any) error {
	imgurLimits(c)
	return c.JSONStatus(fiber.StatusOK, imgurAnswer{data, true, fiber.StatusOK})
}

func imgurShow(c *kit.Ctx, img models.Image) imgurImage {
	out := imgurImage{
		ID: img.ID, Description: orNull(img.Description), Datetime: img.CreatedAt.Unix(), Type: img.Mime, Animated: img.Frames > 1,
		Width: img.Width, Height: img.Height, Size: img.Bytes, Tags: []string{}, Edited: "0", Name: strings.TrimSuffix(img.FileName, "."+img.Ext),
		Link: c.Kit.Abs("image.file", img.ID, img.Ext),
	}
	if c.User != nil && img.UserID != nil && *img.UserID == c.User.ID {
		out.AccountURL = &c.User.Username
	}
	return out
}

var errImgurNone = fault.New(fault.NotFound, "", "Unable to find an image with the id")

// ImgurGet is GET /3/image/:hash: a picture by its id, for whoever has it.
func (h *Handlers) ImgurGet(c *kit.Ctx) error {
	if err := h.imgurIdentify(c, actor.ImagesRead); err != nil {
		return err
	}
	id := c.Param("hash")
	if !ident.IsPublic(id) {
		return errImgurNone
	}
	img, err := h.Store.Image(c.Context(), id)
	if fault.Is(err, fault.NotFound) || err == nil && !h.maySee(c, img) {
		return errImgurNone
	}
	if err != nil {
		return err
	}
	return imgurOK(c, imgurShow(c, img))
}

// maySee reports whether a picture is shown to the one who asks, as its page would be.
func (h *Handlers) maySee(c *kit.Ctx, img models.Image) bool {
	own := c.User != nil && img.UserID != nil && *img.UserID == c.User.ID
	if img.ExpiresAt != nil && !c.Kit.Clock.Now().Before(*img.ExpiresAt) {
		return false
	}
	return img.State == models.ImageLive && (own || img.Visibility != models.ImagePrivate)
}

// ImgurEdit is POST /3/image/:hash: title and description of one's own picture, by its id. Guests cannot change theirs.
func (h *Handlers) ImgurEdit(c *kit.Ctx) error {
	s, err := h.read(c, "image")
	defer s.close()
	if err != nil {
		return err
	}
	if err := h.imgurIdentify(c, actor.ImagesWrite); err != nil {
		return err
	}
	if c.User == nil {
		return fault.New(fault.Forbidden, "", "Permission denied")
	}
	var in gallery.Edit
	if title, sent := s.texts["title"]; sent && title != "" {
		in.Name = &title
	}
	if description, sent := s.texts["description"]; sent {
		in.Description = &description
	}
	if _, err := h.Gallery.Edit(c.Context(), c.Actor, c.Param("hash"), in); fault.Is(err, fault.NotFound) {
		return errImgurNone
	} else if err != nil {
		return err
	}
	return imgurOK(c, true)
}

// ImgurDelete is DELETE /3/image/:hash: by delete hash for everybody who has it, by id for the account it belongs to.
func (h *Handlers) ImgurDelete(c *kit.Ctx) error {
	if err := h.imgurIdentify(c, actor.ImagesDelete); err != nil {
		return err
	}
	err := h.remove(c, c.Param("hash"))
	if fault.Is(err, fault.NotFound) {
		return errImgurNone
	}
	if err != nil {
		return err
	}
	return imgurOK(c, true)
}

// imgurLimits tells the budget in Imgur's headers.
func imgurLimits(c *kit.Ctx) {
	limit, left, wait := c.GetRespHeader("RateLimit-Limit"), c.GetRespHeader("RateLimit-Remaining"), c.GetRespHeader("RateLimit-Reset")
	if limit == "" {
		return
	}
	seconds, _ := strconv.ParseInt(utils.CopyString(wait), 10, 64)
	c.Set("X-RateLimit-UserLimit", limit)
	c.Set("X-RateLimit-UserRemaining", left)
	c.Set("X-RateLimit-UserReset", strconv.FormatInt(c.Kit.Clock.Now().Unix()+seconds, 10))
	c.Set("X-RateLimit-ClientLimit", limit)
	c.Set("X-RateLimit-ClientRemaining", left)
}

// FailImgur answers errors as Imgur does: 400, 401, 403, 404, 429 or 500.
func (h *Handlers) FailImgur(c *kit.Ctx, f *fault.Error) error {
	imgurLimits(c)
	status := fiber.StatusBadRequest
	switch f.Kind {
	case fault.Unauthenticated, fault.Forbidden, fault.NotFound, fault.TooMany:
		status = f.Kind.Status()
	case fault.Gone:
		status = fiber.StatusNotFound
	case fault.Internal, fault.Unavailable:
		status = fiber.StatusInternalServerError
	}
	return c.JSONStatus(status, imgurAnswer{
		imgurError{Error: f.Message, Request: utils.CopyString(c.Path()), Method: utils.CopyString(c.Method())}, false, status,
	})
}

// Package public answers people: uploading, looking, deleting, reporting, reading the policies.
package public

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/fault"
	"imglink/app/objects"
	"imglink/app/uploads"
	"imglink/app/web/kit"
	"imglink/models"
)

// imagePolicy is the content security policy of picture bytes: even a browser that takes them for a page can do nothing. The
// styles are those a browser itself gives to the page it shows a picture on.
const imagePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

// File is GET and HEAD /i/:id.:ext, the picture itself.
func (h *Handlers) File(c *kit.Ctx) error {
	img, err := h.served(c)
	if err != nil {
		return err
	}
	if c.Param("ext") != img.Ext {
		return models.ErrNotFound
	}
	return h.send(c, img, img.ObjectKey(), img.Mime)
}

// Thumb is GET and HEAD /t/:id.:ext. While the thumbnail is still being made, or where none can be, the picture stands in.
func (h *Handlers) Thumb(c *kit.Ctx) error {
	img, err := h.served(c)
	if err != nil {
		return err
	}
	if ext := c.Param("ext"); ext != "jpg" && ext != "webp" {
		return models.ErrNotFound
	} else if img.ThumbExt == "" {
		c.Set(fiber.HeaderCacheControl, "no-store")
		return c.Redirect(c.Kit.URL("image.file", img.ID, img.Ext), fiber.StatusFound)
	} else if ext != img.ThumbExt {
		return c.Redirect(c.Kit.URL("image.thumb", img.ID, img.ThumbExt), fiber.StatusFound)
	}
	return h.send(c, img, img.ThumbKey(), "image/"+strings.Replace(img.ThumbExt, "jpg", "jpeg", 1))
}

// served finds the image and refuses what is not to be shown. It asks the database every time: a removal takes effect
// with the next request, whatever is cached here.
func (h *Handlers) served(c *kit.Ctx) (models.Image, error) {
	img, err := h.lookup(c)
	if err != nil {
		return img, err
	}
	if img.Served() && img.Expired(c.Kit.Clock.Now()) {
		return img, fault.New(fault.Gone, "image_expired", "This image was to be seen until a certain time, which is over.")
	}
	switch img.State {
	case models.ImageLive:
		return img, nil
	case models.ImageRestricted:
		if AgeConfirmed(c) {
			return img, nil
		}
		return img, fault.New(fault.Forbidden, "age_restricted", "This image is for adults. Open its page and confirm your age to see it.")
	case models.ImageDisabled:
		return img, fault.New(fault.Unlawful, "image_disabled", "This image was disabled for legal reasons. Its page tells why.")
	default:
		return img, fault.New(fault.Gone, "image_gone", "This image was removed. Its page tells why.")
	}
}

func (h *Handlers) lookup(c *kit.Ctx) (models.Image, error) {
	id := c.Param("id")
	if !validID(id) {
		return models.Image{}, models.ErrNotFound
	}
	img, err := h.Store.Image(c.Context(), id)
	if err == nil && img.State == models.ImagePending {
		return img, models.ErrNotFound // not acknowledged yet
	}
	if err != nil || img.Visibility != models.ImagePrivate {
		return img, err
	}
	return h.private(c, img)
}

// private lets nobody but its owner, signed in, learn that a private picture exists. Who asks is looked up here, because
// the routes of pictures do not.
func (h *Handlers) private(c *kit.Ctx, img models.Image) (models.Image, error) {
	if err := c.Identify(); err != nil {
		return models.Image{}, err
	}
	if c.User == nil || !c.User.Full() || !img.OwnedBy(c.User.ID) {
		return models.Image{}, models.ErrNotFound
	}
	return img, nil
}

func (h *Handlers) send(c *kit.Ctx, img models.Image, key, mime string) error {
	h.imageHeaders(c, img, mime)
	etag := `"t-` + img.ID + `"`
	if key == img.ObjectKey() {
		etag = `"` + hex.EncodeToString(img.SHA256[:16]) + `"`
	}
	c.Set(fiber.HeaderETag, etag)
	if c.Has(etag) || c.Get(fiber.HeaderIfNoneMatch) == "" && notModified(c, img) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	var want *objects.Range
	if key == img.ObjectKey() {
		c.Set(fiber.HeaderAcceptRanges, "bytes")
		var err error
		if want, err = part(c, etag, img.Bytes); err != nil {
			c.Set(fiber.HeaderContentRange, "bytes */"+strconv.FormatInt(img.Bytes, 10))
			return err
		}
	}
	if c.Method() == fiber.MethodHead && key == img.ObjectKey() {
		c.Response().SkipBody = true
		c.Response().Header.SetContentLength(int(img.Bytes))
		return nil
	}
	content, err := h.Uploads.Open(c.Context(), img.ID, key, want)
	if err != nil {
		return err
	}
	return respond(c, content, want)
}

// part is what the request asks for. Ranges are defined for GET alone (RFC 9110, 14.2), and an If-Range that names another
// picture asks for all of this one, whatever the range (13.1.5).
func part(c *kit.Ctx, etag string, size int64) (*objects.Range, error) {
	if ifRange := c.Get(fiber.HeaderIfRange); c.Method() != fiber.MethodGet || ifRange != "" && ifRange != etag {
		return nil, nil
	}
	return parseRange(c.Get(fiber.HeaderRange), size)
}

func respond(c *kit.Ctx, content *uploads.Content, want *objects.Range) error {
	if want != nil {
		c.Set(fiber.HeaderContentRange, "bytes "+strconv.FormatInt(want.Start, 10)+"-"+strconv.FormatInt(want.Start+content.Size-1, 10)+"/"+strconv.FormatInt(content.Total, 10))
		c.Status(fiber.StatusPartialContent)
	}
	if c.Method() == fiber.MethodHead {
		_ = content.Body.Close()
		c.Response().SkipBody = true
		c.Response().Header.SetContentLength(int(content.Size))
		return nil
	}
	return c.SendStream(content.Body, int(content.Size)) // fasthttp closes the body
}

func (h *Handlers) imageHeaders(c *kit.Ctx, img models.Image, mime string) {
	c.Set(fiber.HeaderContentType, mime)
	c.Set(fiber.HeaderContentSecurityPolicy, imagePolicy)
	c.Set("Cross-Origin-Resource-Policy", "cross-origin")
	c.Response().Header.Del("Cross-Origin-Opener-Policy")
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set(fiber.HeaderContentDisposition, `inline; filename="`+asciiName(img.FileName)+`"; filename*=UTF-8''`+percent(img.FileName))
	c.Set("Cache-Tag", "image-"+img.ID)
	if img.LiveAt != nil {
		c.Set(fiber.HeaderLastModified, img.LiveAt.UTC().Format(httpTime))
	}
	c.Set(fiber.HeaderCacheControl, h.cacheControl(c, img))
	if img.Visibility == models.ImagePrivate {
		for _, name := range []string{fiber.HeaderAccessControlAllowOrigin, "Cache-Tag"} {
			c.Response().Header.Del(name)
		}
		c.Set("Cross-Origin-Resource-Policy", "same-origin")
	}
}

// cacheControl keeps what is not for everybody out of every cache, and what expires in none beyond that instant.
func (h *Handlers) cacheControl(c *kit.Ctx, img models.Image) string {
	switch {
	case img.State == models.ImageRestricted || img.Visibility == models.ImagePrivate:
		return "private, no-store"
	case img.ExpiresAt == nil:
		return h.Uploads.CacheControl()
	}
	return h.Uploads.CacheControlUntil(img.ExpiresAt.Sub(c.Kit.Clock.Now()))
}

const httpTime = "Mon, 02 Jan 2006 15:04:05 GMT"

func notModified(c *kit.Ctx, img models.Image) bool {
	since, err := time.Parse(httpTime, c.Get(fiber.HeaderIfModifiedSince))
	return err == nil && img.LiveAt != nil && !img.LiveAt.Truncate(time.Second).After(since)
}

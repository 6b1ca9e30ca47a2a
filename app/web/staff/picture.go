package staff

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/web/kit"
	"imglink/models"
)

// lookTime is how long the address of a revealed picture works, and only for the session that asked.
const lookTime = 2 * time.Minute

// maxSafe bounds a safe rendition, which is at most 320 pixels wide; a larger object is not one.
const maxSafe = 1 << 20

// bytesPolicy is the content security policy of picture bytes. Staff see them inside a page only: not even styles are needed.
const bytesPolicy = "default-src 'none'; sandbox"

// noPicture stands where a safe rendition is not made yet: the same grey, an hourglass.
const noPicture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="#8a8794"/>` +
	`<path d="M24 18h16M24 46h16M26 18v5c0 4 12 8 12 18v5M38 18v5c0 4-12 8-12 18v5" fill="none" stroke="#f2f0f7" stroke-width="2.5"/></svg>`

// Safe is GET /staff/safe/:id: the blurred grey rendition, the only picture lists may load.
func (h *Handlers) Safe(c *kit.Ctx) error {
	if !ident.IsPublic(c.Param("id")) {
		return models.ErrNotFound
	}
	img, err := h.Moderation.SafeImage(c.Context(), c.Actor, c.Param("id"))
	if fault.Is(err, fault.NotFound) {
		return sendNoPicture(c)
	}
	if err != nil {
		return err
	}
	if img.DerivedAt == nil || img.State == models.ImageDeleted {
		return sendNoPicture(c)
	}
	obj, err := h.Objects.Get(c.Context(), img.SafeKey(), nil)
	if fault.Is(err, fault.NotFound) {
		return sendNoPicture(c)
	}
	if err != nil {
		return err
	}
	defer obj.Body.Close() //nolint:errcheck // read only
	b, err := io.ReadAll(io.LimitReader(obj.Body, maxSafe))
	if err != nil {
		return err
	}
	pictureHeaders(c, "image/jpeg")
	c.Set(fiber.HeaderCacheControl, "private, max-age=3600")
	return c.Send(b)
}

func sendNoPicture(c *kit.Ctx) error {
	pictureHeaders(c, "image/svg+xml")
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Status(fiber.StatusNotFound).SendString(noPicture)
}

func pictureHeaders(c *kit.Ctx, mime string) {
	c.Set(fiber.HeaderContentType, mime)
	c.Set(fiber.HeaderContentSecurityPolicy, bytesPolicy)
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// look is a right to one picture for a moment: image, end in Unix seconds, and our signature over both and the session.
type look struct {
	image string
	until int64
	mac   string
}

func (h *Handlers) newLook(c *kit.Ctx, image string) look {
	l := look{image: image, until: c.Kit.Clock.Now().Add(lookTime).Unix()}
	l.mac = sign(c, l)
	return l
}

func sign(c *kit.Ctx, l look) string {
	session := ""
	if c.Principal != nil {
		session = c.Principal.SessionID
	}
	return base64.RawURLEncoding.EncodeToString(c.Kit.Keys.MAC("look", l.image, strconv.FormatInt(l.until, 10), session))
}

func (h *Handlers) valid(c *kit.Ctx, l look) bool {
	return subtle.ConstantTimeCompare([]byte(l.mac), []byte(sign(c, l))) == 1 && c.Kit.Clock.Now().Unix() < l.until
}

// lookOf reads the look that the page after a reveal without a script carries in its address.
func (h *Handlers) lookOf(c *kit.Ctx) (look, bool) {
	parts := strings.Split(strings.Clone(c.Query("look")), ".")
	if len(parts) != 3 {
		return look{}, false
	}
	until, err := strconv.ParseInt(parts[1], 10, 64)
	l := look{image: parts[0], until: until, mac: parts[2]}
	return l, err == nil && h.valid(c, l)
}

func (h *Handlers) originalURL(c *kit.Ctx, l look) string {
	return c.Kit.URL("staff.original", l.image) + "?e=" + strconv.FormatInt(l.until, 10) + "&s=" + l.mac
}

// revealed is the answer to a script that asked for the picture.
type revealed struct {
	URL string `json:"url"`
}

// Reveal is POST /staff/reports/:id/reveal/:image. The look is in the audit log before the address of the picture exists.
func (h *Handlers) Reveal(c *kit.Ctx) error {
	img, err := h.Moderation.Reveal(c.Context(), c.Actor, c.Param("image"), c.Param("id"))
	if err != nil {
		return err
	}
	l := h.newLook(c, img.ID)
	if c.WantsJSON() {
		return c.JSONStatus(fiber.StatusOK, revealed{URL: h.originalURL(c, l)})
	}
	to := h.caseURL(c, c.Param("id"), backFilter(c))
	sep := "?"
	if strings.Contains(to, "?") {
		sep = "&"
	}
	return c.Redirect(to+sep+"look="+l.image+"."+strconv.FormatInt(l.until, 10)+"."+l.mac, fiber.StatusSeeOther)
}

// Original is GET /staff/original/:id: the picture itself, for a look of this session that has not run out.
func (h *Handlers) Original(c *kit.Ctx) error {
	until, _ := strconv.ParseInt(strings.Clone(c.Query("e")), 10, 64)
	l := look{image: c.Param("id"), until: until, mac: strings.Clone(c.Query("s"))}
	if !h.valid(c, l) {
		return fault.New(fault.Forbidden, "look_expired", "This look at the picture has ended. Open the case and look again.")
	}
	img, err := h.Moderation.SafeImage(c.Context(), c.Actor, l.image)
	if err != nil {
		return err
	}
	// the body is sent after the handler has returned and its context has ended; the store watches for silence itself
	obj, err := h.Objects.Get(context.WithoutCancel(c.Context()), img.ObjectKey(), nil)
	if err != nil {
		return err
	}
	pictureHeaders(c, img.Mime)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.SendStream(obj.Body, int(obj.Size))
}

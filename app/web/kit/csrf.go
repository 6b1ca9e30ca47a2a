package kit

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"imglink/app/fault"
	"imglink/app/ident"
)

// CSRFField and CSRFHeader carry the token in forms and scripts.
const (
	CSRFField  = "_csrf"
	CSRFHeader = "X-CSRF-Token"
)

var errCSRF = fault.New(fault.Forbidden, "csrf", "This form is out of date or came from another site. Open the page again and send it once more.")

// CSRF is the token for this page's forms. It is bound to the browser (and to the session once signed in) and masked anew
// each time, so that compression reveals nothing about it (BREACH).
func (c *Ctx) CSRF() string {
	if c.csrf == "" {
		id := c.cookie("csrf")
		if len(id) < 16 {
			id = string(ident.NewToken())
			c.setCookie("csrf", id, 0)
		}
		c.csrf = mask(c.csrfMAC(id))
	}
	return c.csrf
}

// csrfMAC binds a token to the browser and to whoever is signed in there.
func (c *Ctx) csrfMAC(id string) []byte {
	return c.Kit.Keys.MAC("csrf", id, c.cookie("session"), c.cookie(userCookie))
}

// checkCSRF refuses a state-changing request without a good token or from another origin.
func (c *Ctx) checkCSRF() error {
	if !c.sameOrigin() {
		return errCSRF
	}
	token := utils.CopyString(c.Get(CSRFHeader))
	if token == "" {
		token = c.FormValue(CSRFField)
	}
	if !c.validCSRF(token) {
		return errCSRF
	}
	return nil
}

func (c *Ctx) validCSRF(token string) bool {
	id := c.cookie("csrf")
	if len(id) < 16 {
		return false
	}
	got := unmask(token)
	return got != nil && subtle.ConstantTimeCompare(got, c.csrfMAC(id)) == 1
}

// sameOrigin believes the browser when it says where a request comes from; clients that say nothing are judged by the token.
func (c *Ctx) sameOrigin() bool {
	if site := c.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return false
	}
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && (u.Host == string(c.Request().Host()) || origin == c.Kit.Base)
}

func mask(mac []byte) string {
	out := make([]byte, 2*len(mac))
	_, _ = rand.Read(out[:len(mac)])
	subtle.XORBytes(out[len(mac):], out[:len(mac)], mac)
	return base64.RawURLEncoding.EncodeToString(out)
}

func unmask(token string) []byte {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(token))
	if err != nil || len(b) != 64 {
		return nil
	}
	out := make([]byte, 32)
	subtle.XORBytes(out, b[:32], b[32:])
	return out
}

// CookieName adds the __Host- prefix over https: such a cookie cannot be set by a sibling domain (RFC 6265bis).
func (k *Kit) CookieName(name string) string {
	if k.Secure {
		return "__Host-imglink_" + name
	}
	return "imglink_" + name
}

// Cookie is a copy of one of the program's cookies.
func (c *Ctx) cookie(name string) string {
	return utils.CopyString(c.Cookies(c.Kit.CookieName(name)))
}

// setCookie sets one of the program's cookies: never readable by scripts, never sent cross-site except on navigation. A
// zero maxAge lasts as long as the browser's session.
func (c *Ctx) setCookie(name, value string, maxAge time.Duration) {
	ck := &fiber.Cookie{
		Name: c.Kit.CookieName(name), Value: value, Path: "/", HTTPOnly: true, Secure: c.Kit.Secure,
		SameSite: fiber.CookieSameSiteLaxMode, SessionOnly: maxAge == 0,
	}
	switch {
	case maxAge > 0:
		ck.MaxAge = int(maxAge.Seconds())
	case maxAge < 0: // the server writes no Max-Age below one; a date in the past takes a cookie back as well
		ck.Expires = time.Unix(1, 0)
	}
	c.Cookie(ck)
	// A later read in this request sees the new state: a form drawn after a session ended must not be bound to it.
	if maxAge >= 0 {
		c.Request().Header.SetCookie(ck.Name, value)
	} else {
		c.Request().Header.DelCookie(ck.Name)
	}
}

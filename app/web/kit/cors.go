package kit

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"imglink/app/actor"
)

// Pages of other sites may ask Open routes, and read the answers, with a token for programs (Fetch standard, CORS). No
// cookie counts there, and "*" never comes with credentials. Without a token a page elsewhere could make its visitors
// upload in their names and from their addresses: it is refused, as on every other address.

// foreignHeaders are the request headers that pages elsewhere may send, foreignExposed those of the answer they may read.
const (
	foreignHeaders = "Authorization, Content-Type, Idempotency-Key, X-API-Key, Token, Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset, Upload-Checksum"
	foreignExposed = "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, RateLimit-Policy, Retry-After, Idempotent-Replayed, X-Request-ID, " +
		"Location, Link, Tus-Resumable, Upload-Offset, Upload-Length, Upload-Expires"
)

// opened remembers the methods of an Open route.
func (k *Kit) opened(r *Route) {
	if k.foreign == nil {
		k.foreign = map[string][]string{}
	}
	if r.Open {
		k.foreign[r.Path] = append(k.foreign[r.Path], r.Method)
	}
}

// open lets pages of other sites read the answer.
func (c *Ctx) open() {
	if c.Route != nil && c.Route.Open {
		c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
		c.Set(fiber.HeaderAccessControlExposeHeaders, foreignExposed)
		c.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
}

// guardAPI refuses what a browser sends from pages of other sites, unless it is on behalf of a token. Cheap routes find
// out themselves whose the request is, with UseToken or AsGuest.
func (c *Ctx) guardAPI() error {
	if c.sameOrigin() || c.Route.Open && (c.Route.Cheap || c.User != nil && c.User.TokenID != "") {
		return nil
	}
	return errCSRF
}

// UseToken makes the holder of a token the one who acts, where it comes in another way than in the Authorization header.
func (c *Ctx) UseToken(token string) error {
	if c.Kit.Tokens == nil {
		return errSignIn
	}
	return c.use(c.Kit.Tokens.Resolve(c.Context(), token))
}

// AsGuest lets a request go on without an account, unless it comes from a page of another site.
func (c *Ctx) AsGuest() error {
	if !c.sameOrigin() {
		return errCSRF
	}
	return nil
}

// elsewhere answers a request that no route takes.
func (c *Ctx) elsewhere() error {
	path := strings.TrimSuffix(c.Path(), "/")
	if methods := allowed(c.Kit.foreign, path); c.Method() == fiber.MethodOptions && len(methods) > 0 {
		return c.preflight(methods)
	}
	methods := allowed(c.Kit.methods, path)
	if !strings.HasPrefix(c.Path(), apiPath) || len(methods) == 0 {
		return c.fail(fiber.ErrNotFound)
	}
	c.Set(fiber.HeaderAllow, strings.Join(methods, ", ")) // RFC 9110, 15.5.6
	return c.fail(fiber.ErrMethodNotAllowed)
}

// preflight tells a browser what pages of other sites may send.
func (c *Ctx) preflight(methods []string) error {
	c.Set(fiber.HeaderAllow, strings.Join(append(slices.Clone(methods), fiber.MethodOptions), ", "))
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set(fiber.HeaderAccessControlAllowMethods, strings.Join(methods, ", "))
	c.Set(fiber.HeaderAccessControlAllowHeaders, foreignHeaders)
	c.Set(fiber.HeaderAccessControlMaxAge, "86400")
	return c.SendStatus(fiber.StatusNoContent)
}

// allowed are the methods of the routes that match a path, by the patterns of the table.
func allowed(table map[string][]string, path string) (methods []string) {
	for pattern, list := range table {
		if strings.HasPrefix(pattern, "/:") || !fiber.RoutePatternMatch(path, pattern, fiber.Config{CaseSensitive: true}) {
			continue
		}
		methods = append(methods, list...)
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

// Require refuses who acts for an account without the permission; guests pass. It is for routes that are open to both.
func (c *Ctx) Require(need actor.Permission) error {
	if c.User != nil && !c.Actor.Can(need) {
		return c.authoriseUser(need)
	}
	return nil
}

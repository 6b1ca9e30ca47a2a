package kit

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
)

// userCookie is a cookie of its own: one browser may hold a staff session and a user's.
const userCookie = "user"

// StartUserSession gives the browser a user's session token, always a new one.
func (c *Ctx) StartUserSession(token ident.Token, lifetime time.Duration) {
	c.setCookie(userCookie, string(token), lifetime)
	c.csrf = ""
}

// UserToken is the user's session cookie as sent.
func (c *Ctx) UserToken() ident.Token { return ident.Token(c.cookie(userCookie)) }

// EndUserSession takes the cookie back.
func (c *Ctx) EndUserSession() {
	c.setCookie(userCookie, "", -time.Hour)
	c.csrf, c.User = "", nil
	c.Actor = actor.Guest(c.GuestID(false))
}

// Identify resolves whose account the request comes from: a bearer token on addresses for programs (RFC 6750, 2.1), else
// the session cookie. Addresses for programs believe the cookie only from our own pages. A bad cookie makes a guest, a bad
// token is refused: a program must not believe that it uploaded to an account when it did not.
func (c *Ctx) Identify() error {
	if c.User != nil {
		return nil
	}
	if token, ok := c.Bearer(); ok && c.Route.API && c.Kit.Tokens != nil {
		return c.use(c.Kit.Tokens.Resolve(c.Context(), token))
	}
	token := c.UserToken()
	if token == "" || c.Kit.Users == nil || c.Route.API && !c.trusted() {
		return nil
	}
	err := c.use(c.Kit.Users.Resolve(c.Context(), string(token)))
	if fault.Is(err, fault.Unauthenticated) {
		c.EndUserSession()
		if c.Route.Needs != actor.Public {
			return errEnded
		}
		return nil
	}
	return err
}

// use makes the user the one who acts. A sign-in that lacks its second factor acts as a guest until it is complete.
func (c *Ctx) use(u User, err error) error {
	if err != nil {
		return err
	}
	c.User = &u
	if u.Full() {
		c.Actor = u.Actor()
	} else if c.Route.Needs == actor.Public {
		c.User = nil
	}
	return nil
}

// trusted reports whether cookies count on an address for programs: reads from this site, writes with a token of its pages.
func (c *Ctx) trusted() bool {
	switch c.Method() {
	case fiber.MethodGet, fiber.MethodHead:
		return c.sameOrigin()
	}
	return c.FromBrowser()
}

// Bearer is the token of the Authorization header.
func (c *Ctx) Bearer() (token string, ok bool) {
	scheme, token, found := strings.Cut(utils.CopyString(c.Get(fiber.HeaderAuthorization)), " ")
	token = strings.TrimSpace(token)
	return token, found && strings.EqualFold(scheme, "Bearer") && token != ""
}

func (c *Ctx) authoriseUser(need actor.Permission) error {
	switch {
	case need == actor.UserSignIn && c.User.TokenID == "":
		return nil
	case need == actor.UserRights && c.User.Suspended && c.User.Stage == "full":
		return nil
	case !c.User.Full():
		return errSignIn
	case c.Actor.Can(need):
		return nil
	case c.User.TokenID != "":
		return fault.Newf(fault.Forbidden, "scope_missing", "This token does not include \"%s\". Make one that does in your settings.", need)
	}
	return fault.New(fault.Forbidden, "forbidden", "Your account does not include this page.")
}

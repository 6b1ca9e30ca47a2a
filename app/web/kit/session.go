package kit

import (
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
)

// StartSession gives the browser its session token: always a new one, so that a token planted before sign-in is worth nothing.
func (c *Ctx) StartSession(token ident.Token, lifetime time.Duration) {
	c.setCookie("session", string(token), lifetime)
	c.csrf = ""
}

// SessionToken is the session cookie as sent.
func (c *Ctx) SessionToken() ident.Token { return ident.Token(c.cookie("session")) }

// EndSession takes the session cookie back.
func (c *Ctx) EndSession() {
	c.setCookie("session", "", -time.Hour)
	c.csrf = ""
	c.Principal = nil
}

// GuestID is the random identifier of this browser's uploads; make sets the cookie when there is none.
func (c *Ctx) GuestID(make bool) string {
	id := c.cookie("guest")
	if ident.IsPublic(id) {
		return id
	}
	if !make {
		return ""
	}
	id = ident.Public()
	c.setCookie("guest", id, 365*24*time.Hour)
	return id
}

// Theme is the chosen colour scheme: "light", "dark" or empty for the system's.
func (c *Ctx) Theme() string {
	if t := c.cookie("theme"); t == "light" || t == "dark" {
		return t
	}
	return ""
}

// SetTheme remembers the colour scheme.
func (c *Ctx) SetTheme(t string) {
	if t != "light" && t != "dark" {
		c.setCookie("theme", "", -time.Hour)
		return
	}
	c.setCookie("theme", t, 365*24*time.Hour)
}

// SetFlag and Flag keep a small marker such as the age confirmation.
func (c *Ctx) SetFlag(name, value string, maxAge time.Duration) { c.setCookie(name, value, maxAge) }

// Flag reads a marker set by SetFlag.
func (c *Ctx) Flag(name string) string { return c.cookie(name) }

var (
	errSignIn = fault.New(fault.Unauthenticated, "unauthenticated", "Please sign in to continue.")
	errEnded  = fault.New(fault.Unauthenticated, "session_ended", "You were signed out. Please sign in again.")
)

// identify finds out who asks: staff on staff pages, elsewhere the holder of an account. A session cookie is resolved
// only where there is one, and on Cheap routes only when the handler asks.
func (c *Ctx) identify() error {
	c.Actor = actor.Guest(c.GuestID(false))
	if staffPath(c.Path()) {
		return c.identifyStaff()
	}
	if c.Route.Cheap {
		return nil
	}
	return c.Identify()
}

func (c *Ctx) identifyStaff() error {
	token := c.SessionToken()
	if token == "" {
		if c.Route.Needs == actor.Public {
			return nil
		}
		return errSignIn
	}
	p, err := c.Kit.Sessions.Resolve(c.Context(), string(token))
	if fault.Is(err, fault.Unauthenticated) {
		c.EndSession()
		if c.Route.Needs == actor.Public {
			return nil
		}
		return errEnded
	}
	if err != nil {
		return err
	}
	c.Principal = &p
	c.Actor = actor.Staff(p.StaffID, p.Role)
	return nil
}

func staffPath(p string) bool { return len(p) >= 6 && p[:6] == "/staff" }

// authorise applies the route's permission. A half-finished sign-in holds only the permission to finish it.
func (c *Ctx) authorise() error {
	need := c.Route.Needs
	switch {
	case need == actor.Public:
		return nil
	case c.User != nil:
		return c.authoriseUser(need)
	case c.Principal == nil:
		return errSignIn
	case need == actor.SignIn:
		return nil
	case !c.Principal.Full():
		return errSignIn
	case !c.Actor.Can(need):
		return fault.New(fault.Forbidden, "forbidden", "Your role does not include this page.")
	}
	return nil
}

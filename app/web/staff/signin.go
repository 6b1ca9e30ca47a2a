package staff

import (
	"context"
	"errors"
	"net/url"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"imglink/app/accounts"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/layout"
	"imglink/views/staff/account"
	"imglink/views/ui"
)

// Account answers the pages of signing in, of one's own security and of the people list.
type Account struct{ Accounts *accounts.Service }

// Sessions resolves session cookies for the kit.
type Sessions struct{ Accounts *accounts.Service }

// Resolve finds the holder of a session token; fault.Unauthenticated when it opens nothing.
func (s Sessions) Resolve(ctx context.Context, token string) (kit.Principal, error) {
	w, err := s.Accounts.Resolve(ctx, ident.Token(token))
	return kit.Principal{
		SessionID: w.SessionID, StaffID: w.StaffID, Name: w.Name, Role: w.Role, Stage: string(w.Stage), VerifiedAt: w.VerifiedAt, Session: w,
	}, err
}

// who is the session of this request with all that the service needs of it, as it was found when the request began.
func (h *Account) who(c *kit.Ctx) (accounts.Who, error) {
	if c.Principal != nil {
		if w, ok := c.Principal.Session.(accounts.Who); ok {
			return w, nil
		}
	}
	return h.Accounts.Resolve(c.Context(), c.SessionToken())
}

func origin(c *kit.Ctx) accounts.Origin {
	return accounts.Origin{Network: kit.Network(c.IPAddr()), Agent: utils.CopyString(c.Get(fiber.HeaderUserAgent))}
}

// signPage is the frame of the pages before a sign-in is complete.
func signPage(c *kit.Ctx, title string) layout.Page {
	p := layout.Page{Title: title, Path: utils.CopyString(c.OriginalURL()), Theme: c.Theme(), CSRF: c.CSRF(), Robots: "noindex, nofollow"}
	if c.Reaches("home") {
		p.Site.Home = c.Kit.URL("home")
	}
	if c.Reaches("prefs.theme") {
		p.Site.ThemePrefs = c.Kit.URL("prefs.theme")
	}
	return p
}

// nextPath is where to go afterwards: a path of this site, or empty.
func nextPath(c *kit.Ctx) string {
	if next := c.Text("next"); kit.LocalPath(next) {
		return next
	}
	return ""
}

// withNext is a named address that remembers where to go afterwards.
func withNext(c *kit.Ctx, name, next string) string {
	if next == "" {
		return c.Kit.URL(name)
	}
	return c.Kit.URL(name) + "?next=" + url.QueryEscape(next)
}

// redrawn puts a refusal on the page of its form again and gives the status; without one that is 200. Errors that are about no form come
// back as they are.
func redrawn(c *kit.Ctx, refused error, page *layout.Page, problems *[]ui.Problem) (status int, other error) {
	if refused == nil {
		return fiber.StatusOK, nil
	}
	f := fault.Of(refused)
	switch f.Kind {
	case fault.Invalid:
		for _, field := range f.Fields {
			*problems = append(*problems, ui.Problem{ID: field.Name, Message: field.Message})
		}
	case fault.TooMany, fault.Conflict:
		*problems = []ui.Problem{{Message: f.Message}}
		if f.RetryAfter > 0 {
			c.Set(fiber.HeaderRetryAfter, seconds(f.RetryAfter))
		}
	default:
		return 0, refused
	}
	page.HasErrors = true
	return f.Kind.Status(), nil
}

// onward is where a session stands: the page that is due next, or where it wanted to go.
func onward(c *kit.Ctx, stage models.SessionStage, next string) error {
	switch stage {
	case models.StageFull:
		return c.Back(next, c.Kit.URL("staff.home"))
	case models.StageEnrol:
		return c.Redirect(withNext(c, "staff.enrol", next), fiber.StatusSeeOther)
	default:
		return c.Redirect(withNext(c, "staff.factor", next), fiber.StatusSeeOther)
	}
}

// SignInForm asks for address and password; who got further already goes on from there.
func (h *Account) SignInForm(c *kit.Ctx) error {
	if c.Principal != nil {
		return onward(c, models.SessionStage(c.Principal.Stage), nextPath(c))
	}
	m := h.signInView(c)
	if c.Query("ended") == "1" {
		m.Flash = &ui.Flash{Tone: ui.Warn, Text: "You were signed out. Sign in to go on where you were."}
	}
	return c.OK(account.SignInPage(m))
}

func (h *Account) signInView(c *kit.Ctx) account.SignIn {
	return account.SignIn{Page: signPage(c, "Staff sign in"), Form: account.Form{Action: c.Kit.URL("staff.signin"), Next: nextPath(c)}, Email: c.Text("email")}
}

// SignIn checks address and password.
func (h *Account) SignIn(c *kit.Ctx) error {
	t, err := h.Accounts.SignIn(c.Context(), accounts.Attempt{Email: c.Text("email"), Password: secret(c, "password"), Origin: origin(c)})
	if err != nil {
		m := h.signInView(c)
		status, other := redrawn(c, err, &m.Page, &m.Problems)
		if other != nil {
			return other
		}
		return c.Render(status, account.SignInPage(m))
	}
	c.StartSession(t.Token, t.Lifetime)
	return onward(c, t.Stage, nextPath(c))
}

// secret is a password as typed: nothing is trimmed from it.
func secret(c *kit.Ctx, name string) string { return utils.CopyString(c.FormValue(name)) }

// SignOut ends the session, complete or not.
func (h *Account) SignOut(c *kit.Ctx) error {
	w, err := h.who(c)
	if err == nil {
		err = h.Accounts.SignOut(c.Context(), w)
	}
	if err != nil && !errors.Is(err, accounts.ErrSignIn) {
		return err
	}
	c.EndSession()
	c.Set("Clear-Site-Data", `"storage"`) // htmx keeps the path of the last page there; pages themselves are never cached
	return c.See("staff.signin")
}

package staff

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"imglink/app/accounts"
	"imglink/app/actor"
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

// Routes are the lines of the route table that Account answers. A fixed word stands before the id it could be taken for.
func (h *Account) Routes() []kit.Route {
	const get, post, form = fiber.MethodGet, fiber.MethodPost, kit.FormBody
	tries := kit.Limit{Name: "signin", N: 60, Per: time.Minute} // the service counts failures; this stops floods
	return []kit.Route{
		{Method: get, Path: "/staff/sign-in", Name: "staff.signin", Needs: actor.Public, Do: h.SignInForm},
		{Method: post, Path: "/staff/sign-in", Name: "staff.signin", Needs: actor.Public, Limit: tries, Body: form, Do: h.SignIn},
		{Method: get, Path: "/staff/sign-in/factor", Name: "staff.factor", Needs: actor.SignIn, Do: h.FactorForm},
		{Method: post, Path: "/staff/sign-in/factor", Name: "staff.factor", Needs: actor.SignIn, Limit: tries, Body: form, Do: h.Factor},
		{Method: post, Path: "/staff/sign-in/passkey/begin", Name: "staff.factor.passkey_begin", Needs: actor.SignIn, Limit: tries, Body: form, Do: h.BeginAssertion},
		{Method: post, Path: "/staff/sign-in/passkey", Name: "staff.factor.passkey", Needs: actor.SignIn, Limit: tries, Body: form, Do: h.Assertion},
		{Method: get, Path: "/staff/sign-in/app", Name: "staff.enrol", Needs: actor.SignIn, Do: h.EnrolForm},
		{Method: post, Path: "/staff/sign-in/app", Name: "staff.enrol", Needs: actor.SignIn, Limit: tries, Body: form, Do: h.Enrol},
		{Method: post, Path: "/staff/sign-in/cancel", Name: "staff.signin.cancel", Needs: actor.SignIn, Body: form, Do: h.SignOut},
		{Method: post, Path: "/staff/sign-out", Name: "staff.signout", Needs: actor.StaffSelf, Body: form, Do: h.SignOut},
		{Method: get, Path: "/staff/setup/:token", Name: "staff.setup", Needs: actor.Public, Limit: tries, Do: h.SetUpForm},
		{Method: post, Path: "/staff/setup/:token", Name: "staff.setup", Needs: actor.Public, Limit: tries, Body: form, Do: h.SetUp},
		{Method: get, Path: "/staff/confirm", Name: "staff.confirm", Needs: actor.StaffSelf, Do: h.FactorForm},

		{Method: get, Path: "/staff/security", Name: "staff.security", Needs: actor.StaffSelf, Do: h.Security},
		{Method: post, Path: "/staff/security/password", Name: "staff.security.password", Needs: actor.StaffSelf, Limit: tries, Body: form, Do: h.ChangePassword},
		{Method: post, Path: "/staff/security/codes", Name: "staff.security.codes", Needs: actor.StaffSelf, Body: form, Do: h.NewCodes},
		{Method: post, Path: "/staff/security/passkeys/begin", Name: "staff.security.passkey_begin", Needs: actor.StaffSelf, Body: form, Do: h.BeginPasskey},
		{Method: post, Path: "/staff/security/passkeys", Name: "staff.security.passkey_add", Needs: actor.StaffSelf, Body: form, Do: h.AddPasskey},
		{Method: post, Path: "/staff/security/passkeys/:id/remove", Name: "staff.security.passkey_remove", Needs: actor.StaffSelf, Body: form, Do: h.RemovePasskey},
		{Method: post, Path: "/staff/security/sessions/others", Name: "staff.security.revoke_others", Needs: actor.StaffSelf, Body: form, Do: h.RevokeOthers},
		{Method: post, Path: "/staff/security/sessions/:id/revoke", Name: "staff.security.revoke", Needs: actor.StaffSelf, Body: form, Do: h.Revoke},

		{Method: get, Path: "/staff/people", Name: "staff.people", Needs: actor.StaffManage, Do: h.People},
		{Method: get, Path: "/staff/people/invite", Name: "staff.people.invite", Needs: actor.StaffManage, Do: h.InviteForm},
		{Method: post, Path: "/staff/people/invite", Name: "staff.people.invite", Needs: actor.StaffManage, Body: form, Do: h.Invite},
		{Method: get, Path: "/staff/people/:id", Name: "staff.person", Needs: actor.StaffManage, Do: h.Person},
		{Method: post, Path: "/staff/people/:id/role", Name: "staff.person.role", Needs: actor.StaffManage, Body: form, Do: h.SetRole},
		{Method: post, Path: "/staff/people/:id/state", Name: "staff.person.state", Needs: actor.StaffManage, Body: form, Do: h.SetState},
		{Method: post, Path: "/staff/people/:id/link", Name: "staff.person.link", Needs: actor.StaffManage, Body: form, Do: h.NewLink},
		{Method: post, Path: "/staff/people/:id/factors", Name: "staff.person.factors", Needs: actor.StaffManage, Body: form, Do: h.ResetFactors},
		{Method: post, Path: "/staff/people/:id/sessions", Name: "staff.person.sessions", Needs: actor.StaffManage, Body: form, Do: h.EndSessions},
	}
}

// Sessions resolves session cookies for the kit.
type Sessions struct{ Accounts *accounts.Service }

// Resolve finds the holder of a session token; fault.Unauthenticated when it opens nothing.
func (s Sessions) Resolve(ctx context.Context, token string) (kit.Principal, error) {
	w, err := s.Accounts.Resolve(ctx, ident.Token(token))
	return kit.Principal{
		SessionID: w.SessionID, StaffID: w.StaffID, Name: w.Name, Role: w.Role, Stage: string(w.Stage), VerifiedAt: w.VerifiedAt,
	}, err
}

// who is the session of this request with all that the service needs of it.
func (h *Account) who(c *kit.Ctx) (accounts.Who, error) {
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

// redrawn says how a form is drawn again after a refusal: its problems and the status. Errors that are about no form come
// back as they are.
func redrawn(c *kit.Ctx, err error) (problems []ui.Problem, status int, other error) {
	f := fault.Of(err)
	switch f.Kind {
	case fault.Invalid:
		for _, field := range f.Fields {
			problems = append(problems, ui.Problem{ID: field.Name, Message: field.Message})
		}
	case fault.TooMany, fault.Conflict:
		problems = []ui.Problem{{Message: f.Message}}
		if f.RetryAfter > 0 {
			c.Set(fiber.HeaderRetryAfter, seconds(f.RetryAfter))
		}
	default:
		return nil, 0, err
	}
	return problems, f.Kind.Status(), nil
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
	return c.OK(account.SignInPage(h.signInView(c)))
}

func (h *Account) signInView(c *kit.Ctx) account.SignIn {
	return account.SignIn{Page: signPage(c, "Staff sign in"), Form: account.Form{Action: c.Kit.URL("staff.signin"), Next: nextPath(c)}, Email: c.Text("email")}
}

// SignIn checks address and password.
func (h *Account) SignIn(c *kit.Ctx) error {
	t, err := h.Accounts.SignIn(c.Context(), accounts.Attempt{Email: c.Text("email"), Password: secret(c, "password"), Origin: origin(c)})
	if err != nil {
		problems, status, other := redrawn(c, err)
		if other != nil {
			return other
		}
		m := h.signInView(c)
		m.Problems, m.HasErrors = problems, true
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

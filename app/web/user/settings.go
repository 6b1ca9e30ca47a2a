package user

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"imglink/app/fault"
	"imglink/app/i18n"
	"imglink/app/users"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/layout"
	"imglink/views/ui"
	view "imglink/views/user"
)

// places are the pages of the settings in their order; a new one is a line here and a route.
//
//i18n:keys
var places = []struct{ route, icon, label string }{
	{"settings", "user", "Profile"},
	{"settings.security", "shield-check", "Security"},
	{"settings.privacy", "eye-off", "Privacy"},
	{"settings.data", "database", "Your data"},
	{"settings.tokens", "code", "Tokens"},
}

// Settings is the frame of a page of the settings. title is a key; here is the name of the place that is marked.
func Settings(c *kit.Ctx, title, here string) view.Settings {
	m := view.Settings{Page: page(c, title)}
	for _, p := range places {
		if c.Reaches(p.route) {
			m.Nav = append(m.Nav, layout.NavLink{Href: c.Kit.URL(p.route), Icon: p.icon, Label: c.T(p.label), Current: p.route == here})
		}
	}
	return m
}

// acted ends a POST of the settings: back to the page with a message, to the confirmation when that is due, or the error.
func acted(c *kit.Ctx, err error, flash, back string) error {
	switch {
	case errors.Is(err, users.ErrConfirm):
		return confirmFirst(c, back)
	case errors.Is(err, models.ErrStale):
		flash = "stale"
	case err != nil:
		return err
	}
	setFlash(c, flash)
	return c.Redirect(back, fiber.StatusSeeOther)
}

// confirmFirst sends a complete session to confirm who sits there, and back to a page.
func confirmFirst(c *kit.Ctx, next string) error {
	return c.Redirect(withNext(c, "settings.confirm", next), fiber.StatusSeeOther)
}

// Profile is GET /settings.
func (h *Handlers) Profile(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	return h.drawProfile(c, w, nil)
}

// drawProfile shows the three forms; what was typed into the refused one stays.
func (h *Handlers) drawProfile(c *kit.Ctx, w users.Who, refused error) error {
	p, err := h.Users.Profile(c.Context(), w)
	if err != nil {
		return err
	}
	status, problems := fiber.StatusOK, []ui.Problem(nil)
	if refused != nil {
		var other error
		if problems, status, other = redrawn(c, refused); other != nil {
			return other
		}
		if c.Route.Name == "settings" {
			p.Username, p.DisplayName, p.Locale, p.Theme = c.Text("username"), c.Text("display_name"), c.Text("locale"), c.Text("theme")
		}
	}
	k := c.Kit
	m := view.Profile{
		Settings: Settings(c, "Profile", "settings"), Form: view.Form{Action: k.URL("settings"), Problems: problems},
		Username: p.Username, DisplayName: p.DisplayName, Languages: languages(c, p.Locale), Themes: themes(c, p.Theme),
		Email: p.Email, Pending: p.PendingEmail, EmailAction: k.URL("settings.email"), PasswordAction: k.URL("settings.password"),
	}
	if c.Route.Name == "settings.email" {
		m.Typed = c.Text("email")
	}
	m.HasErrors = refused != nil
	return c.Render(status, view.ProfilePage(m))
}

func languages(c *kit.Ctx, chosen string) []ui.Option {
	out := []ui.Option{{Value: "", Label: c.T("As the browser asks"), Selected: chosen == ""}}
	for _, l := range i18n.Languages() {
		out = append(out, ui.Option{Value: l.Code, Label: l.Name, Selected: chosen == l.Code})
	}
	return out
}

func themes(c *kit.Ctx, chosen string) []ui.Option {
	return []ui.Option{
		{Value: "", Label: c.T("System"), Selected: chosen == ""},
		{Value: "light", Label: c.T("Light"), Selected: chosen == "light"},
		{Value: "dark", Label: c.T("Dark"), Selected: chosen == "dark"},
	}
}

// SetProfile is POST /settings.
func (h *Handlers) SetProfile(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	p := users.Profile{Username: c.Text("username"), DisplayName: c.Text("display_name"), Locale: c.Text("locale"), Theme: c.Text("theme")}
	if err := h.Users.SetProfile(c.Context(), w, p); err != nil {
		return h.drawProfile(c, w, err)
	}
	c.SetTheme(p.Theme)
	c.SetLanguage(p.Locale)
	setFlash(c, "profile")
	return c.See("settings")
}

// show lets this browser look as its holder chose; where they chose nothing it stays as it is.
func show(c *kit.Ctx, p users.Profile) {
	if p.Theme != "" {
		c.SetTheme(p.Theme)
	}
	if p.Locale != "" && p.Locale != c.Language() {
		c.SetLanguage(p.Locale)
	}
}

// ChangeEmail is POST /settings/email.
func (h *Handlers) ChangeEmail(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	err = h.Users.ChangeEmail(c.Context(), w, c.Text("email"))
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooMany) {
		return h.drawProfile(c, w, err)
	}
	return acted(c, err, "email_asked", c.Kit.URL("settings"))
}

// ChangePassword is POST /settings/password.
func (h *Handlers) ChangePassword(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	t, err := h.Users.ChangePassword(c.Context(), w, secret(c, "present"), secret(c, "password"))
	if err == nil {
		c.StartUserSession(t.Token, t.Lifetime)
	} else if fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooMany) {
		return h.drawProfile(c, w, err)
	}
	return acted(c, err, "password", c.Kit.URL("settings"))
}

// EmailForm is GET /settings/email/:token, and /settings/email/back/:token at the address before: what the link does.
func (h *Handlers) EmailForm(c *kit.Ctx) error {
	back := c.Route.Name == "email.back"
	name, err := h.Users.LookUpEmail(c.Context(), token(c), back)
	if err != nil {
		return err
	}
	m := view.Link{Page: page(c, "Confirm your address"), Label: c.T("Move the account here"), Icon: "check"}
	m.Text = c.T("The account %s moves to this address.", name)
	if back {
		m.Page.Title, m.Label, m.Icon = c.T("Keep your account at this address"), c.T("Stop the move and sign everybody out"), "undo-2"
		m.Text = c.T("The account %s stays at this address, or comes back to it. Everybody is signed out, and you choose a new password.", name)
	}
	m.Title, m.Action = m.Page.Title, c.Kit.URL(c.Route.Name, c.Param("token"))
	return c.OK(view.LinkPage(m))
}

// ConfirmEmail is POST /settings/email/:token.
func (h *Handlers) ConfirmEmail(c *kit.Ctx) error {
	if err := h.Users.ConfirmEmail(c.Context(), token(c)); err != nil {
		return err
	}
	setFlash(c, "email")
	if c.User != nil {
		return c.See("settings")
	}
	return c.See("signin")
}

// RestoreEmail is POST /settings/email/back/:token.
func (h *Handlers) RestoreEmail(c *kit.Ctx) error {
	reset, err := h.Users.RestoreEmail(c.Context(), token(c))
	if err != nil {
		return err
	}
	c.EndUserSession()
	return c.See("reset.link", string(reset))
}

// Suspended is GET /suspended.
func (h *Handlers) Suspended(c *kit.Ctx) error {
	if !c.User.Suspended {
		return c.See("home")
	}
	return c.OK(view.SuspendedPage(view.Suspended{
		Page: page(c, "Account suspended"), Contact: h.Contact, Data: c.Kit.URL("settings.data"), SignOut: c.Kit.URL("signout"),
	}))
}

package user

import (
	"github.com/gofiber/fiber/v2"

	"imglink/app/web/kit"
	view "imglink/views/user"
)

// ResetForm is GET /reset.
func (h *Handlers) ResetForm(c *kit.Ctx) error { return c.OK(view.AskPage(h.resetView(c))) }

func (h *Handlers) resetView(c *kit.Ctx) view.Ask {
	m := view.Ask{
		Page: page(c, "Forgot your password?"), Form: view.Form{Action: c.Kit.URL("reset")}, Email: c.Text("email"), Back: c.Kit.URL("signin"),
		Text: c.T("Tell us the address of your account and we send a link to choose a new one."), Label: c.T("Send the link"),
	}
	m.Title = m.Page.Title
	return m
}

// AskReset is POST /reset. The answer is the same whether or not the address has an account.
func (h *Handlers) AskReset(c *kit.Ctx) error {
	if err := h.Users.AskReset(c.Context(), c.Text("email")); err != nil {
		problems, status, other := redrawn(c, err)
		if other != nil {
			return other
		}
		m := h.resetView(c)
		m.Problems, m.HasErrors = problems, true
		return c.Render(status, view.AskPage(m))
	}
	m := view.CheckMail{Page: page(c, "Check your mail"), Back: c.Kit.URL("signin")}
	m.Title = m.Page.Title
	m.Text = c.T("We sent a mail to %s. The link in it works for an hour.", c.Text("email"))
	return c.Render(fiber.StatusAccepted, view.CheckMailPage(m))
}

// NewPasswordForm is GET /reset/:token.
func (h *Handlers) NewPasswordForm(c *kit.Ctx) error { return h.drawNewPassword(c, nil) }

func (h *Handlers) drawNewPassword(c *kit.Ctx, refused error) error {
	name, err := h.Users.LookUpReset(c.Context(), token(c))
	if err != nil {
		return err
	}
	m := view.NewPassword{Page: page(c, "Choose a new password"), Form: view.Form{Action: c.Kit.URL("reset.link", c.Param("token"))}, Username: name}
	status := fiber.StatusOK
	if refused != nil {
		var other error
		if m.Problems, status, other = redrawn(c, refused); other != nil {
			return other
		}
		m.HasErrors = true
	}
	return c.Render(status, view.NewPasswordPage(m))
}

// NewPassword is POST /reset/:token.
func (h *Handlers) NewPassword(c *kit.Ctx) error {
	t, err := h.Users.Reset(c.Context(), token(c), secret(c, "password"), origin(c))
	if err != nil {
		return h.drawNewPassword(c, err)
	}
	setFlash(c, "password")
	return h.enter(c, t, c.Kit.URL("settings"))
}

package user

import (
	"encoding/json"
	"errors"

	"github.com/gofiber/fiber/v2"

	"imglink/app/fault"
	"imglink/app/users"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/ui"
	view "imglink/views/user"
)

// home is where somebody goes who wanted nothing in particular.
func home(c *kit.Ctx) string {
	if c.Reaches("gallery") {
		return c.Kit.URL("gallery")
	}
	return c.Kit.URL("home")
}

// onward is where a session stands: the page that is due next, or where it wanted to go.
func onward(c *kit.Ctx, stage models.SessionStage, next string) error {
	if stage == models.StageFull {
		return c.Back(next, home(c))
	}
	return c.Redirect(withNext(c, "factor", next), fiber.StatusSeeOther)
}

// SignInForm asks for the password; who got further already goes on from there.
func (h *Handlers) SignInForm(c *kit.Ctx) error {
	if w, err := h.who(c); err == nil {
		if w.State == models.UserSuspended && w.Stage == models.StageFull {
			return c.See("suspended")
		}
		return onward(c, w.Stage, nextPath(c))
	} else if !errors.Is(err, users.ErrSignIn) {
		return err
	}
	m := h.signInView(c)
	if c.Query("ended") == "1" && m.Flash == nil {
		m.Flash = &ui.Flash{Tone: ui.Warn, Text: c.T("You were signed out. Sign in to go on where you were.")}
	}
	return c.OK(view.SignInPage(m))
}

func (h *Handlers) signInView(c *kit.Ctx) view.SignIn {
	k := c.Kit
	return view.SignIn{
		Page: page(c, "Sign in"), Form: view.Form{Action: k.URL("signin"), Next: nextPath(c)}, Login: c.Text("login"), Remember: c.Text("remember") != "",
		Reset: k.URL("reset"), Register: k.URL("register"), Staff: k.URL("staff.signin"),
	}
}

// SignIn checks the password.
func (h *Handlers) SignIn(c *kit.Ctx) error {
	t, err := h.Users.SignIn(c.Context(), users.Attempt{
		Login: c.Text("login"), Password: secret(c, "password"), Remember: c.Text("remember") != "", Origin: origin(c),
	})
	if err != nil {
		problems, status, other := redrawn(c, err)
		if other != nil {
			return other
		}
		m := h.signInView(c)
		m.Problems, m.HasErrors = problems, true
		return c.Render(status, view.SignInPage(m))
	}
	return h.enter(c, t, nextPath(c))
}

// enter gives the browser its new session and goes on. A complete one looks as its holder chose.
func (h *Handlers) enter(c *kit.Ctx, t users.Ticket, next string) error {
	c.StartUserSession(t.Token, t.Lifetime)
	if t.Stage == models.StageFull {
		w, err := h.Users.Resolve(c.Context(), t.Token)
		if err != nil {
			return err
		}
		p, err := h.Users.Profile(c.Context(), w)
		if err != nil {
			return err
		}
		show(c, p)
		if w.State == models.UserSuspended {
			return c.See("suspended")
		}
	}
	return onward(c, t.Stage, next)
}

// SignOut ends the session, complete or not.
func (h *Handlers) SignOut(c *kit.Ctx) error {
	w, err := h.who(c)
	if err == nil {
		err = h.Users.SignOut(c.Context(), w)
	}
	if err != nil && !errors.Is(err, users.ErrSignIn) {
		return err
	}
	c.EndUserSession()
	c.Set("Clear-Site-Data", `"storage"`)
	setFlash(c, "signed_out")
	return c.See("signin")
}

// FactorForm asks for the second factor: to finish a sign-in, or to confirm who sits at a complete session.
func (h *Handlers) FactorForm(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	if w.Stage == models.StageFull && c.Route.Name == "factor" {
		return onward(c, w.Stage, nextPath(c))
	}
	return h.drawFactor(c, w, nil)
}

func (h *Handlers) drawFactor(c *kit.Ctx, w users.Who, refused error) error {
	confirm := w.Stage == models.StageFull
	m := view.Factor{Form: view.Form{Action: c.Kit.URL("factor"), Next: nextPath(c)}, Confirm: confirm, Username: w.Username}
	status := fiber.StatusOK
	if refused != nil {
		var other error
		if m.Problems, status, other = redrawn(c, refused); other != nil {
			return other
		}
	}
	f, err := h.Users.Factors(c.Context(), w)
	if err != nil {
		return err
	}
	m.Page = page(c, "Second step")
	if confirm {
		m.Page.Title = c.T("Confirm that it is you")
		m.Back = c.Kit.URL("settings")
	} else {
		m.Cancel = c.Kit.URL("signin.cancel")
	}
	m.App, m.Password, m.HasErrors = f.App, confirm && !f.Any(), refused != nil
	if f.Passkeys && h.Users.PasskeysPossible() {
		m.BeginPasskey, m.FinishPasskey = c.Kit.URL("factor.passkey_begin"), c.Kit.URL("factor.passkey")
	}
	return c.Render(status, view.FactorPage(m))
}

// Factor takes a code of the app, a recovery code, or the password where there is no second factor.
func (h *Handlers) Factor(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	var t users.Ticket
	switch c.Text("method") {
	case "recovery":
		t, err = h.Users.WithRecoveryCode(c.Context(), w, c.Text("recovery"))
	case "password":
		t, err = h.Users.WithPassword(c.Context(), w, secret(c, "present"))
	default:
		t, err = h.Users.WithTOTP(c.Context(), w, c.Text("code"))
	}
	if errors.Is(err, users.ErrSignIn) {
		return c.Redirect(withNext(c, "signin", nextPath(c)), fiber.StatusSeeOther)
	}
	if err != nil {
		return h.drawFactor(c, w, err)
	}
	return h.enter(c, t, nextPath(c))
}

// BeginAssertion gives the options for navigator.credentials.get.
func (h *Handlers) BeginAssertion(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	options, err := h.Users.BeginAssertion(c.Context(), w)
	if err != nil {
		return err
	}
	return c.JSONStatus(fiber.StatusOK, options)
}

// keyAnswer is what the script sends: the credential as PublicKeyCredential.toJSON gives it.
type keyAnswer struct {
	Name       string          `json:"name"`
	Next       string          `json:"next"`
	Credential json.RawMessage `json:"credential"`
}

func readAnswer(c *kit.Ctx) (keyAnswer, error) {
	var in keyAnswer
	if err := json.Unmarshal(c.Body(), &in); err != nil {
		return in, fault.New(fault.Malformed, "", "The request could not be understood.").Because(err)
	}
	return in, nil
}

// Assertion takes the passkey's answer and says where to go.
func (h *Handlers) Assertion(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	in, err := readAnswer(c)
	if err != nil {
		return err
	}
	t, err := h.Users.WithPasskey(c.Context(), w, in.Credential)
	if err != nil {
		return err
	}
	c.StartUserSession(t.Token, t.Lifetime)
	to := home(c)
	if kit.LocalPath(in.Next) {
		to = in.Next
	}
	return c.JSONStatus(fiber.StatusOK, map[string]string{"next": to})
}

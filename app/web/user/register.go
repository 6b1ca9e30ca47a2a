package user

import (
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/botcheck"
	"imglink/app/ident"
	"imglink/app/users"
	"imglink/app/web/kit"
	"imglink/app/web/public"
	views "imglink/views/public"
	view "imglink/views/user"
)

// slowly is how often one network may register without the robot check.
var slowly = kit.Limit{Name: "register.slow", N: 5, Per: time.Hour}

// RegisterForm is GET /register.
func (h *Handlers) RegisterForm(c *kit.Ctx) error {
	if c.User != nil && c.User.Full() {
		return c.See("settings")
	}
	return c.OK(view.RegisterPage(h.registerView(c)))
}

func (h *Handlers) registerView(c *kit.Ctx) view.Register {
	k := c.Kit
	m := view.Register{
		Page: page(c, "Register"), Form: view.Form{Action: k.URL("register")}, Username: c.Text("username"), Email: c.Text("email"),
		Age: c.Text("age") != "", Policy: c.Text("policy") != "", SignIn: k.URL("signin"), TermsHref: k.URL("terms"), PolicyTo: k.URL("privacy"),
	}
	m.Description = c.T("An account keeps your images together. You can upload without one.")
	m.Bot = views.BotCheck{Action: public.RegisterAction, SiteKey: h.Bot.Describe().SiteKey}
	m.Turnstile = m.Bot.SiteKey != ""
	if h.Proof != nil {
		m.Bot.Challenge = k.URL("botcheck.challenge") + "?action=" + public.RegisterAction
	}
	return m
}

// Register is POST /register. The answer is the same whether or not the address has an account.
func (h *Handlers) Register(c *kit.Ctx) error {
	err := h.checkBot(c)
	if err == nil {
		err = h.Users.Register(c.Context(), users.Registration{
			Username: c.Text("username"), Email: c.Text("email"), Password: secret(c, "password"), Age: c.Text("age") != "", Policy: c.Text("policy") != "",
			Locale: c.Language(),
		})
	}
	if err == nil {
		return c.Render(fiber.StatusAccepted, view.CheckMailPage(h.checkMail(c)))
	}
	problems, status, other := redrawn(c, err)
	if other != nil {
		return other
	}
	m := h.registerView(c)
	m.Problems, m.HasErrors = problems, true
	return c.Render(status, view.RegisterPage(m))
}

// checkBot asks for a person or a paid price; without a script a network may register now and then.
func (h *Handlers) checkBot(c *kit.Ctx) error {
	if c.Text("slow") != "" {
		return c.Take(slowly, 1)
	}
	return h.Bot.Check(c.Context(), botcheck.Answer{
		Token: c.Text("cf-turnstile-response"), Pow: c.Text("pow"), RemoteIP: c.IPAddr().String(), Action: public.RegisterAction,
	})
}

func (h *Handlers) checkMail(c *kit.Ctx) view.CheckMail {
	m := view.CheckMail{Page: page(c, "Check your mail"), Email: c.Text("email"), Resend: c.Kit.URL("register.again"), Back: c.Kit.URL("signin")}
	m.Title = m.Page.Title
	m.Text = c.T("We sent a mail to %s. Open the link in it within two days to confirm the address.", m.Email)
	return m
}

// RegisterAgain is POST /register/again: the link once more.
func (h *Handlers) RegisterAgain(c *kit.Ctx) error {
	if err := h.Users.Resend(c.Context(), c.Text("email")); err != nil {
		return err
	}
	return c.Render(fiber.StatusAccepted, view.CheckMailPage(h.checkMail(c)))
}

// VerifyForm is GET /verify/:token: what the link does, without doing it.
func (h *Handlers) VerifyForm(c *kit.Ctx) error {
	name, err := h.Users.LookUpSignup(c.Context(), token(c))
	if err != nil {
		return err
	}
	k := c.Kit
	m := view.Link{
		Page: page(c, "Confirm your address"), Action: k.URL("verify", c.Param("token")), Label: c.T("Confirm and open the account"), Icon: "check",
		Other: k.URL("verify.forget", c.Param("token")), Not: c.T("This was not me"),
	}
	m.Title = m.Page.Title
	m.Text = c.T("Somebody registered the name %s with this address. If that was you, confirm it and sign in.", name)
	return c.OK(view.LinkPage(m))
}

func token(c *kit.Ctx) ident.Token { return ident.Token(c.Param("token")) }

// Verify is POST /verify/:token.
func (h *Handlers) Verify(c *kit.Ctx) error {
	if err := h.Users.ConfirmSignup(c.Context(), token(c)); err != nil {
		return err
	}
	setFlash(c, "confirmed")
	return c.See("signin")
}

// VerifyForget is POST /verify/:token/forget: the holder of the address did not register.
func (h *Handlers) VerifyForget(c *kit.Ctx) error {
	if err := h.Users.ForgetSignup(c.Context(), token(c)); err != nil && !errors.Is(err, users.ErrLink) {
		return err
	}
	setFlash(c, "forgotten")
	return c.See("register")
}

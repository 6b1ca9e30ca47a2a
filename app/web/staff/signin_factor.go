package staff

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/accounts"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/staff/account"
)

func seconds(d time.Duration) string {
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}

// FactorForm asks for the second factor: to finish a sign-in, or to confirm who sits at a complete session.
func (h *Account) FactorForm(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	if w.Stage == models.StageEnrol || w.Stage == models.StageFull && c.Route.Name == "staff.factor" {
		return onward(c, w.Stage, nextPath(c))
	}
	return h.drawFactor(c, w, nil)
}

func (h *Account) drawFactor(c *kit.Ctx, w accounts.Who, refused error) error {
	m := account.Factor{Form: account.Form{Action: c.Kit.URL("staff.factor"), Next: nextPath(c)}, Confirm: w.Stage == models.StageFull}
	m.Page = signPage(c, "Second step")
	status, err := redrawn(c, refused, &m.Page, &m.Problems)
	if err != nil {
		return err
	}
	if m.Confirm {
		m.Title = "Confirm that it is you"
		m.Back = c.Kit.URL("staff.home")
	} else {
		m.Cancel = c.Kit.URL("staff.signin.cancel")
	}
	keys, err := h.Accounts.Passkeys(c.Context(), w)
	if err != nil {
		return err
	}
	if len(keys) > 0 && h.Accounts.PasskeysPossible() {
		m.BeginPasskey, m.FinishPasskey = c.Kit.URL("staff.factor.passkey_begin"), c.Kit.URL("staff.factor.passkey")
	}
	return c.Render(status, account.FactorPage(m))
}

// Factor takes a code of the app, or a recovery code.
func (h *Account) Factor(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	var t accounts.Ticket
	if c.Text("method") == "recovery" {
		t, err = h.Accounts.WithRecoveryCode(c.Context(), w, c.Text("recovery"))
	} else {
		t, err = h.Accounts.WithTOTP(c.Context(), w, c.Text("code"))
	}
	if errors.Is(err, accounts.ErrSignIn) {
		return c.Redirect(withNext(c, "staff.signin", nextPath(c)), fiber.StatusSeeOther)
	}
	if err != nil {
		return h.drawFactor(c, w, err)
	}
	c.StartSession(t.Token, t.Lifetime)
	return onward(c, t.Stage, nextPath(c))
}

// BeginAssertion gives the options for navigator.credentials.get.
func (h *Account) BeginAssertion(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	options, err := h.Accounts.BeginAssertion(c.Context(), w)
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
func (h *Account) Assertion(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	in, err := readAnswer(c)
	if err != nil {
		return err
	}
	t, err := h.Accounts.WithPasskey(c.Context(), w, in.Credential)
	if err != nil {
		return err
	}
	c.StartSession(t.Token, t.Lifetime)
	to := c.Kit.URL("staff.home")
	if kit.LocalPath(in.Next) {
		to = in.Next
	}
	return c.JSONStatus(fiber.StatusOK, map[string]string{"next": to})
}

// EnrolForm shows a new authenticator secret.
func (h *Account) EnrolForm(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	if w.Stage == models.StagePassword {
		return onward(c, w.Stage, nextPath(c))
	}
	return h.drawEnrol(c, w, nil)
}

func (h *Account) drawEnrol(c *kit.Ctx, w accounts.Who, refused error) error {
	m := account.Enrol{Form: account.Form{Action: c.Kit.URL("staff.enrol"), Next: nextPath(c)}, Replace: w.Stage == models.StageFull}
	m.Page = signPage(c, "Authenticator app")
	status, err := redrawn(c, refused, &m.Page, &m.Problems)
	if err != nil {
		return err
	}
	e, err := h.Accounts.BeginTOTP(c.Context(), w)
	if errors.Is(err, accounts.ErrConfirm) {
		return confirmFirst(c, c.Kit.URL("staff.enrol"))
	}
	if err != nil {
		return err
	}
	m.QR = "data:image/png;base64," + base64.StdEncoding.EncodeToString(e.PNG)
	m.Secret, m.URI = e.Secret, e.URI
	if m.Replace {
		m.Back = c.Kit.URL("staff.security")
	} else {
		m.Cancel = c.Kit.URL("staff.signin.cancel")
	}
	return c.Render(status, account.EnrolPage(m))
}

// Enrol takes the first code of the new app. At a first sign-in the answer shows the recovery codes, once.
func (h *Account) Enrol(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	t, codes, err := h.Accounts.ConfirmTOTP(c.Context(), w, c.Text("code"))
	switch {
	case errors.Is(err, accounts.ErrConfirm):
		return confirmFirst(c, c.Kit.URL("staff.enrol"))
	case errors.Is(err, accounts.ErrSignIn):
		return c.Redirect(withNext(c, "staff.signin", nextPath(c)), fiber.StatusSeeOther)
	case err != nil:
		return h.drawEnrol(c, w, err)
	}
	c.StartSession(t.Token, t.Lifetime)
	if codes == nil {
		setFlash(c, "app_replaced")
		return c.See("staff.security")
	}
	next := nextPath(c)
	if next == "" {
		next = c.Kit.URL("staff.home")
	}
	return showCodes(c, codes, next)
}

func showCodes(c *kit.Ctx, codes []string, next string) error {
	text := "ImgLink recovery codes. Each works once.\n\n" + strings.Join(codes, "\n") + "\n"
	return c.OK(account.CodesPage(account.Codes{
		Page: signPage(c, "Recovery codes"), Codes: codes, Download: "data:text/plain;charset=utf-8," + url.PathEscape(text), Continue: next,
	}))
}

// confirmFirst sends a complete session to show its second factor again, and back to a page.
func confirmFirst(c *kit.Ctx, next string) error {
	return c.Redirect(withNext(c, "staff.confirm", next), fiber.StatusSeeOther)
}

// SetUpForm shows what a one-time link opens, without using it.
func (h *Account) SetUpForm(c *kit.Ctx) error {
	s, err := h.Accounts.LookUp(c.Context(), ident.Token(c.Param("token")))
	if err != nil {
		return err
	}
	return c.OK(account.SetUpPage(setUpView(c, s)))
}

func setUpView(c *kit.Ctx, s accounts.SetUp) account.SetUp {
	m := account.SetUp{
		Page: signPage(c, "Set up your account"), Form: account.Form{Action: c.Kit.URL("staff.setup", c.Param("token"))},
		Reset: s.Purpose == "reset", Identity: s.NeedsIdentity, Email: s.Email, Role: s.Role.Name(),
	}
	if s.NeedsIdentity {
		m.Email, m.Name = c.Text("email"), c.Text("name")
	}
	return m
}

// SetUp uses a one-time link.
func (h *Account) SetUp(c *kit.Ctx) error {
	token := ident.Token(c.Param("token"))
	t, err := h.Accounts.Complete(c.Context(), token, accounts.SetUpInput{
		Email: c.Text("email"), Name: c.Text("name"), Password: secret(c, "password"), Again: secret(c, "again"), Origin: origin(c),
	})
	if err != nil {
		s, gone := h.Accounts.LookUp(c.Context(), token)
		if gone != nil {
			return gone
		}
		m := setUpView(c, s)
		status, other := redrawn(c, err, &m.Page, &m.Problems)
		if other != nil {
			return other
		}
		return c.Render(status, account.SetUpPage(m))
	}
	c.StartSession(t.Token, t.Lifetime)
	return onward(c, t.Stage, "")
}

package user

import (
	"encoding/base64"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/i18n"
	"imglink/app/users"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/ui"
	view "imglink/views/user"
)

// methods are the ways to sign in, in words.
//
//i18n:keys
var methods = map[string]string{
	"password": "Password", "totp": "Authenticator app", "passkey": "Passkey", "recovery": "Recovery code", "link": "Link by mail", "enrol": "Authenticator app",
}

func stamp(c *kit.Ctx, t time.Time) (iso, utc string) {
	return t.UTC().Format(time.RFC3339), i18n.DateTime(c.Context(), t.UTC(), i18n.Long) + " UTC"
}

// Security is GET /settings/security.
func (h *Handlers) Security(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	s, err := h.Users.Security(c.Context(), w)
	if err != nil {
		return err
	}
	k := c.Kit
	m := view.Security{
		Settings: Settings(c, "Security", "settings.security"), App: k.URL("security.app"), RemoveApp: k.URL("security.app_remove"),
		NewCodes: k.URL("security.codes"), Sessions: sessions(c, s.Sessions, w.SessionID), Passkeys: passkeys(c, s.Passkeys),
	}
	if !h.Users.Recent(w) {
		m.Confirm = withNext(c, "settings.confirm", k.URL("settings.security"))
	}
	if s.User.TOTPConfirmedAt != nil {
		m.AppSince = c.T("An app was set up on %s.", i18n.Date(c.Context(), *s.User.TOTPConfirmedAt, i18n.Long))
	}
	if s.User.TOTPConfirmedAt != nil || len(s.Passkeys) > 0 {
		m.CodesLeft = i18n.N(c.Context(), s.RecoveryCodes, "You have %d recovery code left.", "You have %d recovery codes left.")
	}
	if h.Users.PasskeysPossible() {
		m.BeginPasskey, m.AddPasskey = k.URL("security.passkey_begin"), k.URL("security.passkey_add")
	}
	if len(m.Sessions) > 1 {
		m.RevokeOthers = k.URL("security.revoke_others")
	}
	if err := h.signins(c, w, &m); err != nil {
		return err
	}
	return c.OK(view.SecurityPage(m))
}

func (h *Handlers) signins(c *kit.Ctx, w users.Who, m *view.Security) error {
	before, _ := strconv.ParseInt(c.Query("before"), 10, 64)
	list, next, err := h.Users.Signins(c.Context(), w, max(before, 0))
	if err != nil {
		return err
	}
	for _, x := range list {
		r := view.Row{Title: x.Device, Text: c.T(methods[x.Method]) + " ·"}
		if x.Outcome == "refused" {
			r.Badge, r.Tone = c.T("Refused"), ui.Warn
		}
		r.ISO, r.UTC = stamp(c, x.At)
		m.Signins = append(m.Signins, r)
	}
	if before > 0 {
		m.Pages.First = c.Kit.URL("settings.security") + "#h-signins"
	}
	if next > 0 {
		m.Pages.Next = c.Kit.URL("settings.security") + "?before=" + strconv.FormatInt(next, 10) + "#h-signins"
	}
	return nil
}

func sessions(c *kit.Ctx, list []models.UserSession, current string) []view.Row {
	var out []view.Row
	for _, x := range list {
		r := view.Row{Title: x.UserAgent, Text: c.T(methods[x.Method]) + " · " + c.T("last used") + " "}
		r.ISO, r.UTC = stamp(c, x.SeenAt)
		if x.ID == current {
			r.Badge, r.Tone = c.T("This device"), ui.OK
		} else {
			r.Action, r.Label, r.Name = c.Kit.URL("security.revoke", x.ID), c.T("Sign out"), c.T("Sign out")+": "+x.UserAgent
		}
		out = append(out, r)
	}
	return out
}

func passkeys(c *kit.Ctx, list []models.UserPasskey) []view.Row {
	var out []view.Row
	for _, p := range list {
		r := view.Row{Title: p.Name, Text: c.T("never used"), Action: c.Kit.URL("security.passkey_remove", p.ID), Label: c.T("Remove"), Name: c.T("Remove") + ": " + p.Name}
		if p.LastUsedAt != nil {
			r.Text = c.T("last used") + " "
			r.ISO, r.UTC = stamp(c, *p.LastUsedAt)
		}
		out = append(out, r)
	}
	return out
}

// EnrolForm is GET /settings/security/app: a new authenticator secret.
func (h *Handlers) EnrolForm(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	return h.drawEnrol(c, w, nil)
}

func (h *Handlers) drawEnrol(c *kit.Ctx, w users.Who, refused error) error {
	m := view.Enrol{Form: view.Form{Action: c.Kit.URL("security.app")}, Back: c.Kit.URL("settings.security")}
	status := fiber.StatusOK
	if refused != nil {
		var other error
		if m.Problems, status, other = redrawn(c, refused); other != nil {
			return other
		}
	}
	e, err := h.Users.BeginTOTP(c.Context(), w)
	if errors.Is(err, users.ErrConfirm) {
		return confirmFirst(c, c.Kit.URL("security.app"))
	}
	if err != nil {
		return err
	}
	m.Settings = Settings(c, "Authenticator app", "settings.security")
	m.HasErrors = refused != nil
	m.QR = "data:image/png;base64," + base64.StdEncoding.EncodeToString(e.PNG)
	m.Secret, m.URI = e.Secret, e.URI
	return c.Render(status, view.EnrolPage(m))
}

// Enrol is POST /settings/security/app: the first code of the new app.
func (h *Handlers) Enrol(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	t, codes, err := h.Users.ConfirmTOTP(c.Context(), w, c.Text("code"))
	switch {
	case errors.Is(err, users.ErrConfirm):
		return confirmFirst(c, c.Kit.URL("security.app"))
	case err != nil:
		return h.drawEnrol(c, w, err)
	}
	c.StartUserSession(t.Token, t.Lifetime)
	if codes == nil {
		setFlash(c, "app")
		return c.See("settings.security")
	}
	return showCodes(c, codes)
}

func showCodes(c *kit.Ctx, codes []string) error {
	text := c.T("ImgLink recovery codes. Each works once.") + "\n\n" + strings.Join(codes, "\n") + "\n"
	return c.OK(view.CodesPage(view.Codes{
		Settings: Settings(c, "Recovery codes", "settings.security"), Codes: codes, Download: "data:text/plain;charset=utf-8," + url.PathEscape(text),
		Continue: c.Kit.URL("settings.security"),
	}))
}

// act runs one change of the account's security and goes back to its page.
func (h *Handlers) act(c *kit.Ctx, flash string, do func(users.Who) error) error {
	w, err := h.who(c)
	if err == nil {
		err = do(w)
	}
	return acted(c, err, flash, c.Kit.URL("settings.security"))
}

// RemoveApp is POST /settings/security/app/remove.
func (h *Handlers) RemoveApp(c *kit.Ctx) error {
	return h.act(c, "app_removed", func(w users.Who) error { return h.Users.RemoveTOTP(c.Context(), w) })
}

// NewCodes is POST /settings/security/codes: new recovery codes, shown once.
func (h *Handlers) NewCodes(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	codes, err := h.Users.NewRecoveryCodes(c.Context(), w)
	if err != nil {
		return acted(c, err, "", c.Kit.URL("settings.security"))
	}
	return showCodes(c, codes)
}

// BeginPasskey gives the options for navigator.credentials.create.
func (h *Handlers) BeginPasskey(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	options, err := h.Users.BeginPasskey(c.Context(), w)
	if err != nil {
		return err
	}
	return c.JSONStatus(fiber.StatusOK, options)
}

// AddPasskey takes the new passkey and says where to go.
func (h *Handlers) AddPasskey(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	in, err := readAnswer(c)
	if err != nil {
		return err
	}
	if err := h.Users.AddPasskey(c.Context(), w, in.Name, in.Credential); err != nil {
		return err
	}
	setFlash(c, "key_added")
	return c.JSONStatus(fiber.StatusCreated, map[string]string{"next": c.Kit.URL("settings.security")})
}

// RemovePasskey is POST /settings/security/passkeys/:id/remove.
func (h *Handlers) RemovePasskey(c *kit.Ctx) error {
	return h.act(c, "key_removed", func(w users.Who) error { return h.Users.RemovePasskey(c.Context(), w, c.Param("id")) })
}

// Revoke is POST /settings/security/sessions/:id/revoke.
func (h *Handlers) Revoke(c *kit.Ctx) error {
	return h.act(c, "revoked", func(w users.Who) error { return h.Users.Revoke(c.Context(), w, c.Param("id")) })
}

// RevokeOthers is POST /settings/security/sessions/others.
func (h *Handlers) RevokeOthers(c *kit.Ctx) error {
	return h.act(c, "others_ended", func(w users.Who) error { _, err := h.Users.RevokeOthers(c.Context(), w); return err })
}

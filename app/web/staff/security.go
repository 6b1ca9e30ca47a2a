package staff

import (
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/accounts"
	"imglink/app/fault"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/staff/account"
	"imglink/views/ui"
)

// accountFlashes are the messages of these pages; the cookie holds their codes only.
var accountFlashes = map[string]ui.Flash{
	"password":     {Tone: ui.OK, Text: "The password was changed. You were signed out everywhere else."},
	"app_replaced": {Tone: ui.OK, Text: "The new app is in use. You were signed out everywhere else."},
	"key_added":    {Tone: ui.OK, Text: "The passkey was added."},
	"key_removed":  {Tone: ui.OK, Text: "The passkey was removed."},
	"revoked":      {Tone: ui.OK, Text: "The session was ended."},
	"others_ended": {Tone: ui.OK, Text: "You were signed out everywhere else."},
	"role":         {Tone: ui.OK, Text: "The role was changed. The person was signed out."},
	"disabled":     {Tone: ui.OK, Text: "The account was disabled. Its sessions ended."},
	"enabled":      {Tone: ui.OK, Text: "The account was enabled."},
	"factors":      {Tone: ui.OK, Text: "The second step was reset. The next sign-in sets up a new app."},
	"signed_out":   {Tone: ui.OK, Text: "The person was signed out everywhere."},
	"link_mailed":  {Tone: ui.OK, Text: "A mail with the link is on its way to the person."},
	"stale":        {Tone: ui.Warn, Text: "Somebody else changed this in the meantime. Look at it again."},
}

// takeAccountFlash reads the flash and forgets it.
func takeAccountFlash(c *kit.Ctx) *ui.Flash {
	raw := c.Flag(flashFlag)
	if raw == "" {
		return nil
	}
	c.SetFlag(flashFlag, "", -time.Hour)
	if f, ok := accountFlashes[raw]; ok {
		return &f
	}
	return nil
}

const accountStamp = "2 Jan 2006 15:04 UTC"

func stamp(t time.Time) (iso, utc string) {
	return t.UTC().Format(time.RFC3339), t.UTC().Format(accountStamp)
}

func stampOr(t *time.Time) (iso, utc string) {
	if t == nil {
		return "", ""
	}
	return stamp(*t)
}

// Security shows one's own account.
func (h *Account) Security(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	return h.drawSecurity(c, w, nil)
}

func (h *Account) drawSecurity(c *kit.Ctx, w accounts.Who, refused error) error {
	s, err := h.Accounts.Security(c.Context(), w)
	if err != nil {
		return err
	}
	k := c.Kit
	m := account.Security{
		Staff: Shell(c, "Your account", "staff.security"), Form: account.Form{Action: k.URL("staff.security.password")},
		Recent: h.Accounts.Recent(w), Confirm: withNext(c, "staff.confirm", k.URL("staff.security")), Email: s.Staff.Email, Role: w.Role.Name(),
		App: k.URL("staff.enrol"), NewCodes: k.URL("staff.security.codes"), CodesLeft: s.RecoveryCodes, Sessions: sessionViews(c, s.Sessions, w.SessionID),
		RevokeOthers: k.URL("staff.security.revoke_others"),
	}
	status, err := redrawn(c, refused, &m.Page, &m.Problems)
	if err != nil {
		return err
	}
	m.Flash = takeAccountFlash(c)
	if s.Staff.TOTPConfirmedAt != nil {
		m.AppSince = "on " + s.Staff.TOTPConfirmedAt.UTC().Format("2 Jan 2006")
	}
	for _, p := range s.Passkeys {
		v := account.Passkey{Name: p.Name, Remove: k.URL("staff.security.passkey_remove", p.ID)}
		v.AddedISO, v.Added = stamp(p.CreatedAt)
		v.UsedISO, v.Used = stampOr(p.LastUsedAt)
		m.Passkeys = append(m.Passkeys, v)
	}
	if h.Accounts.PasskeysPossible() {
		m.BeginPasskey, m.AddPasskey = k.URL("staff.security.passkey_begin"), k.URL("staff.security.passkey_add")
	} else {
		m.NoPasskeysReason = accounts.ErrNoHost.Message
	}
	return c.Render(status, account.SecurityPage(m))
}

var methods = map[string]string{"totp": "Authenticator app", "passkey": "Passkey", "recovery": "Recovery code"}

func sessionViews(c *kit.Ctx, list []models.Session, current string) []account.Session {
	var out []account.Session
	for _, x := range list {
		v := account.Session{Device: x.UserAgent, Method: methods[x.Method], Current: x.ID == current}
		if !v.Current {
			v.Revoke = c.Kit.URL("staff.security.revoke", x.ID)
		}
		v.BeganISO, v.Began = stamp(x.CreatedAt)
		v.ISO, v.UTC = stamp(x.SeenAt)
		out = append(out, v)
	}
	return out
}

// acted ends a POST of these pages: back to the page with a message, to the confirmation when that is due, or the error.
func acted(c *kit.Ctx, err error, flash, back string) error {
	switch {
	case errors.Is(err, accounts.ErrConfirm):
		return confirmFirst(c, back)
	case errors.Is(err, models.ErrStale):
		flash = "stale"
	case err != nil:
		return err
	}
	setFlash(c, flash)
	return c.Redirect(back, fiber.StatusSeeOther)
}

// ChangePassword replaces one's own password.
func (h *Account) ChangePassword(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	if again := secret(c, "again"); again != secret(c, "password") {
		return h.drawSecurity(c, w, fault.InvalidField("again", "The two passwords differ. Type the same one twice."))
	}
	t, err := h.Accounts.ChangePassword(c.Context(), w, secret(c, "present"), secret(c, "password"))
	if err == nil {
		c.StartSession(t.Token, t.Lifetime)
	} else if fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooMany) {
		return h.drawSecurity(c, w, err)
	}
	return acted(c, err, "password", c.Kit.URL("staff.security"))
}

// NewCodes replaces the recovery codes and shows the new ones, once.
func (h *Account) NewCodes(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	codes, err := h.Accounts.NewRecoveryCodes(c.Context(), w)
	if err != nil {
		return acted(c, err, "", c.Kit.URL("staff.security"))
	}
	return showCodes(c, codes, c.Kit.URL("staff.security"))
}

// BeginPasskey gives the options for navigator.credentials.create.
func (h *Account) BeginPasskey(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	options, err := h.Accounts.BeginPasskey(c.Context(), w)
	if err != nil {
		return err
	}
	return c.JSONStatus(fiber.StatusOK, options)
}

// AddPasskey takes the new passkey and says where to go.
func (h *Account) AddPasskey(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	in, err := readAnswer(c)
	if err != nil {
		return err
	}
	if err := h.Accounts.AddPasskey(c.Context(), w, in.Name, in.Credential); err != nil {
		return err
	}
	setFlash(c, "key_added")
	return c.JSONStatus(fiber.StatusCreated, map[string]string{"next": c.Kit.URL("staff.security")})
}

// RemovePasskey removes one of one's own passkeys.
func (h *Account) RemovePasskey(c *kit.Ctx) error {
	w, err := h.who(c)
	if err == nil {
		err = h.Accounts.RemovePasskey(c.Context(), w, c.Param("id"))
	}
	return acted(c, err, "key_removed", c.Kit.URL("staff.security"))
}

// Revoke ends one of one's own sessions.
func (h *Account) Revoke(c *kit.Ctx) error {
	w, err := h.who(c)
	if err == nil {
		err = h.Accounts.Revoke(c.Context(), w, c.Param("id"))
	}
	return acted(c, err, "revoked", c.Kit.URL("staff.security"))
}

// RevokeOthers ends every session but this one.
func (h *Account) RevokeOthers(c *kit.Ctx) error {
	w, err := h.who(c)
	if err == nil {
		_, err = h.Accounts.RevokeOthers(c.Context(), w)
	}
	return acted(c, err, "others_ended", c.Kit.URL("staff.security"))
}

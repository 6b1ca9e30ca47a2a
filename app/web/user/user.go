// Package user answers the pages of people who hold an account: registration, signing in, settings.
package user

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"imglink/app/botcheck"
	"imglink/app/fault"
	"imglink/app/i18n"
	"imglink/app/ident"
	"imglink/app/tokens"
	"imglink/app/users"
	"imglink/app/web/kit"
	"imglink/app/web/public"
	"imglink/models"
	"imglink/views/layout"
	"imglink/views/ui"
)

// Handlers answer the routes of routes_user.go.
type Handlers struct {
	Users  *users.Service
	Tokens *tokens.Service
	Bot    botcheck.Checker
	Proof  *botcheck.Proof // the built-in proof of work; nil when Turnstile is configured

	Contact string // the privacy address
}

// Sessions resolves session cookies for the kit.
type Sessions struct{ Users *users.Service }

// Resolve finds the holder of a session token; fault.Unauthenticated when it opens nothing.
func (s Sessions) Resolve(ctx context.Context, token string) (kit.User, error) {
	w, err := s.Users.Resolve(ctx, ident.Token(token))
	return kit.User{
		ID: w.UserID, Username: w.Username, SessionID: w.SessionID, Stage: string(w.Stage), Suspended: w.State == models.UserSuspended,
		VerifiedAt: w.VerifiedAt, Locale: w.Locale,
	}, err
}

// who is the session of this request with all that the service needs of it.
func (h *Handlers) who(c *kit.Ctx) (users.Who, error) {
	return h.Users.Resolve(c.Context(), c.UserToken())
}

func origin(c *kit.Ctx) users.Origin {
	return users.Origin{Network: kit.Network(c.IPAddr()), Agent: utils.CopyString(c.Get(fiber.HeaderUserAgent))}
}

// page is a page of this package: none of them belongs in a search engine.
func page(c *kit.Ctx, title string) layout.Page {
	p := public.Page(c, c.T(title))
	p.Robots = "noindex"
	p.Flash = takeFlash(c)
	return p
}

// secret is a password as typed: nothing is trimmed from it.
func secret(c *kit.Ctx, name string) string { return utils.CopyString(c.FormValue(name)) }

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
	f := kit.Say(c.Context(), fault.Of(err))
	switch {
	case f.Code == "botcheck_failed" || f.Code == "botcheck_unavailable":
		problems = []ui.Problem{{ID: "bot", Message: f.Message}}
	case f.Kind == fault.Invalid:
		for _, field := range f.Fields {
			problems = append(problems, ui.Problem{ID: field.Name, Message: field.Message})
		}
	case f.Kind == fault.TooMany || f.Kind == fault.Conflict:
		problems = []ui.Problem{{Message: f.Message}}
		if f.RetryAfter > 0 {
			c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int((f.RetryAfter+time.Second-1)/time.Second)))
		}
	default:
		return nil, 0, err
	}
	return problems, f.Kind.Status(), nil
}

// flashFlag is the cookie of a message for the next page; it holds a code only.
const flashFlag = "flash"

// flashes are the messages of these pages.
//
//i18n:keys
var flashes = map[string]ui.Flash{
	"token_revoked": {Tone: ui.OK, Text: "The token was revoked. It stopped working at once."},
	"confirmed":     {Tone: ui.OK, Text: "Your address is confirmed. Sign in to begin."},
	"forgotten":     {Tone: ui.OK, Text: "The registration was dropped."},
	"password":      {Tone: ui.OK, Text: "The password was changed. You were signed out everywhere else."},
	"profile":       {Tone: ui.OK, Text: "Your profile was saved."},
	"email_asked":   {Tone: ui.OK, Text: "We sent a link to the new address. Nothing changes until it is used."},
	"email":         {Tone: ui.OK, Text: "Your account has moved to the new address."},
	"app":           {Tone: ui.OK, Text: "The new app is in use. You were signed out everywhere else."},
	"app_removed":   {Tone: ui.OK, Text: "The app was removed."},
	"key_added":     {Tone: ui.OK, Text: "The passkey was added. Have recovery codes at hand in case you lose it."},
	"key_removed":   {Tone: ui.OK, Text: "The passkey was removed."},
	"revoked":       {Tone: ui.OK, Text: "That device was signed out."},
	"others_ended":  {Tone: ui.OK, Text: "You were signed out everywhere else."},
	"chosen":        {Tone: ui.OK, Text: "Your choice was saved. It counts from now on."},
	"asked":         {Tone: ui.OK, Text: "Your request is open. We answer within 30 days."},
	"withdrawn":     {Tone: ui.OK, Text: "Your request was withdrawn."},
	"stale":         {Tone: ui.Warn, Text: "This was changed in the meantime. Look at it again."},
	"signed_out":    {Tone: ui.OK, Text: "You are signed out."},
}

func setFlash(c *kit.Ctx, code string) { c.SetFlag(flashFlag, code, 2*time.Minute) }

// takeFlash reads the message and forgets it.
func takeFlash(c *kit.Ctx) *ui.Flash {
	code := c.Flag(flashFlag)
	f, ok := flashes[code]
	if code != "" {
		c.SetFlag(flashFlag, "", -time.Hour)
	}
	if !ok {
		return nil
	}
	f.Text = i18n.T(c.Context(), f.Text)
	return &f
}

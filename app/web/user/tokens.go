package user

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/actor"
	"imglink/app/i18n"
	"imglink/app/tokens"
	"imglink/app/web/developer"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/ui"
	view "imglink/views/user"
)

// scopeLabels say what a token may do.
//
//i18n:keys
var scopeLabels = map[actor.Permission]string{
	actor.ImagesRead:   "List your images",
	actor.ImagesWrite:  "Upload and change images",
	actor.ImagesDelete: "Delete images",
	actor.AlbumsRead:   "List your albums",
	actor.AlbumsWrite:  "Create, change and delete albums",
	actor.AccountRead:  "See your name and how much you store",
}

// usual is what is ticked before anybody chose: what an upload client needs.
var usual = []string{string(actor.ImagesWrite), string(actor.ImagesDelete)}

// TokensPage is GET /settings/tokens.
func (h *Handlers) TokensPage(c *kit.Ctx) error {
	return h.drawTokens(c, tokens.New{Scopes: usual, Days: 365}, tokens.Made{}, nil)
}

// MakeToken is POST /settings/tokens. The answer is the one page that shows the token.
func (h *Handlers) MakeToken(c *kit.Ctx) error {
	in := tokens.New{Name: c.Text("name"), Scopes: c.Texts("scopes"), Days: -1}
	for _, d := range tokens.Lifetimes {
		if c.Text("days") == daysValue(d) {
			in.Days = d
		}
	}
	recent, err := h.recent(c)
	if err != nil {
		return err
	}
	if !recent {
		return confirmFirst(c, c.Kit.URL("settings.tokens"))
	}
	made, err := h.Tokens.Make(c.Context(), c.Actor, in)
	return h.drawTokens(c, in, made, err)
}

// recent reports whether the identity was confirmed lately: a token outlives the session that makes it, so a browser left
// open for hours must not give one away.
func (h *Handlers) recent(c *kit.Ctx) (bool, error) {
	w, err := h.who(c)
	return err == nil && h.Users.Recent(w), err
}

// RevokeToken is POST /settings/tokens/:id/revoke. One that is revoked already is as good.
func (h *Handlers) RevokeToken(c *kit.Ctx) error {
	err := h.Tokens.Revoke(c.Context(), c.Actor, c.Param("id"))
	if err != nil {
		return err
	}
	return acted(c, nil, "token_revoked", c.Kit.URL("settings.tokens"))
}

// ShareX is POST /settings/tokens/sharex: a file for ShareX with a new token that uploads and deletes.
func (h *Handlers) ShareX(c *kit.Ctx) error {
	recent, err := h.recent(c)
	if err != nil {
		return err
	}
	if !recent {
		return confirmFirst(c, c.Kit.URL("settings.tokens"))
	}
	made, err := h.Tokens.Make(c.Context(), c.Actor, tokens.New{Name: "ShareX", Scopes: usual})
	if err != nil {
		return h.drawTokens(c, tokens.New{Scopes: usual, Days: 365}, tokens.Made{}, err)
	}
	return developer.SendShareX(c, string(made.Secret))
}

func (h *Handlers) drawTokens(c *kit.Ctx, in tokens.New, made tokens.Made, refused error) error {
	status, problems := fiber.StatusOK, []ui.Problem(nil)
	if refused != nil {
		var other error
		if problems, status, other = redrawn(c, refused); other != nil {
			return other
		}
	} else if made.Secret != "" {
		status, in = fiber.StatusCreated, tokens.New{Scopes: usual, Days: 365}
	}
	list, err := h.Tokens.List(c.Context(), c.User.ID)
	if err != nil {
		return err
	}
	k := c.Kit
	m := view.Tokens{
		Settings: Settings(c, "Tokens", "settings.tokens"), Form: view.Form{Action: k.URL("settings.tokens"), Problems: problems},
		Name: in.Name, Secret: string(made.Secret), SecretName: made.Token.Name, ShareX: k.URL("tokens.sharex"), Developer: k.URL("developers"),
	}
	m.HasErrors = refused != nil
	if recent, err := h.recent(c); err != nil {
		return err
	} else if !recent {
		m.Confirm = withNext(c, "settings.confirm", k.URL("settings.tokens"))
	}
	for n, p := range actor.Scopes {
		s := view.Scope{ID: "scopes", Label: c.T(scopeLabels[p]), Value: string(p), On: slices.Contains(in.Scopes, string(p))}
		if n > 0 { // the first has the group's id, so that the error summary can point at it
			s.ID += "-" + s.Value
		}
		m.Scopes = append(m.Scopes, s)
	}
	for _, d := range tokens.Lifetimes {
		label := c.T("Until it is revoked")
		if d > 0 {
			label = i18n.N(c.Context(), d, "%d day", "%d days")
		}
		m.Lifetimes = append(m.Lifetimes, ui.Option{Value: daysValue(d), Label: label, Selected: d == in.Days})
	}
	for _, t := range list {
		m.Tokens = append(m.Tokens, tokenRow(c, t))
	}
	return c.Render(status, view.TokensPage(m))
}

func tokenRow(c *kit.Ctx, t models.APIToken) view.Row {
	r := view.Row{
		Title: t.Name, Text: c.T("Never used"), Action: c.Kit.URL("tokens.revoke", t.ID), Label: c.T("Revoke"), Name: c.T("Revoke %s", t.Name),
		Note: t.Hint + "… · " + strings.Join(t.Scopes, ", "),
	}
	if t.LastUsedAt != nil {
		r.Text = c.T("Last used") + " "
		r.ISO, r.UTC = t.LastUsedAt.UTC().Format(time.RFC3339), i18n.DateTime(c.Context(), t.LastUsedAt.UTC(), i18n.Long)
	}
	switch now := c.Kit.Clock.Now(); {
	case t.ExpiresAt == nil:
	case !now.Before(*t.ExpiresAt):
		r.Badge, r.Tone = c.T("Expired"), ui.Warn
	default:
		r.Badge, r.Tone = c.T("Until %s", i18n.Date(c.Context(), *t.ExpiresAt, i18n.Long)), ui.Neutral
	}
	return r
}

// daysValue is a lifetime as the form sends it.
func daysValue(d int) string { return strconv.Itoa(d) }

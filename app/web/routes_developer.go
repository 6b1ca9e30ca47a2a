package web

import (
	"time"

	"imglink/app/actor"
	"imglink/app/web/developer"
	"imglink/app/web/kit"
	"imglink/app/web/user"
)

// developerRoutes are the page about the API, the files that set clients up, and the tokens of one's own account.
func developerRoutes(h *developer.Handlers, u *user.Handlers) []kit.Route {
	making := kit.Limit{Name: "token.make", N: 30, Per: time.Hour}
	const form, self = kit.FormBody, actor.UserSelf
	return []kit.Route{
		{Method: "GET", Path: "/developers", Name: "developers", Needs: actor.Public, Do: h.Page},
		{Method: "GET", Path: "/developers/sharex.sxcu", Name: "developers.sharex", Needs: actor.Public, Do: h.ShareXFile},
		{Method: "GET", Path: "/developers/imglink.sh", Name: "developers.script", Needs: actor.Public, Do: h.ScriptFile},

		{Method: "GET", Path: "/settings/tokens", Name: "settings.tokens", Needs: self, Do: u.TokensPage},
		{Method: "POST", Path: "/settings/tokens", Name: "settings.tokens", Needs: self, Limit: making, Body: form, Do: u.MakeToken},
		{Method: "POST", Path: "/settings/tokens/sharex", Name: "tokens.sharex", Needs: self, Limit: making, Body: form, Do: u.ShareX},
		{Method: "POST", Path: "/settings/tokens/:id/revoke", Name: "tokens.revoke", Needs: self, Body: form, Do: u.RevokeToken},
	}
}

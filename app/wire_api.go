package app

import (
	"imglink/app/tokens"
	"imglink/app/web/api"
)

// wireTokens lets programs act for accounts.
func (a *App) wireTokens() {
	a.Tokens = &tokens.Service{Store: a.Store, Clock: a.Clock}
	a.Kit.Tokens = api.Tokens{Service: a.Tokens}
}

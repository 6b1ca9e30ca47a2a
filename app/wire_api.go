package app

import (
	"imglink/app/tokens"
	"imglink/app/web/api"
	"imglink/app/web/compat"
)

// wireTokens lets programs act for accounts.
func (a *App) wireTokens() {
	a.Tokens = &tokens.Service{Store: a.Store, Clock: a.Clock}
	a.Kit.Tokens = api.Tokens{Service: a.Tokens}
}

// compatHandlers speak to the clients of other image hosts.
func (a *App) compatHandlers() *compat.Handlers {
	return &compat.Handlers{
		Uploads: a.Uploads, Gallery: a.Gallery, Store: a.Store, MaxRequest: a.Config.MaxRequest(), PerMinute: a.Config.UploadsPerMin, Guests: a.Config.GuestClients,
	}
}

package app

import (
	"context"

	"imglink/app/accounts"
	"imglink/app/web/staff"
)

func (a *App) wireAccounts() (err error) {
	a.Accounts, err = accounts.New(accounts.Config{
		Store: a.Store, Keys: a.Keys, Clock: a.Clock, BaseURL: a.Config.URL(), UnsafelyCheapPasswordsForTests: a.opts.UnsafelyCheapPasswords,
	})
	return err
}

// FirstAdmin makes the first administrator of a new instance and returns the link that sets the account up, once. It is
// empty when there is staff already.
func (a *App) FirstAdmin(ctx context.Context) (link string, err error) {
	link, _, err = a.Accounts.Bootstrap(ctx)
	return link, err
}

func (a *App) staffHandlers() *staff.Handlers {
	h := &staff.Handlers{
		Moderation: a.Moderation, Objects: a.Objects, Figures: a.Store, Troubles: a.Store, Audit: a.Audit, Requests: a.Users, Location: a.Config.Location(),
	}
	if a.Outbox != nil {
		h.Outbox = a.Outbox
	}
	return h
}

package app

import (
	"context"

	"imglink/app/accounts"
	"imglink/app/ident"
	"imglink/app/web/kit"
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

// sessions tells the kit who holds a session.
type sessions struct{ accounts *accounts.Service }

// Resolve implements kit.Sessions.
func (s sessions) Resolve(ctx context.Context, token string) (kit.Principal, error) {
	who, err := s.accounts.Resolve(ctx, ident.Token(token))
	return kit.Principal{
		SessionID: who.SessionID, StaffID: who.StaffID, Name: who.Name, Role: who.Role, Stage: string(who.Stage), VerifiedAt: who.VerifiedAt,
	}, err
}

func (a *App) staffHandlers() *staff.Handlers {
	h := &staff.Handlers{
		Moderation: a.Moderation, Objects: a.Objects, Figures: a.Store, Troubles: a.Store, Audit: a.Audit, Location: a.Config.Location(),
	}
	if a.Outbox != nil {
		h.Outbox = a.Outbox
	}
	return h
}

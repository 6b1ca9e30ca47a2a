package app

import (
	"imglink/app/users"
	"imglink/app/web/user"
)

func (a *App) wireUsers() (err error) {
	a.Users, err = users.New(users.Config{
		Store: a.Store, Keys: a.Keys, Clock: a.Clock, BaseURL: a.Config.URL(), UnsafelyCheapPasswordsForTests: a.opts.UnsafelyCheapPasswords,
	})
	return err
}

func (a *App) userHandlers() *user.Handlers {
	return &user.Handlers{Users: a.Users, Tokens: a.Tokens, Bot: a.bot, Proof: a.proof, Contact: contact}
}

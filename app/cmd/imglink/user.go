package main

import (
	"context"
	"fmt"
	"os"

	"imglink/app"
	"imglink/app/actor"
	"imglink/app/config"
)

type userCmd struct {
	Suspend   userSuspendCmd   `cmd:"" help:"Keep somebody from using their account. Nothing is deleted; they are told by mail."`
	Reinstate userReinstateCmd `cmd:"" help:"End a suspension."`
}

type userSuspendCmd struct {
	Name string `arg:"" help:"Name or e-mail address of the account."`
}

// Run suspends the account.
func (u userSuspendCmd) Run(ctx context.Context, cfg config.Config) error {
	return suspend(ctx, cfg, u.Name, false)
}

type userReinstateCmd struct {
	Name string `arg:"" help:"Name or e-mail address of the account."`
}

// Run ends the suspension.
func (u userReinstateCmd) Run(ctx context.Context, cfg config.Config) error {
	return suspend(ctx, cfg, u.Name, true)
}

func suspend(ctx context.Context, cfg config.Config, name string, lift bool) error {
	return withApp(ctx, cfg, app.Options{}, func(a *app.App) error {
		row, err := a.Users.Suspend(ctx, actor.System("command line"), name, lift)
		if err != nil {
			return err
		}
		state := "suspended"
		if lift {
			state = "active"
		}
		_, err = fmt.Fprintf(os.Stdout, "%s is %s, id %s\n", row.Username, state, row.ID)
		return err
	})
}

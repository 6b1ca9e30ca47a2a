package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"imglink/app"
	"imglink/app/accounts"
	"imglink/app/actor"
	"imglink/app/config"
	"imglink/models"
	"imglink/seeds"
)

type staffCmd struct {
	Add staffAddCmd `cmd:"" help:"Add an active staff account, for automation. People are invited at /staff/people."`
}

type staffAddCmd struct {
	Email         string `required:"" help:"E-mail address to sign in with."`
	Name          string `required:"" help:"Name shown to colleagues."`
	Role          string `required:"" help:"triage, moderator, lead, privacy, auditor, analyst or admin."`
	PasswordStdin bool   `required:"" help:"Read the password from standard input: arguments are visible to other users."`
	TOTPSecret    string `name:"totp-secret" help:"Base32 secret of the second factor. Without it, the first sign-in sets one up."`
}

// Run adds the account and says whom it added.
func (s staffAddCmd) Run(ctx context.Context, cfg config.Config) error {
	raw, err := io.ReadAll(io.LimitReader(os.Stdin, 4096))
	if err != nil {
		return fmt.Errorf("reading the password: %w", err)
	}
	password := strings.TrimRight(string(raw), "\r\n")
	if password == "" {
		return errors.New("the password on standard input is empty")
	}
	return withApp(ctx, cfg, app.Options{}, func(a *app.App) error {
		row, err := a.Accounts.Add(ctx, accounts.AddInput{
			Email: s.Email, Name: s.Name, Role: actor.Role(s.Role), Password: password, TOTPSecret: s.TOTPSecret,
		})
		if err != nil {
			return err
		}
		return s.added(os.Stdout, row)
	})
}

func (staffAddCmd) added(w io.Writer, row models.Staff) error {
	_, err := fmt.Fprintf(w, "Added %s (%s), id %s\n", row.Name, row.Role.Name(), row.ID)
	return err
}

type seedCmd struct{}

// Run fills the instance with the demo and says how to sign in.
func (seedCmd) Run(ctx context.Context, cfg config.Config) error { return seed(ctx, cfg) }

func seed(ctx context.Context, cfg config.Config) error {
	if err := seeds.Run(ctx, cfg, seeds.Full, os.Stderr); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "\nDemo staff, password %q, authenticator secret %s:\n", seeds.Password, seeds.TOTPSecret)
	for _, p := range seeds.Staff {
		fmt.Fprintf(os.Stderr, "  %-16s %s\n", p.Role.Name(), p.Email)
	}
	fmt.Fprintln(os.Stderr, "People with accounts, the same password:")
	for _, p := range seeds.People {
		fmt.Fprintf(os.Stderr, "  %-16s %s\n", p.Username, p.Email)
	}
	return nil
}

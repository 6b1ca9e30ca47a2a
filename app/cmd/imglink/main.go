// Command imglink is the image host: one program that serves, works and administers.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"imglink/app/config"
)

type cli struct {
	Serve   serveCmd   `cmd:"" default:"withargs" help:"Serve the site and work on jobs."`
	Work    workCmd    `cmd:"" help:"Work on jobs without serving pages."`
	Migrate migrateCmd `cmd:"" help:"Bring the database schema up to date."`
	Seed    seedCmd    `cmd:"" help:"Fill an empty instance with the demo."`
	Staff   staffCmd   `cmd:"" help:"Manage staff accounts."`
	Verify  verifyCmd  `cmd:"" help:"Prove that nobody changed what was recorded."`
}

func main() {
	if sandboxed() {
		return
	}
	var c cli
	k := kong.Parse(&c, kong.Name("imglink"), kong.Description("An image host whose privacy policy is executable."), kong.UsageOnError())
	cfg, err := config.Load(os.Environ())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.BindTo(ctx, (*context.Context)(nil))
	if err := k.Run(cfg); err != nil {
		fmt.Fprintln(os.Stderr, "imglink:", err)
		os.Exit(1)
	}
}

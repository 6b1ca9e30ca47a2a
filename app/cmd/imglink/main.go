// Command imglink is the image host: one program that serves, works and administers.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"imglink/app/config"
	"imglink/app/fault"
)

type cli struct {
	Serve    serveCmd    `cmd:"" default:"withargs" help:"Serve the site and work on jobs."`
	Work     workCmd     `cmd:"" help:"Work on jobs without serving pages."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the database schema up to date."`
	Seed     seedCmd     `cmd:"" help:"Fill an empty instance with the demo."`
	Staff    staffCmd    `cmd:"" help:"Manage staff accounts."`
	User     userCmd     `cmd:"" help:"Suspend the accounts of people, and reinstate them."`
	Verify   verifyCmd   `cmd:"" help:"Prove that nobody changed what was recorded."`
	Deadline deadlineCmd `cmd:"" help:"Say until when a request about personal data must be answered, and why."`
}

func main() {
	if sandboxed() {
		return
	}
	k, err := parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, explain(err))
		os.Exit(2)
	}
	var misconfigured error
	// Read only for commands that ask for it: the others work also where the environment is wrong.
	err = k.BindToProvider(func() (cfg config.Config, err error) {
		cfg, misconfigured = config.Load(os.Environ())
		return cfg, misconfigured
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, explain(err))
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.BindTo(ctx, (*context.Context)(nil))
	err = k.Run()
	if misconfigured != nil {
		fmt.Fprintln(os.Stderr, misconfigured)
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, explain(err))
		os.Exit(1)
	}
}

// parse reads the command line. A flag without a command belongs to serve; a word that is no command is an error of its own,
// not a superfluous argument of serve.
func parse(args []string) (*kong.Context, error) {
	var c cli
	k, err := kong.New(&c, kong.Name("imglink"), kong.Description("An image host whose privacy policy is executable."))
	if err != nil {
		return nil, err
	}
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		var names []string
		for _, command := range k.Model.Children {
			names = append(names, command.Name)
		}
		if !slices.Contains(names, args[0]) {
			return nil, fmt.Errorf("there is no command %q. Use one of %s; imglink --help explains them", args[0], strings.Join(names, ", "))
		}
	}
	ctx, err := k.Parse(args)
	if err != nil {
		return nil, fmt.Errorf("%w; --help explains the command", err)
	}
	return ctx, nil
}

// explain is an error as the terminal shows it: refused input with every field and what to do about it.
func explain(err error) string {
	out := "imglink: " + err.Error()
	f := fault.Of(err)
	if f.Kind != fault.Invalid || len(f.Fields) == 0 {
		return out
	}
	out = "imglink: " + f.Message
	for _, field := range f.Fields {
		out += "\n  " + field.Name + ": " + field.Message
	}
	return out
}

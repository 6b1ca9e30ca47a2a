package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"imglink/app"
	"imglink/app/audit"
	"imglink/app/config"
)

type verifyCmd struct {
	Audit verifyAuditCmd `cmd:"" help:"Verify the hash chain of the audit log. Exit status 1 when it is broken."`
}

type verifyAuditCmd struct {
	JSON   bool   `help:"Print the report as JSON."`
	Export string `type:"path" xor:"source" help:"Also write the chain to this file, verifiable without the database."`
	File   string `type:"existingfile" xor:"source" help:"Verify an exported file instead of the database."`
	Head   string `help:"A head printed earlier: it must still be part of the chain."`
}

var errBroken = errors.New("the audit chain is broken")

// Run verifies and reports on standard output.
func (v verifyAuditCmd) Run(ctx context.Context, cfg config.Config) error {
	head, err := hex.DecodeString(v.Head)
	if err != nil || len(head) != 0 && len(head) != 32 {
		return errors.New("--head: want the 64 hexadecimal digits that an earlier verification printed")
	}
	r, err := v.verify(ctx, cfg, audit.Options{Contains: head})
	if err != nil {
		return err
	}
	if err := v.print(os.Stdout, r); err != nil {
		return err
	}
	if !r.OK() {
		return errBroken
	}
	return nil
}

func (v verifyAuditCmd) verify(ctx context.Context, cfg config.Config, o audit.Options) (r audit.Report, err error) {
	if v.File != "" {
		f, err := os.Open(v.File)
		if err != nil {
			return r, err
		}
		defer f.Close() //nolint:errcheck // only read
		r, err = audit.VerifyFile(f, o)
		if err != nil {
			return r, fmt.Errorf("%s: %w", v.File, err)
		}
		return r, nil
	}
	err = withApp(ctx, cfg, app.Options{}, func(a *app.App) error {
		if v.Export == "" {
			r, err = a.Audit.Check(ctx, o)
			return err
		}
		f, err := os.OpenFile(v.Export, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		r, err = a.Audit.Export(ctx, f, o)
		return errors.Join(err, f.Close())
	})
	return r, err
}

func (v verifyAuditCmd) print(w io.Writer, r audit.Report) error {
	var out bytes.Buffer
	head := hex.EncodeToString(r.Head)
	if v.JSON {
		enc := json.NewEncoder(&out)
		enc.SetIndent("", "  ")
		if err := enc.Encode(struct {
			OK   bool   `json:"ok"`
			Head string `json:"head"`
			audit.Report
		}{r.OK(), head, r}); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(&out, "entries   %d\nsealed    %d\nunsealed  %d", r.Entries, r.Sealed, r.Unsealed)
		if !r.OldestUnsealed.IsZero() {
			fmt.Fprintf(&out, ", the oldest of %s", r.OldestUnsealed.UTC().Format(time.RFC3339))
		}
		fmt.Fprintf(&out, "\nopened    %d values match their commitments\nhead      %s\n", r.Opened, head)
		if r.OK() {
			fmt.Fprintln(&out, "The chain is whole.")
		} else {
			fmt.Fprintf(&out, "BROKEN: %s\n", r.FirstBad.Problem)
		}
	}
	_, err := w.Write(out.Bytes())
	return err
}

package main

import (
	"fmt"
	"strings"
	"testing"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/models"
)

func TestParse(t *testing.T) {
	for line, want := range map[string]string{"": "serve", "--demo": "serve", "serve --no-work": "serve", "work": "work", "verify audit --json": "verify audit", "deadline --received 2026-03-05 --json": "deadline"} {
		k, err := parse(strings.Fields(line))
		if err != nil || k.Command() != want {
			t.Errorf("imglink %s: %v, want the command %s", line, err, want)
		}
	}
	for line, want := range map[string]string{
		"frobnicate": `no command "frobnicate". Use one of serve, work, migrate, seed, staff, user, verify, deadline`, "stff add": `no command "stff"`,
		"serve frobnicate": "frobnicate", "staff add": "--email", "--frobnicate": "--frobnicate",
	} {
		if _, err := parse(strings.Fields(line)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("imglink %s: %v, want %s", line, err, want)
		}
	}
}

func TestExplainNamesEveryField(t *testing.T) {
	var bad fault.Collect
	bad.Add("role", "The role must be one of these.")
	bad.Add("email", "Give an address.")
	want := "imglink: Some answers need another look.\n  role: The role must be one of these.\n  email: Give an address."
	if got := explain(fmt.Errorf("adding: %w", bad.Err())); got != want {
		t.Errorf("explained as %q", got)
	}
	if got := explain(fmt.Errorf("no disk")); got != "imglink: no disk" {
		t.Errorf("explained as %q", got)
	}
}

func TestAddedSaysWhom(t *testing.T) {
	var out strings.Builder
	err := staffAddCmd{}.added(&out, models.Staff{ID: "AAAAAAAAAAAA", Name: "Ada Lovelace", Role: actor.Lead})
	if err != nil || out.String() != "Added Ada Lovelace ("+actor.Lead.Name()+"), id AAAAAAAAAAAA\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

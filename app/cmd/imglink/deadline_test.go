package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// file writes a file of the test's own and returns its name.
func file(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "holidays.txt")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// deadlineOf runs a command line and returns what it prints.
func deadlineOf(t *testing.T, args ...string) string {
	t.Helper()
	k, err := parse(append([]string{"deadline"}, args...))
	if err != nil {
		t.Fatalf("%v: %s", args, explain(err))
	}
	c, ok := k.Selected().Target.Interface().(deadlineCmd)
	if !ok {
		t.Fatalf("%T", k.Selected().Target.Interface())
	}
	d, err := c.compute()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := c.print(&out, d); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// The command gives what the vectors expect, with the six holidays told in a file.
func TestDeadlineVectors(t *testing.T) {
	holidays := file(t, "01-01 New Year's Day\neaster-2 Good Friday\neaster+1 Easter Monday\n05-01 Labour Day\n12-25\n12-26\n")
	b, err := os.ReadFile("../../deadline/testdata/deadline_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Vectors []struct {
			ID, Received string
			Pauses       [][2]string
			Expect       map[string]any
		}
	}
	if err := json.Unmarshal(b, &vectors); err != nil || len(vectors.Vectors) == 0 {
		t.Fatalf("%d vectors, %v", len(vectors.Vectors), err)
	}
	for _, v := range vectors.Vectors {
		args := []string{"--json", "--received", v.Received, "--holidays", holidays}
		for _, p := range v.Pauses {
			args = append(args, "--pause", p[0]+".."+p[1])
		}
		var got map[string]any
		if err := json.Unmarshal([]byte(deadlineOf(t, args...)), &got); err != nil {
			t.Fatal(err)
		}
		for field, want := range v.Expect {
			if got[field] != want {
				t.Errorf("%s: %s is %v, want %v", v.ID, field, got[field], want)
			}
		}
		if steps, ok := got["derivation"].([]any); !ok || len(steps) < 8 || got["holidays"] != holidays {
			t.Errorf("%s: holidays %v, derivation %v", v.ID, got["holidays"], got["derivation"])
		}
	}
}

func TestDeadlineSaysWhere(t *testing.T) {
	for line, wants := range map[string][]string{
		"--received 2026-03-05":                                                                {"law    Monday 6 April 2026", "Only weekends"},
		"--received 2026-03-05 --country de":                                                   {"law    Tuesday 7 April 2026", "(Sunday, Easter Monday)", "holidays            DE\n"},
		"--received 2026-01-31T23:30:00Z":                                                      {"received            Sunday 1 February 2026"},
		"--received 2026-01-31T23:30:00Z --tz UTC":                                             {"received            Saturday 31 January 2026"},
		"--received 2026-06-10 --pause 2026-06-11.. --today 2026-06-15":                        {"paused              4 days", "days left           29, in law 29"},
		"--received 2026-06-10 --pause 2026-06-30..2026-07-03@2026-06-10":                      {"paused              0 days", "asked late, 20 days"},
		"--received 2026-06-10 --pause 2026-06-11..2026-06-20 --pause 2026-06-15..2026-06-25":  {"paused              14 days"},
		"--received 2026-07-01 --extension-notice 2026-07-31":                                  {"counts   Thursday 1 October 2026", "A notice of extension with its reasons was sent"},
		"--received 2026-07-01 --extension-notice 2026-08-03 --json":                           {`"extended": true`, `"promise_missed": true`, `"effective_due": "2026-10-01"`},
		"--received 2026-07-01 --extension-notice 2026-08-04 --json":                           {`"extended": false`, `"effective_due": "2026-07-31"`, `"rule": "extension_refused"`},
		"--received 2026-07-01 --today 2026-08-01 --json":                                      {`"days_left": -1`, `"legal_days_left": 2`, `"overdue": true`, `"zone": "Europe/Berlin"`},
		"--received 2026-06-10 --pause 2026-06-11T21:30:00Z..2026-06-12T22:30:00+00:00 --json": {`"paused_days": 2`},
	} {
		out := deadlineOf(t, strings.Fields(line)...)
		for _, want := range wants {
			if !strings.Contains(out, want) {
				t.Errorf("%s lacks %q:\n%s", line, want, out)
			}
		}
	}
}

func TestDeadlineRefusesBadFlags(t *testing.T) {
	bad := file(t, "2026-04-06 Easter Monday\nsometime\n")
	for line, want := range map[string]string{
		"":                      "--received: The day of receipt is missing. Give it as --received 2026-03-05.",
		"--received 5.3.2026":   `--received: "5.3.2026" is no day. Write 2026-03-05`,
		"--received 2026-02-29": `--received: "2026-02-29" is no day.`,
		"--received 2026-03-05 --pause 2026-03-06":                    `--pause: "2026-03-06" is no pause. Write ASK..ANSWER`,
		"--received 2026-03-05 --pause 2026-03-06..soon":              `--pause: "soon" is no day.`,
		"--received 2026-03-05 --pause 2026-03-09..2026-03-06":        "--pause: In \"2026-03-09..2026-03-06\" the answer is before the question.",
		"--received 2026-03-05 --pause 2026-03-01..2026-03-06":        "--pause: 2026-03-01 is before the receipt.",
		"--received 2026-03-05 --pause 2026-03-06..@2026-03-07":       "--pause: The doubt cannot arise after the question.",
		"--received 2026-03-05 --pause 2026-03-06..":                  "--pause: Without an answer the clock stands still until today. Give the day as --today",
		"--received 2026-03-05 --extension-notice 2026-03-04":         "--extension-notice: 2026-03-04 is before the receipt.",
		"--received 2026-03-05 --extension-notice x":                  `--extension-notice: "x" is no day.`,
		"--received 2026-03-05 --today 2026-03-04":                    "--today: The request was received after that day.",
		"--received 2026-03-05 --country XX":                          `--country: no holidays are shipped for "XX": use one of AT, BE`,
		"--received 2026-03-05 --holidays /nowhere/holidays":          "--holidays: The file cannot be read",
		"--received 2026-03-05 --holidays " + bad:                     `line 2: "sometime" is no holiday: write a day as 2026-04-06`,
		"--received 2026-03-05 --tz Mars/Olympus":                     `--tz: "Mars/Olympus" is no time zone.`,
		"--received 2026-03-05 --tz Local":                            `--tz: "Local" is no time zone.`,
		"--received never --country XX --tz X":                        "\n  --country: ",
		"--received 2026-03-05 --pause 2026-03-06..2026-03-07 --what": "--what",
	} {
		_, err := parse(append([]string{"deadline"}, strings.Fields(line)...))
		if err == nil {
			t.Errorf("deadline %s was accepted", line)
		} else if got := explain(err); !strings.Contains(got, want) {
			t.Errorf("deadline %s: %s\nwant %s", line, got, want)
		}
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"imglink/app/deadline"
	"imglink/app/fault"
)

// deadlineCmd answers from its flags alone: no database, and no wall clock, so the same line gives the same dates for ever.
type deadlineCmd struct {
	Received        string   `placeholder:"DAY" help:"Day on which the request reached any official channel, as 2026-03-05, or an instant, as 2026-03-05T23:30:00Z."`
	Pause           []string `sep:"none" placeholder:"ASK..ANSWER" help:"Days on which we asked who the person is and on which they answered; ASK.. while the answer is open. ASK..ANSWER@DOUBT when the doubt arose before we asked: a late question does not count. Repeatable."`
	ExtensionNotice string   `placeholder:"DAY" help:"Day on which a notice of extension with its reasons was sent."`
	Country         string   `placeholder:"CODE" help:"Public holidays of a Member State, as DE, or EU for those of the euro system. Without, only weekends move a limit."`
	Holidays        string   `placeholder:"FILE" help:"More public holidays, a line each: 2026-04-06 Easter Monday; also 05-01, easter+39, mon>=05-01, or a JSON list of days."`
	TZ              string   `name:"tz" env:"IMGLINK_LEGAL_TZ" default:"Europe/Berlin" placeholder:"ZONE" help:"Legal time zone, in which instants become days."`
	Today           string   `placeholder:"DAY" help:"Also say where the clock stands on this day."`
	JSON            bool     `help:"Print JSON."`
}

// deadlines is what the command prints as JSON.
type deadlines struct {
	deadline.Clock
	Zone     string             `json:"zone"`
	Holidays string             `json:"holidays"` // whose: "none", "DE", "DE and FILE"
	Standing *deadline.Standing `json:"standing,omitempty"`
}

// Validate refuses bad flags while the command line is read, all of them at once.
func (c deadlineCmd) Validate() error {
	_, err := c.compute()
	return err
}

// Run prints the dates.
func (c deadlineCmd) Run() error {
	d, err := c.compute()
	if err != nil {
		return err
	}
	return c.print(os.Stdout, d)
}

func (c deadlineCmd) compute() (deadlines, error) {
	in := deadlineFlags{}
	in.zone = in.loadZone(c.TZ)
	calendar, whose := in.calendar(c.Country, c.Holidays)
	in.receipt(c.Received)
	for i, p := range c.Pause {
		in.pause(strconv.Itoa(i), p)
	}
	if c.ExtensionNotice != "" {
		in.event("--extension-notice", deadline.Event{
			Kind: deadline.ExtensionSent, On: in.day("--extension-notice", c.ExtensionNotice), Letter: "notice", Ground: deadline.Complexity,
		})
	}
	today := in.last
	if c.Today != "" {
		today = in.day("--today", c.Today)
		in.bad.Check(today == 0 || today >= in.received, "--today", "The request was received after that day. Give the day of receipt or a later one.")
	} else if in.open {
		in.bad.Add("--pause", "Without an answer the clock stands still until today. Give the day as --today, or write ASK..ANSWER.")
	}
	if err := in.bad.Err(); err != nil {
		return deadlines{}, err
	}
	clock, err := deadline.Rules{Calendar: calendar}.Clock(deadline.Case{Events: in.events}, today)
	d := deadlines{Clock: clock, Zone: c.TZ, Holidays: whose}
	if c.Today != "" {
		standing := clock.Standing(today)
		d.Standing = &standing
	}
	return d, err
}

// deadlineFlags collects the events that the flags tell, and everything that is wrong with them.
type deadlineFlags struct {
	bad      fault.Collect
	zone     *time.Location
	received deadline.Date
	last     deadline.Date // the latest day that was named
	open     bool          // a question has no answer
	events   []deadline.Event
}

func (in *deadlineFlags) loadZone(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		in.bad.Addf("--tz", "%q is no time zone. Give its IANA name, as Europe/Berlin.", name)
		return time.UTC
	}
	return loc
}

// calendar joins a country's holidays and a file's, and says whose they are.
func (in *deadlineFlags) calendar(country, file string) (c deadline.Calendar, whose string) {
	var err error
	var names []string
	if country != "" {
		if c, err = deadline.Country(country); err != nil {
			in.bad.Addf("--country", "%s.", err)
		}
		names = append(names, strings.ToUpper(country))
	}
	if file != "" {
		text, err := os.ReadFile(file) //nolint:gosec // the officer names the file
		if err != nil {
			in.bad.Addf("--holidays", "The file cannot be read (%s). Check its name and rights.", err)
		}
		more, err := deadline.ParseHolidays(string(text))
		if err != nil {
			in.bad.Addf("--holidays", "%s: %s.", file, err)
		}
		c = c.With(more)
		names = append(names, file)
	}
	if len(names) == 0 {
		return c, "none"
	}
	return c, strings.Join(names, " and ")
}

// day reads a civil day, or the civil day of an instant in the legal time zone; it is zero after a problem.
func (in *deadlineFlags) day(flag, s string) deadline.Date {
	d, err := deadline.ParseDate(s)
	if err == nil {
		return d
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		in.bad.Addf(flag, "%q is no day. Write 2026-03-05, or an instant as 2026-03-05T23:30:00Z.", s)
		return 0
	}
	return deadline.On(at, in.zone)
}

func (in *deadlineFlags) receipt(s string) {
	if s == "" {
		in.bad.Add("--received", "The day of receipt is missing. Give it as --received 2026-03-05.")
		return
	}
	in.received = in.day("--received", s)
	in.event("--received", deadline.Event{Kind: deadline.Received, On: in.received})
}

// event adds what happened, not before the receipt.
func (in *deadlineFlags) event(flag string, e deadline.Event) {
	if e.On != 0 && e.On < in.received {
		in.bad.Addf(flag, "%s is before the receipt. Give the day of receipt or a later one.", e.On)
	}
	in.last = max(in.last, e.On)
	in.events = append(in.events, e)
}

// pause reads ASK..ANSWER, ASK.. or either with @DOUBT.
func (in *deadlineFlags) pause(letter, s string) {
	const flag = "--pause"
	span, doubt, doubted := strings.Cut(s, "@")
	ask, answer, ok := strings.Cut(span, "..")
	if !ok {
		in.bad.Addf(flag, "%q is no pause. Write ASK..ANSWER, as 2026-03-06..2026-03-12, or ASK.. while the answer is open.", s)
		return
	}
	asked := deadline.Event{Kind: deadline.Asked, On: in.day(flag, ask), Letter: letter, Ground: deadline.Identity}
	asked.Since = asked.On
	if doubted {
		asked.Since = in.day(flag, doubt)
		in.bad.Check(asked.Since <= asked.On, flag, "The doubt cannot arise after the question. Write ASK..ANSWER@DOUBT.")
	}
	in.event(flag, asked)
	if answer == "" {
		in.open = true
		return
	}
	replied := deadline.Event{Kind: deadline.Replied, On: in.day(flag, answer), Letter: letter}
	if replied.On != 0 && replied.On < asked.On {
		in.bad.Addf(flag, "In %q the answer is before the question. Write ASK..ANSWER, the earlier day first.", s)
		return
	}
	in.event(flag, replied)
}

func (c deadlineCmd) print(w io.Writer, d deadlines) error {
	var out bytes.Buffer
	if c.JSON {
		enc := json.NewEncoder(&out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		if err := enc.Encode(d); err != nil {
			return err
		}
	} else {
		d.table(&out)
	}
	_, err := w.Write(out.Bytes())
	return err
}

// table is the answer for people: the dates, and why.
func (d deadlines) table(out io.Writer) {
	t := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	row := func(name string, value any) { fmt.Fprintf(t, "%s\t%v\n", name, value) }
	row("received", d.Received.Long())
	row("paused", strconv.Itoa(d.PausedDays)+" days")
	row("one month later", d.OneMonthRaw.Long())
	row("limit of the law", d.StatutoryDue.Long())
	row("our promise", d.PolicyDue.Long())
	row("limit that counts", d.EffectiveDue.Long()+", until 24:00")
	row("work until", d.OperationalDue.Long())
	row("refuse until", d.RefusalDue.Long())
	row("extended", d.ExtendedDue.Long())
	row("the same, careful", d.ExtendedDueCautious.Long())
	row("holidays", d.Holidays)
	if s := d.Standing; s != nil {
		row("days left", fmt.Sprintf("%d, in law %d", s.DaysLeft, s.LegalDaysLeft))
	}
	t.Flush() //nolint:errcheck // into memory
	fmt.Fprintln(out, "\nWhy")
	for _, s := range d.Derivation {
		fmt.Fprintf(out, "- %s [%s]\n", s.Text(), s.Law)
	}
	if d.Holidays == "none" {
		fmt.Fprintln(out, "\nOnly weekends were taken into account. Give --country or --holidays for public holidays.")
	}
}

package deadline

import (
	"time"

	"imglink/app/fault"
)

// BreachHours is how soon a breach is notified to the authority: 72 hours after having become aware of it (GDPR Art. 33(1)).
const BreachHours = 72

// HourClock is a limit that is an instant.
type HourClock struct {
	Due        time.Time `json:"due"`
	Derivation []Step    `json:"derivation"`
}

// Breach is the limit for the notification of a breach. The hours are real ones: they run through nights, weekends, holidays
// and changes of the clock. zone is the legal time zone and decides only on which day the steps lie.
func Breach(aware time.Time, zone *time.Location) HourClock {
	due := aware.Add(BreachHours * time.Hour).In(zone)
	begun := due.Add(-time.Duration(due.Minute())*time.Minute - time.Duration(due.Second())*time.Second - time.Duration(due.Nanosecond()))
	next := begun.Add(time.Hour)
	at := func(t time.Time) string { return t.Format("2006-01-02 15:04 MST") }
	step := func(rule, law, format string, args ...any) Step {
		return Step{Field: "due", Date: On(due, zone), Rule: rule, Law: law, Said: fault.Sentence{Format: format, Args: args}}
	}
	return HourClock{Due: due, Derivation: []Step{
		step("hours", "GDPR Art. 33(1)", "Aware since %s, plus %d hours without a break: %s.", at(aware.In(zone)), BreachHours, at(due)),
		step("note", "Regulation (EEC, Euratom) No 1182/71, Art. 3(1), (2)(a) and (5)",
			"Some count from the next full hour, which would be %s, or ask for two working days in the period. That is contested and never our limit.", at(next)),
	}}
}

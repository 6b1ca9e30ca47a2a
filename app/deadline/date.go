package deadline

import (
	"fmt"
	"time"
)

// Date is a civil day: no hour, no zone. It counts days, so that d+30 is thirty days later and dates compare with <.
// The zero Date is 1 January of year 1 and means "none". Its text is that of ISO 8601: 2026-04-05.
type Date int

// NewDate is a day of the proleptic Gregorian calendar. A day or month out of range runs over as in time.Date.
func NewDate(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()/secondsADay + epoch)
}

const (
	secondsADay = 24 * 60 * 60
	epoch       = 719162 // days from the zero Date to 1970-01-01
)

// On is the civil day on which an instant falls in zone. The legal clock starts on that day in the controller's legal time
// zone: 23:30 UTC on 31 January is 1 February in Berlin, and the month ends a day later.
func On(at time.Time, zone *time.Location) Date { return NewDate(at.In(zone).Date()) }

// ParseDate reads YYYY-MM-DD. Days that no calendar has (2026-02-29) are errors.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1 {
		return 0, fmt.Errorf("%q is no date: write YYYY-MM-DD, as in 2026-03-05", s)
	}
	return On(t, time.UTC), nil
}

// utc is midnight of the day in UTC, where every day has 24 hours.
func (d Date) utc() time.Time { return time.Unix((int64(d)-epoch)*secondsADay, 0).UTC() }

// Date is the day in parts, for callers that draw it in a language.
func (d Date) Date() (year int, month time.Month, day int) { return d.utc().Date() }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// String is YYYY-MM-DD, or nothing for no date.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return d.utc().Format(time.DateOnly)
}

// Long is the day for English sentences: Sunday 5 April 2026.
func (d Date) Long() string { return d.utc().Format("Monday 2 January 2006") }

// MarshalText writes String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Date) UnmarshalText(text []byte) (err error) {
	if *d = 0; len(text) > 0 {
		*d, err = ParseDate(string(text))
	}
	return err
}

// AddMonths moves by whole months: to the same day of the month, or to the month's last day where it has no such day
// (Regulation (EEC, Euratom) No 1182/71, Art. 3(2)(c)). time.AddDate would run over into the next month.
func (d Date) AddMonths(months int) Date {
	y, m, day := d.Date()
	first := NewDate(y, m+time.Month(months), 1)
	last := NewDate(y, m+time.Month(months)+1, 0)
	return min(first+Date(day-1), last)
}

// Start is the first instant of the day in zone. Where clocks jump over midnight (the Azores, each March) that is the first
// one that exists; where they are set back to it (the Azores, each October) it is the earlier of the two midnights.
func (d Date) Start(zone *time.Location) time.Time {
	y, m, day := d.Date()
	t := time.Date(y, m, day, 0, 0, 0, 0, zone)
	from, to := t.ZoneBounds()
	if On(t, zone) < d { // no midnight, and time.Date chose the offset before the jump
		return to
	}
	if !from.IsZero() {
		_, now := t.Zone()
		_, before := from.Add(-time.Second).Zone()
		if first := t.Add(time.Duration(now-before) * time.Second); first.Before(from) && On(first, zone) == d {
			return first
		}
	}
	return t
}

// End is the instant at which the day has expired in zone, 24:00: a period ends "with the expiry of the last hour" of its
// last day (Regulation No 1182/71, Art. 3(2)).
func (d Date) End(zone *time.Location) time.Time { return (d + 1).Start(zone) }

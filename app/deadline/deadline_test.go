package deadline_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"imglink/app/deadline"
)

func berlin(t testing.TB) *time.Location {
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestComplaintEnds(t *testing.T) {
	loc := berlin(t)
	for informed, want := range map[string]string{
		"2026-11-23T09:00:00Z": "2027-05-23",
		"2026-08-31T10:00:00Z": "2027-02-28", // clamped
		"2027-08-31T10:00:00Z": "2028-02-29", // leap year
		"2026-01-31T23:30:00Z": "2026-08-01", // already February in Berlin
		"2026-03-31T21:30:00Z": "2026-09-30", // 23:30 in Berlin, still March
	} {
		at, err := time.Parse(time.RFC3339, informed)
		if err != nil {
			t.Fatal(err)
		}
		if got := deadline.ComplaintEnds(at, loc).Format(time.DateOnly); got != want {
			t.Errorf("informed %s: got %s, want %s", informed, got, want)
		}
	}
}

func TestAddMonthsNeverRunsOver(t *testing.T) {
	loc := berlin(t)
	rapid.Check(t, func(t *rapid.T) {
		day := deadline.Day(time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), 0), loc)
		n := rapid.IntRange(0, 48).Draw(t, "months")
		got := deadline.AddMonths(day, n)
		months := (got.Year()-day.Year())*12 + int(got.Month()) - int(day.Month())
		if months != n || got.Day() > day.Day() || got.Before(day) {
			t.Fatalf("%s plus %d months gave %s", day, n, got)
		}
		if got.Day() < day.Day() && got.AddDate(0, 0, 1).Month() == got.Month() {
			t.Fatalf("%s plus %d months was clamped to %s, not to the month's end", day, n, got)
		}
	})
}

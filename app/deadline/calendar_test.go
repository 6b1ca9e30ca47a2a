package deadline_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"imglink/app/deadline"
)

// Dates as the churches' tables give them: early, late, in leap years, in the century years and where both Easters meet.
func TestEaster(t *testing.T) {
	for year, want := range map[int][2]string{
		1961: {"1961-04-02", "1961-04-09"}, 2000: {"2000-04-23", "2000-04-30"}, 2008: {"2008-03-23", "2008-04-27"},
		2011: {"2011-04-24", "2011-04-24"}, 2016: {"2016-03-27", "2016-05-01"}, 2024: {"2024-03-31", "2024-05-05"},
		2025: {"2025-04-20", "2025-04-20"}, 2026: {"2026-04-05", "2026-04-12"}, 2027: {"2027-03-28", "2027-05-02"},
		2028: {"2028-04-16", "2028-04-16"}, 2029: {"2029-04-01", "2029-04-08"}, 2038: {"2038-04-25", "2038-04-25"},
	} {
		if west, east := deadline.Easter(year).String(), deadline.Pascha(year).String(); west != want[0] || east != want[1] {
			t.Errorf("%d: %s and %s, want %v", year, west, east, want)
		}
	}
	for year := 1900; year < 2300; year++ {
		west, east := deadline.Easter(year), deadline.Pascha(year)
		if west.Weekday() != time.Sunday || east.Weekday() != time.Sunday || east < west || east > west+35 {
			t.Errorf("%d: %s and %s", year, west.Long(), east.Long())
		}
	}
}

// The working days of 2026 that are public holidays, as the governments list them.
func TestHolidaysOf2026(t *testing.T) {
	for code, want := range map[string]string{
		"DE": "01-01 04-03 04-06 05-01 05-14 05-25 12-25",
		"AT": "01-01 01-06 04-06 05-01 05-14 05-25 06-04 10-26 12-08 12-25",
		"FR": "01-01 04-06 05-01 05-08 05-14 05-25 07-14 11-11 12-25",
		"GR": "01-01 01-06 02-23 03-25 04-10 04-13 05-01 06-01 10-28 12-25",
		"IE": "01-01 02-02 03-17 04-06 05-04 06-01 08-03 10-26 12-25",
		"PL": "01-01 01-06 04-06 05-01 06-04 11-11 12-24 12-25",
		"RO": "01-01 01-02 01-06 01-07 04-10 04-13 05-01 06-01 11-30 12-01 12-25",
		"EU": "01-01 04-03 04-06 05-01 12-25",
	} {
		c, err := deadline.Country(code)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for d := day(t, "2026-01-01"); d <= day(t, "2026-12-31"); d++ {
			if _, ok := c.Holiday(d); ok && d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
				got = append(got, d.String()[5:])
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", code, got, want)
		}
	}
}

func TestHolidaysComeAndGo(t *testing.T) {
	for _, v := range []struct {
		code, day string
		want      bool
	}{
		{"DK", "2023-05-05", true},
		{"DK", "2024-04-26", false},
		{"PL", "2024-12-24", false},
		{"PL", "2025-12-24", true},
		{"IE", "2029-02-05", true},
		{"IE", "2030-02-01", true},
		{"IE", "2030-02-04", false},
		{"SK", "2026-05-08", false},
		{"SK", "2028-05-08", true},
	} {
		c, err := deadline.Country(v.code)
		if err != nil {
			t.Fatal(err)
		}
		if name, ok := c.Holiday(day(t, v.day)); ok != v.want {
			t.Errorf("%s on %s: %q", v.code, v.day, name)
		}
	}
}

func TestEveryMemberStateIsShipped(t *testing.T) {
	states := strings.Fields("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK EU")
	slices.Sort(states)
	if got := deadline.Countries(); !slices.Equal(got, states) {
		t.Fatalf("shipped: %v, want %v", got, states)
	}
	for _, code := range states {
		c, err := deadline.Country(strings.ToLower(code))
		if err != nil {
			t.Fatal(err)
		}
		days := 0
		for d := day(t, "2026-01-01"); d <= day(t, "2026-12-31"); d++ {
			if name, ok := c.Holiday(d); ok {
				if days++; name == "public holiday" {
					t.Errorf("%s: %s has no name", code, d)
				}
			}
		}
		if newYear, ok := c.Holiday(day(t, "2026-01-01")); !ok || newYear != "New Year's Day" || days < 6 || days > 16 {
			t.Errorf("%s has %d holidays in 2026", code, days)
		}
	}
	if _, err := deadline.Country("XX"); err == nil || !strings.Contains(err.Error(), "AT, BE") {
		t.Errorf("the holidays of XX: %v", err)
	}
}

func TestParseHolidays(t *testing.T) {
	for _, text := range []string{
		"# the office\n2026-04-06 Easter Monday # closed\r\n\n", "2026-04-06,Easter Monday", "\ufeff04-06 Easter Monday", "easter+1 Easter Monday",
		"mon>=04-01 Easter Monday", "mon<=04-12 ..2026 Easter Monday", "2026-04-06 2026..2026 Easter Monday", "pascha-6 2020.. Easter Monday",
		`[{"date": "2026-04-06", "name": "Easter Monday"}]`, `{"2026-04-06": "Easter Monday", "05-01": "Labour Day"}`, ` ["2026-04-06 Easter Monday"]`,
		`{"holidays": ["2026-05-01", "2026-04-06 Easter Monday"]}`,
	} {
		c, err := deadline.ParseHolidays(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if name, ok := c.Holiday(day(t, "2026-04-06")); !ok || name != "Easter Monday" {
			t.Errorf("%q: %q", text, name)
		}
		if _, ok := c.Holiday(day(t, "2026-04-07")); ok {
			t.Errorf("%q: the day after as well", text)
		}
	}
	for text, want := range map[string]string{
		"2026-04-06\n2026-02-30 X": `line 2: "2026-02-30"`, "tomorrow": `line 1: "tomorrow"`, "easter+1x X": "easter+1x", "easter+9999 X": "easter+9999",
		"mon>04-01 X": "mon>04-01", "may>=04-01 X": "may>=04-01", "05-01 2027..2026 X": "2027..2026", "05-01 20x.. X": "20x..", "[1]": "no list of holidays",
		`["2026-04-06", "never"]`: `line 2: "never"`, "[": "no list of holidays",
	} {
		if _, err := deadline.ParseHolidays(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	leap, err := deadline.ParseHolidays("02-29 Leap Day")
	if err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string]bool{"2028-02-29": true, "2026-03-01": false, "2026-02-28": false} {
		if _, ok := leap.Holiday(day(t, on)); ok != want {
			t.Errorf("Leap Day on %s: %v", on, ok)
		}
	}
}

func FuzzParseHolidays(f *testing.F) {
	for _, s := range []string{"2026-04-06 X", "easter+1", "mon>=02-29 2020..2030 Y", `{"05-01":"x"}`, "[", "pascha-48,Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := deadline.ParseHolidays(text)
		if err != nil {
			return
		}
		d := deadline.NewDate(2026, 4, 5)
		if end, _ := c.Roll(d); end < d || c.Back(d, 0) > d {
			t.Fatalf("%s rolled to %s and back to %s", d, end, c.Back(d, 0))
		}
	})
}

func TestWorkingDays(t *testing.T) {
	office, err := deadline.ParseHolidays("2026-04-07 Spring cleaning")
	if err != nil {
		t.Fatal(err)
	}
	c := six(t).Calendar.With(office)
	end, skipped := c.Roll(day(t, "2026-04-03"))
	if end != day(t, "2026-04-08") || strings.Join(skipped, ", ") != "Good Friday, Saturday, Sunday, Easter Monday, Spring cleaning" {
		t.Errorf("rolled to %s over %v", end, skipped)
	}
	for n, want := range []string{"2026-04-08", "2026-04-02", "2026-04-01", "2026-03-31", "2026-03-30", "2026-03-27"} {
		if got := c.Back(day(t, "2026-04-08"), n).String(); got != want {
			t.Errorf("%d working days before 8 April: %s, want %s", n, got, want)
		}
	}
	never, err := deadline.ParseHolidays(everyDay())
	if err != nil {
		t.Fatal(err)
	}
	d := day(t, "2026-04-03")
	if end, skipped := never.Roll(d); end != d || skipped != nil || never.Back(d, 0) != d {
		t.Errorf("a calendar without working days rolled to %s over %v", end, skipped)
	}
}

func everyDay() string {
	var b strings.Builder
	for d := deadline.NewDate(2024, 1, 1); d < deadline.NewDate(2025, 1, 1); d++ {
		b.WriteString(d.String()[5:] + "\n")
	}
	return b.String()
}

package deadline_test

import (
	"encoding/json"
	"testing"
	"time"

	"imglink/app/deadline"
)

// B16: time.AddDate would run over.
func TestAddMonths(t *testing.T) {
	for _, v := range []struct {
		from   string
		months int
		want   string
	}{
		{"2026-01-31", 1, "2026-02-28"},
		{"2026-08-31", 1, "2026-09-30"},
		{"2026-11-30", 3, "2027-02-28"},
		{"2028-01-31", 1, "2028-02-29"},
		{"2026-12-31", 2, "2027-02-28"},
		{"2026-03-05", 1, "2026-04-05"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2100-01-31", 1, "2100-02-28"},
		{"2000-01-31", 1, "2000-02-29"},
	} {
		if got := day(t, v.from).AddMonths(v.months).String(); got != v.want {
			t.Errorf("%s and %d months: %s, want %s", v.from, v.months, got, v.want)
		}
	}
}

func TestDateText(t *testing.T) {
	for _, bad := range []string{"", "2026-02-29", "2026-13-01", "5 March", "2026-3-5", "2026-03-05T10:00:00Z", "0000-01-01", "-001-01-01", "2026-03-05 "} {
		if d, err := deadline.ParseDate(bad); err == nil {
			t.Errorf("%q was read as %s", bad, d)
		}
	}
	type row struct {
		A deadline.Date `json:"a"`
		B deadline.Date `json:"b,omitzero"`
	}
	b, err := json.Marshal(row{A: day(t, "2026-03-05")})
	if err != nil || string(b) != `{"a":"2026-03-05"}` {
		t.Fatalf("%s, %v", b, err)
	}
	var got row
	if err := json.Unmarshal([]byte(`{"a":"2026-03-05","b":""}`), &got); err != nil || got != (row{A: day(t, "2026-03-05")}) {
		t.Errorf("%+v, %v", got, err)
	}
	if err := json.Unmarshal([]byte(`{"a":"yesterday"}`), &got); err == nil {
		t.Error("yesterday was read as a date")
	}
	if deadline.NewDate(1, 1, 1) != 0 || deadline.Date(0).String() != "" {
		t.Error("the zero date is not none")
	}
}

// In the Azores, clocks jump from 24:00 to 01:00 in March, and in October 01:00 becomes 00:00 again. Beirut and Havana do the
// same, on either side of Greenwich. The Samoan 30 December 2011 never was.
func TestStartWhereMidnightIsOdd(t *testing.T) {
	for _, v := range []struct{ zone, day, want string }{
		{"Europe/Berlin", "2026-03-29", "2026-03-29T00:00:00+01:00"},
		{"Europe/Berlin", "2026-03-30", "2026-03-30T00:00:00+02:00"},
		{"Europe/Berlin", "2026-10-25", "2026-10-25T00:00:00+02:00"},
		{"Atlantic/Azores", "2026-03-29", "2026-03-29T01:00:00+00:00"},
		{"Atlantic/Azores", "2026-10-25", "2026-10-25T00:00:00+00:00"},
		{"Asia/Beirut", "2026-03-29", "2026-03-29T01:00:00+03:00"},
		{"America/Havana", "2026-11-01", "2026-11-01T00:00:00-04:00"},
		{"Asia/Amman", "2021-10-29", "2021-10-29T00:00:00+03:00"},
		{"Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00"},
		{"UTC", "2026-03-29", "2026-03-29T00:00:00Z"},
	} {
		if got := day(t, v.day).Start(zone(t, v.zone)); !got.Equal(instant(t, v.want)) {
			t.Errorf("%s starts in %s at %s, want %s", v.day, v.zone, got.Format(time.RFC3339), v.want)
		}
	}
	hours := func(d string) time.Duration {
		return day(t, d).End(zone(t, "Europe/Berlin")).Sub(day(t, d).Start(zone(t, "Europe/Berlin")))
	}
	if hours("2026-03-29") != 23*time.Hour || hours("2026-10-25") != 25*time.Hour || hours("2026-03-30") != 24*time.Hour {
		t.Errorf("the days have %s, %s and %s", hours("2026-03-29"), hours("2026-10-25"), hours("2026-03-30"))
	}
}

package deadline_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"imglink/app/deadline"
)

// drawDay is a day of this century.
func drawDay(t *rapid.T, label string) deadline.Date {
	return deadline.NewDate(2001, 1, 1) + deadline.Date(rapid.IntRange(0, 36000).Draw(t, label))
}

// drawPauses are pauses in the first month or so, which may overlap, touch or hold one another.
func drawPauses(t *rapid.T, received deadline.Date) (spans [][2]deadline.Date) {
	for i := range rapid.IntRange(0, 4).Draw(t, "pauses") {
		from := received + deadline.Date(rapid.IntRange(0, 40).Draw(t, fmt.Sprint("from", i)))
		spans = append(spans, [2]deadline.Date{from, from + deadline.Date(rapid.IntRange(0, 30).Draw(t, fmt.Sprint("days", i)))})
	}
	return spans
}

func events(spans [][2]deadline.Date) (all []deadline.Event) {
	for i, s := range spans {
		all = append(all, paused(fmt.Sprint(i), s[0], s[1])...)
	}
	return all
}

func drawRules(t *rapid.T) deadline.Rules {
	c, err := deadline.Country(rapid.SampledFrom(deadline.Countries()).Draw(t, "country"))
	if err != nil {
		t.Fatal(err)
	}
	return deadline.Rules{Calendar: c}
}

// B14: what holds for every request.
func TestInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, received := drawRules(t), drawDay(t, "received")
		spans := drawPauses(t, received)
		c := clock(t, r, request(received, events(spans)...), far)
		switch {
		case c.EffectiveDue > c.StatutoryDue, c.EffectiveDue > c.PolicyDue:
			t.Fatalf("effective %s is after the law's %s or our %s", c.EffectiveDue, c.StatutoryDue, c.PolicyDue)
		case !r.Calendar.Working(c.StatutoryDue), !r.Calendar.Working(c.ExtendedDue), !r.Calendar.Working(c.OperationalDue):
			t.Fatalf("%s, %s or %s is no working day", c.StatutoryDue, c.ExtendedDue, c.OperationalDue)
		case c.OperationalDue <= received, c.OperationalDue > c.EffectiveDue:
			t.Fatalf("work until %s, received %s, due %s", c.OperationalDue, received, c.EffectiveDue)
		case c.ExtendedDue <= c.StatutoryDue, c.ExtendedDueCautious > c.ExtendedDue:
			t.Fatalf("extended to %s, carefully to %s, from %s", c.ExtendedDue, c.ExtendedDueCautious, c.StatutoryDue)
		case c.PolicyDue != received+30+deadline.Date(c.PausedDays):
			t.Fatalf("the promise was moved to %s", c.PolicyDue)
		case c.StatutoryDue < c.OneMonthRaw+deadline.Date(c.PausedDays):
			t.Fatalf("the law's period of %s with %d days ended early, on %s", c.OneMonthRaw, c.PausedDays, c.StatutoryDue)
		}
	})
}

// B14: one more pause never moves a date to an earlier day, and the order in which events are told is of no account.
func TestAPauseNeverShortens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, received := drawRules(t), drawDay(t, "received")
		all := events(drawPauses(t, received))
		today := received + deadline.Date(rapid.IntRange(0, 120).Draw(t, "today"))
		before := clock(t, r, request(received, all...), today)
		from := received + deadline.Date(rapid.IntRange(0, 40).Draw(t, "from"))
		all = append(all, paused("more", from, from+deadline.Date(rapid.IntRange(0, 30).Draw(t, "days")))...)
		after := clock(t, r, request(received, all...), today)
		if after.StatutoryDue < before.StatutoryDue || after.PolicyDue < before.PolicyDue || after.EffectiveDue < before.EffectiveDue ||
			after.OperationalDue < before.OperationalDue || after.ExtendedDue < before.ExtendedDue || after.ExtendedDueCautious < before.ExtendedDueCautious {
			t.Fatalf("a pause moved %+v to %+v", before, after)
		}
		shuffled := clock(t, r, request(received, rapid.Permutation(all).Draw(t, "order")...), today)
		if shuffled.Derivation = after.Derivation; fmt.Sprint(shuffled) != fmt.Sprint(after) {
			t.Fatalf("another order gives %+v, not %+v", shuffled, after)
		}
	})
}

// A later receipt never has an earlier limit.
func TestLimitsAreMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, received := drawRules(t), drawDay(t, "received")
		a := clock(t, r, request(received), far)
		b := clock(t, r, request(received+deadline.Date(rapid.IntRange(0, 40).Draw(t, "later"))), far)
		if b.StatutoryDue < a.StatutoryDue || b.EffectiveDue < a.EffectiveDue || b.OperationalDue < a.OperationalDue || b.ExtendedDue < a.ExtendedDue {
			t.Fatalf("received %s: due %s; received %s: due %s", a.Received, a.EffectiveDue, b.Received, b.EffectiveDue)
		}
	})
}

// Days in several pauses count once: the engine agrees with a set of days. The pauses begin within the first month, so that
// each is credited.
func TestOverlapsCountOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		received := drawDay(t, "received")
		spans := drawPauses(t, received)
		still := map[deadline.Date]bool{}
		for i := range spans {
			spans[i][0] = min(spans[i][0], received+27)
			for d := spans[i][0]; d < spans[i][1]; d++ {
				still[d] = true
			}
		}
		if got := clock(t, deadline.Rules{}, request(received, events(spans)...), far); got.PausedDays != len(still) {
			t.Fatalf("%v pause %d days, want %d", spans, got.PausedDays, len(still))
		}
	})
}

// Months are clamped to the month's end and never run over.
func TestAddMonthsNeverRunsOver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, n := drawDay(t, "day"), rapid.IntRange(0, 48).Draw(t, "months")
		got := from.AddMonths(n)
		y1, m1, d1 := from.Date()
		y2, m2, d2 := got.Date()
		if months := (y2-y1)*12 + int(m2) - int(m1); months != n || d2 > d1 || got < from {
			t.Fatalf("%s plus %d months gave %s", from, n, got)
		}
		if _, next, _ := (got + 1).Date(); d2 < d1 && next == m2 {
			t.Fatalf("%s plus %d months was clamped to %s, not to the month's end", from, n, got)
		}
	})
}

// A day starts with the first instant that lies on it, whatever clocks do at midnight.
func TestDaysTileTheTime(t *testing.T) {
	zones := []string{"Europe/Berlin", "Atlantic/Azores", "Europe/Dublin", "Asia/Beirut", "America/Havana", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"}
	rapid.Check(t, func(t *rapid.T) {
		loc, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		d := drawDay(t, "day")
		start := d.Start(loc)
		if deadline.On(start, loc) != d || deadline.On(start.Add(-1), loc) != d-1 || deadline.On(d.End(loc).Add(-1), loc) != d {
			t.Fatalf("%s starts at %s and ends at %s", d, start, d.End(loc))
		}
		back, err := deadline.ParseDate(d.String())
		if err != nil || back != d {
			t.Fatalf("%s was read as %s, %v", d, back, err)
		}
	})
}

// An hour clock runs for 72 hours in every zone.
func TestBreachIsSeventyTwoHours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), 0)
		loc, err := time.LoadLocation(rapid.SampledFrom([]string{"Europe/Berlin", "Atlantic/Azores", "UTC"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		if got := deadline.Breach(at, loc).Due.Sub(at); got != 72*time.Hour {
			t.Fatalf("%s", got)
		}
	})
}

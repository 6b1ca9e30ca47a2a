package deadline

import "time"

// Calendar tells working days from others. "Working days" are all days but public holidays, Sundays and Saturdays
// (Regulation No 1182/71, Art. 2(2)); public holidays are those of the Member State in which the act is to be done
// (Art. 2(1)). The zero Calendar knows no holiday: that is the careful choice, a day left out can only make a limit earlier.
type Calendar struct{ rules []rule }

// With is a calendar of both: a country's and a region's, or an office's own.
func (c Calendar) With(more Calendar) Calendar {
	return Calendar{rules: append(append([]rule(nil), c.rules...), more.rules...)}
}

// Holiday is the name of the public holiday on a day; ok is false on every other day.
func (c Calendar) Holiday(d Date) (name string, ok bool) {
	year, _, _ := d.Date()
	for _, r := range c.rules {
		if r.from <= year && year <= r.to && r.day(year) == d {
			return r.name, true
		}
	}
	return "", false
}

// closed says why a day is no working day; it is empty on a working day.
func (c Calendar) closed(d Date) string {
	if name, ok := c.Holiday(d); ok {
		return name
	}
	if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
		return w.String()
	}
	return ""
}

// Working reports whether d is a working day.
func (c Calendar) Working(d Date) bool { return c.closed(d) == "" }

// patience bounds the search for a working day: a calendar may close every day, and then nothing rolls.
const patience = 366

// Roll moves a period's last day to the following working day when it is none itself (Art. 3(4)), and names what each day
// skipped is: ["Sunday", "Easter Monday"].
func (c Calendar) Roll(d Date) (end Date, skipped []string) {
	for end = d; end < d+patience; end++ {
		why := c.closed(end)
		if why == "" {
			return end, skipped
		}
		skipped = append(skipped, why)
	}
	return d, nil
}

// Back is the n-th working day before the last working day that is not after d. Back(d, 0) is the last day on which work
// for d can be done, Back(d, 5) is a week before in a week without holidays.
func (c Calendar) Back(d Date, n int) Date {
	for day := d; day > d-patience; day-- {
		if !c.Working(day) {
			continue
		}
		if n == 0 {
			return day
		}
		n--
	}
	return d
}

// Easter is Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876, after Meeus, Astronomical Algorithms,
// chapter 8).
func Easter(year int) Date {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return NewDate(year, time.Month(n/31), n%31+1)
}

// Pascha is Easter Sunday of the Orthodox churches: Easter of the Julian calendar, as a day of the Gregorian one.
func Pascha(year int) Date {
	d := (19*(year%19) + 15) % 30
	e := (2*(year%4) + 4*(year%7) - d + 34) % 7
	n := d + e + 114
	behind := year/100 - year/400 - 2 // days by which the Julian calendar is behind
	return NewDate(year, time.Month(n/31), n%31+1+behind)
}

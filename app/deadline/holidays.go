package deadline

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed holidays.txt
var shipped string

// rule is one public holiday: its day in each year in which it exists.
type rule struct {
	from, to int // years, inclusive
	name     string
	day      func(year int) Date
}

// countries are the shipped calendars by ISO 3166 code, and "EU".
var countries = sync.OnceValue(func() map[string]Calendar {
	all := map[string]Calendar{}
	for section := range strings.SplitSeq(shipped, "\ncountry ") {
		code, text, found := strings.Cut(section, " ")
		if !found || len(code) != 2 { // the comment at the head of the file
			continue
		}
		_, text, _ = strings.Cut(text, "\n")
		c, err := ParseHolidays(text)
		if err != nil {
			panic("holidays.txt: " + code + ": " + err.Error())
		}
		all[code] = c
	}
	return all
})

// Country is the shipped calendar of public holidays of a Member State, by its ISO 3166 code, or of "EU": the days on which
// the euro system's payments rest. Holidays of regions are not in it; add them with ParseHolidays and With.
func Country(code string) (Calendar, error) {
	if c, ok := countries()[strings.ToUpper(code)]; ok {
		return c, nil
	}
	return Calendar{}, fmt.Errorf("no holidays are shipped for %q: use one of %s", code, strings.Join(Countries(), ", "))
}

// Countries are the codes that Country knows, sorted.
func Countries() []string {
	codes := make([]string, 0, len(countries()))
	for code := range countries() {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}

// ParseHolidays reads a calendar: one holiday a line, "RULE [YEARS] NAME", in the language of holidays.txt:
//
//	2026-04-06 Easter Monday     that day only
//	05-01 Labour Day             every year
//	easter+39 Ascension Day      days from Easter Sunday; pascha+1 counts from the Orthodox one
//	mon>=05-01 May Day           the first Monday not before that day; mon<=10-31 the last one not after
//	12-24 2025.. Christmas Eve   from that year on; ..2023 until then, 2023..2029 in between
//
// The name may be missing, a comma may follow the rule, "#" starts a comment. JSON is read too: ["2026-04-06", ...],
// [{"date": "2026-04-06", "name": "Easter Monday"}, ...], {"2026-04-06": "Easter Monday", ...} or {"2026": ["2026-04-06", ...], ...}.
// An error names the line.
func ParseHolidays(text string) (Calendar, error) {
	var c Calendar
	lines := strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")
	if start := strings.TrimSpace(text); strings.HasPrefix(start, "[") || strings.HasPrefix(start, "{") {
		var err error
		if lines, err = jsonLines([]byte(start)); err != nil {
			return c, err
		}
	}
	for i, line := range lines {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(strings.Replace(line, ",", " ", 1))
		if len(words) == 0 {
			continue
		}
		r, err := parseRule(words)
		if err != nil {
			return Calendar{}, fmt.Errorf("line %d: %w", i+1, err)
		}
		c.rules = append(c.rules, r)
	}
	return c, nil
}

// jsonLines turns a calendar written in JSON into lines, numbered as the entries are.
func jsonLines(text []byte) ([]string, error) {
	var days []string
	if json.Unmarshal(text, &days) == nil {
		return days, nil
	}
	var named []struct{ Date, Name string }
	if json.Unmarshal(text, &named) == nil {
		for _, n := range named {
			days = append(days, n.Date+" "+n.Name)
		}
		return days, nil
	}
	var groups map[string][]string
	if json.Unmarshal(text, &groups) == nil {
		for _, group := range groups {
			days = append(days, group...)
		}
		slices.Sort(days)
		return days, nil
	}
	var names map[string]string
	if json.Unmarshal(text, &names) == nil {
		for date, name := range names {
			days = append(days, date+" "+name)
		}
		slices.Sort(days)
		return days, nil
	}
	return nil, fmt.Errorf(`this JSON is no list of holidays: write ["2026-04-06"], [{"date": "2026-04-06", "name": "Easter Monday"}] or {"2026-04-06": "Easter Monday"}`)
}

func parseRule(words []string) (rule, error) {
	r := rule{from: math.MinInt, to: math.MaxInt}
	var ok bool
	if r.day, ok = parseDay(words[0]); !ok {
		return r, fmt.Errorf("%q is no holiday: write a day as 2026-04-06, 05-01, easter+1, pascha+1 or mon>=05-01, then its name", words[0])
	}
	words = words[1:]
	if len(words) > 0 && strings.Contains(words[0], "..") {
		if r.from, r.to, ok = parseYears(words[0]); !ok {
			return r, fmt.Errorf("%q are no years: write 2025.., ..2023 or 2023..2029", words[0])
		}
		words = words[1:]
	}
	if r.name = strings.Join(words, " "); r.name == "" {
		r.name = "public holiday"
	}
	return r, nil
}

func parseYears(s string) (from, to int, ok bool) {
	from, to = math.MinInt, math.MaxInt
	first, last, _ := strings.Cut(s, "..")
	var bad [2]error
	if first != "" {
		from, bad[0] = strconv.Atoi(first)
	}
	if last != "" {
		to, bad[1] = strconv.Atoi(last)
	}
	return from, to, bad[0] == nil && bad[1] == nil && from <= to
}

var weekdays = map[string]time.Weekday{
	"sun": time.Sunday, "mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday, "fri": time.Friday, "sat": time.Saturday,
}

// parseDay reads the first word of a line.
func parseDay(s string) (func(year int) Date, bool) {
	if d, err := ParseDate(s); err == nil {
		return func(int) Date { return d }, true
	}
	if monthDay, ok := parseMonthDay(s); ok {
		return monthDay, true
	}
	for feast, easter := range map[string]func(int) Date{"easter": Easter, "pascha": Pascha} {
		if offset, ok := strings.CutPrefix(s, feast); ok {
			n, err := strconv.Atoi(offset)
			return func(year int) Date { return easter(year) + Date(n) }, offset == "" || err == nil && -100 < n && n < 200
		}
	}
	if len(s) > 5 {
		weekday, known := weekdays[s[:3]]
		bound, ok := parseMonthDay(s[5:])
		switch s[3:5] {
		case ">=":
			return func(year int) Date { d := bound(year); return d + Date((weekday-d.Weekday()+7)%7) }, known && ok
		case "<=":
			return func(year int) Date { d := bound(year); return d - Date((d.Weekday()-weekday+7)%7) }, known && ok
		}
	}
	return nil, false
}

// parseMonthDay reads MM-DD. 29 February exists in leap years only; in others the rule gives no date.
func parseMonthDay(s string) (func(year int) Date, bool) {
	t, err := time.Parse("2006-01-02", "2000-"+s)
	return func(year int) Date {
		d := NewDate(year, t.Month(), t.Day())
		if _, m, _ := d.Date(); m != t.Month() {
			return 0
		}
		return d
	}, err == nil
}

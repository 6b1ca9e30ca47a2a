package deadline_test

import (
	"errors"
	"strings"
	"testing"

	"imglink/app/deadline"
)

// R1: the civil day of the first receipt starts the clock. Back-dating and merging (B11) are an earlier receipt; a later one
// never moves anything.
func TestTheEarliestReceiptStartsTheClock(t *testing.T) {
	june3, june10 := day(t, "2026-06-03"), day(t, "2026-06-10")
	want := clock(t, six(t), request(june3), far)
	for _, c := range []deadline.Case{
		request(june10, deadline.Event{Kind: deadline.Received, On: june3}),
		request(june3, deadline.Event{Kind: deadline.Received, On: june10}),
	} {
		if got := clock(t, six(t), c, far); got.Received != june3 || got.StatutoryDue != want.StatutoryDue || got.PolicyDue != want.PolicyDue {
			t.Errorf("received %s, due %s", got.Received, got.EffectiveDue)
		}
	}
}

func TestNoClockWithoutSense(t *testing.T) {
	d := day(t, "2026-06-03")
	for name, c := range map[string]deadline.Case{
		"nothing": {}, "no day": request(0), "unknown": request(d, deadline.Event{Kind: "approved", On: d}), "not yet": request(d + 1),
	} {
		if got, err := six(t).Clock(c, d); err == nil {
			t.Errorf("%s: a clock without an error: %+v", name, got)
		}
	}
}

// R2, R3, B7: the legal time zone decides the day of receipt, and with it the month.
func TestLegalTimeZone(t *testing.T) {
	for _, v := range []struct{ at, zone, received, raw, statutory string }{
		{"2026-01-31T23:30:00Z", "Europe/Berlin", "2026-02-01", "2026-03-01", "2026-03-02"},
		{"2026-01-31T23:30:00Z", "UTC", "2026-01-31", "2026-02-28", "2026-03-02"},
		{"2026-03-31T22:30:00Z", "Europe/Berlin", "2026-04-01", "2026-05-01", "2026-05-04"},
		{"2026-03-31T22:30:00Z", "UTC", "2026-03-31", "2026-04-30", "2026-04-30"},
	} {
		got := clock(t, six(t), request(deadline.On(instant(t, v.at), zone(t, v.zone))), far)
		if got.Received.String() != v.received || got.OneMonthRaw.String() != v.raw || got.StatutoryDue.String() != v.statutory {
			t.Errorf("%s in %s: received %s, a month %s, due %s; want %v", v.at, v.zone, got.Received, got.OneMonthRaw, got.StatutoryDue, v)
		}
	}
}

// R4, B4, B6: a pause needs a lawful ground, a prompt question, delivery, and a period that still runs.
func TestOnlyLawfulPromptPausesAreCredited(t *testing.T) {
	received := day(t, "2026-06-10")
	for _, v := range []struct {
		name   string
		large  bool
		bounce bool
		ask    deadline.Event
		days   int
		why    string
	}{
		{name: "identity, same day", ask: deadline.Event{Ground: deadline.Identity, On: received}, days: 3},
		{name: "identity, day 5", ask: deadline.Event{Ground: deadline.Identity, On: received + 5}, days: 3},
		{name: "identity, day 6", ask: deadline.Event{Ground: deadline.Identity, On: received + 6}, why: "asked late, 6 days"},
		{name: "B4", ask: deadline.Event{Ground: deadline.Identity, On: received + 20}, why: "asked late, 20 days"},
		{name: "a new doubt", ask: deadline.Event{Ground: deadline.Identity, On: received + 20, Since: received + 18}, days: 3},
		{name: "a doubt from before", ask: deadline.Event{Ground: deadline.Identity, On: received + 6, Since: received - 9}, why: "asked late, 6 days"},
		{name: "clarification of much data", large: true, ask: deadline.Event{Ground: deadline.Clarification, On: received + 1}, days: 3},
		{name: "B6", ask: deadline.Event{Ground: deadline.Clarification, On: received + 1}, why: "large amount of data"},
		{name: "internal delay", ask: deadline.Event{Ground: "holiday of the officer", On: received + 1}, why: "no such reason"},
		{name: "a reason to extend", ask: deadline.Event{Ground: deadline.Complexity, On: received + 1}, why: "no such reason"},
		{name: "bounced", bounce: true, ask: deadline.Event{Ground: deadline.Identity, On: received + 1}, why: "never delivered"},
		{name: "on the last day", ask: deadline.Event{Ground: deadline.Identity, On: received + 30, Since: received + 30}, days: 3},
		{name: "after the end", ask: deadline.Event{Ground: deadline.Identity, On: received + 31, Since: received + 31}, why: "ended before"},
	} {
		v.ask.Kind, v.ask.Letter = deadline.Asked, "q"
		c := request(received, v.ask, deadline.Event{Kind: deadline.Replied, On: v.ask.On + 3, Letter: "q"})
		if c.LargeAccess = v.large; v.bounce {
			c.Events = append(c.Events, deadline.Event{Kind: deadline.Bounced, On: v.ask.On, Letter: "q"})
		}
		got := clock(t, six(t), c, far)
		said := ""
		for _, s := range got.Derivation {
			if s.Rule == "pause_not_credited" {
				said = s.Text()
			}
		}
		if got.PausedDays != v.days || (v.why == "") != (said == "") || !strings.Contains(said, v.why) {
			t.Errorf("%s: %d days, %q; want %d, %q", v.name, got.PausedDays, said, v.days, v.why)
		}
	}
}

// R4: the prompt test is configurable.
func TestPromptIsConfigurable(t *testing.T) {
	received := day(t, "2026-06-10")
	c := request(received, deadline.Event{Kind: deadline.Asked, On: received + 7, Letter: "q", Ground: deadline.Identity},
		deadline.Event{Kind: deadline.Replied, On: received + 9, Letter: "q"})
	for prompt, want := range map[int]int{0: 0, 6: 0, 7: 2} {
		if got := clock(t, deadline.Rules{Prompt: prompt}, c, far); got.PausedDays != want {
			t.Errorf("prompt within %d days: %d days paused, want %d", prompt, got.PausedDays, want)
		}
	}
}

// R4: the clock stands still while the question is open, resumes on the answer by itself, and stops with our answer.
func TestAnOpenQuestionPausesUntilToday(t *testing.T) {
	received := day(t, "2026-06-10")
	c := request(received, deadline.Event{Kind: deadline.Asked, On: received + 1, Letter: "q", Ground: deadline.Identity})
	for n := range deadline.Date(60) {
		got := clock(t, six(t), c, received+1+n)
		if !got.Paused || got.PausedDays != int(n) || got.Standing(received+1+n).DaysLeft != 29 {
			t.Fatalf("after %d days: %d days paused, %+v", n, got.PausedDays, got.Standing(received+1+n))
		}
	}
	c.Events = append(c.Events, deadline.Event{Kind: deadline.Replied, On: received + 11, Letter: "q"})
	if got := clock(t, six(t), c, received+15); got.Paused || got.PausedDays != 10 {
		t.Errorf("answered, and %d days paused", got.PausedDays)
	}
	if got := clock(t, six(t), c, received+6); !got.Paused || got.PausedDays != 5 {
		t.Errorf("before the answer: %d days paused", got.PausedDays)
	}
}

func notice(on deadline.Date, letter string) deadline.Event {
	return deadline.Event{Kind: deadline.ExtensionSent, On: on, Letter: letter, Ground: deadline.Complexity}
}

// R5, B1: an extension exists with its notice, sent in the first month; a promise missed by then is a warning.
func TestExtensionNeedsANoticeInTime(t *testing.T) {
	received := day(t, "2026-07-01")
	base := clock(t, six(t), request(received), far)
	for _, v := range []struct {
		on     string
		missed bool
		err    error
	}{
		{"2026-07-31", false, nil}, {"2026-08-01", true, nil}, {"2026-08-03", true, nil}, {"2026-08-04", true, deadline.ErrExtendedLate},
	} {
		on := day(t, v.on)
		broken, err := base.MayExtend(on, deadline.Complexity)
		if !errors.Is(err, v.err) || broken != v.missed {
			t.Errorf("notice on %s: %v, promise broken %v", v.on, err, broken)
		}
		got := clock(t, six(t), request(received, notice(on, "n")), on)
		want := base.EffectiveDue
		if v.err == nil {
			want = day(t, "2026-10-01")
		}
		if got.Extended != (v.err == nil) || got.EffectiveDue != want || got.PromiseMissed != v.missed || got.RefusalDue != base.RefusalDue {
			t.Errorf("notice on %s: extended %v to %s, promise missed %v", v.on, got.Extended, got.EffectiveDue, got.PromiseMissed)
		}
	}
	if _, err := base.MayExtend(received, deadline.Identity); !errors.Is(err, deadline.ErrExtendedGround) {
		t.Errorf("extended for a doubt of identity: %v", err)
	}
	late := clock(t, six(t), request(received, notice(day(t, "2026-08-04"), "n")), far)
	says(t, late, "extended_due", "extension_refused", "GDPR Art. 12(3), second and third sentence", "The notice of extension of Tuesday 4 August 2026 has no effect: "+deadline.ErrExtendedLate.Message)
}

// B2: a notice that came back is no notice, and the next one was late.
func TestABouncedNoticeIsVoid(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	sent, again := day(t, "2026-07-30"), day(t, "2026-08-04")
	c := request(day(t, "2026-07-01"), notice(sent, "1"), deadline.Event{Kind: deadline.Bounced, On: sent, Letter: "1"}, notice(again, "2"))
	got := clock(t, six(t), c, again)
	if got.Extended || got.StatutoryDue != day(t, "2026-08-03") {
		t.Fatalf("extended %v, due %s", got.Extended, got.StatutoryDue)
	}
	if s := got.Standing(again); !s.Overdue || s.LegalDaysLeft != -1 {
		t.Errorf("on 4 August: %+v", s)
	}
	if end := got.StatutoryDue.End(berlin); !end.Equal(instant(t, "2026-08-04T00:00:00+02:00")) {
		t.Errorf("overdue since %s", end)
	}
	if got := clock(t, six(t), request(day(t, "2026-07-01"), notice(sent, "1"), deadline.Event{Kind: deadline.Bounced, On: sent + 1, Letter: "1"}, notice(sent+2, "2")), again); !got.Extended {
		t.Error("a second notice in time, after one that came back, has no effect")
	}
}

// B3: there is no second extension.
func TestExtendedOnce(t *testing.T) {
	d := day(t, "2026-07-01")
	got := clock(t, six(t), request(d, notice(d+2, "1"), notice(d+3, "2")), far)
	says(t, got, "extended_due", "extension_refused", "GDPR Art. 12(3), second and third sentence", "The notice of extension of Saturday 4 July 2026 has no effect: "+deadline.ErrExtendedBefore.Message)
	if _, err := got.MayExtend(d+4, deadline.Number); !errors.Is(err, deadline.ErrExtendedBefore) || got.EffectiveDue != day(t, "2026-10-01") {
		t.Errorf("a second extension: %v, due %s", err, got.EffectiveDue)
	}
}

// R9, B12: the delivered answer stops the clock; one that came back never did, and the same clock goes on.
func TestDeliveryStopsTheClock(t *testing.T) {
	d := day(t, "2026-07-01")
	c := request(d, deadline.Event{Kind: deadline.AnswerSent, On: d + 20, Letter: "a"})
	if s := clock(t, six(t), c, d+90).Standing(d + 90); !s.Stopped || s.Overdue || s.DaysLeft != 10 {
		t.Errorf("answered in time: %+v", s)
	}
	if got := clock(t, six(t), c, d+19); got.Answered != 0 {
		t.Error("answered before the answer")
	}
	c.Events = append(c.Events, deadline.Event{Kind: deadline.Bounced, On: d + 21, Letter: "a"})
	got := clock(t, six(t), c, d+90)
	if s := got.Standing(d + 90); s.Stopped || !s.Overdue || got.EffectiveDue != clock(t, six(t), request(d), d).EffectiveDue || !got.PromiseMissed {
		t.Errorf("the answer came back: %+v, due %s", s, got.EffectiveDue)
	}
	c.Events = append(c.Events, deadline.Event{Kind: deadline.AnswerSent, On: d + 31, Letter: "b"})
	if s := clock(t, six(t), c, d+90).Standing(d + 90); !s.Stopped || s.DaysLeft != -1 || s.LegalDaysLeft != 2 {
		t.Errorf("answered again, a day after the promise: %+v", s)
	}
}

// B9: the due day is in time until 24:00.
func TestTheDueDayIsInTime(t *testing.T) {
	got := clock(t, six(t), request(day(t, "2026-03-05")), far)
	for n, overdue := range map[int]bool{-1: false, 0: false, 1: true, 2: true} {
		if s := got.Standing(got.EffectiveDue + deadline.Date(n)); s.DaysLeft != -n || s.Overdue != overdue {
			t.Errorf("%d days after: %+v", n, s)
		}
	}
}

// R8: promises are counted in days and never rolled.
func TestPromises(t *testing.T) {
	d := day(t, "2026-03-05")
	answer, removal, logs := d+deadline.AnswerWithin, d+deadline.RemoveWithin, d+deadline.LogsWithin
	if answer.String() != "2026-04-04" || removal != answer || logs.String() != "2026-06-03" {
		t.Errorf("answer %s, removal %s, logs %s", answer, removal, logs)
	}
}

// R6: a refusal is due with the first limit, whatever was extended.
func TestARefusalIsNotExtended(t *testing.T) {
	d := day(t, "2026-02-10")
	got := clock(t, six(t), request(d, notice(d+2, "n")), far)
	if got.RefusalDue != day(t, "2026-03-10") || got.EffectiveDue != day(t, "2026-05-11") {
		t.Errorf("a refusal is due %s, an answer %s", got.RefusalDue, got.EffectiveDue)
	}
}

// B10: 72 hours are 72 hours, over Easter Monday and both changes of the clock.
func TestBreach(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	for aware, want := range map[string]string{
		"2026-04-03T10:15:00Z":      "2026-04-06T12:15:00+02:00",
		"2026-03-28T00:40:00+01:00": "2026-03-31T01:40:00+02:00",
		"2026-10-23T10:05:00+02:00": "2026-10-26T09:05:00+01:00",
	} {
		got := deadline.Breach(instant(t, aware), berlin)
		if !got.Due.Equal(instant(t, want)) || got.Due.Format("15:04 -0700") != instant(t, want).Format("15:04 -0700") {
			t.Errorf("aware %s: due %s, want %s", aware, got.Due, want)
		}
		for _, s := range got.Derivation {
			if s.Law == "" || s.Text() == "" {
				t.Errorf("a step lacks something: %+v", s)
			}
		}
	}
	note := deadline.Breach(instant(t, "2026-03-03T10:15:00+01:00"), berlin).Derivation[1]
	if !strings.Contains(note.Text(), "2026-03-06 11:00 CET") {
		t.Errorf("the note says %q", note.Text())
	}
}

// B15: for every day of 2026, thirty days against the law's month.
func TestThirtyDaysAgainstAMonth(t *testing.T) {
	var later, shorter, same, longer int
	for d := day(t, "2026-01-01"); d <= day(t, "2026-12-31"); d++ {
		got := clock(t, six(t), request(d), d)
		if got.PolicyDue > got.StatutoryDue {
			later++
		}
		switch month := got.OneMonthRaw - d; {
		case month < 30:
			shorter++
		case month == 30:
			same++
		default:
			longer++
		}
	}
	if later != 24 || shorter != 30 || same != 125 || longer != 210 {
		t.Errorf("the promise is later on %d days; a month is shorter on %d, the same on %d, longer on %d", later, shorter, same, longer)
	}
}

// An extension lets questions stop the clock for longer, and a pause lets a notice be in time for longer.
func TestPausesAndExtensionsMeet(t *testing.T) {
	d := day(t, "2026-07-01")
	late := paused("q", d+60, d+63)
	if got := clock(t, six(t), request(d, late...), far); got.PausedDays != 0 {
		t.Errorf("a question after the month paused %d days", got.PausedDays)
	}
	got := clock(t, six(t), request(d, append(late, notice(d+29, "n"))...), far)
	if got.PausedDays != 3 || got.ExtendedDue != day(t, "2026-10-05") { // 1 October, three days, Sunday
		t.Errorf("a question in the extended period paused %d days, to %s", got.PausedDays, got.ExtendedDue)
	}
	if s := got.Standing(got.ExtendedDue); s.LegalDaysLeft != 0 || s.DaysLeft != 0 || got.PromiseMissed {
		t.Errorf("on the last day of the extension: %+v, promise missed %v", s, got.PromiseMissed)
	}
	last := paused("q", day(t, "2026-08-03"), day(t, "2026-08-05")) // the rolled last day of the month
	if got := clock(t, six(t), request(d, last...), far); got.PausedDays != 2 {
		t.Errorf("a question on the last day paused %d days", got.PausedDays)
	}
	got = clock(t, six(t), request(d, append(paused("q", d+1, d+11), notice(day(t, "2026-08-11"), "n"))...), far)
	if !got.Extended { // 1 August and ten days
		t.Errorf("a notice within the paused month has no effect: %+v", got)
	}
}

// After our answer nothing pauses or extends; a question that was open then paused until the answer.
func TestTheAnswerEndsEverything(t *testing.T) {
	d := day(t, "2026-07-01")
	open := []deadline.Event{
		{Kind: deadline.Asked, On: d + 1, Letter: "q", Ground: deadline.Identity},
		{Kind: deadline.AnswerSent, On: d + 3, Letter: "a"},
		{Kind: deadline.AnswerSent, On: d + 9, Letter: "b"},
	}
	after := append(paused("r", d+6, d+8), notice(d+7, "n"), deadline.Event{Kind: deadline.Replied, On: d + 20, Letter: "q"})
	for name, c := range map[string]deadline.Case{"open": request(d, open...), "and after": request(d, append(open, after...)...)} {
		got := clock(t, six(t), c, d+50)
		if got.PausedDays != 2 || got.Paused || got.Extended || got.Answered != d+3 {
			t.Errorf("%s: paused %d days (%v), extended %v, answered %s", name, got.PausedDays, got.Paused, got.Extended, got.Answered)
		}
	}
}

// The first of several replies ends a pause, and no pause begins before the receipt.
func TestPauseBounds(t *testing.T) {
	d := day(t, "2026-07-01")
	ask := deadline.Event{Kind: deadline.Asked, On: d - 3, Letter: "q", Ground: deadline.Identity}
	for _, days := range [][2]deadline.Date{{d + 2, d + 5}, {d + 5, d + 2}} {
		c := request(d, ask, deadline.Event{Kind: deadline.Replied, On: days[0], Letter: "q"}, deadline.Event{Kind: deadline.Replied, On: days[1], Letter: "q"})
		if got := clock(t, six(t), c, far); got.PausedDays != 2 {
			t.Errorf("replies on %s and %s: paused %d days", days[0], days[1], got.PausedDays)
		}
	}
	before := clock(t, six(t), request(d, ask, deadline.Event{Kind: deadline.Replied, On: d - 1, Letter: "q"}), far)
	says(t, before, "paused_days", "pause_credited", "GDPR Art. 12(6); EDPB Guidelines 01/2022, section 5.3",
		"The clock stood still from Sunday 28 June 2026, when we asked who you are, until Wednesday 1 July 2026: days 0.")
}

func BenchmarkClock(b *testing.B) {
	d := deadline.NewDate(2026, 3, 5)
	r := six(b)
	c := request(d, paused("q", d+1, d+8)...)
	for b.Loop() {
		if _, err := r.Clock(c, d+20); err != nil {
			b.Fatal(err)
		}
	}
}

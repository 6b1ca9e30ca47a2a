package deadline_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"

	"imglink/app/deadline"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func day(t testing.TB, s string) deadline.Date {
	t.Helper()
	d, err := deadline.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// six are the rules of the vectors: holidays on 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December.
func six(t testing.TB) deadline.Rules {
	t.Helper()
	c, err := deadline.Country("EU")
	if err != nil {
		t.Fatal(err)
	}
	return deadline.Rules{Calendar: c}
}

func clock(t rapid.TB, r deadline.Rules, c deadline.Case, today deadline.Date) deadline.Clock {
	t.Helper()
	got, err := r.Clock(c, today)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// request is a case received on a day with more events.
func request(received deadline.Date, more ...deadline.Event) deadline.Case {
	return deadline.Case{Events: append([]deadline.Event{{Kind: deadline.Received, On: received}}, more...)}
}

// paused is a question of identity, prompt, and its answer.
func paused(letter string, ask, answer deadline.Date) []deadline.Event {
	return []deadline.Event{
		{Kind: deadline.Asked, On: ask, Letter: letter, Ground: deadline.Identity, Since: ask},
		{Kind: deadline.Replied, On: answer, Letter: letter},
	}
}

const far = deadline.Date(1 << 20) // a day after everything

func TestVectors(t *testing.T) {
	b, err := os.ReadFile("testdata/deadline_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors []struct {
			ID, Note string
			Received deadline.Date
			Pauses   [][2]deadline.Date
			Expect   map[string]any
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) < 18 {
		t.Fatalf("only %d vectors", len(file.Vectors))
	}
	for _, v := range file.Vectors {
		c := request(v.Received)
		for i, p := range v.Pauses {
			c.Events = append(c.Events, paused(string(rune('a'+i)), p[0], p[1])...)
		}
		b, err := json.Marshal(clock(t, six(t), c, far))
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		if len(v.Expect) != 8 {
			t.Errorf("%s expects %d values", v.ID, len(v.Expect))
		}
		for field, want := range v.Expect {
			if got[field] != want {
				t.Errorf("%s (%s): %s is %v, want %v", v.ID, v.Note, field, got[field], want)
			}
		}
	}
}

// Every date of the law carries a step with its article, and no step is without a sentence.
func TestEveryDateIsDerived(t *testing.T) {
	d := func(s string) deadline.Date { return day(t, s) }
	got := clock(t, six(t), request(d("2026-03-05"), paused("id", d("2026-03-05"), d("2026-03-12"))...), far)
	final := map[string]deadline.Date{}
	for _, s := range got.Derivation {
		if s.Law == "" || s.Rule == "" || s.Text() == "" || s.Date == 0 {
			t.Errorf("a step lacks something: %+v", s)
		}
		final[s.Field] = s.Date
	}
	for field, want := range map[string]deadline.Date{
		"received": got.Received, "one_month_raw": got.OneMonthRaw, "statutory_due": got.StatutoryDue, "policy_due": got.PolicyDue,
		"effective_due": got.EffectiveDue, "operational_due": got.OperationalDue, "refusal_due": got.RefusalDue,
		"extended_due": got.ExtendedDue, "extended_due_cautious": got.ExtendedDueCautious,
	} {
		if final[field] != want {
			t.Errorf("the last step about %s says %s, want %s", field, final[field], want)
		}
	}
	says(t, clock(t, six(t), request(d("2026-03-05")), far), "statutory_due", "rolled", "Regulation (EEC, Euratom) No 1182/71, Art. 3(3) and (4)",
		"Sunday 5 April 2026 is no working day (Sunday, Easter Monday), so the period ends with the next one, Tuesday 7 April 2026.")
	says(t, clock(t, six(t), request(d("2026-08-31")), far), "one_month_raw", "last_day_of_month", "GDPR Art. 12(3); Regulation (EEC, Euratom) No 1182/71, Art. 3(2)(c)",
		"One month later there is no day 31, so the month ends with its last day, Wednesday 30 September 2026.")
}

// says fails unless a clock's derivation has the step.
func says(t *testing.T, c deadline.Clock, field, rule, law, text string) {
	t.Helper()
	for _, s := range c.Derivation {
		if s.Field == field && s.Rule == rule {
			if s.Law != law || s.Text() != text {
				t.Errorf("%s, %s: %q (%s), want %q (%s)", field, rule, s.Text(), s.Law, text, law)
			}
			return
		}
	}
	t.Errorf("%s has no step %s: %v", field, rule, c.Derivation)
}

func TestComplaintEnds(t *testing.T) {
	loc := zone(t, "Europe/Berlin")
	for informed, want := range map[string]string{
		"2026-11-23T09:00:00Z": "2027-05-23T00:00:00+02:00",
		"2026-08-31T10:00:00Z": "2027-02-28T00:00:00+01:00", // clamped
		"2027-08-31T10:00:00Z": "2028-02-29T00:00:00+01:00", // leap year
		"2026-01-31T23:30:00Z": "2026-08-01T00:00:00+02:00", // already February in Berlin
		"2026-03-31T21:30:00Z": "2026-09-30T00:00:00+02:00", // 23:30 in Berlin, still March
	} {
		if got := deadline.ComplaintEnds(instant(t, informed), loc).Format(time.RFC3339); got != want {
			t.Errorf("informed %s: got %s, want %s", informed, got, want)
		}
	}
}

package deadline

import (
	"encoding/json"
	"fmt"
	"strings"

	"imglink/app/fault"
)

// The provisions that dates rest on, as they are quoted.
const (
	lawAnswer        = "GDPR Art. 12(3)"
	lawExtension     = "GDPR Art. 12(3), second and third sentence"
	lawRefusal       = "GDPR Art. 12(4)"
	lawIdentity      = "GDPR Art. 12(6); EDPB Guidelines 01/2022, section 5.3"
	lawClarification = "GDPR Recital 63; EDPB Guidelines 01/2022, section 5.3"
	lawPauses        = "GDPR Art. 12(6) and Recital 63; EDPB Guidelines 01/2022, section 5.3"
	lawStart         = "GDPR Art. 12(3); Regulation (EEC, Euratom) No 1182/71, Art. 3(1)"
	lawMonth         = "GDPR Art. 12(3); Regulation (EEC, Euratom) No 1182/71, Art. 3(2)(c)"
	lawWeekend       = "Regulation (EEC, Euratom) No 1182/71, Art. 3(3) and (4)"
	lawExtended      = "GDPR Art. 12(3), second sentence; Regulation (EEC, Euratom) No 1182/71, Art. 3(2)(c) and (4)"
	ownPolicy        = "Privacy policy, section 5"
	ownPractice      = "Own practice"
)

// Step is one reason for one date.
type Step struct {
	Field string // the JSON name of what it explains: statutory_due
	Date  Date   // the day that the step is about
	Rule  string // what was applied, for programs: rolled
	Law   string // where it is written: Regulation (EEC, Euratom) No 1182/71, Art. 3(4)
	Said  fault.Sentence
}

// Text is the step as an English sentence. Args of Said are a Date, an int, a string or another sentence, so that a page can
// say it in the reader's language.
func (s Step) Text() string { return english(&s.Said) }

func english(s *fault.Sentence) string {
	args := make([]any, len(s.Args))
	for i, a := range s.Args {
		switch a := a.(type) {
		case Date:
			args[i] = a.Long()
		case *fault.Sentence:
			args[i] = english(a)
		default:
			args[i] = a
		}
	}
	return fmt.Sprintf(s.Format, args...)
}

// MarshalJSON writes the step with its sentence: {"field", "date", "rule", "law", "text"}.
func (s Step) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Field string `json:"field"`
		Date  Date   `json:"date"`
		Rule  string `json:"rule"`
		Law   string `json:"law"`
		Text  string `json:"text"`
	}{s.Field, s.Date, s.Rule, s.Law, s.Text()})
}

func (c *Clock) explain(field string, day Date, rule, law, format string, args ...any) {
	c.Derivation = append(c.Derivation, Step{Field: field, Date: day, Rule: rule, Law: law, Said: fault.Sentence{Format: format, Args: args}})
}

// start explains the first month.
func (f *fold) start() {
	f.Derivation = make([]Step, 0, 16)
	f.explain("received", f.Received, "day_of_receipt", lawStart, "Received on %s. The day of receipt is not counted, its number sets the limit.", f.Received)
	_, _, day := f.Received.Date()
	if _, _, last := f.OneMonthRaw.Date(); last < day {
		f.explain("one_month_raw", f.OneMonthRaw, "last_day_of_month", lawMonth, "One month later there is no day %d, so the month ends with its last day, %s.", day, f.OneMonthRaw)
		return
	}
	f.explain("one_month_raw", f.OneMonthRaw, "same_day_next_month", lawMonth, "One month later is %s.", f.OneMonthRaw)
}

// dates fixes and explains the law's limit, the promise and the earlier of both.
func (f *fold) dates() {
	if f.PausedDays > 0 {
		f.explain("paused_days", f.OneMonthRaw+Date(f.PausedDays), "paused", lawPauses, "Days on which the clock stood still, each counted once: %d. They are added to every period.", f.PausedDays)
	}
	f.StatutoryDue = f.rolled("statutory_due", 1, lawAnswer)
	f.PolicyDue = f.Received + AnswerWithin + Date(f.PausedDays)
	f.explain("policy_due", f.PolicyDue, "promised_days", ownPolicy, "We promise an answer within %d days: %s. A promise does not wait for a working day.", AnswerWithin, f.PolicyDue)
	f.RefusalDue = min(f.StatutoryDue, f.PolicyDue)
	f.explain("refusal_due", f.RefusalDue, "refusal", lawRefusal, "Should we not act, the reasons, the right to complain and the way to a court are due by %s. An extension does not move this.", f.RefusalDue)
	f.ExtendedDue = f.rolled("extended_due", 3, lawExtended)
	f.ExtendedDueCautious = f.OneMonthRaw.AddMonths(2) + Date(f.PausedDays)
	f.explain("extended_due_cautious", f.ExtendedDueCautious, "extended_from_month_end", lawExtended, "Counted from the end of the first month, and not moved, it would be %s: the careful reading.", f.ExtendedDueCautious)
}

// rolled fixes and explains a limit of the law: one month, or three with an extension.
func (f *fold) rolled(field string, months int, law string) Date {
	due, unrolled, skipped := f.statutory(months, f.PausedDays)
	if months > 1 {
		f.explain(field, unrolled, "months_from_receipt", law, "An extension by two months is counted from the day of receipt: %d months and the pauses end on %s.", months, unrolled)
	}
	if len(skipped) == 0 {
		f.explain(field, due, "working_day", law, "That period of the law ends on %s, at 24:00.", due)
		return due
	}
	f.explain(field, due, "rolled", lawWeekend, "%s is no working day (%s), so the period ends with the next one, %s.", unrolled, strings.Join(skipped, ", "), due)
	return due
}

// promise says when our promise was not kept, though the law may be.
func (f *fold) promise(today Date) {
	kept := today
	if f.Extended {
		kept = f.notice
	}
	if f.PromiseMissed = kept > f.PolicyDue; f.PromiseMissed {
		f.explain("policy_due", f.PolicyDue, "promise_missed", ownPolicy, "The promise of %s was missed.", f.PolicyDue)
	}
}

// finish picks the limit that counts.
func (f *fold) finish() {
	f.EffectiveDue = f.RefusalDue
	switch {
	case f.Extended:
		f.EffectiveDue = f.ExtendedDue
		f.explain("effective_due", f.EffectiveDue, "extended", lawExtension, "The period was extended: %s counts.", f.EffectiveDue)
	case f.PolicyDue < f.StatutoryDue:
		f.explain("effective_due", f.EffectiveDue, "promise_is_earlier", ownPolicy, "Our promise ends before the law's period: %s counts, until 24:00.", f.EffectiveDue)
	default:
		f.explain("effective_due", f.EffectiveDue, "law_is_not_later", lawAnswer, "The law's period does not end after our promise: %s counts, until 24:00.", f.EffectiveDue)
	}
	f.OperationalDue = f.rules.Calendar.Back(f.EffectiveDue, 0)
	f.explain("operational_due", f.OperationalDue, "last_working_day", ownPractice, "The last working day for it is %s.", f.OperationalDue)
	if f.Answered != 0 {
		f.explain("answered", f.Answered, "answer_delivered", lawAnswer, "Our answer was delivered on %s. The clock stopped.", f.Answered)
	}
}

package deadline

import (
	"errors"
	"fmt"
	"slices"

	"imglink/app/fault"
)

// Kind is what happened.
type Kind string

// The events that move the clock of a request. Nothing else does: work, assignment and approval never stop it.
const (
	Received      Kind = "received"       // the request reached any official channel of ours, whoever saw it when
	Asked         Kind = "asked"          // a question to the person was sent; Ground says which
	Replied       Kind = "replied"        // the person answered it, or we withdrew it
	ExtensionSent Kind = "extension_sent" // the notice of an extension was sent; Ground is its reason
	AnswerSent    Kind = "answer_sent"    // our answer was delivered
	Bounced       Kind = "bounced"        // a letter of ours came back: it was never delivered
)

// Ground is why the law lets the clock stop or run longer.
type Ground string

// The lawful grounds. There are no others.
const (
	Identity      Ground = "identity"      // reasonable doubts who is asking (GDPR Art. 12(6))
	Clarification Ground = "clarification" // what an access request about much data is after (GDPR Recital 63)
	Complexity    Ground = "complexity"    // of the request (GDPR Art. 12(3), second sentence)
	Number        Ground = "number"        // of the requests (the same)
)

// Event is something that happened on a civil day of the legal time zone. Which fields a Kind reads is said at each.
type Event struct {
	Kind   Kind
	On     Date
	Letter string // Asked, Replied, ExtensionSent, AnswerSent, Bounced: the letter it is about. A letter sent again is another one
	Ground Ground // Asked, ExtensionSent
	Since  Date   // Asked: the day the doubt arose; the day of receipt when zero
}

// Case is a request as the clock sees it.
type Case struct {
	LargeAccess bool    // a request for access to a large amount of data: only there a clarification stops the clock
	Events      []Event // in any order. Several receipts: the earliest counts, which is how a case is back-dated or merged
}

// PromptDays is how soon after the doubt a question has to be sent to stop the clock: "without undue delay" (EDPB Guidelines
// 01/2022, section 5.3) in days, unless Rules say otherwise.
const PromptDays = 5

// Rules are what an office configures.
type Rules struct {
	Calendar Calendar // public holidays; none when zero
	Prompt   int      // days; PromptDays when zero
}

// Clock is every date of a request, as known on one day. The JSON names are those of the command and the interfaces.
type Clock struct {
	Received            Date   `json:"received"`
	PausedDays          int    `json:"paused_days"`           // distinct days of credited pauses
	OneMonthRaw         Date   `json:"one_month_raw"`         // a month after receipt, before pauses and working days
	StatutoryDue        Date   `json:"statutory_due"`         // the law's limit, not extended
	PolicyDue           Date   `json:"policy_due"`            // our promise
	EffectiveDue        Date   `json:"effective_due"`         // the limit that counts, until 24:00: the earlier of both, or the extended one
	OperationalDue      Date   `json:"operational_due"`       // the last working day for it
	RefusalDue          Date   `json:"refusal_due"`           // a refusal is due by then; no extension moves it
	ExtendedDue         Date   `json:"extended_due"`          // the law's limit with an extension, sent or not
	ExtendedDueCautious Date   `json:"extended_due_cautious"` // the careful reading of it, for display
	Extended            bool   `json:"extended"`              // an extension is in effect
	PromiseMissed       bool   `json:"promise_missed"`        // neither answer nor notice of extension was sent within PolicyDue
	Paused              bool   `json:"paused"`                // a credited question is open: the dates move a day each day
	Answered            Date   `json:"answered,omitzero"`     // the clock stopped
	Derivation          []Step `json:"derivation"`
}

// Clock folds the events up to today into the dates. Later events have not happened yet; an open question counts until today.
// It fails when there is no receipt or an event has an unknown kind or no day.
func (r Rules) Clock(c Case, today Date) (Clock, error) {
	f := fold{rules: r, large: c.LargeAccess, replies: map[string]Date{}, bounced: map[string]bool{}}
	var steps []Event
	for _, e := range c.Events {
		if e.On == 0 {
			return Clock{}, fmt.Errorf("deadline: an event %q has no day", e.Kind)
		}
		if e.On > today {
			continue
		}
		switch e.Kind {
		case Received:
			if f.Received == 0 || e.On < f.Received {
				f.Received = e.On
			}
		case Replied:
			if was, ok := f.replies[e.Letter]; !ok || e.On < was {
				f.replies[e.Letter] = e.On
			}
		case Bounced:
			f.bounced[e.Letter] = true
		case Asked, ExtensionSent, AnswerSent:
			steps = append(steps, e)
		default:
			return Clock{}, fmt.Errorf("deadline: %q is no event", e.Kind)
		}
	}
	if f.Received == 0 {
		return Clock{}, errors.New("deadline: the request was not received by that day")
	}
	slices.SortStableFunc(steps, func(a, b Event) int { return int(a.On - b.On) })
	f.run(steps, today)
	return f.Clock, nil
}

// fold is a clock in the making.
type fold struct {
	Clock
	rules   Rules
	large   bool
	replies map[string]Date
	bounced map[string]bool
	pauses  []pause
	notice  Date // of the extension in effect
}

// run works through what we sent, in order of time, and then fixes the dates.
func (f *fold) run(sent []Event, today Date) {
	f.OneMonthRaw = f.Received.AddMonths(1)
	f.start()
	for _, e := range sent { // the answer first: nothing runs after it
		if e.Kind == AnswerSent && f.Answered == 0 && !f.bounced[e.Letter] {
			f.Answered, today = e.On, e.On
		}
	}
	for _, e := range sent {
		switch {
		case f.Answered != 0 && e.On > f.Answered: // the case was over
		case e.Kind == Asked:
			f.ask(e, today)
		case e.Kind == ExtensionSent:
			f.extend(e)
		case f.bounced[e.Letter]:
			f.explain("answered", e.On, "answer_bounced", lawAnswer, "Our answer of %s came back. It was never given, and the clock went on.", e.On)
		}
	}
	f.PausedDays = f.paused()
	f.dates()
	f.promise(today)
	f.finish()
}

// statutory is the law's limit as it stands with so many paused days: a month, or three from the day of receipt. The pause is
// added before the limit is moved to a working day, and an extension never counts from a limit that was moved.
func (f *fold) statutory(months, paused int) (due, unrolled Date, skipped []string) {
	unrolled = f.Received.AddMonths(months) + Date(paused)
	due, skipped = f.rules.Calendar.Roll(unrolled)
	return due, unrolled, skipped
}

// limit is the last day of the law's period with what was sent so far. A question that is still open lies in it, for the
// limit moves on with every day of the pause.
func (f *fold) limit() Date {
	months := 1
	if f.Extended {
		months = 3
	}
	due, _, _ := f.statutory(months, f.paused())
	return due
}

// Why an extension is refused.
var (
	ErrExtendedBefore = fault.New(fault.Conflict, "extended_before", "The period was extended before. The law allows one extension (GDPR Art. 12(3)).")
	ErrExtendedLate   = fault.New(fault.Conflict, "extended_late", "The notice had to be sent within the first month (GDPR Art. 12(3)). Answer now, and say why it is late.")
	ErrExtendedGround = fault.New(fault.Invalid, "extended_ground", "Only the complexity or the number of requests allows an extension (GDPR Art. 12(3)). Choose one of them.")
)

func extendable(e Event, limit Date, extended bool) error {
	switch {
	case e.Ground != Complexity && e.Ground != Number:
		return ErrExtendedGround
	case extended:
		return ErrExtendedBefore
	case e.On > limit:
		return ErrExtendedLate
	}
	return nil
}

// MayExtend says whether a notice of extension sent on a day would take effect: an error says why not. broken reports that
// the promise was missed by then: the law still allows the extension, and the letter owes an apology.
func (c Clock) MayExtend(on Date, ground Ground) (broken bool, err error) {
	return on > c.PolicyDue, extendable(Event{On: on, Ground: ground}, c.StatutoryDue, c.Extended)
}

// Standing is where a clock is on a day.
type Standing struct {
	DaysLeft      int  `json:"days_left"`       // to EffectiveDue: 0 on that day, which still is in time until 24:00; negative when overdue
	LegalDaysLeft int  `json:"legal_days_left"` // to the law's limit, the extended one when there is an extension
	Overdue       bool `json:"overdue"`
	Stopped       bool `json:"stopped"` // answered: the days are those that were left then
}

// Standing is where the clock is on today, the day that it was made for.
func (c Clock) Standing(today Date) Standing {
	if c.Answered != 0 {
		today = c.Answered
	}
	legal := c.StatutoryDue
	if c.Extended {
		legal = c.ExtendedDue
	}
	s := Standing{DaysLeft: int(c.EffectiveDue - today), LegalDaysLeft: int(legal - today), Stopped: c.Answered != 0}
	s.Overdue = s.DaysLeft < 0
	return s
}

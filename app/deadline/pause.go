package deadline

import "imglink/app/fault"

// pause is a stretch in which the clock stood still: the days d with from <= d < to. The day of the answer counts again, so
// a question answered on the day it was asked pauses nothing.
type pause struct{ from, to Date }

// paused counts the distinct days of the pauses so far: those that overlap count once. They are kept in order of their first day.
func (f *fold) paused() (days int) {
	var reached Date
	for _, p := range f.pauses {
		if from := max(p.from, reached); p.to > from {
			days += int(p.to - from)
			reached = p.to
		}
	}
	return days
}

// ask credits a question to the person as a pause, or says why it is none. The person's reply ends the pause by itself.
func (f *fold) ask(e Event, today Date) {
	law := lawIdentity
	if e.Ground == Clarification {
		law = lawClarification
	}
	to, replied := f.replies[e.Letter]
	if !replied || to > today {
		to, replied = today, false
	}
	p := pause{max(e.On, f.Received), max(to, e.On, f.Received)}
	if why := f.uncredited(e); why != nil {
		f.explain("paused_days", e.On, "pause_not_credited", law, "The question of %s does not stop the clock: %s", e.On, why)
		return
	}
	f.pauses = append(f.pauses, p)
	if !replied && f.Answered == 0 {
		f.Paused = true
		f.explain("paused_days", e.On, "pause_open", law, "The clock has been standing still since %s, %s. It goes on with the day of the reply.", e.On, asking[e.Ground])
		return
	}
	f.explain("paused_days", e.On, "pause_credited", law, "The clock stood still from %s, %s, until %s: days %d.", e.On, asking[e.Ground], p.to, int(p.to-p.from))
}

var asking = map[Ground]*fault.Sentence{
	Identity:      {Format: "when we asked who you are"},
	Clarification: {Format: "when we asked which data you mean"},
}

// uncredited is why a question does not stop the clock; nil when it does.
func (f *fold) uncredited(e Event) *fault.Sentence {
	prompt := f.rules.Prompt
	if prompt == 0 {
		prompt = PromptDays
	}
	late := int(e.On - max(e.Since, f.Received))
	switch {
	case f.bounced[e.Letter]:
		return &fault.Sentence{Format: "it came back and was never delivered."}
	case asking[e.Ground] == nil:
		return &fault.Sentence{Format: "the law knows no such reason."}
	case e.Ground == Clarification && !f.large:
		return &fault.Sentence{Format: "asking which data are meant is a reason only when access to a large amount of data is requested."}
	case late > prompt:
		return &fault.Sentence{Format: "it was asked late, %d days after the doubt arose; up to %d are prompt.", Args: []any{late, prompt}}
	case e.On > f.limit():
		return &fault.Sentence{Format: "the period had ended before."}
	}
	return nil
}

// extend lets an extension take effect, or says why there is none. It exists from the day its notice was sent, and only when
// the notice was not returned.
func (f *fold) extend(e Event) {
	if f.bounced[e.Letter] {
		f.explain("extended_due", e.On, "extension_bounced", lawExtension, "The notice of extension of %s came back. There is no extension without a notice.", e.On)
		return
	}
	limit, _, _ := f.statutory(1, f.paused())
	if err := extendable(e, limit, f.Extended); err != nil {
		f.explain("extended_due", e.On, "extension_refused", lawExtension, "The notice of extension of %s has no effect: %s", e.On, fault.Of(err).Sentence())
		return
	}
	f.Extended, f.notice = true, e.On
	f.explain("extended_due", e.On, "extension_in_effect", lawExtension, "A notice of extension with its reasons was sent on %s, within the first month, which ended on %s.", e.On, limit)
}

// Package deadline computes legal dates: pure functions over civil dates and events. It never reads the wall clock and no
// other package counts days for the law, so that a page, a letter, a CSV, an ICS feed and the command agree.
//
//   - Date is a civil day, On puts an instant on one in the legal time zone (date.go).
//   - Calendar knows working days (calendar.go); the public holidays of each Member State are shipped (holidays.txt).
//   - Rules.Clock folds the events of a request into its dates, each with its derivation (clock.go, pause.go, derive.go).
//   - Breach is the one clock that runs in hours (hours.go).
//
// Sources: Regulation (EU) 2016/679 (GDPR), Regulation (EEC, Euratom) No 1182/71 on periods, dates and time limits,
// Regulation (EU) 2022/2065 (DSA), EDPB Guidelines 01/2022 on the right of access, and the published privacy policy.
package deadline

import "time"

// What the published privacy policy promises, in days from the civil day of the event: received + AnswerWithin. A promise is
// kept to the day; only the law moves a limit to the next working day.
const (
	AnswerWithin = 30 // to answer a request about rights (policy, section 5)
	RemoveWithin = 30 // to remove the data of a deleted account (policy, section 6)
	LogsWithin   = 90 // to keep server logs with addresses at most (policy, section 6)
)

// complaintMonths is how long a decision can be complained about (Regulation (EU) 2022/2065, Art. 20(1)): at least six
// months from the day of being informed (Art. 20(2)).
const complaintMonths = 6

// ComplaintEnds is the last civil day, at its start in zone, on which a complaint about a decision can be lodged.
func ComplaintEnds(informed time.Time, zone *time.Location) time.Time {
	return On(informed, zone).AddMonths(complaintMonths).Start(zone)
}

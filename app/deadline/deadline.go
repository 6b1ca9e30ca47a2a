// Package deadline computes legal dates: pure functions over civil dates in a legal time zone. No other package does.
package deadline

import "time"

// complaintMonths is how long a decision can be complained about (Regulation (EU) 2022/2065, Art. 20(1)): at least six
// months from the day of being informed (Art. 20(2)).
const complaintMonths = 6

// ComplaintEnds is the last civil day, at midnight in zone, on which a complaint about a decision can be lodged.
func ComplaintEnds(informed time.Time, zone *time.Location) time.Time {
	return AddMonths(Day(informed, zone), complaintMonths)
}

// Day is the civil date of an instant in zone, as midnight there.
func Day(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// AddMonths moves a civil date by whole months: to the same day of the month, or to the month's last day where it has no
// such day (Regulation (EEC, Euratom) No 1182/71, Art. 3(2)(c)). time.AddDate would run over into the next month.
func AddMonths(day time.Time, months int) time.Time {
	y, m, d := day.Date()
	first := time.Date(y, m+time.Month(months), 1, 0, 0, 0, 0, day.Location())
	last := first.AddDate(0, 1, -1).Day()
	return time.Date(first.Year(), first.Month(), min(d, last), 0, 0, 0, 0, day.Location())
}

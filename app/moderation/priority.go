package moderation

import (
	"strconv"
	"time"

	"imglink/models"
)

// severityPoints lift a case in the queue. A point is worth an hour of waiting, so severity 5 comes before anything less
// grave that has waited less than a hundred days, and nothing starves.
var severityPoints = [6]int{1: 0, 2: 12, 3: 48, 4: 240, 5: 2400}

// Each independent notifier after the first adds points up to a ceiling, so that a crowd cannot push a harmless image past
// a grave one. How often one person reports makes no difference.
const (
	notifierPoints    = 4
	maxNotifierPoints = 40
)

func pointsOf(severity int16, notifiers int) int {
	return severityPoints[severity] + min(max(notifiers-1, 0)*notifierPoints, maxNotifierPoints)
}

// prioritise sets points and rank of a case. The rank is fixed until the case changes: waiting moves all cases alike.
func prioritise(c *models.Case) {
	c.Points = pointsOf(c.Severity, c.Notifiers)
	c.Rank = c.Since().Unix() - int64(c.Points)*3600
}

// Explain says why a case stands where it stands.
func Explain(c models.Case, now time.Time) []Chip {
	chips := []Chip{{Kind: "severity", Label: "Severity " + strconv.Itoa(int(c.Severity)), Points: severityPoints[c.Severity]}}
	if extra := c.Points - severityPoints[c.Severity]; extra > 0 {
		chips = append(chips, Chip{Kind: "notifiers", Label: strconv.Itoa(c.Notifiers) + " independent reporters", Points: extra})
	}
	if c.State == models.CaseDecided {
		return chips
	}
	wait := now.Sub(c.Since())
	return append(chips, Chip{Kind: "waiting", Label: "Waiting " + waited(wait), Points: int(wait / time.Hour)})
}

// waited is a duration as people say it.
func waited(d time.Duration) string {
	switch {
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + " h"
	}
	return strconv.Itoa(int(d/(24*time.Hour))) + " days"
}

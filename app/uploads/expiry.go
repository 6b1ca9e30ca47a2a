package uploads

import (
	"strconv"
	"strings"
	"time"

	"imglink/app/fault"
)

// The shortest and the longest time after which a picture may delete itself.
const (
	minExpiry = time.Minute
	maxExpiry = 5 * 366 * 24 * time.Hour
)

var errExpiry = fault.InvalidField("expires_in", `Say when the picture deletes itself as in "1h", "7d" or a number of seconds, from a minute to five years.`)

// ParseExpiry reads after which time a picture deletes itself: "90m", "12h", "7d", a number of seconds, or "never" or
// nothing for a picture that stays, which is nil.
func ParseExpiry(text string, now time.Time) (*time.Time, error) {
	if text == "" || text == "never" {
		return nil, nil
	}
	unit := time.Second
	for suffix, d := range map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour} {
		if number, ok := strings.CutSuffix(text, suffix); ok {
			text, unit = number, d
			break
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || n > int64(maxExpiry/unit) || time.Duration(n)*unit < minExpiry {
		return nil, errExpiry
	}
	at := now.Add(time.Duration(n) * unit).UTC()
	return &at, nil
}

package compat

import (
	"regexp"
	"strconv"
	"time"

	"imglink/app/fault"
)

// The shortest and the longest time after which a picture may delete itself (Chevereto: PT5M to P1Y).
const (
	minExpiry = 5 * time.Minute
	maxExpiry = 366 * 24 * time.Hour
)

var errExpiry = fault.InvalidField("expiration", "The expiration must be between five minutes and one year, as in PT5M, P1D, P1Y or a number of seconds.")

// duration is the part of ISO 8601 durations that Chevereto knows.
var duration = regexp.MustCompile(`^P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})S)?)?$`)

// expiry is when a picture deletes itself: text is an ISO 8601 duration or a number of seconds (as ImgBB has it; 0 and
// nothing keep the picture).
func expiry(text string, now time.Time) (*time.Time, error) {
	if text == "" || text == "0" {
		return nil, nil
	}
	end := now
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		end = now.Add(time.Duration(n) * time.Second)
	} else if m := duration.FindStringSubmatch(text); m != nil {
		end = now.AddDate(number(m[1]), number(m[2]), 7*number(m[3])+number(m[4])).
			Add(time.Duration(number(m[5]))*time.Hour + time.Duration(number(m[6]))*time.Minute + time.Duration(number(m[7]))*time.Second)
	}
	if d := end.Sub(now); d < minExpiry || d > maxExpiry {
		return nil, errExpiry
	}
	return &end, nil
}

func number(digits string) int {
	n, _ := strconv.Atoi(digits) // digits only, and few
	return n
}

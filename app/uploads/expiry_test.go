package uploads

import (
	"testing"
	"time"
)

func TestParseExpiry(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{"60": time.Minute, "90m": 90 * time.Minute, "12h": 12 * time.Hour, "7d": 168 * time.Hour, "3600s": time.Hour} {
		at, err := ParseExpiry(text, now)
		if err != nil || at == nil || at.Sub(now) != want {
			t.Errorf("%q is %v, %v; want in %v", text, at, err, want)
		}
	}
	for _, text := range []string{"", "never"} {
		if at, err := ParseExpiry(text, now); at != nil || err != nil {
			t.Errorf("%q is %v, %v; want nothing", text, at, err)
		}
	}
	for _, text := range []string{"0", "-1", "59", "59s", "1", "1831d", "9223372036854775807", "9223372036854775807d", "d", "1w", "1.5h", "tomorrow", "+", "1 h"} {
		if at, err := ParseExpiry(text, now); err == nil {
			t.Errorf("%q is %v, want an error", text, at)
		}
	}
}

package compat

import (
	"testing"
	"time"
)

func TestExpirations(t *testing.T) {
	now := time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"PT5M": "2026-01-31T09:05:00Z", "P1Y": "2027-01-31T09:00:00Z", "P1DT12H": "2026-02-01T21:00:00Z", "P2W": "2026-02-14T09:00:00Z",
		"300": "2026-01-31T09:05:00Z", "86400": "2026-02-01T09:00:00Z", "PT90000S": "2026-02-01T10:00:00Z",
	} {
		if got, err := expiry(text, now); err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0"} {
		if got, err := expiry(text, now); err != nil || got != nil {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"299", "-1", "P2Y", "PT4M", "P", "PT", "1 day", "9999999999", "P9999Y", "P0D"} {
		if got, err := expiry(text, now); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}

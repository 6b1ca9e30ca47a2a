package models

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Wherever places are put in, they stay in order, and none ends in a zero, below which there would be no room.
func TestPlacesFindRoomAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		places := placesFor(rapid.IntRange(1, 5).Draw(t, "begin"))
		for range rapid.IntRange(1, 60).Draw(t, "moves") {
			at := rapid.IntRange(0, len(places)).Draw(t, "at")
			lo, hi := "", ""
			if at > 0 {
				lo = places[at-1]
			}
			if at < len(places) {
				hi = places[at]
			}
			p := placeBetween(lo, hi)
			if hi == "" {
				p = placeAfter(lo)
			}
			if p <= lo || hi != "" && p >= hi || strings.HasSuffix(p, "0") {
				t.Fatalf("%q is not between %q and %q", p, lo, hi)
			}
			places = append(places[:at:at], append([]string{p}, places[at:]...)...)
		}
	})
}

func TestManyPlacesStayShort(t *testing.T) {
	longest, last := 0, ""
	for range 100_000 {
		next := placeAfter(last)
		if next <= last {
			t.Fatalf("%q after %q", next, last)
		}
		last, longest = next, max(longest, len(next))
	}
	if longest > placeStep {
		t.Errorf("a place has %d digits", longest)
	}
	if end := placeAfter("zzzzzz"); end <= "zzzzzz" {
		t.Errorf("%q after the last step", end)
	}
}

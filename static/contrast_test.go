package static

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"
)

var token = regexp.MustCompile(`--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)`)

// luminance is the relative luminance of WCAG 2.2 for a #rrggbb colour.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	v, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		t.Fatalf("%s is no colour: %v", hex, err)
	}
	channel := func(shift uint) float64 {
		c := float64(v>>shift&0xff) / 255
		if c <= .04045 {
			return c / 12.92
		}
		return math.Pow((c+.055)/1.055, 2.4)
	}
	return .2126*channel(16) + .7152*channel(8) + .0722*channel(0)
}

func ratio(t *testing.T, a, b string) float64 {
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

type pair struct {
	ink, on string
	least   float64
}

// pairs are the combinations the components use: 4.5 for text, 3 for control borders, focus and graphics.
func pairs() []pair {
	var ps []pair
	for _, on := range []string{"bg", "surface", "surface-2", "raised"} {
		for _, ink := range []string{"ink", "ink-2", "ink-3", "accent-ink"} {
			ps = append(ps, pair{ink, on, 4.5})
		}
		ps = append(ps, pair{"line-strong", on, 3}, pair{"focus", on, 3})
	}
	for _, ink := range []string{"ink", "ink-2", "accent-ink"} {
		ps = append(ps, pair{ink, "surface-3", 4.5}, pair{ink, "accent-soft", 4.5})
	}
	for _, k := range []string{"danger", "warn", "ok", "info"} {
		ps = append(ps, pair{k + "-ink", k + "-soft", 4.5}, pair{k + "-mark", "surface", 3}, pair{k + "-ink", "surface-2", 4.5}, pair{k + "-ink", "surface", 4.5})
	}
	return append(ps, pair{"on-accent", "accent", 4.5}, pair{"on-accent", "accent-hover", 4.5}, pair{"on-danger", "danger-fill", 4.5},
		pair{"accent", "surface", 3}, pair{"accent", "accent-soft", 3}, pair{"ink-3", "accent-soft", 4.5}, pair{"danger-ink", "bg", 4.5}, pair{"bg", "ink", 4.5})
}

func TestContrastOfEveryTokenPair(t *testing.T) {
	raw, err := os.ReadFile("src/css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	colours := map[string][2]string{}
	for _, m := range token.FindAllStringSubmatch(string(raw), -1) {
		if _, known := colours[m[1]]; !known {
			colours[m[1]] = [2]string{m[2], m[3]}
		}
	}
	for _, p := range pairs() {
		for n, theme := range []string{"light", "dark"} {
			ink, on := colours[p.ink][n], colours[p.on][n]
			if ink == "" || on == "" {
				t.Fatalf("tokens.css has no %s or no %s", p.ink, p.on)
			}
			if r := ratio(t, ink, on); r < p.least {
				t.Errorf("%s: %s on %s is %.2f, want at least %.1f", theme, p.ink, p.on, r, p.least)
			}
		}
	}
}

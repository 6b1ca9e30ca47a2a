package i18n_test

import (
	"context"
	"testing"
	"time"

	"imglink/app/i18n"
)

func in(code string) context.Context { return i18n.With(context.Background(), code) }

func TestChoose(t *testing.T) {
	for _, c := range []struct{ chosen, accept, want string }{
		{"", "", "en"},
		{"", "*", "en"},
		{"", "de", "de"},
		{"", "de-AT,de;q=0.9,en;q=0.8", "de"},
		{"", "fr-CA;q=0.4, pl;q=0.9", "pl"},
		{"", "ja, it;q=0.5", "it"},
		{"", "ja", "en"},
		{"", "es-419", "es"},
		{"", "gsw", "de"},
		{"", "en-US,en;q=0.9,de;q=0.8", "en"},
		{"", "de;q=0, fr;q=0.1", "fr"},
		{"", ";;;q=x,,", "en"},
		{"pl", "de", "pl"},
		{"xx", "de", "de"},
		{"<script>", "", "en"},
	} {
		if got := i18n.Choose(c.chosen, c.accept); got != c.want {
			t.Errorf("Choose(%q, %q) = %s, want %s", c.chosen, c.accept, got, c.want)
		}
	}
}

func TestUnknownIsEnglish(t *testing.T) {
	for _, ctx := range []context.Context{context.Background(), in("xx"), in("")} {
		if i18n.Lang(ctx) != "en" || i18n.T(ctx, "Help") != "Help" {
			t.Errorf("an unknown language speaks %s", i18n.Lang(ctx))
		}
	}
	if got := i18n.T(in("de"), "Nobody translated 100% of this"); got != "Nobody translated 100% of this" {
		t.Errorf("without a translation: %q", got)
	}
}

func TestDatesAndNumbers(t *testing.T) {
	at := time.Date(2026, 11, 3, 9, 5, 0, 0, time.UTC)
	for code, want := range map[string][4]string{
		"en": {"3 November 2026", "3 Nov 2026, 09:05", "1,234,567", "2.1 MiB"},
		"de": {"3. November 2026", "03.11.2026, 09:05", "1.234.567", "2,1 MiB"},
		"es": {"3 de noviembre de 2026", "3 nov. 2026, 9:05", "1.234.567", "2,1 MiB"},
		"fr": {"3 novembre 2026", "3 nov. 2026, 09:05", "1\u00a0234\u00a0567", "2,1 Mio"},
		"it": {"3 novembre 2026", "3 nov 2026, 09:05", "1.234.567", "2,1 MiB"},
		"pl": {"3 listopada 2026", "3 lis 2026, 09:05", "1\u00a0234\u00a0567", "2,1 MiB"},
	} {
		ctx := in(code)
		got := [4]string{i18n.Date(ctx, at, i18n.Long), i18n.DateTime(ctx, at, i18n.Medium), i18n.Number(ctx, 1234567), i18n.Bytes(ctx, 2201347)}
		if got != want {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
	if got := i18n.Bytes(in("en"), 20<<20); got != "20 MiB" {
		t.Errorf("a round limit is %q", got)
	}
}

func TestPlurals(t *testing.T) {
	for code, want := range map[string]map[int]string{
		"en": {0: "0 seconds", 1: "1 second", 2: "2 seconds"},
		"de": {0: "0 Sekunden", 1: "1 Sekunde", 5: "5 Sekunden"},
		"fr": {0: "0 seconde", 1: "1 seconde", 2: "2 secondes"},
		"pl": {1: "1 sekundę", 2: "2 sekundy", 5: "5 sekund", 12: "12 sekund", 22: "22 sekundy", 112: "112 sekund"},
	} {
		for n, say := range want {
			if got := i18n.Wait(in(code), time.Duration(n)*time.Second); got != say {
				t.Errorf("%s %d: %q, want %q", code, n, got, say)
			}
		}
	}
}

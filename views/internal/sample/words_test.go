package sample

import (
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"imglink/views/public"
)

func words(t *testing.T, name string) string {
	t.Helper()
	page, ok := Public("")[name]
	if !ok {
		t.Fatalf("no sample %q", name)
	}
	return strings.Join(strings.Fields(document(t, page).Find("main").Text()), " ")
}

// TestPagesSayWhatTheyMust is a table of what the law or the policy demands of a page.
func TestPagesSayWhatTheyMust(t *testing.T) {
	for name, wants := range map[string][]string{
		"removed":        {"Statement of reasons", "The image was removed.", "Everywhere. No end date.", "payment page", "3.9 Fraud, malware and spam", "Terms of 1 June 2026", "No automated means", "Complain to us", "Out-of-court settlement", "Court", "23 November 2026", "SR-2026-004182"},
		"disabled":       {"451", "Legal ground", "Section 86a", "Germany and Austria", "File a complaint"},
		"gone":           {"Deleted by the person who uploaded it"},
		"delete-removed": {"Statement of reasons", "Delete for good"},
		"report":         {"Sexual abuse of a child", "leave both empty when you report the sexual abuse of a child", "good faith", "Send without the check", "a few minutes later"},
		"report-error":   {"There is a problem", "Enter at least one address of an image here", "The robot check has expired"},
		"receipt":        {"m•••@example.org", "What happens next"},
		"receipt-slow":   {"only way to see what we decide", "without the robot check"},
		"status-decided": {"We removed one of the two images.", "No automated means", "File a complaint"},
		"error-429":      {"You can try again in 40 seconds.", "01JDC6W8ZK3V"},
		"home":           {"PNG, JPEG, GIF or WebP, up to 20 MiB each", "delete link"},
		"privacy": {
			"user name, your e-mail address and your password", "file name, size, type", "identifier", "IP address", "browser type and operating system", "the page you came from", "Cloudflare Turnstile",
			"anonymous totals", "do what the law requires", "Cloudflare R2, encrypted at rest", "PostgreSQL", "bcrypt", "do not sell, trade or rent", "court", "Access", "Rectification", "Erasure", "Restriction", "Portability", "Objection", "Withdrawal",
			"within 30 days", "At most 90 days", "without end", "under 13", "data processing agreement", "By using the service after a change", "privacy@imglink.cc", "1 June 2026",
		},
		"help": {"curl -F file=@photo.jpg https://imglink.example/api/v1/images", "Idempotency-Key", "SVG is not accepted"},
	} {
		text := words(t, name)
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q", name, want)
			}
		}
	}
}

func TestErrorsStandInTitleSummaryAndField(t *testing.T) {
	doc := document(t, Public("")["report-error"])
	if title := doc.Find("title").Text(); !strings.HasPrefix(title, "Error: ") {
		t.Errorf("title %q", title)
	}
	doc.Find("#error-summary a").Each(func(_ int, s *goquery.Selection) {
		target := s.AttrOr("href", "")
		field := doc.Find(target)
		if field.Length() != 1 {
			t.Errorf("summary links to %s, which is not there", target)
			return
		}
		if message := doc.Find(target + "-error").Text(); strings.TrimSpace(message) != s.Text() {
			t.Errorf("%s: summary %q, field %q", target, s.Text(), message)
		}
	})
	if v := doc.Find("#email").AttrOr("value", ""); v != "mira@" {
		t.Errorf("what was typed is lost: %q", v)
	}
	if doc.Find("input[name=reason][checked]").AttrOr("value", "") != "fraud" {
		t.Error("the chosen reason is lost")
	}
}

func TestBotProtectionVariants(t *testing.T) {
	work := document(t, Public("")["report"])
	form := work.Find("form[data-pow]")
	if form.AttrOr("data-pow", "") != "/botcheck/challenge" || !strings.HasPrefix(form.AttrOr("data-pow-worker", ""), "/static/pow-") || form.Find("input[name=pow]").Length() != 1 {
		t.Error("the proof of work lacks its address, its worker or its field")
	}
	if form.Find("button[name=slow][value='1']").Length() != 1 {
		t.Error("no way without a script")
	}
	turnstile := document(t, Public("")["report-turnstile"])
	if turnstile.Find(".cf-turnstile[data-sitekey]").Length() != 1 || turnstile.Find("form[data-pow]").Length() != 0 || turnstile.Find("button[name=slow]").Length() != 1 {
		t.Error("Turnstile needs its widget, no proof of work, and a way without a script")
	}
}

func TestThemesAndPreviews(t *testing.T) {
	if doc := document(t, Public("dark")["home"]); doc.Find(`html[data-theme=dark]`).Length() != 1 || doc.Find(`button[name=theme][aria-pressed=true]`).AttrOr("value", "") != "dark" {
		t.Error("the dark theme is not rendered")
	}
	if doc := document(t, Public("evil")["home"]); doc.Find(`html[data-theme]`).Length() != 0 {
		t.Error("an unknown theme must be the system's")
	}
	doc := document(t, Public("")["image"])
	if doc.Find(`meta[property="og:image"]`).AttrOr("content", "") == "" || doc.Find(`link[type="application/json+oembed"]`).Length() != 1 {
		t.Error("the image page has no preview")
	}
}

func TestLinksEscapeTheName(t *testing.T) {
	for _, c := range public.Links(t.Context(), "x-", "https://h/a", `https://h/i/a.png`, `a](b) "><script>`) {
		switch c.Kind {
		case "markdown":
			if c.Value != `![a\](b) ">\<script>](https://h/i/a.png)` {
				t.Errorf("markdown %s", c.Value)
			}
		case "html":
			if c.Value != `<img src="https://h/i/a.png" alt="a](b) &#34;&gt;&lt;script&gt;">` {
				t.Errorf("html %s", c.Value)
			}
		}
	}
}

func TestContentRulesAreStable(t *testing.T) {
	want := []string{"illegal", "child-safety", "intimate-images", "violence", "hate", "harassment", "privacy", "intellectual-property", "fraud", "self-harm", "adult", "evasion"}
	doc := document(t, Public("")["terms"])
	for n, c := range public.ContentRules() {
		if n >= len(want) || c.Anchor != want[n] || c.Number != "3."+strconv.Itoa(n+1) {
			t.Fatalf("clause %d is %s %s: issued statements refer to it, append instead", n, c.Number, c.Anchor)
		}
		if doc.Find("#"+c.Anchor).Length() != 1 {
			t.Errorf("the terms have no anchor %s", c.Anchor)
		}
	}
}

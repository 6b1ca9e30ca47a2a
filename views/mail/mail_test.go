package mail

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"pgregory.net/rapid"
)

var redressSample = []Redress{{Title: "Complain to us", Text: "Free of charge until 24 May 2027.", Link: "https://imglink.example/complaint/x"}, {Title: "Court", Text: "At any time."}}

func samples(t *testing.T) map[string]Mail {
	t.Helper()
	out := map[string]Mail{}
	keep := func(name string, m Mail, err error) {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = m
	}
	m, err := ReportReceipt(Receipt{Reference: "R-7KQ2-M9XD", StatusURL: "https://imglink.example/reports/s", ReceivedOn: "23 November 2026", Images: 2})
	keep("receipt", m, err)
	m, err = ReportDecision(Decision{Reference: "R-7KQ2-M9XD", StatusURL: "https://imglink.example/reports/s", Outcome: "We removed the image.", Why: "It breaks clause 3.9.", Automated: "No automated means were used.", Redress: redressSample})
	keep("decision", m, err)
	m, err = StatementOfReasons(Statement{Reference: "SR-1", ImageID: "k3Jx9QmZ", PageURL: "https://imglink.example/k3Jx9QmZ", Measure: "The image was removed.", Scope: "Everywhere", Duration: "No end date", Facts: "It copies a bank's page.", Source: "Somebody reported it.", Automated: "None.", Ground: "3.9 Fraud, malware and spam", GroundURL: "https://imglink.example/terms#fraud", Why: "The clause forbids it.", Issued: "23 November 2026", Redress: redressSample})
	keep("statement", m, err)
	m, err = StaffSetup(Setup{Role: "moderator", URL: "https://imglink.example/staff/setup/tok", Until: "26 November 2026, 12:00 UTC", InvitedBy: "Mira Koch"})
	keep("setup", m, err)
	return out
}

func TestBothPartsSayTheSame(t *testing.T) {
	for name, wants := range map[string][]string{
		"receipt":   {"R-7KQ2-M9XD", "2 images", "23 November 2026", "https://imglink.example/reports/s"},
		"decision":  {"We removed the image.", "clause 3.9", "No automated means", "Complain to us", "https://imglink.example/complaint/x", "Court"},
		"statement": {"The image was removed.", "Everywhere", "No end date", "copies a bank's page", "reported", "None.", "3.9 Fraud, malware and spam", "forbids", "23 November 2026", "https://imglink.example/terms#fraud", "24 May 2027"},
		"setup":     {"Mira Koch invited you", "moderator", "https://imglink.example/staff/setup/tok", "works once"},
	} {
		m := samples(t)[name]
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(m.HTML))
		if err != nil {
			t.Fatal(err)
		}
		html, text := strings.Join(strings.Fields(doc.Find("body").Text()), " "), strings.Join(strings.Fields(m.Text), " ")
		for _, want := range wants {
			if !strings.Contains(text, want) || !strings.Contains(html, want) {
				t.Errorf("%s lacks %q: text %v, HTML %v", name, want, strings.Contains(text, want), strings.Contains(html, want))
			}
		}
		if doc.Find("img,script,link,iframe").Length() > 0 {
			t.Errorf("%s loads something", name)
		}
		for _, line := range strings.Split(m.Text, "\n") {
			if utf8.RuneCountInString(line) > columns && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("%s: line of %d columns: %q", name, len(line), line)
			}
		}
	}
}

func TestSubjectIsOneSafeLine(t *testing.T) {
	if got := Subject("Report R-1\r\nBcc: everyone@example.org\r\n\r\nbody"); got != "Report R-1 Bcc: everyone@example.org body" {
		t.Errorf("got %q", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		got := Subject(rapid.String().Draw(t, "subject"))
		if n := utf8.RuneCountInString(got); n > longestSubject {
			t.Fatalf("%d runes", n)
		}
		for _, r := range got {
			if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Cf, r) {
				t.Fatalf("%q holds %U", got, r)
			}
		}
	})
}

func TestHostileWordsStayWords(t *testing.T) {
	m, err := ReportDecision(Decision{Reference: "R-1\r\nX: y", Outcome: "<script>alert(1)</script>\r\nSubject: no", StatusURL: "javascript:alert(1)"})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(m.HTML, "<script") || strings.Contains(m.HTML, `href="javascript`) || strings.ContainsAny(m.Subject, "\r\n") {
		t.Errorf("subject %q, HTML %s", m.Subject, m.HTML)
	}
	if strings.Contains(m.Text, "\nSubject:") || strings.Contains(m.Text, "\r") {
		t.Errorf("the text forges a line: %q", m.Text)
	}
}

func TestWrapKeepsEveryWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := clean(rapid.StringN(0, 400, -1).Draw(t, "text"))
		if got, want := strings.Join(strings.Fields(wrap(s, "  ")), " "), strings.Join(strings.Fields(s), " "); got != want {
			t.Fatalf("%q became %q", want, got)
		}
	})
}

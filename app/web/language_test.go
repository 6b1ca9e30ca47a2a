package web_test

import (
	"bytes"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/textproto"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"imglink/app/apptest"
	"imglink/app/i18n"
	"imglink/app/imaging/imagingtest"
)

// reader is a browser that asks for a language.
type reader struct {
	t      *testing.T
	base   string
	accept string
	http   *http.Client
}

func readerOf(t *testing.T, in *apptest.Instance, accept string) *reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &reader{t: t, base: in.URL, accept: accept, http: &http.Client{Jar: jar}}
}

func (r *reader) send(method, path, contentType string, body io.Reader) (*http.Response, *goquery.Document) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.base+path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Accept-Language", r.accept)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := r.http.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // only read
	doc, err := goquery.NewDocumentFromReader(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return res, doc
}

func (r *reader) get(path string) *goquery.Document {
	r.t.Helper()
	_, doc := r.send("GET", path, "", nil)
	return doc
}

// post sends a form with the token of the page it stands on.
func (r *reader) post(page *goquery.Document, path string, form url.Values) (*http.Response, *goquery.Document) {
	r.t.Helper()
	form.Set("_csrf", page.Find("input[name=_csrf]").First().AttrOr("value", ""))
	return r.send("POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// upload sends a picture as the form without a script does and gives the page with its links.
func (r *reader) upload() *goquery.Document {
	r.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.WriteField("_csrf", r.get("/").Find("input[name=_csrf]").First().AttrOr("value", ""))
	h := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="hafen.png"`}, "Content-Type": {"image/png"}}
	part, _ := w.CreatePart(h)
	if err := png.Encode(part, imagingtest.Scene(3, 40, 30)); err != nil {
		r.t.Fatal(err)
	}
	_ = w.Close()
	res, doc := r.send("POST", "/upload", w.FormDataContentType(), &b)
	if res.StatusCode != http.StatusCreated {
		r.t.Fatalf("the upload answers %d: %s", res.StatusCode, doc.Find("main").Text())
	}
	return doc
}

var letters = regexp.MustCompile(`\p{L}{3,}`)

// same are words that are right in both languages: names, formats, codes and what people typed.
var same = regexp.MustCompile(`(?i)^(ImgLink|Link|Links|Name|Markdown|HTML|BBCode|Markdown, HTML, BBCode|API|System|Cookies|Text|Status|Spam|Pause|` +
	`English|Deutsch|Español|Français|Italiano|Polski|hafen\.png.*|PNG.*|\d+ KiB|curl .*|\{"images".*|[\w-]+_[\w-]+|csrf|file|url|code|type|multipart/form-data|` +
	`application/problem\+json|201 Created|GET|tus 1\.0\.0|Idempotency-Key|https?://\S+|\S+@\S+)$`)

// texts are the words of a page as its reader sees or hears them.
func texts(doc *goquery.Document) []string {
	var out []string
	keep := func(s string) {
		if s = strings.Join(strings.Fields(s), " "); letters.MatchString(s) && !same.MatchString(s) {
			out = append(out, s)
		}
	}
	doc.Find("script,style,pre,dt[id] code,#stored code").Remove()
	doc.Find("title,body *").Each(func(_ int, s *goquery.Selection) {
		for _, a := range []string{"aria-label", "title", "placeholder", "alt"} {
			keep(s.AttrOr(a, ""))
		}
		s.Contents().Each(func(_ int, c *goquery.Selection) {
			if goquery.NodeName(c) == "#text" {
				keep(c.Text())
			}
		})
	})
	return out
}

// TestGermanPagesHaveNoEnglishLeftOver compares pages in both languages: a text that is the same in both was forgotten.
func TestGermanPagesHaveNoEnglishLeftOver(t *testing.T) {
	in := apptest.New(t)
	english, german := readerOf(t, in, "en"), readerOf(t, in, "de-AT, en;q=0.4")
	up := german.upload()
	page := strings.TrimPrefix(up.Find("[data-kind=page] input").First().AttrOr("value", ""), in.URL)
	del := strings.TrimPrefix(up.Find("[data-kind=delete] input").First().AttrOr("value", ""), in.URL)
	if page == "" || del == "" {
		t.Fatal("the upload shows no links")
	}
	for _, path := range []string{"/", page, page + "/report", "/report", del, "/terms", "/privacy", "/help", "/register", "/sign-in", "/reset", "/nothing-here", "/report/status/unknown"} {
		de, en := german.get(path), english.get(path)
		if lang := de.Find("html").AttrOr("lang", ""); lang != "de" {
			t.Errorf("%s is in %q", path, lang)
		}
		before := texts(en)
		if len(before) < 8 {
			t.Errorf("%s: only %d texts were read", path, len(before))
		}
		for _, s := range texts(de) {
			if slices.Contains(before, s) {
				t.Errorf("%s: not translated: %q", path, s)
			}
		}
	}
}

func TestTheLanguageIsChosenAndRemembered(t *testing.T) {
	in := apptest.New(t)
	r := readerOf(t, in, "fr-CA")
	res, doc := r.send("GET", "/terms", "", nil)
	if doc.Find("html").AttrOr("lang", "") != "fr" || !strings.Contains(res.Header.Get("Vary"), "Accept-Language") || !strings.Contains(res.Header.Get("Vary"), "Cookie") {
		t.Errorf("in %q, varies on %q", doc.Find("html").AttrOr("lang", ""), res.Header.Get("Vary"))
	}
	form := doc.Find("form.languages")
	if form.Find("button[lang]").Length() != len(i18n.Languages()) || form.Find("button[aria-pressed=true]").AttrOr("value", "") != "fr" {
		t.Error("the switch does not offer every language, or does not say which is on")
	}
	back := form.Find("input[name=back]").AttrOr("value", "")
	res, doc = r.post(doc, form.AttrOr("action", ""), url.Values{"language": {"pl"}, "back": {back}})
	if res.Request.URL.Path != "/terms" || doc.Find("html").AttrOr("lang", "") != "pl" {
		t.Errorf("the choice leads to %s in %q", res.Request.URL, doc.Find("html").AttrOr("lang", ""))
	}
	if lang := r.get("/help").Find("html").AttrOr("lang", ""); lang != "pl" {
		t.Errorf("the next page is in %q", lang)
	}
	if lang := r.get("/staff/sign-in").Find("html").AttrOr("lang", ""); lang != "en" {
		t.Errorf("a staff page is in %q", lang)
	}
	for _, evil := range []string{"//evil.example", "https://evil.example/", `/\evil.example`} {
		res, _ = r.post(r.get("/help"), "/prefs/language", url.Values{"language": {"xx"}, "back": {evil}})
		if res.Request.URL.Host != strings.TrimPrefix(in.URL, "http://") {
			t.Errorf("%q leads away to %s", evil, res.Request.URL)
		}
	}
	if lang := r.get("/help").Find("html").AttrOr("lang", ""); lang != "fr" {
		t.Errorf("after an unknown choice the page is in %q", lang)
	}
}

// TestAFormIsRefusedInTheReadersLanguage, and programs read English.
func TestAFormIsRefusedInTheReadersLanguage(t *testing.T) {
	in := apptest.New(t)
	r := readerOf(t, in, "de")
	res, doc := r.post(r.get("/report"), "/report", url.Values{"slow": {"1"}, "urls": {"https://example.org/x"}, "reason": {"spam"}})
	text := doc.Find("#error-summary").Text()
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, "Das ist nicht die Adresse eines Bildes bei uns: https://example.org/x") {
		t.Errorf("%d: %s", res.StatusCode, text)
	}
	if title := doc.Find("title").Text(); !strings.HasPrefix(title, "Fehler: ") {
		t.Errorf("title %q", title)
	}
	req, _ := http.NewRequestWithContext(t.Context(), "POST", in.URL+"/api/v1/images", nil)
	req.Header.Set("Accept-Language", "de")
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // only read
	b, _ := io.ReadAll(res.Body)
	if !strings.Contains(string(b), "Send the files") {
		t.Errorf("a program reads %s", b)
	}
}

package sample

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/launcher/flags"
	"github.com/go-rod/rod/lib/proto"

	"imglink/static"
)

// server plays the program behind the pages: it serves the samples and records what the scripts send.
type server struct {
	mu      sync.Mutex
	keys    map[string][]string // file name -> Idempotency-Key of each attempt
	active  int
	most    int // uploads at the same time
	reveals int
	pow     string
}

// record changes or reads what was recorded, alone.
func (s *server) record(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
}

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasPrefix(r.URL.Path, static.Prefix):
		f, _ := static.Lookup(strings.TrimPrefix(r.URL.Path, static.Prefix))
		w.Header().Set("Content-Type", f.ContentType)
		_, _ = w.Write(f.Data)
	case r.URL.Path == "/api/v1/images":
		s.upload(w, r)
	case r.URL.Path == "/botcheck/challenge":
		fmt.Fprint(w, challenge())
	case r.URL.Path == "/report":
		s.record(func() { s.pow = r.FormValue("pow") })
		fmt.Fprint(w, "<title>sent</title>")
	case strings.HasPrefix(r.URL.Path, "/staff/reveal/"):
		s.record(func() { s.reveals++ })
		fmt.Fprintf(w, `{"url":%q}`, Picture)
	case r.URL.Path == Picture:
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(onePixel())
	default:
		show(w, r)
	}
}

// show renders /theme/side/name with the policy of production.
func show(w http.ResponseWriter, r *http.Request) {
	part := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if len(part) != 2 {
		http.NotFound(w, r)
		return
	}
	page, ok := everyPage(part[0])[part[1]]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policy)
	_ = page.Render(r.Context(), w)
}

func everyPage(theme string) map[string]templ.Component {
	all := Public(theme)
	for name, page := range Staff(theme) {
		all[name] = page
	}
	return all
}

func onePixel() []byte {
	raw, _ := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
	return raw
}

// The salt is longer than one SHA-256 block, which the solver hashes once.
var salt = strings.Repeat("0123456789abcdef", 5) + "?expires=9999999999&"

func challenge() string {
	sum := sha256.Sum256([]byte(salt + "12345"))
	c, _ := json.Marshal(map[string]any{"algorithm": "SHA-256", "challenge": hex.EncodeToString(sum[:]), "salt": salt, "signature": "s", "max": 20000, "expires": time.Now().Add(time.Hour).Unix()})
	return string(c)
}

// upload answers 201, except that "retry" fails once with 503 and "bad" is refused for good.
func (s *server) upload(w http.ResponseWriter, r *http.Request) {
	f, head, err := r.FormFile("file")
	if err != nil || r.Header.Get("X-CSRF-Token") != "sample-token" {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	_, _ = io.Copy(io.Discard, f)
	s.mu.Lock()
	s.keys[head.Filename] = append(s.keys[head.Filename], r.Header.Get("Idempotency-Key"))
	tries := len(s.keys[head.Filename])
	s.active++
	s.most = max(s.most, s.active)
	s.mu.Unlock()
	time.Sleep(60 * time.Millisecond)
	s.mu.Lock()
	s.active--
	s.mu.Unlock()
	switch {
	case strings.HasPrefix(head.Filename, "retry") && tries == 1:
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, `{"status":503,"detail":"The store is not answering.","code":"unavailable","retry_after":7}`)
	case strings.HasPrefix(head.Filename, "bad"):
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprint(w, `{"status":422,"code":"damaged","fields":[{"name":"file","message":"The picture is damaged."}]}`)
	default:
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"images":[{"id":"abc","page_url":"http://h/abc","image_url":"http://h/i/abc.png","thumb_url":%q,"delete_url":"http://h/delete/t","file_name":%q,"bytes":2048,"mime":"image/png","width":1,"height":1}]}`, Picture, head.Filename)
	}
}

// browse opens Chromium and serves the samples; the test fails with a sentence when there is no browser.
func browse(t *testing.T) (*rod.Browser, *server, string) {
	t.Helper()
	bin, found := launcher.LookPath()
	if !found {
		t.Fatal("no Chromium found: install the package chromium")
	}
	s := &server{keys: map[string][]string{}}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	l := launcher.New().Bin(bin).Headless(true).NoSandbox(true)
	for _, f := range []flags.Flag{"disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"} {
		l = l.Set(f)
	}
	control, err := l.Launch()
	if err != nil {
		t.Fatal(err)
	}
	b := rod.New().ControlURL(control).MustConnect()
	t.Cleanup(func() { b.MustClose(); l.Cleanup() })
	return b, s, srv.URL
}

func open(b *rod.Browser, url string) *rod.Page {
	return b.MustPage(url).Timeout(20 * time.Second).MustWaitLoad()
}

func TestUploaderInABrowser(t *testing.T) {
	b, s, base := browse(t)
	dir := t.TempDir()
	var paths []string
	for _, name := range []string{"one.png", "two.png", "three.png", "four.png", "five.png", "retry.png", "bad.png", "notes.txt", "empty.png"} {
		data := onePixel()
		if name == "empty.png" {
			data = nil
		}
		path := dir + "/" + name
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	p := open(b, base+"/light/home")
	p.MustElement("#files").MustSetFiles(paths...)
	p.MustWait(`() => document.querySelectorAll('#uploads .up.done').length === 5 && document.querySelectorAll('#uploads .up.failed').length === 4`)
	text := p.MustElement("#uploads").MustText()
	for _, want := range []string{"The store is not answering. You can try again in 7 seconds.", "The picture is damaged.", "Not a type we take. Use PNG, JPEG, GIF or WebP.", "This file is empty.", "Copy all links"} {
		if !strings.Contains(text, want) {
			t.Errorf("the list does not say %q", want)
		}
	}
	if got := p.MustElement(`.up.done [data-kind=markdown] input`).MustProperty("value").Str(); got != "![](http://h/i/abc.png)" {
		t.Errorf("markdown %q", got)
	}
	if n := p.MustEval(`() => [...document.querySelectorAll('[data-retry]')].filter(b => b.checkVisibility()).length`).Int(); n != 1 {
		t.Errorf("%d files can be tried again, want the one that failed with 503", n)
	}
	p.MustEval(`() => [...document.querySelectorAll('[data-retry]')].find(b => b.checkVisibility()).click()`)
	p.MustWait(`() => document.querySelectorAll('#uploads .up.done').length === 6`)
	s.record(func() {
		if keys := s.keys["retry.png"]; len(keys) != 2 || keys[0] != keys[1] || keys[0] == "" || keys[0] == s.keys["one.png"][0] {
			t.Errorf("a retry must repeat its own idempotency key, got %q", keys)
		}
		if s.most > 3 {
			t.Errorf("%d uploads at once, want at most 3", s.most)
		}
		if len(s.keys["notes.txt"])+len(s.keys["empty.png"]) > 0 {
			t.Error("a file that cannot be taken was sent")
		}
	})
}

func TestProofOfWorkInABrowser(t *testing.T) {
	b, s, base := browse(t)
	p := open(b, base+"/light/report")
	p.MustElement("#explanation").MustInput("It is a scam.")
	p.MustElement("form button.primary").MustClick()
	p.MustWait(`() => document.title === 'sent'`)
	var sent string
	s.record(func() { sent = s.pow })
	raw, err := base64.StdEncoding.DecodeString(sent)
	if err != nil {
		t.Fatalf("pow %q: %v", sent, err)
	}
	var answer struct {
		Salt, Challenge, Signature string
		Number                     int
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s%d", answer.Salt, answer.Number))
	if answer.Number != 12345 || hex.EncodeToString(sum[:]) != answer.Challenge || answer.Signature != "s" {
		t.Errorf("got %+v", answer)
	}
}

func TestReportWithoutAScript(t *testing.T) {
	b, _, base := browse(t)
	p := b.MustPage("").Timeout(20 * time.Second)
	if err := (proto.EmulationSetScriptExecutionDisabled{Value: true}).Call(p); err != nil {
		t.Fatal(err)
	}
	visit := func(name string) { // waiting in the page itself needs its scripts
		wait := p.WaitNavigation(proto.PageLifecycleEventNameLoad)
		p.MustNavigate(base + "/light/" + name)
		wait()
	}
	visit("report")
	if !p.MustElement("button[name=slow]").MustVisible() || p.MustElement("form button.primary").MustVisible() {
		t.Error("without a script the slow way must be the visible one")
	}
	visit("home")
	if !p.MustElement("form.drop button.no-js").MustVisible() {
		t.Error("without a script the upload form needs its button")
	}
}

func TestStaffKeysInABrowser(t *testing.T) {
	b, s, base := browse(t)
	p := open(b, base+"/light/queue")
	p.KeyActions().Press(input.ControlLeft).Type(input.KeyK).MustDo()
	p.MustWait(`() => document.querySelector('#palette').open`)
	p.MustElement(".palette-input").MustInput("audit")
	if n := p.MustEval(`() => [...document.querySelectorAll('#palette [role=option]')].filter(o => !o.hidden).length`).Int(); n != 1 {
		t.Errorf("%d commands match, want 1", n)
	}
	p.Keyboard.MustType(input.Escape)
	p.MustWait(`() => !document.querySelector('#palette').open && !document.activeElement.closest('#palette')`)
	p.Keyboard.MustType(input.KeyJ)
	p.MustWait(`() => document.activeElement.closest('.trow') !== null`)
	p.Keyboard.MustType(input.KeyX)
	p.MustWait(`() => document.querySelector('#bulk-count').textContent === '1 selected' && document.querySelector('.bulk').checkVisibility()`)
	p.MustEval(`() => { document.activeElement.blur() }`)
	if err := p.Keyboard.Press(input.Space); err != nil {
		t.Fatal(err)
	}
	p.MustWait(`() => document.querySelector('[data-viewer]').dataset.shown === 'true'`)
	if err := p.Keyboard.Release(input.Space); err != nil {
		t.Fatal(err)
	}
	p.MustWait(`() => document.querySelector('[data-viewer]').dataset.shown === 'false'`)
	s.record(func() {
		if s.reveals != 1 {
			t.Errorf("%d reveals were posted, want 1", s.reveals)
		}
	})
}

// TestAxeFindsNothing runs axe-core on every page; theme and width alternate so that each is covered many times.
func TestAxeFindsNothing(t *testing.T) {
	axe, err := os.ReadFile("../../../app/browsertest/testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	b, _, base := browse(t)
	p := b.MustPage("")
	still := proto.EmulationSetEmulatedMedia{Features: []*proto.EmulationMediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}}
	if err := still.Call(p); err != nil { // half-faded text has no contrast
		t.Fatal(err)
	}
	n := 0
	for name := range everyPage("") {
		n++
		theme, width := []string{"light", "dark"}[n%2], []int{390, 1440}[n/2%2]
		if err := (proto.EmulationSetDeviceMetricsOverride{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 500}).Call(p); err != nil {
			t.Fatal(err)
		}
		page := p.Timeout(20 * time.Second)
		page.MustNavigate(base + "/" + theme + "/" + name).MustWaitLoad()
		if got := page.MustEval(`() => document.documentElement.scrollWidth`).Int(); got > width {
			t.Errorf("%s is %d wide on a screen of %d", name, got, width)
		}
		page.MustEval(`source => { new Function(source).call(window) }`, string(axe))
		found := page.MustEval(`async () => (await axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']})).violations.map(v => v.id + ': ' + v.nodes[0].html.slice(0, 200)).join('\n')`).Str()
		if found != "" {
			t.Errorf("%s %s %d: %s", name, theme, width, found)
		}
	}
}

// TestHomeTransfersUnder100KB counts what a first visit loads, with the page itself uncompressed.
func TestHomeTransfersUnder100KB(t *testing.T) {
	var page bytes.Buffer
	if err := Public("")["home"].Render(t.Context(), &page); err != nil {
		t.Fatal(err)
	}
	total := page.Len()
	for _, name := range []string{"app.css", "app.js", "icons.svg", "inter-latin-wght-normal.woff2", "favicon.svg", "site.webmanifest"} {
		f, _ := static.Lookup(strings.TrimPrefix(static.Asset(name), static.Prefix))
		if f.Gzip != nil {
			total += len(f.Gzip)
		} else {
			total += len(f.Data)
		}
	}
	t.Logf("%d bytes", total)
	if total > 100_000 {
		t.Errorf("the home page transfers %d bytes, want at most 100000", total)
	}
}

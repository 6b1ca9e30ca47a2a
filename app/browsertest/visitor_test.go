package browsertest

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/launcher/flags"
	"github.com/go-rod/rod/lib/proto"
)

// patience bounds every wait: the machines that run tests are slow and shared.
const patience = 40 * time.Second

// chromium opens a browser that ends with the test; without one the test fails with what to install.
func chromium(t *testing.T) *rod.Browser {
	t.Helper()
	bin, found := launcher.LookPath()
	if !found {
		t.Fatal("no Chromium found: install the package chromium")
	}
	l := launcher.New().Bin(bin).Headless(true).NoSandbox(true) // the sandbox refuses to start as root
	for _, f := range []flags.Flag{"disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"} {
		l = l.Set(f)
	}
	control, err := l.Launch()
	if err != nil {
		t.Fatal(err)
	}
	b := rod.New().ControlURL(control).MustConnect()
	t.Cleanup(func() { _ = b.Close(); l.Cleanup() })
	return b
}

// visitor is one person with a browser profile of their own. Everything a person should never see in the developer tools
// is recorded: exceptions, console errors, refusals of the content policy, requests to other origins.
type visitor struct {
	*testing.T
	page  *rod.Page
	base  string
	plain bool // scripts are off

	mu       sync.Mutex
	problems []string
	bytes    int // what came over the wire since the last measure
}

// visit opens a profile on the instance at base.
func visit(t *testing.T, b *rod.Browser, base string) *visitor {
	t.Helper()
	v := &visitor{T: t, base: base}
	v.page = b.MustIncognito().MustPage("").Timeout(10 * time.Minute)
	must(t, proto.NetworkEnable{}.Call(v.page))
	must(t, proto.LogEnable{}.Call(v.page))
	v.media("light", "reduce") // nothing slides away from under the mouse
	wait := v.page.EachEvent(v.onConsole, v.onException, v.onLog, v.onRequest, v.onLoaded)
	go wait()
	t.Cleanup(func() {
		_ = v.page.Close()
		for _, p := range v.drain() {
			t.Errorf("the browser complained: %s", p)
		}
	})
	return v
}

// media emulates what the reader prefers: a colour scheme, and motion ("reduce" or "no-preference").
func (v *visitor) media(scheme, motion string) {
	v.Helper()
	must(v.T, proto.EmulationSetEmulatedMedia{Features: []*proto.EmulationMediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: motion},
	}}.Call(v.page))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (v *visitor) complain(format string, args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.problems = append(v.problems, fmt.Sprintf(format, args...))
}

// drain takes what was recorded.
func (v *visitor) drain() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	out := v.problems
	v.problems = nil
	return out
}

// traffic takes the bytes that came over the wire, headers included, compressed as they were sent.
func (v *visitor) traffic() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := v.bytes
	v.bytes = 0
	return n
}

func (v *visitor) onConsole(e *proto.RuntimeConsoleAPICalled) {
	if e.Type == proto.RuntimeConsoleAPICalledTypeError || e.Type == proto.RuntimeConsoleAPICalledTypeWarning {
		v.complain("console: %v", e.Args)
	}
}

func (v *visitor) onException(e *proto.RuntimeExceptionThrown) {
	v.complain("exception: %s %s %s line %d col %d", e.ExceptionDetails.Text, e.ExceptionDetails.URL, description(e.ExceptionDetails), e.ExceptionDetails.LineNumber, e.ExceptionDetails.ColumnNumber)
}

// onLog hears of refused policies and of everything that failed to load. A page that answers with an error status is
// itself such an entry, which is no complaint.
func (v *visitor) onLog(e *proto.LogEntryAdded) {
	if e.Entry.Level != proto.LogLogEntryLevelError && e.Entry.Source != proto.LogLogEntrySourceSecurity {
		return
	}
	if e.Entry.Source == proto.LogLogEntrySourceNetwork && strings.Contains(e.Entry.Text, "the server responded with a status of") && !v.part(e.Entry.URL) {
		return
	}
	v.complain("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
}

// part tells the parts of a page from pages, whose error statuses are their content.
func (v *visitor) part(at string) bool {
	path := strings.TrimPrefix(at, v.base)
	return strings.HasPrefix(path, "/static/") || strings.HasPrefix(path, "/t/") || strings.HasPrefix(path, "/staff/safe/")
}

func (v *visitor) onRequest(e *proto.NetworkRequestWillBeSent) {
	u, err := url.Parse(e.Request.URL)
	if err != nil || u.Scheme == "data" || u.Scheme == "blob" || e.Request.URL == "about:blank" {
		return
	}
	if !strings.HasPrefix(e.Request.URL, v.base+"/") {
		v.complain("request to another origin: %s", e.Request.URL)
	}
}

func (v *visitor) onLoaded(e *proto.NetworkLoadingFinished) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.bytes += int(e.EncodedDataLength)
}

// withoutScripts switches the scripts of pages off; the driver's own questions still work.
func (v *visitor) withoutScripts() *visitor {
	v.Helper()
	v.plain = true
	must(v.T, proto.EmulationSetScriptExecutionDisabled{Value: true}.Call(v.page))
	return v
}

// open goes to a path of the instance, or to a full address of it, and waits until it is loaded.
func (v *visitor) open(path string) {
	v.Helper()
	if strings.HasPrefix(path, "/") {
		path = v.base + path
	}
	v.leaves(func() {
		if err := v.page.Navigate(path); err != nil {
			v.Fatalf("%s: %v", path, err)
		}
	})
}

// leaves does something that opens another page, and waits for that one to load.
func (v *visitor) leaves(do func()) {
	v.Helper()
	p := v.page.Timeout(patience)
	wait := p.WaitNavigation(proto.PageLifecycleEventNameLoad)
	do()
	wait()
	if err := p.GetContext().Err(); err != nil {
		v.Fatalf("no page came within %s, still at %s: %v", patience, v.at(), err)
	}
}

// at is the present address.
func (v *visitor) at() string { return v.js(`() => location.href`) }

// js asks the page and gives the answer as text.
func (v *visitor) js(f string, args ...any) string {
	v.Helper()
	out, err := v.page.Timeout(patience).Eval(f, args...)
	if err != nil {
		v.Fatalf("%s: %v", f, err)
	}
	return out.Value.Str()
}

// shoot takes a picture of the whole page into the folder IMGLINK_SHOTS, for people to look at.
func (v *visitor) shoot(name string) {
	v.Helper()
	dir := os.Getenv("IMGLINK_SHOTS")
	if dir == "" {
		return
	}
	png, err := v.page.Timeout(patience).Screenshot(false, nil)
	must(v.T, err)
	must(v.T, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600))
}

// is asks the page something that is true or not.
func (v *visitor) is(f string, args ...any) bool {
	v.Helper()
	out, err := v.page.Timeout(patience).Eval(f, args...)
	return err == nil && out.Value.Bool()
}

// until waits for the page to come true.
func (v *visitor) until(what, f string, args ...any) {
	v.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(40 * time.Millisecond) {
		if v.is(f, args...) {
			return
		}
	}
	v.shoot("failed")
	v.Fatalf("%s never came true at %s, which says: %.900s", what, v.at(), strings.Join(strings.Fields(v.text("main")), " "))
}

// appears waits for a visible element.
func (v *visitor) appears(selector string) {
	v.Helper()
	v.until(selector, `s => !!document.querySelector(s)?.checkVisibility()`, selector)
}

func (v *visitor) text(selector string) string {
	return v.js(`s => document.querySelector(s)?.innerText ?? ''`, selector)
}

// value is what a field holds.
func (v *visitor) value(selector string) string {
	v.Helper()
	return v.js(`s => document.querySelector(s).value`, selector)
}

// says fails unless the page says all of it.
func (v *visitor) says(words ...string) {
	v.Helper()
	body := v.js(`() => document.body.textContent.replace(/\s+/g, ' ')`)
	for _, w := range words {
		if !strings.Contains(body, w) {
			v.Errorf("%s does not say %q but: %.700s", v.at(), w, body)
		}
	}
}

// find gives the first visible element of a selector.
func (v *visitor) find(selector string) *rod.Element {
	v.Helper()
	v.appears(selector)
	el, err := v.page.Timeout(patience).ElementByJS(rod.Eval(`s => [...document.querySelectorAll(s)].find(e => e.checkVisibility())`, selector))
	if err != nil {
		v.Fatalf("%s: %v", selector, err)
	}
	return el
}

// click presses the middle of an element with the mouse. The driver's own way waits for the page's scripts.
func (v *visitor) click(selector string) {
	v.Helper()
	el := v.find(selector)
	must(v.T, proto.DOMScrollIntoViewIfNeeded{ObjectID: el.Object.ObjectID}.Call(el))
	shape, err := el.Shape()
	if err != nil {
		v.Fatalf("%s: %v", selector, err)
	}
	at := shape.OnePointInside()
	if at == nil {
		v.Fatalf("%s has no place on the screen", selector)
	}
	must(v.T, v.page.Mouse.MoveTo(*at))
	must(v.T, v.page.Mouse.Click(proto.InputMouseButtonLeft, 1))
}

// follow clicks something that opens another page.
func (v *visitor) follow(selector string) { v.Helper(); v.leaves(func() { v.click(selector) }) }

// goes presses something that a script answers within the page, and a plain browser with another page.
func (v *visitor) goes(selector string) {
	v.Helper()
	if v.plain {
		v.follow(selector)
		return
	}
	v.click(selector)
	v.settled()
}

// settled waits until what was swapped in answers: until then it is drawn but deaf.
func (v *visitor) settled() {
	v.Helper()
	v.until("a settled page", `() => document.readyState === 'complete' && !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added')`)
}

// fill replaces the text of a field. A form that is swapped in at that moment takes the field away: then again.
func (v *visitor) fill(selector, text string) {
	v.Helper()
	var got string
	for range 5 {
		el := v.find(selector)
		if err := (proto.DOMFocus{ObjectID: el.Object.ObjectID}.Call(el)); err != nil {
			continue
		}
		v.js(`s => { document.querySelector(s)?.select?.(); return '' }`, selector)
		must(v.T, proto.InputInsertText{Text: text}.Call(v.page))
		if got = strings.ReplaceAll(v.value(selector), "\r\n", "\n"); got == text {
			return
		}
	}
	v.Fatalf("%s holds %q, want %q", selector, got, text)
}

// press types keys on whatever has the focus.
func (v *visitor) press(keys ...input.Key) {
	v.Helper()
	for _, k := range keys {
		must(v.T, v.page.Keyboard.Type(k))
	}
}

// choose takes an option of a select as a keyboard user does.
func (v *visitor) choose(selector, value string) {
	v.Helper()
	v.find(selector)
	if !v.plain {
		v.settled()
	}
	v.js(`(s, value) => { const e = document.querySelector(s); e.value = value; e.dispatchEvent(new Event('change', {bubbles: true})); return '' }`, selector, value)
	if got := v.value(selector); got != value {
		v.Fatalf("%s has no option %q", selector, value)
	}
}

// clean fails with what the developer tools showed since the last look.
func (v *visitor) clean(where string) {
	v.Helper()
	for _, p := range v.drain() {
		v.Errorf("%s: %s", where, p)
	}
}

// description is what was thrown, with its stack.
func description(e *proto.RuntimeExceptionDetails) string {
	if e.Exception == nil {
		return ""
	}
	return e.Exception.Description
}

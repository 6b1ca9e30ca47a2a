package browsertest

import (
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-rod/rod/lib/proto"

	"imglink/app/actor"
	"imglink/app/web"
)

// openPages are the addresses of all pages that anybody may open as they are, from the route table: a new page is looked at
// without being named here.
func openPages() (paths []string) {
	notPages := []string{"/readyz", "/healthz", "/robots.txt", "/sitemap.xml", "/sw.js", "/oembed", "/botcheck/", "/.well-known/", "/api/", "/developers/", "/staff"}
	for _, r := range web.Routes(web.Handlers{}) {
		other := slices.ContainsFunc(notPages, func(p string) bool { return strings.HasPrefix(r.Path, p) })
		if r.Method == http.MethodGet && r.Needs == actor.Public && !r.API && !other && !strings.Contains(r.Path, ":") && !slices.Contains(paths, r.Path) {
			paths = append(paths, r.Path)
		}
	}
	return paths
}

// pictures are the pages about pictures, in each of their states.
func (f *furnished) pictures() []string {
	return []string{
		"/" + f.live.Image.ID, "/" + f.restricted.Image.ID, "/" + f.removed.Image.ID, "/" + f.disabled.Image.ID, "/" + f.deleted.Image.ID,
		"/" + f.live.Image.ID + "/report", "/delete/" + string(f.live.DeleteToken), "/report/status/" + f.open.StatusToken, "/nothing-here",
	}
}

// name is a path as part of a file name.
func fileName(path string) string {
	return strings.Trim(strings.NewReplacer("/", "-", ".", "-").Replace(path), "-")
}

// Every page works in two languages, passes axe in both, and asks nobody else for anything: the visitor complains of each
// request to another origin.
func TestEveryOpenPageInTwoLanguages(t *testing.T) {
	f := furnish(t)
	b := chromium(t)
	for _, lang := range []string{"en", "de"} {
		v := visit(t, b, f.URL).withAxe()
		v.cookie("imglink_language", lang)
		for _, path := range append(openPages(), f.pictures()...) {
			v.open(path)
			if got := v.js(`() => document.documentElement.lang`); got != lang {
				t.Errorf("%s speaks %q, want %q", path, got, lang)
			}
			v.inspect(lang + "-open-" + fileName(path))
		}
	}
}

// Without scripts every page shows its content, none of what only scripts could work, and fits a phone.
func TestEveryOpenPageWithoutScripts(t *testing.T) {
	f := furnish(t)
	v := visit(t, chromium(t), f.URL).withoutScripts()
	v.screen(narrow)
	for _, path := range append(openPages(), f.pictures()...) {
		v.open(path)
		if !v.is(`() => document.querySelector('main h1')?.checkVisibility() && document.title !== ''`) {
			t.Errorf("%s has no heading without scripts", path)
		}
		if shown := v.js(`() => [...document.querySelectorAll('.js-only')].filter(e => e.checkVisibility()).map(e => e.outerHTML.slice(0, 80)).join(' ')`); shown != "" {
			t.Errorf("%s shows what only a script can work: %s", path, shown)
		}
		if over := v.number(`() => document.documentElement.scrollWidth`); over > narrow {
			t.Errorf("%s is %d wide: %s", path, over, v.js(`w => [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > w).map(e => e.tagName + "." + e.className + " " + e.getBoundingClientRect().right).join(", ")`, narrow))
		}
		v.clean(path)
		v.shoot("plain-" + fileName(path))
	}
}

// What a visit leaves in the browser stands on the policy's list, and the list names nothing that is no more.
func TestOnlyWhatThePolicyListsIsKept(t *testing.T) {
	f := furnish(t)
	v := visit(t, chromium(t), f.URL).withAxe()
	v.open("/privacy")
	listed := strings.Fields(v.js(`() => [...document.querySelectorAll('#stored tbody td:first-child')].map(e => e.textContent).join(' ')`))
	for _, path := range append(openPages(), f.pictures()...) {
		v.open(path)
	}
	v.open("/" + f.restricted.Image.ID)
	v.follow("main form button.primary") // the age confirmation
	v.open("/")
	v.uploads(camera)
	for _, button := range []string{"#theme-menu button[value=dark]", ".languages button[value=de]"} {
		v.leaves(func() { v.is(`s => { document.querySelector(s).click(); return true }`, button) })
	}
	v.network(slow)
	v.sends(heavy(t, "lake.png"))
	v.until("an upload in pieces", `() => sessionStorage.length === 1 && document.querySelector('.up [data-pause]').checkVisibility()`)

	var found []string
	all, err := proto.NetworkGetCookies{}.Call(v.page)
	must(t, err)
	for _, c := range all.Cookies {
		found = append(found, c.Name)
		if !c.HTTPOnly || c.SameSite != proto.NetworkCookieSameSiteLax {
			t.Errorf("the cookie %s is open to scripts or to other sites", c.Name)
		}
	}
	kept := v.js(`async () => [...Object.keys(localStorage), ...Object.keys(sessionStorage), ...await caches.keys(),
		...(await indexedDB.databases()).map(d => d.name), ...(await navigator.serviceWorker.getRegistrations()).map(r => r.scope)].map(k => k.split(':')[0]).join(' ')`)
	found = append(found, strings.Fields(kept)...)
	for _, name := range found {
		if !slices.Contains(listed, name) {
			t.Errorf("%s is kept and not listed: %v", name, listed)
		}
	}
	for _, name := range []string{"imglink_csrf", "imglink_guest", "imglink_theme", "imglink_language", "imglink_age", "imglink-upload"} {
		if !slices.Contains(found, name) {
			t.Errorf("%s was not found: the test looked at nothing, or the list is too long. Found: %v", name, found)
		}
	}
}

// The installed app keeps its shell and one page, shows that page without a network, and holds what is shared with it until
// its owner decides; removing it leaves nothing else.
func TestTheInstalledApp(t *testing.T) {
	w := begin(t)
	cable := plug(t, strings.TrimPrefix(w.URL, "http://"))
	v := visit(t, chromium(t), "http://"+cable.ln.Addr().String())
	v.open("/")
	v.js(`async () => { dispatchEvent(new Event('appinstalled')); await navigator.serviceWorker.ready; return '' }`)
	v.until("a worker in charge", `() => !!navigator.serviceWorker.controller`)
	v.js(`() => {
		const form = Object.assign(document.createElement('form'), {method: 'post', action: '/share', enctype: 'multipart/form-data', id: 'other-app'});
		const input = Object.assign(document.createElement('input'), {type: 'file', name: 'file'});
		const data = new DataTransfer();
		data.items.add(new File(['not a picture'], 'holiday.png', {type: 'image/png'}));
		input.files = data.files;
		form.append(input);
		document.body.append(form);
		return '';
	}`)
	v.leaves(func() { v.is(`() => { document.querySelector('#other-app').submit(); return true }`) })
	v.appears("#shared")
	v.says("Shared with ImgLink: holiday.png. Upload?")
	if v.is(`() => !!document.querySelector('.up')`) {
		t.Error("it is uploaded without a word")
	}
	v.click("[data-shared=yes]")
	v.until("the refusal of what is no picture", `() => document.querySelector('.up.failed .meta')?.checkVisibility()`)
	if kept := v.js(`async () => (await caches.keys()).map(k => k.split('-')[0]).join(' ')`); kept != "shell" {
		t.Errorf("kept: %s", kept)
	}
	cable.pull(true)
	v.leaves(func() { v.is(`() => { location.href = '/help'; return true }`) })
	v.says("You are offline")
	cable.pull(false)
	v.follow("main a.btn.primary")
	v.says("Drop an image.")
	v.drain() // of the time without a network
}

// cable is the way to an instance, and can be pulled: what the developer tools call offline does not reach a worker.
type cable struct {
	ln     net.Listener
	mu     sync.Mutex
	pulled bool
	open   []net.Conn
}

func plug(t *testing.T, to string) *cable {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	c := &cable{ln: ln}
	t.Cleanup(func() { _ = ln.Close(); c.pull(true) })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go c.carry(conn, to)
		}
	}()
	return c
}

func (c *cable) carry(conn net.Conn, to string) {
	defer conn.Close() //nolint:errcheck // test
	on, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer on.Close() //nolint:errcheck // test
	c.mu.Lock()
	c.open = append(c.open, conn, on)
	pulled := c.pulled
	c.mu.Unlock()
	if pulled {
		return
	}
	go func() { _, _ = io.Copy(on, conn); _ = on.Close() }()
	_, _ = io.Copy(conn, on)
}

func (c *cable) pull(out bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pulled = out; out {
		for _, conn := range c.open {
			_ = conn.Close()
		}
		c.open = nil
	}
}

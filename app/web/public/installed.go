package public

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/gofiber/fiber/v2"

	"imglink/app/web/kit"
	"imglink/static"
	"imglink/views/layout"
	"imglink/views/public"
)

// This file serves the site as an app on a phone or a desktop. Its service worker is registered only where somebody
// installed the app: other visitors store nothing. It keeps the static shell and one page for when there is no network, and
// never a page about anybody's pictures.

// shell are the files that the offline page is made of.
var shell = []string{"app.css", "app.js", "icons.svg", "inter-latin-wght-normal.woff2", "favicon.svg"}

// Worker is GET /sw.js: the script of the service worker behind the list of what it keeps. It lies at the root, because a
// worker answers only for what lies below it; its name carries no hash, so browsers look for a new one each time.
func (h *Handlers) Worker(c *kit.Ctx) error {
	script, ok := static.Lookup(strings.TrimPrefix(static.Asset("sw.js"), static.Prefix))
	if !ok {
		return fiber.ErrNotFound
	}
	files := make([]string, len(shell))
	for i, name := range shell {
		files[i] = static.Asset(name)
	}
	sum := sha256.Sum256([]byte(strings.Join(files, " ") + script.ETag))
	head, err := json.Marshal(map[string]any{
		"version": base64.RawURLEncoding.EncodeToString(sum[:9]), "files": files, "offline": c.Kit.URL("offline"), "share": c.Kit.URL("share"), "home": c.Kit.URL("home"),
	})
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, script.ContentType)
	c.Set(fiber.HeaderCacheControl, "no-cache")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; connect-src 'self'")
	return c.Send(append([]byte("self.SHELL="+string(head)+";\n"), script.Data...))
}

// bare is a page that is the same for everybody: the worker keeps it, so that it has no form, no token and no name on it.
func bare(c *kit.Ctx, title string) layout.Page {
	return layout.Page{Title: title, Robots: "noindex", Site: layout.Site{Home: c.Kit.URL("home")}}
}

// Offline is GET /offline: what the app shows when there is no network.
func (h *Handlers) Offline(c *kit.Ctx) error {
	return c.OK(public.OfflinePage(bare(c, c.T("You are offline"))))
}

// Share is POST /share, where phones send what is shared with the app. Such a request comes from another app: it carries no
// token, and any site could send one like it. So nothing of it is ever stored here. The service worker takes the request
// before it leaves the phone, keeps the pictures there, and the upload page asks whether they shall be uploaded. What gets
// here met no worker: the pictures are dropped, and the page says how to go on.
func (h *Handlers) Share(c *kit.Ctx) error { return c.See("share") }

// SharePage is GET /share.
func (h *Handlers) SharePage(c *kit.Ctx) error {
	p := Page(c, c.T("Choose the picture once more"))
	p.Robots = "noindex"
	return c.OK(public.SharePage(p))
}

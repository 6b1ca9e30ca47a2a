package developer

import (
	"imglink/app/web/api"
	"imglink/app/web/compat"
	"imglink/app/web/kit"
	"imglink/app/web/public"
	view "imglink/views/developer"
)

// Handlers answer the routes of routes_developer.go.
type Handlers struct {
	PerMinute int  // uploads a minute and guest
	Guests    bool // whether clients may upload without an account
}

// Page is GET /developers.
func (h *Handlers) Page(c *kit.Ctx) error {
	k, base := c.Kit, c.Kit.Base
	m := view.Developers{
		Page: public.Page(c, c.T("For developers")), Description: k.URL("api.openapi"), Errors: k.URL("help") + "#errors", Base: base,
		PerMinute: h.PerMinute, ShareX: k.URL("developers.sharex"), Script: k.URL("developers.script"), Tokens: k.URL("settings.tokens"),
		Examples: examples(base), Clients: h.clients(base),
	}
	m.Page.Description = c.T("Upload, list, change and delete images from your own programs.")
	for _, e := range api.Endpoints() {
		m.Endpoints = append(m.Endpoints, view.Endpoint{Method: e.Method, Path: e.Path, Summary: e.Summary, Scope: e.Scope})
	}
	for _, e := range public.ErrorCodes() {
		m.Codes = append(m.Codes, view.Code{Code: e.Code, Status: e.Status, Text: c.T(e.Text)})
	}
	return c.OK(view.DevelopersPage(m))
}

// ShareXFile is GET /developers/sharex.sxcu, for guests.
func (h *Handlers) ShareXFile(c *kit.Ctx) error { return SendShareX(c, "") }

// ScriptFile is GET /developers/imglink.sh: uploads the files it is called with, such as what Flameshot just saved.
func (h *Handlers) ScriptFile(c *kit.Ctx) error {
	return attach(c, "imglink.sh", "text/x-shellscript; charset=utf-8", []byte(script(c.Kit.Base)))
}

func script(base string) string {
	return `#!/bin/sh
# Uploads pictures and prints their links:  imglink.sh FILE...
# From the clipboard or a screenshot tool:  flameshot gui --raw | imglink.sh -
# IMGLINK_TOKEN, when set, uploads to your account.
set -eu
for file in "$@"; do
  set -- -fsS -F "file=@$file;filename=$(basename "$file" | sed 's/^-$/screenshot.png/')"
  [ -z "${IMGLINK_TOKEN:-}" ] || set -- "$@" -H "Authorization: Bearer $IMGLINK_TOKEN"
  answer=$(curl "$@" ` + base + `/api/v1/images)
  for key in image_url delete_url; do
    printf '%s\n' "$answer" | sed "s/.*\"$key\":\"\([^\"]*\)\".*/\1/"
  done
done
`
}

func examples(base string) []view.Example {
	return []view.Example{
		{ID: "curl", Name: "curl", Code: `curl -H "Authorization: Bearer $IMGLINK_TOKEN" \
  -F description="From the terminal" -F file=@photo.jpg \
  ` + base + `/api/v1/images

curl -H "Authorization: Bearer $IMGLINK_TOKEN" \
  "` + base + `/api/v1/images?limit=10&sort=newest"`},
		{ID: "js", Name: "JavaScript", Code: `const form = new FormData()
form.append("file", input.files[0])
const res = await fetch("` + base + `/api/v1/images", {
  method: "POST",
  headers: { Authorization: "Bearer " + token },
  body: form
})
const answer = await res.json()
if (!res.ok) throw new Error(answer.detail)
console.log(answer.images[0].image_url)`},
		{ID: "python", Name: "Python", Code: `import os, requests

with open("photo.jpg", "rb") as f:
    res = requests.post(
        "` + base + `/api/v1/images",
        headers={"Authorization": "Bearer " + os.environ["IMGLINK_TOKEN"]},
        files={"file": f},
    )
res.raise_for_status()
print(res.json()["images"][0]["image_url"])`},
	}
}

// clients says how each program is set up, in its own words.
func (h *Handlers) clients(base string) []view.Client {
	key, imgur := "TOKEN", settings("API", base+"/3/image", "Authorization", "Bearer TOKEN")
	if h.Guests {
		key, imgur = "TOKEN | "+compat.GuestKey, append(imgur, view.Setting{Name: "Authorization", Value: "Client-ID anything"})
	}
	return []view.Client{
		{Name: "Chevereto v1.1, imgbb-uploader", Settings: settings("API", base+"/api/1/upload", "X-API-Key, key", key, "cheveretoHost", base)},
		{Name: "ImgBB", Settings: settings("API", base+"/api/1/upload", "key", key, "field", "image")},
		{Name: "PicGo, web-uploader", Settings: settings(
			"url", base+"/api/v1/images", "paramName", "file", "jsonPath", "images.0.image_url", "customHeader", `{"Authorization":"Bearer TOKEN"}`,
		)},
		{Name: "PicGo, lankong (Lsky v2)", Settings: settings("server", base, "token", "Bearer TOKEN", "DELETE", base+"/api/v1/images/lsky-…")},
		{Name: "PicGo, lsky-uploader", Settings: settings("Url", base, "Token", "TOKEN")},
		{Name: "Lsky 1", Settings: settings("API", base+"/api/upload", "token", key)},
		{Name: "Imgur v3", Settings: imgur},
		{Name: "tus 1.0.0", Settings: settings("endpoint", base+"/api/v1/tus", "Authorization", "Bearer TOKEN")},
	}
}

// settings are pairs of a name and a value.
func settings(pairs ...string) []view.Setting {
	var out []view.Setting
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, view.Setting{Name: pairs[i], Value: pairs[i+1]})
	}
	return out
}

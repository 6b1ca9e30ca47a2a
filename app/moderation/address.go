package moderation

import (
	"net/url"
	"path"
	"strings"

	"imglink/app/ident"
)

// maxURL bounds an address before it is parsed.
const maxURL = 2048

// ImageIDFromURL finds which image an address of ours names: the page (/ID), anything below it (/ID/report), the picture
// (/i/ID.ext), the thumbnail (/t/ID.ext), or the bare id, under any of the given hosts (lower case, with port if not the
// default). People paste addresses with spaces, quotes, brackets and dots around them; those are taken off.
func ImageIDFromURL(raw string, hosts map[string]bool) (id string, ok bool) {
	raw = strings.Trim(strings.TrimSpace(raw), "\"'<>()[]{},;. \t")
	if ident.IsPublic(raw) {
		return raw, true
	}
	if raw == "" || len(raw) > maxURL {
		return "", false
	}
	if !strings.Contains(raw, "://") {
		raw = "https://" + strings.TrimPrefix(raw, "//")
	}
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || !ourHost(u, hosts) {
		return "", false
	}
	return imageIDFromPath(u.Path)
}

func ourHost(u *url.URL, hosts map[string]bool) bool {
	host := strings.ToLower(u.Host)
	if hosts[host] {
		return true
	}
	// A default port may be written out.
	return (u.Port() == "443" || u.Port() == "80") && hosts[strings.ToLower(u.Hostname())]
}

func imageIDFromPath(p string) (string, bool) {
	parts := strings.Split(strings.Trim(p, "/"), "/")
	name := parts[0]
	if (name == "i" || name == "t") && len(parts) == 2 {
		name = strings.TrimSuffix(parts[1], path.Ext(parts[1]))
	} else if len(parts) > 2 {
		return "", false
	}
	return name, ident.IsPublic(name)
}

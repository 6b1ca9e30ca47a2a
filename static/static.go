// Package static holds the style sheets, scripts, icons and fonts of the pages. The sources in src and vendor are
// bundled by `go generate` into dist, whose files carry a hash of their content in the name, so that a URL never
// changes its bytes and may be cached for a year.
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"strings"
)

//go:generate go run ./internal/build/cmd

//go:embed dist
var dist embed.FS

// Prefix is where the web package serves the files of this package.
const Prefix = "/static/"

// CacheControl is the header value for every file: hashed names make them immutable (RFC 8246).
const CacheControl = "public, max-age=31536000, immutable"

// FS is the tree of built files, hashed names at its root.
var FS = mustSub(dist, "dist")

// File is one built file with its precompressed variants; Gzip and Brotli are nil when compressing does not help.
type File struct {
	Data, Gzip, Brotli []byte
	ContentType        string
	ETag               string // strong, quoted
}

type manifest struct {
	Files map[string]string `json:"files"` // plain name -> hashed name
	Icons []string          `json:"icons"` // ids inside icons.svg
}

var (
	built = mustManifest()
	icons = iconSet(built.Icons)
	files = mustFiles()
)

// Asset gives the URL of a file by its plain name, as "/static/app-K3J9QX2A.css" for "app.css". It panics on a name
// that was never built: a typo in a page must fail the test that renders it.
func Asset(name string) string {
	hashed, ok := built.Files[name]
	if !ok {
		panic(fmt.Sprintf("static: no asset %q; build it with go generate ./static", name))
	}
	return Prefix + hashed
}

// Icon gives the URL of one icon of the sprite and panics on an unknown one.
func Icon(name string) string {
	if !icons[name] {
		panic(fmt.Sprintf("static: no icon %q; add its file to static/vendor/lucide and run go generate ./static", name))
	}
	return Asset("icons.svg") + "#" + name
}

// Lookup finds a built file by its hashed name, without the prefix.
func Lookup(hashed string) (File, bool) {
	f, ok := files[hashed]
	return f, ok
}

func mustSub(f fs.FS, dir string) fs.FS {
	sub, err := fs.Sub(f, dir)
	if err != nil {
		panic(fmt.Sprintf("static: %v", err))
	}
	return sub
}

func mustManifest() manifest {
	raw, err := fs.ReadFile(dist, "dist/manifest.json")
	if err != nil {
		panic(fmt.Sprintf("static: %v", err))
	}
	var m manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		panic(fmt.Sprintf("static: dist/manifest.json: %v", err))
	}
	return m
}

func iconSet(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, n := range names {
		set[n] = true
	}
	return set
}

func mustFiles() map[string]File {
	out := make(map[string]File, len(built.Files))
	for _, hashed := range built.Files {
		data, err := fs.ReadFile(FS, hashed)
		if err != nil {
			panic(fmt.Sprintf("static: the manifest names %s: %v", hashed, err))
		}
		sum := sha256.Sum256(data)
		out[hashed] = File{
			Data: data, Gzip: variant(hashed + ".gz"), Brotli: variant(hashed + ".br"),
			ContentType: contentType(hashed), ETag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`,
		}
	}
	return out
}

func variant(name string) []byte {
	data, err := fs.ReadFile(FS, name)
	if err != nil {
		return nil
	}
	return data
}

// contentType is spelled out for what we serve, because mime.TypeByExtension asks the machine's own tables.
func contentType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".woff2":
		return "font/woff2"
	case ".webmanifest":
		return "application/manifest+json"
	default:
		if t := mime.TypeByExtension(strings.ToLower(ext)); t != "" {
			return t
		}
		return "application/octet-stream"
	}
}

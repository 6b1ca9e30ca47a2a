// Package build turns static/src and static/vendor into the files of static/dist. It is a library so that a test can
// compare what it builds with what is committed.
package build

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/evanw/esbuild/pkg/api"
)

// entries are the bundles, relative to the static directory.
var entries = []string{"src/css/app.css", "src/css/staff.css", "src/js/app.js", "src/js/staff.js", "src/js/sw.js", "src/js/account.js", "src/js/pow.js"}

// copies are served as they are, under another plain name.
var copies = map[string]string{
	"htmx.js": "vendor/htmx.min.js", "favicon.svg": "src/img/favicon.svg", "icon-192.png": "src/img/icon-192.png",
	"icon-512.png": "src/img/icon-512.png", "icon-maskable.png": "src/img/icon-maskable.png", "apple-touch-icon.png": "src/img/apple-touch-icon.png",
	"og.png": "src/img/og.png",
}

// Output is the content of static/dist: file name -> bytes, with the manifest and the compressed variants.
type Output map[string][]byte

type state struct {
	root  string
	out   Output
	files map[string]string
	icons []string
}

// Run builds everything from the static directory root.
func Run(root string) (Output, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("build: %w", err)
	}
	s := &state{root: abs, out: Output{}, files: map[string]string{}}
	for _, step := range []func() error{s.bundle, s.copyFiles, s.sprite, s.webManifest, s.compress, s.manifest} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("build %s: %w", root, err)
		}
	}
	return s.out, nil
}

func (s *state) bundle() error {
	res := api.Build(api.BuildOptions{
		AbsWorkingDir: s.root, EntryPoints: entries, Outdir: "dist", Bundle: true, Write: false, Metafile: true,
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true, LegalComments: api.LegalCommentsNone,
		EntryNames: "[name]-[hash]", AssetNames: "[name]-[hash]", PublicPath: "/static/", Format: api.FormatESModule,
		Loader: map[string]api.Loader{".woff2": api.LoaderFile}, LogLevel: api.LogLevelSilent,
	})
	if len(res.Errors) > 0 {
		lines := api.FormatMessages(res.Errors, api.FormatMessagesOptions{Kind: api.ErrorMessage})
		return fmt.Errorf("esbuild: %s", strings.Join(lines, "\n"))
	}
	for _, f := range res.OutputFiles {
		s.out[filepath.Base(f.Path)] = f.Contents
	}
	return s.readMeta(res.Metafile)
}

// readMeta takes the plain names from esbuild's metafile: the entry point of a bundle, the one input of a font.
func (s *state) readMeta(raw string) error {
	var meta struct {
		Outputs map[string]struct {
			EntryPoint string              `json:"entryPoint"`
			Inputs     map[string]struct{} `json:"inputs"`
		} `json:"outputs"`
	}
	if err := json.Unmarshal([]byte(raw), &meta); err != nil {
		return fmt.Errorf("metafile: %w", err)
	}
	for hashed, o := range meta.Outputs {
		source := o.EntryPoint
		for in := range o.Inputs {
			if source == "" {
				source = in
			}
		}
		s.files[path.Base(source)] = path.Base(hashed)
	}
	return nil
}

func (s *state) add(name string, data []byte) string {
	sum := sha256.Sum256(data)
	ext := path.Ext(name)
	hashed := strings.TrimSuffix(name, ext) + "-" + base32.StdEncoding.EncodeToString(sum[:5]) + ext
	s.out[hashed], s.files[name] = data, hashed
	return hashed
}

func (s *state) copyFiles() error {
	for name, from := range copies {
		data, err := os.ReadFile(filepath.Join(s.root, filepath.FromSlash(from)))
		if err != nil {
			return err
		}
		s.add(name, data)
	}
	return nil
}

// webManifest writes the W3C application manifest with the hashed icon URLs.
func (s *state) webManifest() error {
	type icon struct {
		Src     string `json:"src"`
		Sizes   string `json:"sizes"`
		Type    string `json:"type"`
		Purpose string `json:"purpose"`
	}
	// Where phones send what people share with the app: app/web/public/installed.go says what becomes of it.
	share := map[string]any{
		"action": "/share", "method": "POST", "enctype": "multipart/form-data",
		"params": map[string]any{"files": []any{map[string]any{"name": "file", "accept": []string{"image/png", "image/jpeg", "image/gif", "image/webp", "image/heic", "image/avif"}}}},
	}
	data, err := json.Marshal(map[string]any{
		"share_target": share, "id": "/", "name": "ImgLink", "short_name": "ImgLink", "start_url": "/", "display": "standalone",
		"scope": "/", "categories": []string{"photo", "utilities"}, "description": "Image hosting: drop an image, get a link.", "background_color": "#f7f6f9", "theme_color": "#5b3fd1",
		"icons": []icon{
			{"/static/" + s.files["icon-192.png"], "192x192", "image/png", "any"},
			{"/static/" + s.files["icon-512.png"], "512x512", "image/png", "any"},
			{"/static/" + s.files["icon-maskable.png"], "512x512", "image/png", "maskable"},
		},
	})
	if err != nil {
		return err
	}
	s.add("site.webmanifest", data)
	return nil
}

func (s *state) manifest() error {
	data, err := json.MarshalIndent(map[string]any{"files": s.files, "icons": s.icons}, "", " ")
	if err != nil {
		return err
	}
	s.out["manifest.json"] = append(data, '\n')
	return nil
}

// compress adds .gz and .br beside what shrinks by at least a tenth; fonts and PNG files are compressed already.
func (s *state) compress() error {
	names := make([]string, 0, len(s.out))
	for name := range s.out {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		data := s.out[name]
		var gz, br bytes.Buffer
		gw, err := gzip.NewWriterLevel(&gz, gzip.BestCompression)
		if err != nil {
			return err
		}
		bw := brotli.NewWriterLevel(&br, brotli.BestCompression)
		for _, w := range []interface {
			Write([]byte) (int, error)
			Close() error
		}{gw, bw} {
			if _, err := w.Write(data); err != nil {
				return err
			}
			if err := w.Close(); err != nil {
				return err
			}
		}
		if gz.Len() < len(data)*9/10 {
			s.out[name+".gz"] = gz.Bytes()
		}
		if br.Len() < len(data)*9/10 {
			s.out[name+".br"] = br.Bytes()
		}
	}
	return nil
}

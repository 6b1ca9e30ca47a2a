package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func TestAssetGivesHashedNameAndLookupFindsIt(t *testing.T) {
	for name := range built.Files {
		url := Asset(name)
		f, ok := Lookup(strings.TrimPrefix(url, Prefix))
		if !ok || len(f.Data) == 0 || f.ContentType == "application/octet-stream" || !strings.HasPrefix(f.ETag, `"`) {
			t.Errorf("%s -> %s: found %v, %d bytes, type %q, ETag %s", name, url, ok, len(f.Data), f.ContentType, f.ETag)
		}
		if strings.TrimPrefix(url, Prefix) == name {
			t.Errorf("%s carries no hash", name)
		}
	}
	if _, ok := Lookup("app.css"); ok {
		t.Error("a plain name must not be served: it would be cached for a year")
	}
	if _, ok := Lookup("manifest.json"); ok {
		t.Error("the manifest is not an asset")
	}
}

func TestVariantsHoldTheSameBytes(t *testing.T) {
	for _, name := range []string{"app.css", "staff.css", "app.js", "staff.js", "htmx.js", "icons.svg"} {
		f, _ := Lookup(strings.TrimPrefix(Asset(name), Prefix))
		zr, err := gzip.NewReader(bytes.NewReader(f.Gzip))
		if err != nil {
			t.Fatalf("%s.gz: %v", name, err)
		}
		gz, err := io.ReadAll(zr)
		if err != nil || !bytes.Equal(gz, f.Data) {
			t.Errorf("%s.gz differs from the file (%v)", name, err)
		}
		br, err := io.ReadAll(brotli.NewReader(bytes.NewReader(f.Brotli)))
		if err != nil || !bytes.Equal(br, f.Data) {
			t.Errorf("%s.br differs from the file (%v)", name, err)
		}
	}
}

func TestUnknownNamesPanic(t *testing.T) {
	for name, call := range map[string]func(){
		"asset": func() { Asset("nothing.css") },
		"icon":  func() { Icon("nothing") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("an unknown %s must panic, so that rendering the page fails its test", name)
				}
			}()
			call()
		}()
	}
}

// TestPublicPageBudget keeps what a first visit to the upload page transfers, page aside, under 90 KB, so that the
// page with it stays under 100 KB.
func TestPublicPageBudget(t *testing.T) {
	total := 0
	for _, name := range []string{"app.css", "app.js", "icons.svg", "inter-latin-wght-normal.woff2", "favicon.svg"} {
		f, _ := Lookup(strings.TrimPrefix(Asset(name), Prefix))
		if f.Gzip != nil {
			total += len(f.Gzip)
		} else {
			total += len(f.Data)
		}
	}
	if total > 90_000 {
		t.Errorf("the upload page's files are %d bytes with gzip, want at most 90000", total)
	}
	t.Logf("%d bytes", total)
}

func TestNoForeignAddressIsLoaded(t *testing.T) {
	for name := range built.Files {
		f, _ := Lookup(strings.TrimPrefix(Asset(name), Prefix))
		if strings.HasSuffix(name, ".css") && (bytes.Contains(f.Data, []byte("http:")) || bytes.Contains(f.Data, []byte("https:"))) {
			t.Errorf("%s loads something from elsewhere", name)
		}
	}
}

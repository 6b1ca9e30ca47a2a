package e2e

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"imglink/app/apptest"
)

// badFile is a file that must be refused.
type badFile struct {
	name   string
	body   []byte
	status int
	code   string
	says   string // a word of the remedy
}

func badFiles(t *testing.T) []badFile {
	const invalid, media = http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType
	jpg, png, gif, webp := photo(t, 1, 300, 200), noise(t, 1, 60, 40), animation(t, 3, 60, 40), sample(t, "yellow_rose.lossy.webp")
	sof := bytes.Index(jpg, []byte{0xff, 0xc0})
	wide := append(bytes.Clone(jpg[:sof+5]), append([]byte{0xff, 0xdc, 0xff, 0xdc}, jpg[sof+9:]...)...)
	files := []badFile{
		{"zero.jpg", nil, invalid, "image_empty", "again"},
		{"zeros.png", make([]byte, 4096), media, "image_type_unsupported", "Convert"},
		{"bomb.png", bomb(50_000, 50_000), invalid, "image_too_many_pixels", "smaller"},
		{"wide.jpg", wide, invalid, "image_too_many_pixels", "smaller"},
		{"int64.png", bomb(1<<31-1, 1<<31-1), invalid, "image_too_many_pixels", "smaller"},
		{"frames.gif", frames(5000), invalid, "image_too_many_frames", "Shorten"},
		{"21MiB.png", noise(t, 2, 2710, 2710), http.StatusRequestEntityTooLarge, "file_too_large", "smaller"},
		{"drawing.svg", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), media, "image_type_unsupported", "SVG"},
		{"drawing.jpg", []byte(`<svg onload="alert(1)">`), media, "image_type_unsupported", "SVG"},
		{"page.png", []byte("<!doctype html><script>alert(1)</script>"), media, "image_type_unsupported", "Convert"},
		{"phone.heic", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), media, "image_type_unsupported", "HEIC"},
		{"new.avif", []byte("\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf"), media, "image_type_unsupported", "AVIF"},
		{"scan.tif", []byte("II*\x00\x08\x00\x00\x00"), media, "image_type_unsupported", "TIFF"},
		{"paper.pdf", []byte("%PDF-1.7\n1 0 obj"), media, "image_type_unsupported", "PDF"},
		{"prog.jpg", append([]byte("MZ"), jpg...), media, "image_type_unsupported", "Convert"},
		{"checksum.png", flip(png, 60), invalid, "image_corrupt", "save it again"},
	}
	for name, whole := range map[string][]byte{"a.jpg": jpg, "a.png": png, "a.gif": gif, "a.webp": webp} {
		for _, cut := range []int{1, len(whole) / 2} {
			files = append(files, badFile{name, whole[:len(whole)-cut], invalid, "image_truncated", "copy it again"})
		}
	}
	return files
}

func flip(b []byte, at int) []byte { c := bytes.Clone(b); c[at] ^= 1; return c }

// TestBadFiles: every refusal has its status, its code and a remedy, as JSON and as a page, and leaves nothing.
func TestBadFiles(t *testing.T) {
	in := apptest.New(t, apptest.Env("IMGLINK_UPLOADS_PER_MINUTE=1000"))
	before := look(t, in.DSN, in.Config.S3Bucket, in.Dir)
	b := newBrowser(t, in.URL)
	for _, f := range badFiles(t) {
		body, kind := multipartOf(part{name: "file", file: f.name, body: f.body})
		a := ask(t, "POST", in.URL+"/api/v1/images", bytes.NewReader(body), "Content-Type", kind)
		p := a.problem(t)
		if a.status != f.status || p.Code != f.code || !strings.Contains(p.Detail, f.says) || !strings.HasSuffix(p.Detail, ".") {
			t.Errorf("%s (%d bytes): %d %s %q, want %d %s with %q", f.name, len(f.body), a.status, p.Code, p.Detail, f.status, f.code, f.says)
		}
		if len(p.Fields) != 1 || p.Fields[0].Name != "file" {
			t.Errorf("%s: the problem does not name the field: %+v", f.name, p.Fields)
		}
		body, kind = multipartOf(part{name: "_csrf", body: []byte(b.token)}, part{name: "file", file: f.name, body: f.body})
		page := b.ask("POST", "/upload", bytes.NewReader(body), "Content-Type", kind)
		if page.status != f.status || !bytes.Contains(page.body, []byte("error-summary")) && !bytes.Contains(page.body, []byte("role=\"alert\"")) {
			t.Errorf("%s: the page has status %d and no error summary", f.name, page.status)
		}
	}
	if after := look(t, in.DSN, in.Config.S3Bucket, in.Dir); !after.equal(before) {
		t.Errorf("refused files left something:\nbefore %v\nafter  %v", before, after)
	}
}

// TestPolyglotsAndWrongNames: what is a picture is stored as that picture alone, under the extension of its content.
func TestPolyglotsAndWrongNames(t *testing.T) {
	in := apptest.New(t)
	const secret = "<script>alert('LEAK-4711')</script>"
	jpg, png, gif := photo(t, 3, 200, 150), noise(t, 3, 40, 30), animation(t, 2, 40, 30)
	for _, f := range []struct {
		file, ext string
		body      []byte
	}{
		{"png-named.jpg", "png", png},
		{"jpeg-named.html", "jpg", jpg},
		{"archive.jpg", "jpg", append(append(bytes.Clone(jpg), "PK\x03\x04"...), secret...)},
		{"script.gif", "gif", append(append(bytes.Clone(gif), "/*"...), secret...)},
		{"text.png", "png", append(append(bytes.Clone(png[:33]), chunk("tEXt", []byte("c\x00"+secret))...), png[33:]...)},
		{"rose.exe", "webp", append(bytes.Clone(sample(t, "yellow_rose.lossy.webp")), secret...)},
	} {
		body, kind := multipartOf(part{name: "file", file: f.file, body: f.body})
		imgs, err := ask(t, "POST", in.URL+"/api/v1/images", bytes.NewReader(body), "Content-Type", kind).images()
		if err != nil {
			t.Errorf("%s: %v", f.file, err)
			continue
		}
		got := ask(t, "GET", imgs[0].ImageURL, nil)
		if !strings.HasSuffix(imgs[0].ImageURL, "."+f.ext) || !strings.HasSuffix(imgs[0].FileName, "."+f.ext) {
			t.Errorf("%s became %s, %s", f.file, imgs[0].ImageURL, imgs[0].FileName)
		}
		if got.status != 200 || bytes.Contains(got.body, []byte("LEAK-4711")) || bytes.Contains(got.body, []byte("PK\x03\x04")) {
			t.Errorf("%s: status %d, or the other half came through", f.file, got.status)
		}
		if !bytes.Equal(got.body, stored(t, f.body)) {
			t.Errorf("%s: other bytes are served than the sanitiser made", f.file)
		}
	}
}

// TestHostileNames: a name is shown and offered for download, so it must be harmless everywhere.
func TestHostileNames(t *testing.T) {
	in := apptest.New(t)
	png := noise(t, 4, 20, 20)
	for name, want := range map[string]string{
		"../../etc/passwd": "passwd.png", `..\..\windows\win.ini`: "win.png", "/": "image.png", "..": "image.png", "a\x00b.png": "ab.png",
		"cat\u202egnp.exe": "catgnp.png", "\u200b\ufeff": "image.png", "a\r\nSet-Cookie: x=1.png": "", "<img src=x onerror=alert(1)>.png": "",
		strings.Repeat("x", 5000) + ".png": strings.Repeat("x", 200) + ".png", "\xff\xfe.png": "image.png", "CON.png": "CON.png", "ß日本 emoji 🐈.jpeg": "ß日本 emoji 🐈.png",
	} {
		raw := "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\n\r\n" + string(png) + "\r\n--B--\r\n"
		a := ask(t, "POST", in.URL+"/api/v1/images", strings.NewReader(raw), "Content-Type", "multipart/form-data; boundary=B")
		if strings.ContainsAny(name, "\r\n") || strings.Contains(name, "\x00") && a.status == http.StatusBadRequest {
			if a.status == http.StatusCreated && (len(a.header.Values("Set-Cookie")) > 0) {
				t.Errorf("%q: header injection", name)
			}
			continue
		}
		imgs, err := a.images()
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		got := imgs[0].FileName
		if want != "" && got != want {
			t.Errorf("%q became %q, want %q", name, got, want)
		}
		if strings.ContainsAny(got, "/\\\"<>\r\n\x00\u202e") {
			t.Errorf("%q became %q", name, got)
		}
		for _, u := range []string{imgs[0].ImageURL, imgs[0].PageURL} {
			res := ask(t, "GET", u, nil)
			if res.status != 200 || bytes.Contains(res.body, []byte("onerror=alert(1)>")) || strings.ContainsAny(res.header.Get("Content-Disposition"), "\r\n") {
				t.Errorf("%q: %s: status %d", name, u, res.status)
			}
		}
	}
}

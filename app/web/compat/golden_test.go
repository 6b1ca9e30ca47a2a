package compat_test

import (
	"bytes"
	"encoding/base64"
	"flag"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/apptest"
	"imglink/app/tokens"
)

func TestMain(m *testing.M) { apptest.Main(m) }

var update = flag.Bool("update", false, "write the golden bodies anew")

var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: 30 * time.Second}

// picture is a PNG whose base64 has letters of every kind.
func picture(t testing.TB, side int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, side, side/2))
	for i := range side * side / 2 {
		img.Set(i%side, i/side, color.NRGBA{uint8(i), uint8(i * 7), uint8(i * i), 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// request is what a client sends.
type request struct {
	method, path string
	header       []string
	fields       []string // name, value, ...; urlencoded unless there is a file
	file         string   // the field of a multipart file, which comes first
	raw          []byte
	kind         string
}

// multi makes a multipart body, the file before the other fields, as picgo sends it.
func (r request) multi(t testing.TB, file []byte) (io.Reader, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile(r.file, "holiday.png")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(file); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(r.fields); i += 2 {
		if err := w.WriteField(r.fields[i], r.fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &b, w.FormDataContentType()
}

func (r request) send(t testing.TB, base string, file []byte) (*http.Response, string) {
	t.Helper()
	var body io.Reader
	kind := "application/x-www-form-urlencoded"
	switch {
	case r.raw != nil:
		body, kind = bytes.NewReader(r.raw), r.kind
	case r.file != "":
		body, kind = r.multi(t, file)
	case r.method != "GET":
		form := url.Values{}
		for i := 0; i < len(r.fields); i += 2 {
			form.Add(r.fields[i], r.fields[i+1])
		}
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(t.Context(), r.method, base+r.path, body)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", kind)
	}
	for i := 0; i < len(r.header); i += 2 {
		req.Header.Set(r.header[i], r.header[i+1])
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // only read
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

var (
	anyToken = regexp.MustCompile(`(/delete/|"deletehash":"|"key":"lsky-)[A-Za-z0-9_-]{32}`)
	anyID    = regexp.MustCompile(`(/i/|/t/|BASE/|"id":"|"key":"lsky-|"name":"|"id_encoded":"|"filename":"|"pathname":"i/)[A-Za-z0-9]{12}("|\.png|\.jpg|\))`)
	anyUser  = regexp.MustCompile(`"account_url":"u[A-Za-z0-9]{12}"`)
)

// plain replaces what differs from run to run.
func plain(in *apptest.Instance, body string) string {
	body = strings.ReplaceAll(body, in.URL, "BASE")
	body = anyToken.ReplaceAllString(body, "${1}TOKEN")
	body = anyID.ReplaceAllString(body, "${1}ID${2}")
	return anyUser.ReplaceAllString(body, `"account_url":"USERNAME"`)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs:\n%s\nwant\n%s", file, got, want)
	}
}

// Every answer and every error of every dialect, byte for byte.
func TestBodiesAreThoseOfTheOriginals(t *testing.T) {
	in := apptest.New(t, apptest.Idle(), apptest.Env("IMGLINK_MAX_FILE_MIB=1"))
	file := picture(t, 24)
	text, user := base64.StdEncoding.EncodeToString(file), in.Account(t)
	token, reader := in.Token(t, user), in.Token(t, user, actor.ImagesRead)
	big := base64.StdEncoding.EncodeToString(make([]byte, 1<<20+1))
	chevereto, imgur := "/api/1/upload", "/3/image"
	guest, anyone := []string{"X-API-Key", "guest"}, []string{"Authorization", "Client-ID 546c25a59c58ad7"}
	bearer, limited := []string{"Authorization", "Bearer " + token}, []string{"Authorization", "Bearer " + reader}
	for name, r := range map[string]request{
		"chevereto_file":        {method: "POST", path: chevereto, header: guest, file: "source"},
		"chevereto_slash":       {method: "POST", path: chevereto + "/", header: guest, file: "source"},
		"chevereto_base64":      {method: "POST", path: chevereto, fields: []string{"key", token, "source", text, "title", "Kitten", "description", "A kitten"}},
		"chevereto_txt":         {method: "POST", path: chevereto + "?format=txt", header: guest, file: "source"},
		"chevereto_key_behind":  {method: "POST", path: chevereto, file: "source", fields: []string{"key", "guest"}},
		"imgbb_base64":          {method: "POST", path: chevereto, fields: []string{"key", "guest", "image", "data:image/png;base64," + text}},
		"chevereto_no_key":      {method: "POST", path: chevereto, file: "source"},
		"chevereto_bad_key":     {method: "POST", path: chevereto, header: []string{"X-API-Key", string(tokens.Secret("il_nothing"))}, file: "source"},
		"chevereto_no_scope":    {method: "POST", path: chevereto, header: []string{"X-API-Key", reader}, file: "source"},
		"chevereto_empty":       {method: "POST", path: chevereto, header: guest, fields: []string{"source", ""}},
		"chevereto_bad_base64":  {method: "POST", path: chevereto, header: guest, fields: []string{"source", "!!!!"}},
		"chevereto_big_base64":  {method: "POST", path: chevereto, header: guest, fields: []string{"source", big}},
		"chevereto_no_picture":  {method: "POST", path: chevereto, header: guest, fields: []string{"source", base64.StdEncoding.EncodeToString([]byte("plain text"))}},
		"chevereto_private_url": {method: "GET", path: chevereto + "?key=guest&source=http%3A%2F%2F127.0.0.1%2Fa.png"},
		"chevereto_error_txt":   {method: "GET", path: chevereto + "?format=txt&key=nobody&source=x"},
		"chevereto_expiration":  {method: "POST", path: chevereto, header: guest, file: "source", fields: []string{"expiration", "P2Y"}},

		"lsky_file":        {method: "POST", path: "/api/v1/upload", header: bearer, file: "file", fields: []string{"ssl", "true"}},
		"lsky_guest":       {method: "POST", path: "/api/v1/upload", file: "file"},
		"lsky_bad_token":   {method: "POST", path: "/api/v1/upload", header: []string{"Authorization", "Bearer nothing"}, file: "file"},
		"lsky_no_scope":    {method: "POST", path: "/api/v1/upload", header: limited, file: "file"},
		"lsky_no_file":     {method: "POST", path: "/api/v1/upload", header: bearer, fields: []string{"ssl", "true"}},
		"lsky_big":         {method: "POST", path: "/api/v1/upload", header: bearer, fields: []string{"file", big}},
		"lsky_old":         {method: "POST", path: "/api/upload", header: []string{"token", token}, file: "image"},
		"lsky_old_refused": {method: "POST", path: "/api/upload", header: []string{"token", "nothing"}, file: "image"},

		"imgur_file":       {method: "POST", path: imgur, header: anyone, file: "image", fields: []string{"type", "file", "title", "Kitten", "description", "A kitten"}},
		"imgur_account":    {method: "POST", path: "/3/upload", header: bearer, fields: []string{"image", text, "type", "base64"}},
		"imgur_raw":        {method: "POST", path: imgur, header: anyone, raw: file, kind: "image/png"},
		"imgur_no_key":     {method: "POST", path: imgur, file: "image"},
		"imgur_bad_token":  {method: "POST", path: imgur, header: []string{"Authorization", "Bearer nothing"}, file: "image"},
		"imgur_no_scope":   {method: "POST", path: imgur, header: limited, file: "image"},
		"imgur_no_image":   {method: "POST", path: imgur, header: anyone, fields: []string{"type", "base64"}},
		"imgur_get_none":   {method: "GET", path: imgur + "/aaaaaaaaaaaa", header: anyone},
		"imgur_del_none":   {method: "DELETE", path: imgur + "/" + strings.Repeat("b", 32), header: anyone},
		"imgur_del_no_key": {method: "DELETE", path: imgur + "/aaaaaaaaaaaa"},
	} {
		res, body := r.send(t, in.URL, file)
		golden(t, name, res.Status+" "+res.Header.Get("Content-Type")+"\n"+plain(in, body)+"\n")
		if res.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: a program got a cookie", name)
		}
	}
}

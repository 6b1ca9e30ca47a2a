package tus_test

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/apptest"
	"imglink/app/web/kit"
	"imglink/app/web/tus"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// client sends the requests of one client of the protocol.
type client struct {
	t    *testing.T
	base string
}

type answer struct {
	*http.Response
	body []byte
}

func (c client) send(method, url string, body []byte, header ...string) answer {
	c.t.Helper()
	if !strings.HasPrefix(url, "http") {
		url = c.base + url
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Tus-Resumable", "1.0.0")
	if method == http.MethodPatch {
		req.Header.Set("Content-Type", "application/offset+octet-stream")
	}
	for i := 0; i < len(header); i += 2 {
		if req.Header.Set(header[i], header[i+1]); header[i+1] == "" {
			req.Header.Del(header[i])
		}
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{res, b}
}

// want demands a status and header values.
func (a answer) want(t *testing.T, status int, header ...string) answer {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("status %d, want %d: %s", a.StatusCode, status, a.body)
	}
	for i := 0; i < len(header); i += 2 {
		if got := a.Header.Get(header[i]); got != header[i+1] {
			t.Errorf("%s: %q, want %q", header[i], got, header[i+1])
		}
	}
	return a
}

func (a answer) code(t *testing.T) string {
	t.Helper()
	var p kit.Problem
	if err := json.Unmarshal(a.body, &p); err != nil || a.Header.Get("Content-Type") != "application/problem+json" || p.Status != a.StatusCode {
		t.Errorf("no problem: %q, %v", a.body, err)
	}
	return p.Code
}

func (c client) create(n int, header ...string) string {
	c.t.Helper()
	a := c.send("POST", "/api/v1/tus", nil, append([]string{"Upload-Length", strconv.Itoa(n)}, header...)...).want(c.t, http.StatusCreated, "Tus-Resumable", "1.0.0")
	return a.Header.Get("Location")
}

func picture(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 60, 40))
	for i := range img.Pix {
		img.Pix[i] = byte(i * i >> 3)
	}
	img.Set(1, 1, color.Black)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The life of an upload, with the answers that the protocol demands.
func TestAnUploadInPieces(t *testing.T) {
	in := apptest.New(t)
	c := client{t, in.URL}
	file := picture(t)
	n, half := strconv.Itoa(len(file)), len(file)/2
	c.send("OPTIONS", "/api/v1/tus", nil, "Tus-Resumable", "").want(t, 204, "Tus-Version", "1.0.0", "Tus-Max-Size", strconv.Itoa(20<<20),
		"Tus-Extension", "creation,creation-with-upload,termination,checksum,expiration")
	meta := "filename " + base64.StdEncoding.EncodeToString([]byte("../Kätzchen.png")) + ",filetype aW1hZ2UvcG5n"
	at := c.create(len(file), "Upload-Metadata", meta)
	c.send("HEAD", at, nil).want(t, 200, "Upload-Offset", "0", "Upload-Length", n, "Upload-Metadata", meta, "Cache-Control", "no-store", "Tus-Resumable", "1.0.0")
	a := c.send("PATCH", at, file[:half], "Upload-Offset", "0").want(t, 204, "Upload-Offset", strconv.Itoa(half))
	if end, err := http.ParseTime(a.Header.Get("Upload-Expires")); err != nil || end.Before(in.Clock.Now().Add(23*time.Hour)) {
		t.Errorf("Upload-Expires: %v, %v", end, err)
	}
	if code := c.send("PATCH", at, file[half:], "Upload-Offset", "3").want(t, 409).code(t); code != "upload_offset" {
		t.Errorf("code %s", code)
	}
	var p tus.Progress
	if err := json.Unmarshal(c.send("GET", at, nil, "Tus-Resumable", "").want(t, 200).body, &p); err != nil || p.State != "open" || p.Offset != int64(half) || p.Image != nil {
		t.Errorf("%+v, %v", p, err)
	}
	last := c.send("PATCH", at, file[half:], "Upload-Offset", strconv.Itoa(half)).want(t, 204, "Upload-Offset", n)
	for range 2 { // also to a client that missed the last answer, again and again
		if err := json.Unmarshal(c.send("GET", at, nil).want(t, 200).body, &p); err != nil || p.State != "done" || p.Image == nil || p.Image.FileName != "Kätzchen.png" {
			t.Fatalf("%+v, %v", p, err)
		}
	}
	c.send("HEAD", at, nil).want(t, 200, "Upload-Offset", n, "ImgLink-Page-URL", p.Image.PageURL, "ImgLink-Image-URL", p.Image.ImageURL, "ImgLink-Delete-URL", p.Image.DeleteURL)
	last.want(t, 204, "ImgLink-Page-URL", p.Image.PageURL, "ImgLink-Delete-URL", p.Image.DeleteURL)
	if got := c.send("GET", p.Image.ImageURL, nil).want(t, 200).body; len(got) == 0 || p.Image.Bytes != int64(len(got)) {
		t.Errorf("%d bytes are shown, %d are stored", len(got), p.Image.Bytes)
	}
	c.send("GET", p.Image.DeleteURL, nil).want(t, 200)
	c.send("DELETE", at, nil).want(t, 204)
	c.send("HEAD", at, nil).want(t, 404)
	c.send("GET", p.Image.ImageURL, nil).want(t, 200) // the picture has a delete link of its own
}

func TestCreationWithUploadAndOverride(t *testing.T) {
	c := client{t, apptest.New(t).URL}
	file := picture(t)
	a := c.send("POST", "/api/v1/tus", file[:100], "Upload-Length", strconv.Itoa(len(file)), "Content-Type", "application/offset+octet-stream").want(t, 201, "Upload-Offset", "100")
	at := a.Header.Get("Location")
	c.send("POST", at, file[100:], "Upload-Offset", "100", "Content-Type", "application/offset+octet-stream", "X-HTTP-Method-Override", "PATCH").want(t, 204, "Upload-Offset", strconv.Itoa(len(file)))
	c.send("POST", at, nil).want(t, 405)
	c.send("POST", at, nil, "X-HTTP-Method-Override", "DELETE").want(t, 204)
	c.send("HEAD", at, nil).want(t, 404)
}

func TestChecksums(t *testing.T) {
	c := client{t, apptest.New(t).URL}
	file := picture(t)
	at := c.create(len(file))
	one, two := sha1.Sum(file[:50]), sha256.Sum256(file[50:])
	b64 := base64.StdEncoding.EncodeToString
	if code := c.send("PATCH", at, file[1:51], "Upload-Offset", "0", "Upload-Checksum", "sha1 "+b64(one[:])).want(t, 460).code(t); code != "checksum_mismatch" {
		t.Errorf("code %s", code)
	}
	c.send("HEAD", at, nil).want(t, 200, "Upload-Offset", "0")
	for _, bad := range []string{"sha1", "sha512 AAAA", "sha1 ?", "sha1 AAAA"} {
		c.send("PATCH", at, file[:50], "Upload-Offset", "0", "Upload-Checksum", bad).want(t, 400)
	}
	c.send("PATCH", at, file[:50], "Upload-Offset", "0", "Upload-Checksum", "sha1 "+b64(one[:])).want(t, 204, "Upload-Offset", "50")
	c.send("PATCH", at, file[50:], "Upload-Offset", "50", "Upload-Checksum", "sha256 "+b64(two[:])).want(t, 204)
}

func TestWhatIsRefused(t *testing.T) {
	c := client{t, apptest.New(t).URL}
	at := c.create(10)
	for name, x := range map[string]struct {
		method, url, code string
		body              []byte
		header            []string
		status            int
	}{
		"version":          {"POST", "/api/v1/tus", "tus_version", nil, []string{"Upload-Length", "1", "Tus-Resumable", "0.2.2"}, 412},
		"no version":       {"PATCH", at, "tus_version", nil, []string{"Upload-Offset", "0", "Tus-Resumable", ""}, 412},
		"no length":        {"POST", "/api/v1/tus", "invalid", nil, nil, 422},
		"deferred length":  {"POST", "/api/v1/tus", "invalid", nil, []string{"Upload-Defer-Length", "1"}, 422},
		"empty file":       {"POST", "/api/v1/tus", "invalid", nil, []string{"Upload-Length", "0"}, 422},
		"negative length":  {"POST", "/api/v1/tus", "invalid", nil, []string{"Upload-Length", "-5"}, 422},
		"too large":        {"POST", "/api/v1/tus", "file_too_large", nil, []string{"Upload-Length", "999999999"}, 413},
		"metadata":         {"POST", "/api/v1/tus", "invalid", nil, []string{"Upload-Length", "1", "Upload-Metadata", "a b"}, 422},
		"type":             {"PATCH", at, "tus_type", []byte("x"), []string{"Upload-Offset", "0", "Content-Type", "text/plain"}, 415},
		"no offset":        {"PATCH", at, "tus_offset", []byte("x"), nil, 400},
		"negative offset":  {"PATCH", at, "tus_offset", []byte("x"), []string{"Upload-Offset", "-1"}, 400},
		"gap":              {"PATCH", at, "upload_offset", []byte("x"), []string{"Upload-Offset", "5"}, 409},
		"longer than said": {"PATCH", at, "request_too_large", []byte("01234567890"), []string{"Upload-Offset", "0"}, 413},
		"unknown":          {"PATCH", "/api/v1/tus/" + strings.Repeat("x", 32), "upload_unknown", []byte("x"), []string{"Upload-Offset", "0"}, 404},
		"unknown, deleted": {"DELETE", "/api/v1/tus/x", "upload_unknown", nil, nil, 404},
	} {
		if a := c.send(x.method, x.url, x.body, x.header...); a.StatusCode != x.status || a.code(t) != x.code || a.Header.Get("Tus-Resumable") != "1.0.0" {
			t.Errorf("%s: %d %s %v", name, a.StatusCode, a.body, a.Header)
		}
	}
	c.send("HEAD", at, nil).want(t, 200, "Upload-Offset", "0")
	// What is no picture is refused when it is complete, and says so ever after.
	for _, a := range []answer{c.send("PATCH", at, []byte("0123456789"), "Upload-Offset", "0"), c.send("GET", at, nil), c.send("PATCH", at, nil, "Upload-Offset", "10")} {
		if a.want(t, 415); a.code(t) == "unsupported" {
			t.Errorf("no reason: %s", a.body)
		}
	}
}

// Creating counts like an upload in one piece, for the same client.
func TestTheLimit(t *testing.T) {
	in := apptest.New(t, apptest.Env("IMGLINK_UPLOADS_PER_MINUTE=3"))
	c := client{t, in.URL}
	for range 3 {
		c.create(10)
	}
	a := c.send("POST", "/api/v1/tus", nil, "Upload-Length", "10").want(t, 429)
	if s, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || s < 1 || s > 60 || a.code(t) != "rate_limited" {
		t.Errorf("%v %s", a.Header, a.body)
	}
	in.Clock.Advance(time.Minute)
	c.create(10)
}

// An upload begun at one replica goes on at another.
func TestReplicas(t *testing.T) {
	one := apptest.New(t, apptest.Idle())
	two := apptest.New(t, apptest.Same(one), apptest.Idle())
	c, file := client{t, one.URL}, picture(t)
	at := strings.TrimPrefix(c.create(len(file)), one.URL)
	for i, url := range []string{one.URL, two.URL, one.URL, two.URL} {
		from, to := i*len(file)/4, (i+1)*len(file)/4
		c.send("PATCH", url+at, file[from:to], "Upload-Offset", strconv.Itoa(from)).want(t, 204, "Upload-Offset", strconv.Itoa(to))
	}
	a := c.send("HEAD", one.URL+at, nil).want(t, 200)
	c.send("GET", two.URL+strings.TrimPrefix(a.Header.Get("ImgLink-Image-URL"), one.URL), nil).want(t, 200)
}

// The address of an upload needs no session and no token, so that it would outlive the suspension of its account.
func TestSuspendedAccountsFinishNothing(t *testing.T) {
	in := apptest.New(t, apptest.Idle())
	c, user, file := client{t, in.URL}, in.Account(t), picture(t)
	at := c.create(len(file), "Authorization", "Bearer "+in.Token(t, user))
	u, err := in.Store.UserByID(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Users.Suspend(t.Context(), actor.System("test"), u.Username, false); err != nil {
		t.Fatal(err)
	}
	c.send("PATCH", at, file, "Upload-Offset", "0").want(t, http.StatusForbidden)
	c.send("GET", at, nil).want(t, http.StatusForbidden)
	if held, err := in.Store.UserStorage(t.Context(), user, 0); err != nil || held.Images != 0 {
		t.Errorf("%+v, %v", held, err)
	}
}

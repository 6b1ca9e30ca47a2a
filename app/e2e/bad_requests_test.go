package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/apptest"
	"imglink/app/web"
	"imglink/app/web/kit"
)

// badRequest is a request that must be refused whatever it carries.
type badRequest struct {
	name   string
	kind   string // Content-Type
	body   io.Reader
	status int
	code   string
}

func badRequests(t *testing.T) []badRequest {
	png := noise(t, 1, 40, 40)
	whole, kind := formOf(png)
	two, twoKind := formOf(png, png)
	wrong, wrongKind := multipartOf(part{name: "image", file: "a.png", body: png})
	none, noneKind := multipartOf(part{name: "note", body: []byte("hello")})
	long, longKind := multipartOf(part{name: "note", body: bytes.Repeat([]byte("x"), 5000)})
	many := make([]part, 10_000)
	for i := range many {
		many[i] = part{name: "x", body: []byte("y")}
	}
	parts, partsKind := multipartOf(many...)
	flood := "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n" + strings.Repeat("X-Flood: 1\r\n", 20_000) + "\r\n" + string(png) + "\r\n--B--\r\n"
	line := "--B\r\nX-Long: " + strings.Repeat("x", 11<<20) + "\r\n\r\n" + string(png) + "\r\n--B--\r\n"
	fifty := make([][]byte, 51)
	for i := range fifty {
		fifty[i] = noise(t, uint64(i), 8, 8)
	}
	tooMany, tooManyKind := formOf(fifty...)
	jsonURL := func(u string) io.Reader { return strings.NewReader(fmt.Sprintf(`{"url":%q}`, u)) }
	const js = "application/json"
	return []badRequest{
		{"no type", "", bytes.NewReader(whole), 400, "multipart_expected"},
		{"raw picture", "image/png", bytes.NewReader(png), 400, "multipart_expected"},
		{"no boundary", "multipart/form-data", bytes.NewReader(whole), 400, "multipart_expected"},
		{"boundary too long", "multipart/form-data; boundary=" + strings.Repeat("b", 71), bytes.NewReader(whole), 400, "multipart_expected"},
		{"other boundary", "multipart/form-data; boundary=other", bytes.NewReader(whole), 400, "multipart_malformed"},
		{"cut off in a file", kind, bytes.NewReader(whole[:len(whole)/2]), 400, "upload_interrupted"},
		{"cut off before the end", kind, bytes.NewReader(whole[:len(whole)-6]), 400, ""},
		{"cut off between parts", twoKind, bytes.NewReader(two[:bytes.LastIndex(two, []byte("Content-Disposition"))]), 400, "multipart_malformed"},
		{"empty multipart", kind, strings.NewReader(""), 400, "multipart_malformed"},
		{"wrong field", wrongKind, bytes.NewReader(wrong), 422, "file_field"},
		{"no file", noneKind, bytes.NewReader(none), 422, "file_missing"},
		{"long field", longKind, bytes.NewReader(long), 422, "invalid"},
		{"10 000 parts", partsKind, bytes.NewReader(parts), 422, "too_many_files"},
		{"51 files", tooManyKind, bytes.NewReader(tooMany), 422, "too_many_files"},
		{"part header flood", "multipart/form-data; boundary=B", strings.NewReader(flood), 400, "multipart_malformed"},
		{"part header line", "multipart/form-data; boundary=B", strings.NewReader(line), 400, "multipart_malformed"},
		{"JSON broken", js, strings.NewReader(`{"url":`), 400, "json_malformed"},
		{"JSON of another type", js, strings.NewReader(`{"url":{"a":[1]}}`), 400, "json_malformed"},
		{"JSON array", js, strings.NewReader(`[]`), 400, "json_malformed"},
		{"JSON nested", js, strings.NewReader(strings.Repeat("[", 12_000)), 400, "json_malformed"},
		{"JSON too long", js, strings.NewReader(`{"url":"` + strings.Repeat("x", 20<<10) + `"}`), 413, "request_too_large"},
		{"JSON without address", js, strings.NewReader(`{}`), 400, "multipart_expected"},
		{"loopback", js, jsonURL("http://127.0.0.1/a.png"), 422, "url_private"},
		{"metadata service", js, jsonURL("http://169.254.169.254/latest/meta-data/"), 422, "url_private"},
		{"mapped loopback", js, jsonURL("http://[::ffff:127.0.0.1]/"), 422, "url_private"},
		{"decimal loopback", js, jsonURL("http://2130706433/"), 422, ""},
		{"localhost", js, jsonURL("http://localhost/a.png"), 422, "url_private"},
		{"file scheme", js, jsonURL("file:///etc/passwd"), 422, "url_scheme"},
		{"gopher scheme", js, jsonURL("gopher://127.0.0.1/"), 422, "url_scheme"},
		{"other port", js, jsonURL("http://93.184.216.34:22/"), 422, "url_port"},
		{"user info", js, jsonURL("http://a:b@93.184.216.34/"), 422, "url_userinfo"},
	}
}

// TestBadRequests: what cannot be an upload is refused by name, and nothing of it is stored, earlier files included.
func TestBadRequests(t *testing.T) {
	in := apptest.New(t, apptest.Env("IMGLINK_UPLOADS_PER_MINUTE=1000"))
	before := look(t, in.DSN, in.Config.S3Bucket, in.Dir)
	for _, r := range badRequests(t) {
		for _, chunked := range []bool{false, true} {
			seeker, ok := r.body.(io.ReadSeeker)
			if !ok {
				t.Fatal("a body that can be sent once")
			}
			_, _ = seeker.Seek(0, io.SeekStart)
			body := r.body
			if chunked {
				body = bodyOnly{r.body}
			}
			a := ask(t, "POST", in.URL+"/api/v1/images", body, "Content-Type", r.kind)
			if p := a.problem(t); a.status != r.status || r.code != "" && p.Code != r.code {
				t.Errorf("%s, chunked %t: %d %s (%s), want %d %s", r.name, chunked, a.status, p.Code, p.Detail, r.status, r.code)
			}
		}
	}
	served := func() (n int) {
		for _, state := range look(t, in.DSN, in.Config.S3Bucket, in.Dir).rows {
			if state != "deleted" {
				n++
			}
		}
		return n
	}
	if n := served(); n > 0 {
		t.Errorf("%d images of refused requests are still there", n)
	}
	eventually(t, 10*time.Second, func() bool {
		w := look(t, in.DSN, in.Config.S3Bucket, in.Dir)
		return len(w.objects) == len(before.objects) && len(w.spool) == 0
	}, func() string { return look(t, in.DSN, in.Config.S3Bucket, in.Dir).String() })
}

// TestOversizedRequests: the limit of a request holds for announced and for chunked bodies, and the client gets to read why.
func TestOversizedRequests(t *testing.T) {
	in := apptest.New(t, apptest.Env("IMGLINK_MAX_FILE_MIB=2", "IMGLINK_MAX_REQUEST_MIB=4"))
	one := noise(t, 1, 760, 760) // 1.7 MB
	body, kind := formOf(one, one, one)
	for name, r := range map[string]io.Reader{"announced": bytes.NewReader(body), "chunked": bodyOnly{bytes.NewReader(body)}} {
		a := ask(t, "POST", in.URL+"/api/v1/images", r, "Content-Type", kind)
		if p := a.problem(t); a.status != 413 || p.Code != "request_too_large" || !strings.Contains(p.Detail, "4 MiB") {
			t.Errorf("%s: %d %s %s", name, a.status, p.Code, p.Detail)
		}
	}
	b := newBrowser(t, in.URL)
	long := "_csrf=" + b.token + "&theme=" + strings.Repeat("x", 300<<10)
	for name, r := range map[string]io.Reader{"announced": strings.NewReader(long), "chunked": bodyOnly{strings.NewReader(long)}} {
		a := b.ask("POST", "/prefs/theme", r, "Content-Type", "application/x-www-form-urlencoded")
		if a.status != 413 {
			t.Errorf("form, %s: %d", name, a.status)
		}
	}
	if status := refusedEarly(t, in.URL+"/", strings.Repeat("x", 32<<10)); status != 431 {
		t.Errorf("headers: %d", status)
	}
	if status := refusedEarly(t, in.URL+"/"+strings.Repeat("x", 32<<10), ""); status != 431 {
		t.Errorf("address: %d", status)
	}
	eventually(t, 10*time.Second, func() bool { return len(look(t, in.DSN, in.Config.S3Bucket, in.Dir).objects) == 0 },
		func() string { return look(t, in.DSN, in.Config.S3Bucket, in.Dir).String() })
}

// refusedEarly asks with a request the server refuses before it has read all of it. Closing such a connection may reset it
// before the client has seen the answer, so the client asks again, as clients do.
func refusedEarly(t *testing.T, url, big string) (status int) {
	t.Helper()
	for range 20 {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Big", big)
		if resp, err := http.DefaultClient.Do(r); err == nil {
			_ = resp.Body.Close()
			return resp.StatusCode
		}
	}
	t.Error("no answer in 20 tries")
	return 0
}

// TestNothingWithoutToken: every route that changes something refuses a browser without a token, and one from elsewhere.
func TestNothingWithoutToken(t *testing.T) {
	in := apptest.New(t)
	img := upload(t, in.URL, noise(t, 1, 30, 30))[0]
	before := settled(t, in, 1)
	token := strings.TrimPrefix(img.DeleteURL, in.URL+"/delete/")
	fill := strings.NewReplacer(":token", token, ":id", img.ID, ":ext", "png")
	forged := kit.CSRFField + "=" + strings.Repeat("A", 86)
	withFile, withFileKind := multipartOf(part{name: "file", file: "a.png", body: noise(t, 2, 20, 20)}, part{name: "_csrf", body: []byte("late")})
	n := 0
	for _, r := range web.Routes(web.Handlers{}) {
		if r.Method == "GET" || r.Method == "HEAD" || r.Method == "OPTIONS" { // safe (RFC 9110, 9.2.1)
			continue
		}
		url := in.URL + fill.Replace(r.Path)
		var body io.Reader
		if r.Body != 0 {
			body = bytes.NewReader(withFile)
		}
		cross := ask(t, r.Method, url, body, "Content-Type", withFileKind, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
		refused := cross.status == 403 || r.Needs != actor.Public && cross.status == 401
		if r.Open { // pages of other sites may ask with a token for programs: without one they are guests whose cookies do not count
			refused = cross.status >= 400 && cross.status < 500
		}
		if !refused {
			t.Errorf("%s %s from another site: %d", r.Method, r.Path, cross.status)
		}
		if r.API {
			continue // programs send no cookies: there is nothing to ride on
		}
		n++
		for what, a := range map[string]answer{
			"none":   ask(t, r.Method, url, nil),
			"forged": ask(t, r.Method, url, strings.NewReader(forged), "Content-Type", "application/x-www-form-urlencoded", "Cookie", "imglink_csrf="+strings.Repeat("c", 26)),
			"late":   ask(t, r.Method, url, bytes.NewReader(withFile), "Content-Type", withFileKind),
		} {
			if a.status != 403 && (r.Needs == actor.Public || a.status != 401) {
				t.Errorf("%s %s with token %s: %d", r.Method, r.Path, what, a.status)
			}
		}
	}
	if n < 3 {
		t.Errorf("only %d routes were tried", n)
	}
	if after := look(t, in.DSN, in.Config.S3Bucket, in.Dir); !after.equal(before) {
		t.Errorf("something happened:\nbefore %v\nafter  %v", before, after)
	}
}

// TestForgedDeleteTokens: nothing but the token deletes, and what is not one says so.
func TestForgedDeleteTokens(t *testing.T) {
	in := apptest.New(t)
	img := upload(t, in.URL, noise(t, 1, 30, 30))[0]
	token := strings.TrimPrefix(img.DeleteURL, in.URL+"/delete/")
	b := newBrowser(t, in.URL)
	for _, forged := range []string{
		img.ID, token[:len(token)-1], token + "x", strings.ToUpper(token), strings.Repeat("A", len(token)), "%00", "..%2f..", "'%20OR%201=1--", strings.Repeat("a", 5000),
	} {
		body := strings.NewReader("_csrf=" + b.token)
		if a := b.ask("POST", "/delete/"+forged, body, "Content-Type", "application/x-www-form-urlencoded"); a.status != 404 {
			t.Errorf("token %.40q: %d", forged, a.status)
		}
	}
	if a := ask(t, "GET", img.ImageURL, nil); a.status != 200 {
		t.Fatalf("the image is gone: %d", a.status)
	}
	a := b.ask("POST", "/delete/"+token, strings.NewReader("_csrf="+b.token), "Content-Type", "application/x-www-form-urlencoded")
	if gone := ask(t, "GET", img.ImageURL, nil); a.status != 200 || gone.status != 410 {
		t.Errorf("the true token: %d, then the image: %d", a.status, gone.status)
	}
}

// TestBodyIsNeverARequest: what follows a refused or finished body is not taken for a request of its own (request smuggling).
func TestBodyIsNeverARequest(t *testing.T) {
	in := apptest.New(t)
	inner := "DELETE /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
	png, _ := formOf(noise(t, 1, 10, 10))
	good := strings.Replace(string(png), "", "", 1)
	boundary := good[2:strings.Index(good, "\r\n")]
	for name, body := range map[string]string{
		"refused file":   "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nnot a picture\r\n--" + boundary + "\r\n\r\n" + strings.Repeat(inner, 3000) + "--" + boundary + "--\r\n",
		"epilogue":       good + inner + inner,
		"wrong field":    "--" + boundary + "\r\nContent-Disposition: form-data; name=\"zip\"; filename=\"a\"\r\n\r\n" + inner + "\r\n--" + boundary + "--\r\n" + inner,
		"not found path": inner + inner,
	} {
		path := "/api/v1/images"
		if name == "not found path" {
			path = "/nothing/at/all"
		}
		head := "POST " + path + " HTTP/1.1\r\nHost: " + strings.TrimPrefix(in.URL, "http://") + "\r\nContent-Type: multipart/form-data; boundary=" + boundary + "\r\n"
		chunked := head + "Transfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
		for form, raw := range map[string]string{"sized": head + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body), "chunked": chunked} {
			if got := rawAnswers(t, in.URL, raw+"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); len(got) < 1 || len(got) > 2 || len(got) == 2 && got[1] != 200 {
				t.Errorf("%s, %s: answers %v", name, form, got)
			}
		}
	}
	for name, framing := range map[string]string{
		"length and chunks": "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "chunks and length": "transfer-encoding: chunked\r\ncontent-length: 5\r\n",
		"two lengths": "Content-Length: 5\r\nContent-Length: 6\r\n", "two codings": "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
		"an unknown coding": "Transfer-Encoding: gzip, chunked\r\n", "no coding and a length": "Transfer-Encoding: identity\r\nContent-Length: 5\r\n",
	} {
		for _, line := range []string{"POST /api/v1/images", "GET /healthz", "POST /nothing/at/all"} {
			raw := line + " HTTP/1.1\r\nHost: x\r\n" + framing + "\r\n0\r\n\r\n" + inner
			if got := rawAnswers(t, in.URL, raw); len(got) != 1 || got[0] != 400 {
				t.Errorf("%s, %s: answers %v, want 400 and the end of the connection", line, name, got)
			}
		}
	}
}

// rawAnswers writes bytes to the server and lists the status of every answer until it closes or falls silent.
func rawAnswers(t *testing.T, url, raw string) (statuses []int) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // test
	go func() { _, _ = io.WriteString(conn, raw) }()
	_ = conn.SetReadDeadline(time.Now().Add(2 * time.Second))
	for r := bufio.NewReader(conn); ; {
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			return statuses
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		statuses = append(statuses, res.StatusCode)
		_ = conn.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
	}
}

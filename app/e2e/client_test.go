package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"

	"imglink/app/web/api"
	"imglink/app/web/kit"
)

// answer is a response that was read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send does a request and reads the answer; a broken connection is an error.
func send(c *http.Client, method, url string, body io.Reader, header ...string) (answer, error) {
	req, err := http.NewRequest(method, url, body)
	if err != nil {
		return answer{}, err
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := c.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close() //nolint:errcheck // read to its end below
	b, err := io.ReadAll(res.Body)
	return answer{status: res.StatusCode, header: res.Header, body: b}, err
}

// ask is send on a connection of its own for requests that must be answered.
func ask(t testing.TB, method, url string, body io.Reader, header ...string) answer {
	t.Helper()
	a, err := send(quick, method, url, body, header...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	return a
}

// problem reads an error answer of the API.
func (a answer) problem(t testing.TB) kit.Problem {
	t.Helper()
	var p kit.Problem
	if ct := a.header.Get("Content-Type"); ct != "application/problem+json" {
		t.Errorf("status %d with type %q instead of a problem: %.200s", a.status, ct, a.body)
		return p
	}
	if err := json.Unmarshal(a.body, &p); err != nil {
		t.Errorf("problem: %v: %s", err, a.body)
	}
	if p.Status != a.status || p.RequestID == "" || p.Detail == "" || p.Code == "" || !strings.HasSuffix(p.Type, "#"+p.Code) {
		t.Errorf("incomplete problem for status %d: %s", a.status, a.body)
	}
	return p
}

// images reads the API's answer to an upload.
func (a answer) images() ([]api.Image, error) {
	var out struct{ Images []api.Image }
	if a.status != http.StatusCreated {
		return nil, fmt.Errorf("status %d: %.300s", a.status, a.body)
	}
	err := json.Unmarshal(a.body, &out)
	return out.Images, err
}

// upload sends files and demands that they are accepted.
func upload(t testing.TB, base string, files ...[]byte) []api.Image {
	t.Helper()
	body, kind := formOf(files...)
	imgs, err := ask(t, "POST", base+"/api/v1/images", bytes.NewReader(body), "Content-Type", kind).images()
	if err != nil || len(imgs) != len(files) {
		t.Fatalf("upload of %d files gave %d: %v", len(files), len(imgs), err)
	}
	return imgs
}

// part is one part of a multipart body.
type part struct {
	name, file string
	body       []byte
	header     textproto.MIMEHeader
}

// multipartOf encodes parts and gives the body with its Content-Type.
func multipartOf(parts ...part) ([]byte, string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		h := textproto.MIMEHeader{}
		for k, v := range p.header {
			h[k] = v
		}
		disposition := fmt.Sprintf(`form-data; name="%s"`, p.name)
		if p.file != "" {
			disposition += fmt.Sprintf(`; filename="%s"`, strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(p.file))
		}
		h.Set("Content-Disposition", disposition)
		pw, _ := w.CreatePart(h)
		_, _ = pw.Write(p.body)
	}
	_ = w.Close()
	return b.Bytes(), w.FormDataContentType()
}

// formOf puts files into the field "file".
func formOf(files ...[]byte) ([]byte, string) {
	parts := make([]part, len(files))
	for i, f := range files {
		parts[i] = part{name: "file", file: fmt.Sprintf("picture-%d", i), body: f}
	}
	return multipartOf(parts...)
}

// bodyOnly hides a reader's length, so that it is sent chunked.
type bodyOnly struct{ io.Reader }

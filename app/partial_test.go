package app_test

import (
	"bytes"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"testing"

	"imglink/app/apptest"
)

// Without a script, one bad file among good ones costs only itself: the page shows the links of the others and what was
// wrong with it.
func TestFormKeepsGoodFiles(t *testing.T) {
	in := apptest.New(t)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	home, err := client.Get(in.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(home.Body)
	_ = home.Body.Close()
	token := regexp.MustCompile(`name="_csrf" value="([^"]+)"`).FindSubmatch(page)
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_ = w.WriteField("_csrf", string(token[1]))
	for _, name := range []string{"good.jpg", "notes.jpg", "fine.jpg"} {
		part, _ := w.CreateFormFile("file", name)
		if name == "notes.jpg" {
			_, _ = part.Write([]byte("These are notes."))
			continue
		}
		_ = jpeg.Encode(part, gradient(), nil)
	}
	_ = w.Close()
	resp, err := client.Post(in.URL+"/upload", w.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, _ := io.ReadAll(resp.Body)
	text := string(answer)
	if resp.StatusCode != http.StatusCreated || !strings.Contains(text, "good.jpg") || !strings.Contains(text, "fine.jpg") || strings.Count(text, "/delete/") != 2 {
		t.Errorf("the good files must be kept with their delete links: %d", resp.StatusCode)
	}
	if !strings.Contains(text, "There is a problem") || !strings.Contains(text, "notes") {
		t.Error("the bad file must be named")
	}
}

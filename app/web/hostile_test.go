package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"imglink/app/apptest"
)

// What is no text, or cannot be seen, is refused or dropped wherever programs write: never an error of ours, and never a
// description that reads in another order than it is stored in.
func TestProgramsCannotStoreWhatIsNoText(t *testing.T) {
	in := apptest.New(t, apptest.Idle())
	user := in.Account(t)
	auth := []string{"Authorization", "Bearer " + in.Token(t, user)}
	for text, want := range map[string]string{
		"a\x00b": "ab", "a\xffb": "a\ufffdb", "\u202egnp.exe": "gnp.exe", "two\r\nlines ": "two\nlines", strings.Repeat("ü", 2000): strings.Repeat("ü", 2000),
	} {
		body, kind := picture(t, "file", "description", text)
		res, answer := send(t, in.URL+"/api/v1/images", "POST", body, append([]string{"Content-Type", kind}, auth...)...)
		var out struct {
			Images []struct{ Description string }
		}
		if err := json.Unmarshal([]byte(answer), &out); err != nil || res.StatusCode != http.StatusCreated || len(out.Images) != 1 || out.Images[0].Description != want {
			t.Errorf("%.20q: %d %.200s", text, res.StatusCode, answer)
		}
	}
	for name, text := range map[string]string{"description": strings.Repeat("ü", 2001), "album_id": "\x00"} {
		body, kind := picture(t, "file", name, text)
		if res, answer := send(t, in.URL+"/api/v1/images", "POST", body, append([]string{"Content-Type", kind}, auth...)...); res.StatusCode/100 != 4 {
			t.Errorf("%s: %d %.200s", name, res.StatusCode, answer)
		}
	}
	asJSON := append([]string{"Content-Type", "application/json"}, auth...)
	_, album := send(t, in.URL+"/api/v1/albums", "POST", strings.NewReader(`{"title":"a"}`), asJSON...)
	var a struct{ ID string }
	if err := json.Unmarshal([]byte(album), &a); err != nil {
		t.Fatal(err)
	}
	if res, answer := send(t, in.URL+"/api/v1/albums/"+a.ID+"/images", "POST", strings.NewReader(`{"ids":["\u0000"]}`), asJSON...); res.StatusCode != http.StatusBadRequest || problemCode(t, answer) != "text_malformed" {
		t.Errorf("%d %s", res.StatusCode, answer)
	}
}

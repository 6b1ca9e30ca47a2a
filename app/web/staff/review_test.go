package staff_test

import (
	"net/url"
	"strings"
	"testing"
)

func TestQueueShowsSafePicturesOnly(t *testing.T) {
	d := newDesk(t)
	img := d.upload(1, "guestAAAAAAA")
	id := d.report(img, d.reason(3), "This shows my front door.", "ines@example.org")
	p := d.as("moderator").get("/staff/reports")
	if p.StatusCode != 200 || !strings.Contains(p.body, `id="row-`+id+`"`) {
		t.Fatalf("the queue answered %d without the case", p.StatusCode)
	}
	if !strings.Contains(p.body, "/staff/safe/"+img) || strings.Contains(p.body, "/i/"+img) || strings.Contains(p.body, "/staff/original/") {
		t.Error("the queue must link the safe rendition and nothing else")
	}
	if strings.Contains(p.body, "ines@example.org") {
		t.Error("the queue names a reporter")
	}
	safe := d.as("moderator").get("/staff/safe/" + img)
	if safe.StatusCode != 200 || safe.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("safe rendition: %d %s", safe.StatusCode, safe.Header.Get("Content-Type"))
	}
	if got := d.as("moderator").get("/staff/safe/AAAAAAAAAAAA"); got.StatusCode != 404 || !strings.HasPrefix(got.body, "<svg") {
		t.Errorf("an unknown picture answers %d %.20q, want the placeholder with 404", got.StatusCode, got.body)
	}
	if got := d.as("admin").get("/staff/safe/" + img); got.StatusCode != 403 {
		t.Errorf("an admin sees no content, got %d", got.StatusCode)
	}
	_ = url.Values{}
}

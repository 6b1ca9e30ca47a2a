package staff_test

import (
	"strings"
	"testing"

	"imglink/static"
)

// A full page of the queue, everything it needs included, stays under 200 kB compressed; its own part stays small.
func TestQueueWeight(t *testing.T) {
	d := newDesk(t)
	var pictures int
	for i := range 31 {
		d.report(d.upload(i, "guestAAAAAAA"), d.reason(3), "This is me, and I did not agree to it.", "")
	}
	m := d.as("moderator")
	page := m.get("/staff/reports", "Accept-Encoding", "gzip")
	if page.Header.Get("Content-Encoding") != "gzip" || len(page.body) > 12_000 {
		t.Errorf("the page alone weighs %d bytes (%s), want under 12 kB", len(page.body), page.Header.Get("Content-Encoding"))
	}
	total := len(page.body)
	plain := m.get("/staff/reports")
	for _, src := range strings.Split(plain.body, `src="/staff/safe/`)[1:] {
		id, _, _ := strings.Cut(src, `"`)
		pictures += len(m.get("/staff/safe/" + id).body)
	}
	total += pictures
	for _, name := range []string{"staff.css", "staff.js", "htmx.js", "icons.svg", "inter-latin-wght-normal.woff2"} {
		f, ok := static.Lookup(strings.TrimPrefix(static.Asset(name), static.Prefix))
		if !ok {
			t.Fatalf("no %s", name)
		}
		if f.Gzip != nil {
			total += len(f.Gzip)
		} else {
			total += len(f.Data)
		}
	}
	t.Logf("page %d, pictures %d, in all %d bytes", len(page.body), pictures, total)
	if total > 200_000 {
		t.Errorf("the queue weighs %d bytes with everything", total)
	}
	if n := strings.Count(plain.body, `<li id="row-`); n != 30 || !strings.Contains(plain.body, `rel="next"`) {
		t.Errorf("%d rows, want 30 and a next page", n)
	}
}

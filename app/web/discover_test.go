package web_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"imglink/app/apptest"
)

// addAlbums adds public albums without the pages that make them.
func addAlbums(t *testing.T, in *apptest.Instance, n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), in.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // test
	for _, sql := range []string{
		`SET session_replication_role = replica`,
		`INSERT INTO users (id, username, email, password_hash, state, webauthn_handle, age_confirmed_at, policy_version, created_at, updated_at)
			SELECT s, s, s || '@example.org', '', s, s::bytea, now(), '1', now(), now() FROM unnest(ARRAY['active', 'suspended']) s ON CONFLICT DO NOTHING`,
		fmt.Sprintf(`INSERT INTO albums (id, user_id, title, visibility, images, created_at, updated_at)
			SELECT 'p' || n, 'active', 't', 'public', 1, now(), now() FROM generate_series(1, %d) n`, n),
		`INSERT INTO albums (id, user_id, title, visibility, images, created_at, updated_at) VALUES
			('hidden', 'active', 't', 'unlisted', 1, now(), now()), ('own', 'active', 't', 'private', 1, now(), now()),
			('empty', 'active', 't', 'public', 0, now(), now()), ('closed', 'suspended', 't', 'public', 1, now(), now())`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

// locations are the addresses of a sitemap or of an index, without the site's.
func locations(t *testing.T, in *apptest.Instance, path string) (kind string, out []string) {
	t.Helper()
	res, body := fetch(t, in, asker{}, "GET", path, "*/*")
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "application/xml") {
		t.Fatalf("%s: %d %s", path, res.StatusCode, res.Header.Get("Content-Type"))
	}
	var doc struct {
		XMLName xml.Name
		Entries []struct {
			Loc string `xml:"loc"`
		} `xml:",any"`
	}
	if err := xml.Unmarshal([]byte(body), &doc); err != nil || doc.XMLName.Space != "http://www.sitemaps.org/schemas/sitemap/0.9" {
		t.Fatalf("%s: %v %v", path, doc.XMLName, err)
	}
	for _, e := range doc.Entries {
		if !strings.HasPrefix(e.Loc, in.URL+"/") {
			t.Errorf("%s names %s", path, e.Loc)
		}
		out = append(out, strings.TrimPrefix(e.Loc, in.URL))
	}
	return doc.XMLName.Local, out
}

// A sitemap holds the pages and the albums that everybody may find, and nothing else.
func TestSitemap(t *testing.T) {
	in := apptest.New(t)
	addAlbums(t, in, 3)
	kind, got := locations(t, in, "/sitemap.xml")
	want := []string{"/", "/help", "/privacy", "/terms"}
	if kind != "urlset" || strings.Join(got[:4], " ") != strings.Join(want, " ") {
		t.Errorf("%s %v", kind, got)
	}
	if !strings.HasSuffix(strings.Join(got, " "), " /a/p1 /a/p2 /a/p3") {
		t.Errorf("albums: %v", got)
	}
	for _, path := range []string{"/sitemap/albums-x.xml", "/sitemap/albums--1.xml", "/sitemap/else.xml"} {
		if res, _ := fetch(t, in, asker{}, "GET", path, "*/*"); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

// More addresses than one file may hold come in parts that join without a gap.
func TestSitemapIndex(t *testing.T) {
	in := apptest.New(t)
	addAlbums(t, in, 50_001)
	kind, parts := locations(t, in, "/sitemap.xml")
	if kind != "sitemapindex" || len(parts) != 3 {
		t.Fatalf("%s %v", kind, parts)
	}
	seen := map[string]bool{}
	for _, part := range parts {
		_, list := locations(t, in, part)
		if len(list) > 50_000 {
			t.Errorf("%s has %d entries", part, len(list))
		}
		for _, at := range list {
			if seen[at] {
				t.Fatalf("%s stands twice", at)
			}
			seen[at] = true
		}
	}
	if !seen["/a/p1"] || !seen["/a/p50001"] || seen["/a/hidden"] || seen["/a/closed"] {
		t.Error("other albums")
	}
}

func TestWellKnown(t *testing.T) {
	in := apptest.New(t)
	_, body := fetch(t, in, asker{}, "GET", "/.well-known/security.txt", "*/*")
	var expires time.Time
	for line := range strings.Lines(body) {
		if v, ok := strings.CutPrefix(line, "Expires: "); ok {
			var err error
			if expires, err = time.Parse(time.RFC3339, strings.TrimSpace(v)); err != nil {
				t.Error(err)
			}
		}
	}
	if left := expires.Sub(in.Clock.Now()); !strings.HasPrefix(body, "Contact: mailto:") || left < 90*24*time.Hour || left > 365*24*time.Hour {
		t.Errorf("%s", body)
	}
	_, body = fetch(t, in, asker{}, "GET", "/robots.txt", "*/*")
	for _, want := range []string{"User-agent: *\nAllow: /$\nAllow: /help\n", "\nDisallow: /\n", "Sitemap: " + in.URL + "/sitemap.xml"} {
		if !strings.Contains(body, want) {
			t.Errorf("robots.txt lacks %q:\n%s", want, body)
		}
	}
}

// What is shared from another app is never stored, whoever sends it, and the worker keeps no page but the offline one.
func TestTheInstalledApp(t *testing.T) {
	in := apptest.New(t)
	body, kind := picture(t, "file")
	if a := ask(t, in, asker{}, "POST", "/share", body, "Content-Type", kind, "Sec-Fetch-Site", "none"); a.status != http.StatusSeeOther || a.location != "/share" {
		t.Errorf("%+v", a)
	}
	if imgs, err := in.Store.ImagesByNumbers(t.Context(), []int64{1}); err != nil || len(imgs) > 0 {
		t.Errorf("stored: %v %v", imgs, err)
	}
	res, script := fetch(t, in, asker{}, "GET", "/sw.js", "*/*")
	if res.Header.Get("Cache-Control") != "no-cache" || !strings.HasPrefix(script, `self.SHELL={"files":["/static/app-`) {
		t.Errorf("%v %.200s", res.Header, script)
	}
	res, page := fetch(t, in, asker{}, "GET", "/offline", "text/html")
	if len(res.Cookies()) > 0 || strings.Contains(page, "_csrf") || strings.Contains(page, "<form") {
		t.Errorf("the offline page is not the same for everybody: %v", res.Cookies())
	}
}

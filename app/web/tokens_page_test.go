package web_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"imglink/app/apptest"
	"imglink/app/ident"
	"imglink/app/tokens"
)

// visit is a page as the holder of an account sees it, with the cookies it sets.
func visit(t *testing.T, in *apptest.Instance, user ident.Token, path string) (doc *goquery.Document, cookies string) {
	t.Helper()
	res, body := send(t, in.URL+path, "GET", nil, "Cookie", "imglink_user="+string(user))
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s", path, res.StatusCode, body)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	cookies = "imglink_user=" + string(user)
	for _, c := range res.Cookies() {
		cookies += "; " + c.Name + "=" + c.Value
	}
	return doc, cookies
}

// post sends a form of a page as a browser without scripts does.
func post(t *testing.T, in *apptest.Instance, doc *goquery.Document, cookies, path string, fields url.Values) (*http.Response, string) {
	t.Helper()
	fields.Set("_csrf", doc.Find(`input[name="_csrf"]`).First().AttrOr("value", ""))
	return send(t, in.URL+path, "POST", strings.NewReader(fields.Encode()), "Cookie", cookies, "Content-Type", "application/x-www-form-urlencoded")
}

var aToken = regexp.MustCompile(tokens.Pattern)

// A token is made with a form, shown once, works as it was made, and is revoked with a button: no script is needed.
func TestTokensAreMadeShownOnceAndRevoked(t *testing.T) {
	in := apptest.New(t, apptest.Idle())
	user := signInUser(t, in)
	doc, cookies := visit(t, in, user, "/settings/tokens")
	res, body := post(t, in, doc, cookies, "/settings/tokens", url.Values{"name": {"My <script>"}, "scopes": {"images:read", "account:read"}, "days": {"30"}})
	token := aToken.FindString(body)
	if res.StatusCode != http.StatusCreated || token == "" || res.Header.Get("Cache-Control") != "no-store" || strings.Contains(body, "<script>My") {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
	if res, body := send(t, in.URL+"/api/v1/account", "GET", nil, bearer(token)...); res.StatusCode != http.StatusOK || !strings.Contains(body, `"scopes":["images:read","account:read"]`) {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	doc, cookies = visit(t, in, user, "/settings/tokens")
	page := doc.Text()
	if aToken.MatchString(page) || !strings.Contains(page, token[:8]) || !strings.Contains(page, "My <script>") {
		t.Errorf("the list: %s", page)
	}
	revoke, found := doc.Find(`form[action$="/revoke"]`).Attr("action")
	if !found {
		t.Fatal("no way to revoke it")
	}
	if res, body := post(t, in, doc, cookies, revoke, url.Values{}); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
	if res, _ := send(t, in.URL+"/api/v1/account", "GET", nil, bearer(token)...); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a revoked token answers %d", res.StatusCode)
	}
}

// What is wrong is said beside the field, and what was typed stays.
func TestARefusedTokenFormKeepsWhatWasTyped(t *testing.T) {
	in := apptest.New(t, apptest.Idle())
	doc, cookies := visit(t, in, signInUser(t, in), "/settings/tokens")
	res, body := post(t, in, doc, cookies, "/settings/tokens", url.Values{"name": {"Backup"}, "days": {"30"}})
	again, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusUnprocessableEntity || again.Find("#name").AttrOr("value", "") != "Backup" || again.Find("#scopes-error").Length() != 1 ||
		again.Find(`a[href="#scopes"]`).Length() != 1 || !strings.HasPrefix(again.Find("title").Text(), "Error") {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}

// Somebody else's token is not there to be revoked.
func TestNobodyRevokesTheTokensOfOthers(t *testing.T) {
	in := apptest.New(t, apptest.Idle())
	user := signInUser(t, in)
	other := in.Account(t)
	token := in.Token(t, other)
	list, err := in.Tokens.List(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	doc, cookies := visit(t, in, user, "/settings/tokens")
	if res, _ := post(t, in, doc, cookies, "/settings/tokens/"+list[0].ID+"/revoke", url.Values{}); res.StatusCode != http.StatusNotFound {
		t.Errorf("%d", res.StatusCode)
	}
	if res, _ := send(t, in.URL+"/api/v1/account", "GET", nil, bearer(token)...); res.StatusCode != http.StatusOK {
		t.Errorf("it stopped working: %d", res.StatusCode)
	}
}

// ShareX's files name this instance, and what they say works: an upload by the file's own words, links from its answer.
func TestShareXFilesWork(t *testing.T) {
	in := apptest.New(t, apptest.Idle())
	doc, cookies := visit(t, in, signInUser(t, in), "/settings/tokens")
	_, own := post(t, in, doc, cookies, "/settings/tokens/sharex", url.Values{})
	res, guest := send(t, in.URL+"/developers/sharex.sxcu", "GET", nil)
	if !strings.Contains(res.Header.Get("Content-Disposition"), ".sxcu") {
		t.Errorf("%v", res.Header)
	}
	for who, file := range map[string]string{"own": own, "guest": guest} {
		var c struct {
			RequestMethod, RequestURL, FileFormName, URL, DeletionURL, ErrorMessage string
			Headers                                                                 map[string]string
		}
		if err := json.Unmarshal([]byte(file), &c); err != nil {
			t.Fatalf("%v: %s", err, file)
		}
		if (who == "own") != (aToken.FindString(c.Headers["Authorization"]) != "") || c.DeletionURL == "" || c.ErrorMessage != "{json:detail}" {
			t.Errorf("%s: %s", who, file)
		}
		body, kind := picture(t, c.FileFormName)
		header := []string{"Content-Type", kind}
		for k, v := range c.Headers {
			header = append(header, k, v)
		}
		if res, answer := send(t, c.RequestURL, c.RequestMethod, body, header...); res.StatusCode != http.StatusCreated || !strings.Contains(answer, `"delete_url"`) {
			t.Errorf("%s: %d %s", who, res.StatusCode, answer)
		}
	}
}

// The script for the terminal uploads what it is called with.
func TestTheScriptUploads(t *testing.T) {
	in := apptest.New(t, apptest.Idle())
	_, script := send(t, in.URL+"/developers/imglink.sh", "GET", nil)
	dir := t.TempDir()
	file, picture, b := filepath.Join(dir, "a.png"), &bytes.Buffer{}, &strings.Builder{}
	if err := png.Encode(picture, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, picture.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-s", "--", file)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(script), b, b
	if err := cmd.Run(); err != nil || !strings.Contains(b.String(), in.URL+"/i/") || !strings.Contains(b.String(), in.URL+"/delete/") {
		t.Errorf("%v: %s", err, b)
	}
}

// The page shows this instance's own address, every operation and every code.
func TestTheDevelopersPageIsComplete(t *testing.T) {
	in := apptest.New(t, apptest.Idle())
	_, body := send(t, in.URL+"/developers", "GET", nil)
	for _, want := range []string{in.URL + "/api/v1/images", "/api/v1/albums/{id}/images/{image}", "albums:write", `id="rate_limited"`, `id="scope_missing"`, "cheveretoHost", "sharex.sxcu", "openapi.json"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q on the page", want)
		}
	}
}

// A session left open for long makes no token until its holder has confirmed who they are.
func TestTokensNeedARecentConfirmation(t *testing.T) {
	in := apptest.New(t, apptest.Idle())
	user := signInUser(t, in)
	in.Clock.Advance(time.Hour)
	doc, cookies := visit(t, in, user, "/settings/tokens")
	if doc.Find(`main a[href^="/settings/confirm"]`).Length() != 1 {
		t.Error("the page does not say that a confirmation is due")
	}
	for path, fields := range map[string]url.Values{"/settings/tokens": {"name": {"x"}, "scopes": {"images:read"}, "days": {"30"}}, "/settings/tokens/sharex": {}} {
		res, body := post(t, in, doc, cookies, path, fields)
		if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/settings/confirm?") || aToken.MatchString(body) {
			t.Errorf("%s: %d to %q", path, res.StatusCode, to)
		}
	}
	if doc, _ = visit(t, in, user, "/settings/tokens"); !strings.Contains(doc.Text(), "You have no tokens yet.") {
		t.Error("a token was made")
	}
}

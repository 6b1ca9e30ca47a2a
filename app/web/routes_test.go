package web_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/pquerna/otp/totp"

	"imglink/app/accounts"
	"imglink/app/actor"
	"imglink/app/apptest"
	"imglink/app/ident"
	"imglink/app/web"
	"imglink/app/web/api"
	"imglink/app/web/compat"
	"imglink/app/web/developer"
	"imglink/app/web/gallery"
	"imglink/app/web/kit"
	"imglink/app/web/public"
	"imglink/app/web/staff"
	"imglink/app/web/tus"
	"imglink/app/web/user"
)

func TestMain(m *testing.M) { apptest.Main(m) }

var update = flag.Bool("update", false, "write the golden matrix anew")

// table is the route table without anything behind it.
func table() []kit.Route {
	return web.Routes(web.Handlers{
		Public: &public.Handlers{}, API: &api.Handlers{}, System: &web.System{}, Staff: &staff.Handlers{}, Account: &staff.Account{},
		Discover: &web.Discover{}, Compat: &compat.Handlers{}, Gallery: &gallery.Handlers{}, Tus: &tus.Handlers{}, User: &user.Handlers{}, Dev: &developer.Handlers{},
	})
}

// What Fiber answers is what the table says, in its order, and nothing else; GET stands for HEAD too.
func TestTheTableIsWhatIsRegistered(t *testing.T) {
	var want []string
	for _, r := range table() {
		want = append(want, r.Method+" "+r.Path)
		if r.Method == http.MethodGet {
			want = append(want, "HEAD "+r.Path)
		}
	}
	var got []string
	for _, r := range web.New(&kit.Kit{}, table()).GetRoutes(true) {
		got = append(got, r.Method+" "+r.Path)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(slices.Compact(want), got) {
		t.Errorf("registered:\n%s\nin the table:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestRoutesWithoutAPermissionPanic(t *testing.T) {
	do := func(*kit.Ctx) error { return nil }
	for name, r := range map[string]kit.Route{
		"permission": {Method: "GET", Path: "/x", Name: "x", Do: do},
		"name":       {Method: "GET", Path: "/x", Needs: actor.Public, Do: do},
		"handler":    {Method: "GET", Path: "/x", Name: "x", Needs: actor.Public},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a route without a %s must not start", name)
				}
			}()
			(&kit.Kit{}).Mount(fiber.New(), []kit.Route{r})
		}()
	}
}

// Staff pages are for staff: of what lies below /staff only what leads in is public.
func TestStaffRoutesAreNotPublic(t *testing.T) {
	leadIn := []string{"staff.signin", "staff.setup"}
	for _, r := range table() {
		if strings.HasPrefix(r.Path, "/staff") && r.Needs == actor.Public && !slices.Contains(leadIn, r.Name) {
			t.Errorf("%s %s is public", r.Method, r.Path)
		}
		if r.Needs != actor.Public && !strings.HasPrefix(r.Path, "/staff") && r.Needs != actor.UserSignIn && !actor.User("u").Can(r.Needs) {
			t.Errorf("%s %s needs %s and lies outside /staff, where no session of staff is looked at", r.Method, r.Path, r.Needs)
		}
		if strings.HasPrefix(r.Path, "/staff") && actor.User("u").Can(r.Needs) && r.Needs != actor.Public {
			t.Errorf("%s %s needs %s, which is a right of people, not of staff", r.Method, r.Path, r.Needs)
		}
	}
}

// asker is somebody who sends requests.
type asker struct {
	name    string
	session ident.Token // of staff
	user    ident.Token // of the holder of an account
}

const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

const password = "vivid kettle 92 marmalade orbit"

func signIn(t *testing.T, in *apptest.Instance, role actor.Role, half bool) ident.Token {
	t.Helper()
	email := ident.Public() + "@example.org"
	if _, err := in.Accounts.Add(t.Context(), accounts.AddInput{Email: email, Name: "Ada Lovelace", Role: role, Password: password, TOTPSecret: secret}); err != nil {
		t.Fatal(err)
	}
	first, err := in.Accounts.SignIn(t.Context(), accounts.Attempt{Email: email, Password: password, Origin: accounts.Origin{Network: "192.0.2.9"}})
	if err != nil {
		t.Fatal(err)
	}
	if half {
		return first.Token
	}
	who, err := in.Accounts.Resolve(t.Context(), first.Token)
	if err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCode(secret, in.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	full, err := in.Accounts.WithTOTP(t.Context(), who, code)
	if err != nil {
		t.Fatal(err)
	}
	return full.Token
}

func signInUser(t *testing.T, in *apptest.Instance) ident.Token {
	t.Helper()
	_, browser := in.SignedInUser(t)
	at, err := url.Parse(in.URL)
	if err != nil {
		t.Fatal(err)
	}
	return ident.Token(browser.Jar.Cookies(at)[0].Value)
}

// path fills a route's parameters with ids that nothing has.
func path(r kit.Route) string {
	p := strings.NewReplacer(":id.:ext", strings.Repeat("a", 16)+".png", ":token", strings.Repeat("b", 43), ":name", "none.css", ":image", strings.Repeat("c", 16)).Replace(r.Path)
	if strings.HasPrefix(r.Path, "/staff/audit/:id") {
		return strings.ReplaceAll(p, ":id", "999999")
	}
	return strings.ReplaceAll(p, ":id", strings.Repeat("a", 16))
}

var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: 30 * time.Second}

type answer struct {
	status   int
	code     string // of a problem
	location string
}

func ask(t *testing.T, in *apptest.Instance, who asker, method, path string, body io.Reader, header ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, in.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if who.session != "" {
		req.Header.Set("Cookie", "imglink_session="+string(who.session))
	}
	if who.user != "" {
		req.Header.Set("Cookie", "imglink_user="+string(who.user))
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	a := answer{status: res.StatusCode, location: res.Header.Get("Location")}
	if method != http.MethodHead && strings.HasPrefix(res.Header.Get("Content-Type"), "application/problem+json") {
		var p kit.Problem
		if err := json.NewDecoder(res.Body).Decode(&p); err != nil {
			t.Fatal(err)
		}
		a.code = p.Code
	}
	return a
}

// allowed sends a request and tells how it is met: "yes", "no" to staff who may not, "in" to those who must sign in. A
// form is sent without a token: who is let in is then refused for that, which each time is checked as well.
func allowed(t *testing.T, in *apptest.Instance, who asker, r kit.Route) string {
	t.Helper()
	if r.Method == http.MethodGet {
		return allowedGet(t, in, who, r)
	}
	if r.API && r.Needs == actor.Public {
		return "yes"
	}
	body, kind := io.Reader(nil), "application/x-www-form-urlencoded"
	if r.Body == kit.StreamBody {
		body, kind = picture(t, "files")
	}
	a := ask(t, in, who, r.Method, path(r), body, "Accept", "application/json", "Content-Type", kind)
	switch {
	case a.status == http.StatusForbidden && a.code == "csrf":
		return "yes"
	case a.status == http.StatusForbidden && a.code == "forbidden":
		return "no"
	case a.status == http.StatusUnauthorized:
		return "in"
	}
	t.Errorf("%s: %s %s without a token: %+v, want 403", who.name, r.Method, r.Path, a)
	return "?"
}

func allowedGet(t *testing.T, in *apptest.Instance, who asker, r kit.Route) string {
	t.Helper()
	get, head := ask(t, in, who, http.MethodGet, path(r), nil, "Accept", "text/html"), ask(t, in, who, http.MethodHead, path(r), nil, "Accept", "text/html")
	toSignIn := strings.HasPrefix(get.location, "/staff/sign-in?next=") || strings.HasPrefix(get.location, "/sign-in?next=")
	if head.status != get.status && !(toSignIn && head.status == http.StatusUnauthorized) {
		t.Errorf("%s: HEAD %s is %d, GET %d", who.name, r.Path, head.status, get.status)
	}
	switch {
	case toSignIn, get.status == http.StatusUnauthorized:
		return "in"
	case get.status == http.StatusForbidden:
		return "no"
	case get.status >= 500:
		t.Errorf("%s: GET %s: %+v", who.name, r.Path, get)
		return "?"
	}
	return "yes"
}

func picture(t *testing.T, field string, texts ...string) (body *bytes.Buffer, kind string) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for i := 0; i < len(texts); i += 2 {
		if err := w.WriteField(texts[i], texts[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile(field, "a.png")
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(part, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return body, w.FormDataContentType()
}

// The matrix of every route and everybody, by real requests. A change of it is a change of who may do what: look at the
// difference, then run with -update.
func TestWhoReachesWhat(t *testing.T) {
	in := apptest.New(t, apptest.Env("IMGLINK_REPORTS_PER_HOUR=1000"))
	askers := []string{"guest", "user", "half"}
	for _, r := range actor.Roles {
		askers = append(askers, string(r))
	}
	routes := table()
	cells := make([][]string, len(routes))
	for _, name := range askers {
		who := asker{name: name}
		switch name {
		case "guest":
		case "user":
			who.user = signInUser(t, in)
		case "half":
			who.session = signIn(t, in, actor.Lead, true)
		default:
			who.session = signIn(t, in, actor.Role(name), false)
		}
		for i, r := range routes {
			cells[i] = append(cells[i], allowed(t, in, who, r))
		}
		in.Clock.Advance(61 * time.Minute) // every limit begins anew
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%-66s %-20s %s\n", "route", "needs", strings.Join(askers, " "))
	for i, r := range routes {
		fmt.Fprintf(&out, "%-66s %-20s", r.Method+" "+r.Path, r.Needs)
		for j, cell := range cells[i] {
			fmt.Fprintf(&out, " %-*s", len(askers[j]), cell)
		}
		out.WriteString("\n")
		if strings.HasPrefix(r.Path, "/staff") && r.Needs != actor.Public && cells[i][0] != "in" {
			t.Errorf("a guest reaches %s %s", r.Method, r.Path)
		}
	}
	golden(t, "testdata/who_reaches_what.txt", regexp.MustCompile(` +\n`).ReplaceAllString(out.String(), "\n"))
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; now:\n%s", file, got)
	}
}

// A program's request needs no token, so that what a browser sends from elsewhere must be refused, and no cookie counts.
func TestAPIIsOfNoUseFromOtherSites(t *testing.T) {
	in := apptest.New(t)
	guest := ident.Public()
	for _, r := range table() {
		if !r.API || r.Method == http.MethodGet || r.Method == http.MethodOptions || r.Fail != nil { // package compat tests those with errors of their own
			continue
		}
		for _, h := range [][]string{{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}} {
			var body io.Reader
			kind := ""
			if r.Body != 0 {
				body, kind = picture(t, "file")
			}
			a := ask(t, in, asker{}, r.Method, path(r), body, "Content-Type", kind, h[0], h[1])
			needsToken := r.Needs != actor.Public && a.status == http.StatusUnauthorized
			if !needsToken && (a.status != http.StatusForbidden || a.code != "csrf") {
				t.Errorf("%s %s with %s: %+v", r.Method, r.Path, h, a)
			}
		}
	}
	body, kind := picture(t, "file")
	if a := ask(t, in, asker{}, http.MethodPost, "/api/v1/images", body, "Content-Type", kind, "Cookie", "imglink_guest="+guest); a.status != http.StatusCreated {
		t.Fatalf("a plain upload: %+v", a)
	}
	img := only(t, in)
	if img == guest || img == "" {
		t.Errorf("the upload belongs to %q: a cookie without a token must not count", img)
	}
}

// only is the uploader of the one image there is.
func only(t *testing.T, in *apptest.Instance) string {
	t.Helper()
	imgs, err := in.Store.ImagesByNumbers(t.Context(), []int64{1})
	if err != nil || len(imgs) != 1 {
		t.Fatalf("%d images, %v", len(imgs), err)
	}
	return imgs[0].Uploader
}

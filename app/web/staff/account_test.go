package staff_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
	"github.com/pquerna/otp/totp"
	"golang.org/x/crypto/bcrypt"

	"imglink/app/accounts"
	"imglink/app/actor"
	"imglink/app/clock"
	"imglink/app/fault"
	"imglink/app/keyring"
	"imglink/app/testdb"
	"imglink/app/web"
	"imglink/app/web/api"
	"imglink/app/web/kit"
	"imglink/app/web/public"
	"imglink/app/web/staff"
	"imglink/models"
	"imglink/views/layout"
)

const (
	accountPassword = "vivid kettle 92 marmalade orbit"
	accountSecret   = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
)

// door is the sign-in side alone, over a real database; browser is one visitor with a cookie jar.
type door struct {
	t     *testing.T
	app   *fiber.App
	clock *clock.Fake
	acc   *accounts.Service
}

type browser struct {
	*door
	jar map[string]string
}

func newDoor(t *testing.T) *door { return doorWith(t, nil) }

// doorWith calls after when a session was found, before the page is made.
func doorWith(t *testing.T, after func(*models.Store, kit.Principal)) *door {
	t.Helper()
	dsn, fake := testdb.Database(t), clock.NewFake(testdb.Start)
	store, err := models.Open(context.Background(), models.Options{DSN: dsn, Clock: fake, Log: testdb.Log(t), MaxConns: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	store.UseJobs(forget{})
	keys := keyring.New(strings.Repeat("k", 48))
	acc, err := accounts.New(accounts.Config{Store: store, Keys: keys, Clock: fake, BaseURL: "http://img.test", UnsafelyCheapPasswordsForTests: bcrypt.MinCost})
	if err != nil {
		t.Fatal(err)
	}
	d := &door{t: t, clock: fake, acc: acc}
	k := &kit.Kit{Base: "http://img.test", Keys: keys, Clock: fake, Log: testdb.Log(t), Limiter: store, Sessions: watched{staff.Sessions{Accounts: acc}, func(p kit.Principal) {
		if after != nil {
			after(store, p)
		}
	}}, Frame: doorFrame{}}
	d.app = web.New(k, table(&staff.Handlers{}, &staff.Account{Accounts: acc}, "staff.home"))
	return d
}

// table is the route table with a stand-in page at the named addresses, whose handlers lack what they need here.
func table(h *staff.Handlers, a *staff.Account, standIns ...string) []kit.Route {
	routes := web.Routes(web.Handlers{Public: &public.Handlers{}, API: &api.Handlers{}, System: &web.System{}, Staff: h, Account: a})
	for i, r := range routes {
		if slices.Contains(standIns, r.Name) {
			routes[i].Do = func(c *kit.Ctx) error { return c.OK(layout.Sign(layout.Page{Title: "stands in"})) }
		}
	}
	return routes
}

// watched tells of every session that was found.
type watched struct {
	staff.Sessions
	found func(kit.Principal)
}

func (w watched) Resolve(ctx context.Context, token string) (kit.Principal, error) {
	p, err := w.Sessions.Resolve(ctx, token)
	if err == nil {
		w.found(p)
	}
	return p, err
}

// A page looks a session up once: one that ends while the page is made does not end the page.
func TestSessionIsLookedUpOnce(t *testing.T) {
	end := false
	d := doorWith(t, func(store *models.Store, p kit.Principal) {
		if !end {
			return
		}
		c := models.Change{Actor: actor.System("test"), Needs: actor.Public, Action: "staff.session_revoke", Entity: "staff", ID: p.StaffID}
		if err := store.Write(t.Context(), c, func(tx *models.Tx) error { _, err := tx.RevokeSessions(models.StaffRealm, p.StaffID, ""); return err }); err != nil {
			t.Fatal(err)
		}
	})
	d.hire("ada@example.org", actor.Lead)
	b := d.visitor()
	b.signIn("ada@example.org")
	end = true
	if a := b.get("/staff/security"); a.status != 200 {
		t.Errorf("the page looked again: %d", a.status)
	}
	if a := b.get("/staff/security"); a.status == 200 {
		t.Error("the next request must find the session ended")
	}
}

type doorFrame struct{}

func (doorFrame) ErrorPage(_ *kit.Ctx, f *fault.Error) templ.Component {
	return layout.Sign(layout.Page{Title: f.Message})
}

func (d *door) hire(email string, r actor.Role) models.Staff {
	d.t.Helper()
	s, err := d.acc.Add(d.t.Context(), accounts.AddInput{Email: email, Name: "Ada Lovelace", Role: r, Password: accountPassword, TOTPSecret: accountSecret})
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

func (d *door) visitor() *browser { return &browser{d, map[string]string{}} }

// answer is what came back: status, where to, and the page.
type answer struct {
	status   int
	location string
	body     string
	doc      *goquery.Document
	header   http.Header
}

func (b *browser) do(r *http.Request) answer {
	b.t.Helper()
	for k, v := range b.jar {
		r.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	r.Host = "img.test"
	res, err := b.app.Test(r, 20_000)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // test
	raw, _ := io.ReadAll(res.Body)
	for _, c := range res.Cookies() {
		if b.jar[c.Name] = c.Value; c.MaxAge < 0 {
			delete(b.jar, c.Name)
		}
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(raw)))
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header.Get("Location"), string(raw), doc, res.Header}
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	return b.do(httptest.NewRequest("GET", path, nil))
}

// post sends a form with the token of a page that was read before.
func (b *browser) post(from answer, path string, fields ...string) answer {
	b.t.Helper()
	v := url.Values{"_csrf": {from.doc.Find("[name=_csrf]").AttrOr("value", "")}}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

func (b *browser) want(a answer, status int, location string) {
	b.t.Helper()
	if a.status != status || a.location != location {
		b.t.Fatalf("status %d to %q, want %d to %q\n%s", a.status, a.location, status, location, a.doc.Find("title, .error-summary").Text())
	}
}

func (b *browser) code() string {
	b.clock.Advance(30 * time.Second)
	c, _ := totp.GenerateCode(accountSecret, b.clock.Now())
	return c
}

func (b *browser) signIn(email string) {
	b.t.Helper()
	page := b.get("/staff/sign-in")
	b.want(b.post(page, "/staff/sign-in", "email", email, "password", accountPassword), 303, "/staff/sign-in/factor")
	page = b.get("/staff/sign-in/factor")
	b.want(b.post(page, "/staff/sign-in/factor", "method", "totp", "code", b.code()), 303, "/staff")
}

func TestSignInPages(t *testing.T) {
	d := newDoor(t)
	d.hire("ada@example.org", actor.Lead)
	b := d.visitor()
	b.want(b.get("/staff/security"), 303, "/staff/sign-in?next=%2Fstaff%2Fsecurity")

	page := b.get("/staff/sign-in?next=%2Fstaff%2Fsecurity")
	refused := b.post(page, "/staff/sign-in", "email", "ada@example.org", "password", "wrong", "next", "/staff/security")
	b.want(refused, 422, "")
	if refused.doc.Find(".error-summary a[href='#email']").Length() != 1 || refused.doc.Find("#email").AttrOr("value", "") != "ada@example.org" ||
		refused.doc.Find("#password").AttrOr("value", "") != "" || !strings.HasPrefix(refused.doc.Find("title").Text(), "Error: ") {
		t.Fatal(refused.body)
	}
	before := b.jar["imglink_session"]
	half := b.post(refused, "/staff/sign-in", "email", "ada@example.org", "password", accountPassword, "next", "/staff/security")
	b.want(half, 303, "/staff/sign-in/factor?next=%2Fstaff%2Fsecurity")
	middle := b.jar["imglink_session"]
	b.want(b.get("/staff/security"), 303, "/staff/sign-in?next=%2Fstaff%2Fsecurity") // not yet
	b.want(b.get("/staff/sign-in?next=%2Fstaff%2Fsecurity"), 303, "/staff/sign-in/factor?next=%2Fstaff%2Fsecurity")
	page = b.get("/staff/sign-in/factor?next=%2Fstaff%2Fsecurity")
	b.want(b.post(page, "/staff/sign-in/factor", "method", "totp", "code", "000000"), 422, "")
	b.want(b.post(page, "/staff/sign-in/factor", "method", "recovery", "recovery", "nonsense"), 422, "")
	b.want(b.post(page, "/staff/sign-in/factor", "method", "totp", "code", b.code(), "next", "/staff/security"), 303, "/staff/security")
	if after := b.jar["imglink_session"]; before == middle || middle == after || after == "" {
		t.Fatal("every stage needs a new token")
	}
	security := b.get("/staff/security")
	if security.status != 200 || !strings.Contains(security.doc.Find("table").Text(), "This session") {
		t.Fatal(security.status, security.body)
	}
	b.want(b.post(security, "/staff/sign-out"), 303, "/staff/sign-in")
	b.want(b.get("/staff/security"), 303, "/staff/sign-in?next=%2Fstaff%2Fsecurity")
}

// A token planted before the sign-in gains nothing, and a path elsewhere is not followed.
func TestFixationAndForeignNext(t *testing.T) {
	d := newDoor(t)
	d.hire("ada@example.org", actor.Triage)
	b := d.visitor()
	planted := strings.Repeat("a", 32)
	b.jar["imglink_session"] = planted
	page := b.get("/staff/sign-in?next=//evil.example") // takes the dead cookie back; the form must work all the same
	b.want(b.post(page, "/staff/sign-in", "email", "ada@example.org", "password", accountPassword, "next", "//evil.example"), 303, "/staff/sign-in/factor")
	page = b.get("/staff/sign-in/factor")
	b.want(b.post(page, "/staff/sign-in/factor", "code", b.code(), "next", "https://evil.example/"), 303, "/staff")
	thief := d.visitor()
	thief.jar["imglink_session"] = planted
	thief.want(thief.get("/staff"), 303, "/staff/sign-in?next=%2Fstaff&ended=1")
}

func TestLockoutPage(t *testing.T) {
	d := newDoor(t)
	b := d.visitor()
	page := b.get("/staff/sign-in")
	for range 6 {
		b.want(b.post(page, "/staff/sign-in", "email", "x@example.org", "password", "no"), 422, "")
	}
	locked := b.post(page, "/staff/sign-in", "email", "x@example.org", "password", "no")
	b.want(locked, 429, "")
	if locked.header.Get("Retry-After") != "60" || !strings.Contains(locked.doc.Find(".error-summary").Text(), "Try again in 60 seconds") {
		t.Fatal(locked.header, locked.body)
	}
}

func TestPeoplePages(t *testing.T) {
	d := newDoor(t)
	d.hire("admin@example.org", actor.Admin)
	ada := d.hire("ada@example.org", actor.Triage)
	b := d.visitor()
	b.signIn("admin@example.org")
	if page := b.get("/staff/people"); page.status != 200 || !strings.Contains(page.body, "ada@example.org") {
		t.Fatal(page.status, page.body)
	}
	form := b.get("/staff/people/invite")
	b.want(b.post(form, "/staff/people/invite", "email", "nonsense", "role", "triage"), 422, "")
	shown := b.post(form, "/staff/people/invite", "email", "new@example.org", "name", "New", "role", "moderator")
	link := regexp.MustCompile(`http://img\.test(/staff/setup/[\w-]+)`).FindStringSubmatch(shown.body)
	if shown.status != 200 || link == nil {
		t.Fatal(shown.status, shown.body)
	}
	edit := b.get("/staff/people/" + ada.ID)
	b.want(b.post(edit, "/staff/people/"+ada.ID+"/link"), 303, "/staff/people/"+ada.ID)
	if got := b.get("/staff/people/" + ada.ID); !strings.Contains(got.body, "A mail with the link is on its way") || strings.Contains(got.body, "/staff/setup/") {
		t.Fatal(got.body)
	}
	b.want(b.post(edit, "/staff/people/"+ada.ID+"/role", "role", "lead"), 303, "/staff/people/"+ada.ID)
	b.want(b.post(edit, "/staff/people/"+ada.ID+"/state", "to", "disabled"), 303, "/staff/people/"+ada.ID)
	if got := b.get("/staff/people/" + ada.ID); !strings.Contains(got.body, "The account was disabled") || !strings.Contains(got.body, "Enable the account") {
		t.Fatal(got.body)
	}
	d.clock.Advance(accounts.RecentLimit + time.Second)
	b.want(b.get("/staff/people/invite"), 303, "/staff/confirm?next=%2Fstaff%2Fpeople%2Finvite")
	b.want(b.post(edit, "/staff/people/"+ada.ID+"/role", "role", "triage"), 303, "/staff/confirm?next=%2Fstaff%2Fpeople%2F"+ada.ID)
	confirm := b.get("/staff/confirm?next=%2Fstaff%2Fpeople%2Finvite")
	if confirm.doc.Find("details").Length() != 0 {
		t.Error("a recovery code does not confirm an identity")
	}
	b.want(b.post(confirm, "/staff/sign-in/factor", "code", b.code(), "next", "/staff/people/invite"), 303, "/staff/people/invite")
	b.newcomer(d.visitor(), link[1])
}

// newcomer follows a set-up link to the first complete sign-in.
func (b *browser) newcomer(v *browser, path string) {
	b.t.Helper()
	form := v.get(path)
	v.want(v.post(form, path, "password", "short", "again", "short"), 422, "")
	v.want(v.post(form, path, "password", accountPassword, "again", accountPassword+"x"), 422, "")
	v.want(v.post(form, path, "password", accountPassword, "again", accountPassword), 303, "/staff/sign-in/app")
	v.want(v.get(path), 410, "")
	enrol := v.get("/staff/sign-in/app")
	if !strings.HasPrefix(enrol.doc.Find("img.qr").AttrOr("src", ""), "data:image/png;base64,iVBOR") {
		b.t.Fatal(enrol.body)
	}
	key := strings.ReplaceAll(enrol.doc.Find("#secret").AttrOr("value", ""), " ", "")
	code, err := totp.GenerateCode(key, v.clock.Now())
	if err != nil {
		b.t.Fatal(err)
	}
	codes := v.post(enrol, "/staff/sign-in/app", "code", code)
	if codes.status != 200 || len(strings.Fields(codes.doc.Find("#codes").Text())) != 10 || !strings.HasPrefix(codes.doc.Find("a[download]").AttrOr("href", ""), "data:text/plain") {
		b.t.Fatal(codes.status, codes.body)
	}
	v.want(v.get("/staff"), 200, "")
}

func TestOnlyAdministratorsSeePeople(t *testing.T) {
	d := newDoor(t)
	d.hire("ada@example.org", actor.Lead)
	b := d.visitor()
	b.signIn("ada@example.org")
	for _, path := range []string{"/staff/people", "/staff/people/invite"} {
		b.want(b.get(path), 403, "")
	}
	// Without a token nothing is changed, whoever asks.
	b.want(b.post(answer{doc: b.get("/staff").doc}, "/staff/security/sessions/others"), 403, "")
}

func TestSecurityPageChangesThings(t *testing.T) {
	d := newDoor(t)
	d.hire("ada@example.org", actor.Triage)
	other, b := d.visitor(), d.visitor()
	other.signIn("ada@example.org")
	b.signIn("ada@example.org")
	page := b.get("/staff/security")
	b.want(b.post(page, "/staff/security/password", "present", "wrong", "password", accountPassword+"2", "again", accountPassword+"2"), 422, "")
	b.want(b.post(page, "/staff/security/password", "present", accountPassword, "password", accountPassword+"2", "again", "x"), 422, "")
	if codes := b.post(page, "/staff/security/codes"); codes.status != 200 || len(strings.Fields(codes.doc.Find("#codes").Text())) != 10 {
		t.Fatal(codes.status, codes.body)
	}
	b.want(b.post(page, "/staff/security/password", "present", accountPassword, "password", accountPassword+"2", "again", accountPassword+"2"), 303, "/staff/security")
	other.want(other.get("/staff"), 303, "/staff/sign-in?next=%2Fstaff&ended=1")
	if page = b.get("/staff/security"); page.status != 200 || !strings.Contains(page.body, "The password was changed") {
		t.Fatal(page.status, page.body)
	}
	b.want(b.get("/staff/sign-in/app"), 200, "")

	begin := httptest.NewRequest("POST", "/staff/security/passkeys/begin", strings.NewReader("{}"))
	begin.Header.Set("Accept", "application/json")
	begin.Header.Set("X-CSRF-Token", page.doc.Find("meta[name=csrf]").AttrOr("content", ""))
	if got := b.do(begin); got.status != 200 || !strings.Contains(got.body, `"challenge"`) || !strings.Contains(got.body, `"id":"img.test"`) {
		t.Fatal(got.status, got.body)
	}
	d.clock.Advance(accounts.RecentLimit + time.Second)
	b.want(b.post(page, "/staff/security/codes"), 303, "/staff/confirm?next=%2Fstaff%2Fsecurity")
}

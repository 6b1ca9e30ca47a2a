package staff_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"imglink/app/actor"
	"imglink/app/clock"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/keyring"
	"imglink/app/moderation"
	"imglink/app/objects"
	"imglink/app/testdb"
	"imglink/app/web"
	"imglink/app/web/kit"
	"imglink/app/web/staff"
	"imglink/models"
	"imglink/views/layout"
)

func TestMain(m *testing.M) { testdb.Main(m) }

// desk is the staff side over a real database and object store; only sign-in is replaced.
type desk struct {
	t     testing.TB
	app   *fiber.App
	kit   *kit.Kit
	store *models.Store
	clock *clock.Fake
	mod   *moderation.Service
	s3    *objects.S3
	db    *pgx.Conn // the owner's connection, for what no write door offers
	audit *auditBook
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	ctx := context.Background()
	d := &desk{t: t, clock: clock.NewFake(testdb.Start), audit: &auditBook{}}
	dsn := testdb.Database(t)
	var err error
	if d.store, err = models.Open(ctx, models.Options{DSN: dsn, Clock: d.clock, Log: testdb.Log(t), MaxConns: 8}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.store.Close)
	d.store.UseJobs(forget{})
	if d.db, err = pgx.Connect(ctx, dsn); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.db.Close(ctx) })
	s := testdb.Servers(t).S3
	d.s3, err = objects.Open(ctx, objects.Config{Endpoint: s.Endpoint, Region: s.Region, Bucket: "t-" + strings.ToLower(ident.Public()), AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey})
	if err == nil {
		err = d.s3.EnsureBucket(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	d.mod = moderation.New(moderation.Options{
		Store: d.store, BaseURL: "http://img.test", Zone: zone, Purger: d, Prober: d, Log: testdb.Log(t),
		URLs: func(img models.Image) []string { return []string{"http://img.test/i/" + img.ID} },
	})
	if err := d.mod.EnsureReasons(ctx); err != nil {
		t.Fatal(err)
	}
	d.serve(zone)
	for _, r := range actor.Roles {
		d.hire(string(r), r)
	}
	d.hire("moderator2", actor.Moderator)
	return d
}

// noRequests is a privacy office with nothing to do.
type noRequests struct{}

func (noRequests) Waiting(context.Context, actor.Actor, int64) ([]models.DataRequestRow, int64, error) {
	return nil, 0, nil
}
func (noRequests) WaitingCount(context.Context) (int, error) { return 0, nil }

func (d *desk) serve(zone *time.Location) {
	h := &staff.Handlers{Moderation: d.mod, Objects: d.s3, Figures: d.store, Troubles: d.store, Audit: d.audit, Requests: noRequests{}, Location: zone}
	d.kit = &kit.Kit{
		Base: "http://img.test", Keys: keyring.New(strings.Repeat("k", 48)), Clock: d.clock, Log: testdb.Log(d.t), Limiter: d.store, Sessions: d, Frame: d,
	}
	d.app = web.New(d.kit, table(h, &staff.Account{}, "staff.people", "staff.security"))
}

// The desk stands in for everything outside: sessions are names, caches obey.
func (d *desk) Resolve(_ context.Context, token string) (kit.Principal, error) {
	role := actor.Role(strings.TrimRight(token, "0123456789"))
	if !role.Valid() {
		return kit.Principal{}, fault.New(fault.Unauthenticated, "", "no")
	}
	return kit.Principal{SessionID: "s-" + token, StaffID: staffID(token), Name: staffName(token), Role: role, Stage: "full", VerifiedAt: d.clock.Now()}, nil
}

func (d *desk) ErrorPage(_ *kit.Ctx, f *fault.Error) templ.Component {
	return layout.Sign(layout.Page{Title: f.Message})
}

func (d *desk) Purge(context.Context, []string) error       { return nil }
func (d *desk) Probe(context.Context, string) (bool, error) { return true, nil }

type forget struct{}

func (forget) InsertTx(context.Context, pgx.Tx, models.Job) error { return nil }

func staffID(token string) string { return (token + "AAAAAAAAAAAA")[:12] }

func staffName(token string) string {
	names := map[string]string{"triage": "Tom Weber", "moderator": "Mira Koch", "moderator2": "Jonas Lind", "lead": "Lea Brandt", "privacy": "Paul Reis", "auditor": "Aino Salo", "analyst": "Ana Costa", "admin": "Adam Novak"}
	return names[token]
}

func (d *desk) hire(token string, r actor.Role) {
	d.exec(`INSERT INTO staff (id, email, name, role, state, webauthn_handle, created_at, updated_at) VALUES ($1, $2, $3, $4, 'active', '\x01', $5, $5)`,
		staffID(token), token+"@img.test", staffName(token), string(r), d.clock.Now())
}

// exec writes past the write door, as the owner of the database.
func (d *desk) exec(sql string, args ...any) {
	d.t.Helper()
	ctx := context.Background()
	tx, err := d.db.Begin(ctx)
	if err == nil {
		_, err = tx.Exec(ctx, `SET LOCAL session_replication_role = replica`)
	}
	if err == nil {
		_, err = tx.Exec(ctx, sql, args...)
	}
	if err == nil {
		err = tx.Commit(ctx)
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// upload stores a picture with its renditions and gives its id.
func (d *desk) upload(n int, uploader string) string {
	d.t.Helper()
	ctx, id := context.Background(), ident.Public()
	full, safe := paint(n, 640, false), paint(n, 160, true)
	sum := sha256.Sum256(full)
	d.exec(`INSERT INTO images (id, state, uploader, file_name, mime, ext, bytes, width, height, received_sha256, sha256, thumb_ext, thumb_width, thumb_height, derived_at, delete_hash, created_at, live_at)
		VALUES ($1, 'live', $2, $3, 'image/jpeg', 'jpg', $4, 640, 480, $5, $5, 'jpg', 160, 120, $6, $7, $6, $6)`,
		id, uploader, fmt.Sprintf("holiday-%03d.jpg", n), len(full), sum[:], d.clock.Now(), ident.NewToken().Hash())
	for key, b := range map[string][]byte{"images/" + id + ".jpg": full, "safe/" + id + ".jpg": safe} {
		if err := d.s3.Put(ctx, key, bytes.NewReader(b), objects.Meta{ContentType: "image/jpeg", Size: int64(len(b))}); err != nil {
			d.t.Fatal(err)
		}
	}
	return id
}

// paint makes a landscape: one for each number, grey and soft when safe.
func paint(n, w int, safe bool) []byte {
	h := w * 3 / 4
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			hill := h/2 + (x*(n%7+1)/9+n*13)%(h/3) - h/6
			c := color.RGBA{uint8(120 + n*31%120), uint8(150 + y*90/h), uint8(200 - n*17%90), 255}
			if y > hill {
				c = color.RGBA{uint8(60 + n*23%80), uint8(110 + n*7%60), uint8(70 + n*11%50), 255}
			}
			if safe {
				g := uint8((int(c.R) + int(c.G) + int(c.B)) / 3)
				c = color.RGBA{g, g, g, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, m, &jpeg.Options{Quality: 70})
	return b.Bytes()
}

// report files a notice and gives the id of the case it made or joined.
func (d *desk) report(imageID, reason, text, email string) string {
	d.t.Helper()
	ctx := context.Background()
	name := ""
	if email != "" {
		name = "Ines Carvalho"
	}
	_, err := d.mod.FileNotice(ctx, moderation.NoticeInput{
		URLs: []string{"http://img.test/" + imageID}, ReasonCode: reason, Explanation: text, Name: name, Email: email, GoodFaith: true, Verified: true,
	})
	if err != nil {
		d.t.Fatal(err)
	}
	var id string
	if err := d.db.QueryRow(ctx, `SELECT c.id FROM cases c JOIN images i ON i.sha256 = c.sha256 WHERE i.id = $1`, imageID).Scan(&id); err != nil {
		d.t.Fatal(err)
	}
	return id
}

// reason is the code of a reason of at least the severity.
func (d *desk) reason(severity int) string {
	d.t.Helper()
	list, err := d.mod.Reasons(context.Background())
	if err != nil {
		d.t.Fatal(err)
	}
	for _, r := range list {
		if int(r.Severity) == severity {
			return r.Code
		}
	}
	d.t.Fatalf("no reason of severity %d", severity)
	return ""
}

// client is a signed-in browser: it keeps cookies and follows nothing.
type client struct {
	d       *desk
	cookies map[string]string
}

func (d *desk) as(token string) *client {
	return &client{d: d, cookies: map[string]string{"imglink_session": token}}
}

// page is an answer with its text.
type page struct {
	*http.Response
	body string
}

func (c *client) do(method, path, body string, header ...string) page {
	c.d.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	for name, value := range c.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := c.d.app.Test(req, 20_000)
	if err != nil {
		c.d.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.d.t.Fatal(err)
	}
	for _, ck := range res.Cookies() {
		if ck.MaxAge < 0 || ck.Value == "" {
			delete(c.cookies, ck.Name)
		} else {
			c.cookies[ck.Name] = ck.Value
		}
	}
	return page{res, string(b)}
}

func (c *client) get(path string, header ...string) page { return c.do("GET", path, "", header...) }

var csrfField = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

// post sends a form with a token taken from the queue page.
func (c *client) post(path string, form url.Values, header ...string) page {
	c.d.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	m := csrfField.FindStringSubmatch(c.get("/staff").body)
	if m == nil {
		c.d.t.Fatal("the home page has no form to take a token from")
	}
	form.Set("_csrf", m[1])
	return c.do("POST", path, form.Encode(), header...)
}

var hidden = regexp.MustCompile(`<input type="hidden" name="(fence|version)" value="([^"]*)">`)

// form is the decision form of a page as a browser would send it, with the given answers.
func (p page) form(answers ...string) url.Values {
	v := url.Values{}
	at := strings.Index(p.body, `id="decide"`)
	if at < 0 {
		return v
	}
	for _, m := range hidden.FindAllStringSubmatch(p.body[at:], 2) {
		v.Set(m[1], m[2])
	}
	for i := 0; i+1 < len(answers); i += 2 {
		v.Set(answers[i], answers[i+1])
	}
	return v
}

// auditBook is an audit log in memory.
type auditBook struct {
	entries []staff.AuditEntry
	chain   staff.AuditChain
	asked   staff.AuditQuery
}

func (b *auditBook) Entries(_ context.Context, _ actor.Actor, q staff.AuditQuery) ([]staff.AuditEntry, error) {
	b.asked = q
	var out []staff.AuditEntry
	for _, e := range b.entries {
		if (q.Before == 0 || e.ID < q.Before) && (q.Actor == "" || q.Actor == e.ActorID) && len(out) < q.Limit {
			out = append(out, e)
		}
	}
	return out, nil
}

func (b *auditBook) Entry(_ context.Context, _ actor.Actor, id int64) (staff.AuditEntry, error) {
	for _, e := range b.entries {
		if e.ID == id {
			return e, nil
		}
	}
	return staff.AuditEntry{}, models.ErrNotFound
}

func (b *auditBook) Chain(context.Context) (staff.AuditChain, error) { return b.chain, nil }

func (b *auditBook) Ask(context.Context, actor.Actor) error {
	b.chain.AskedAt = testdb.Start
	return nil
}

// fill copies the audit entries of the database into the book, newest first.
func (d *desk) fillAudit() {
	ctx := context.Background()
	rows, err := d.db.Query(ctx, `SELECT a.id, a.at, a.actor_kind, a.actor_id, coalesce(s.name, ''), a.action, a.entity, a.entity_id, a.reason, a.request_id, a.notes FROM audit_log a LEFT JOIN staff s ON s.id = a.actor_id ORDER BY a.id DESC`)
	if err != nil {
		d.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var e staff.AuditEntry
		var notes []byte
		if err := rows.Scan(&e.ID, &e.At, &e.ActorKind, &e.ActorID, &e.ActorName, &e.Action, &e.Entity, &e.EntityID, &e.Reason, &e.RequestID, &notes); err != nil {
			d.t.Fatal(err)
		}
		_ = json.Unmarshal(notes, &e.Notes)
		e.Seq, e.Hash, e.PrevHash, e.SealedAt = e.ID, make([]byte, 32), make([]byte, 32), e.At
		d.audit.entries = append(d.audit.entries, e)
	}
	n := int64(len(d.audit.entries))
	d.audit.chain = staff.AuditChain{Entries: n, Sealed: n, OK: true}
}

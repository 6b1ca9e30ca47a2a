package users

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp/totp"
	"golang.org/x/crypto/bcrypt"

	"imglink/app/clock"
	"imglink/app/credentials"
	"imglink/app/ident"
	"imglink/app/keyring"
	"imglink/app/testdb"
	"imglink/models"
)

func TestMain(m *testing.M) { testdb.Main(m) }

const (
	goodPassword  = "vivid kettle 92 marmalade orbit"
	otherPassword = "seven brittle oars under rain"
)

// fixture is a service over a database of its own.
type fixture struct {
	*Service
	t     *testing.T
	clock *clock.Fake
	ctx   context.Context
	conn  *pgx.Conn
}

func setup(t *testing.T) *fixture {
	t.Helper()
	dsn, fake := testdb.Database(t), clock.NewFake(testdb.Start)
	store, err := models.Open(t.Context(), models.Options{DSN: dsn, Clock: fake, Log: testdb.Log(t), MaxConns: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	store.UseJobs(noJobs{})
	s, err := New(Config{
		Store: store, Keys: keyring.New(strings.Repeat("k", 32)), Clock: fake, BaseURL: "https://img.example.org",
		UnsafelyCheapPasswordsForTests: bcrypt.MinCost,
	})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return &fixture{Service: s, t: t, clock: fake, ctx: t.Context(), conn: conn}
}

// noJobs forgets jobs: the rows they are about are what the tests look at.
type noJobs struct{}

func (noJobs) InsertTx(context.Context, pgx.Tx, models.Job) error { return nil }

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) want(what string, err, want error) {
	f.t.Helper()
	if !errors.Is(err, want) {
		f.t.Fatalf("%s: got %v, want %v", what, err, want)
	}
}

// add makes an account.
func (f *fixture) add(name string) models.User {
	f.t.Helper()
	u, err := f.Add(f.ctx, AddInput{Username: name, Email: name + "@example.org", Password: goodPassword})
	f.must(err)
	return u
}

func (f *fixture) try(login, password string) (Ticket, error) {
	return f.SignIn(f.ctx, Attempt{Login: login, Password: password, Origin: Origin{Network: "192.0.2.7", Agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}})
}

func (f *fixture) who(t Ticket) Who {
	f.t.Helper()
	w, err := f.Resolve(f.ctx, t.Token)
	f.must(err)
	return w
}

func (f *fixture) signedIn(name string) (Who, Ticket) {
	f.t.Helper()
	t, err := f.try(name, goodPassword)
	f.must(err)
	return f.who(t), t
}

func (f *fixture) ended(what string, t Ticket) {
	f.t.Helper()
	if w, err := f.Resolve(f.ctx, t.Token); !errors.Is(err, ErrSignIn) {
		f.t.Fatalf("%s: the session must have ended, got %+v, %v", what, w, err)
	}
}

// enrol sets up an authenticator app and gives its secret with the new session.
func (f *fixture) enrol(w Who) (secret string, _ Who, codes []string) {
	f.t.Helper()
	e, err := f.BeginTOTP(f.ctx, w)
	f.must(err)
	secret = strings.ReplaceAll(e.Secret, " ", "")
	t, codes, err := f.ConfirmTOTP(f.ctx, w, f.code(secret))
	f.must(err)
	return secret, f.who(t), codes
}

// code is what the app shows in the next step, so that it was not spent.
func (f *fixture) code(secret string) string {
	f.t.Helper()
	f.clock.Advance(credentials.TOTPPeriod * time.Second)
	c, err := totp.GenerateCode(secret, f.clock.Now())
	f.must(err)
	return c
}

// rows reads one text column with SQL.
func (f *fixture) rows(sql string, args ...any) []string {
	f.t.Helper()
	rows, err := f.conn.Query(f.ctx, sql, args...)
	f.must(err)
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	f.must(err)
	return out
}

func (f *fixture) count(table string) int {
	f.t.Helper()
	return len(f.rows(`SELECT 'x' FROM ` + table))
}

var tokenOf = regexp.MustCompile(`/(verify|reset|settings/email|settings/email/back)/([A-Za-z0-9_-]{20,})`)

// mailed is the token of the newest link sent to an address.
func (f *fixture) mailed(to string) ident.Token {
	f.t.Helper()
	for _, body := range f.rows(`SELECT body_text FROM mails WHERE recipient = $1 ORDER BY created_at DESC, ctid DESC`, to) {
		if m := tokenOf.FindStringSubmatch(body); m != nil {
			return ident.Token(m[2])
		}
	}
	f.t.Fatalf("no link was mailed to %s", to)
	return ""
}

// work is what a call costs: what an outsider could measure.
type work struct{ Hashed, Compared, Mails, Audit, Signups int }

func (f *fixture) work(do func()) work {
	f.t.Helper()
	var w work
	real := f.passwords.Compare
	f.passwords.Compare = func(hash, password []byte) error { w.Compared++; return real(hash, password) }
	defer func() { f.passwords.Compare = real }()
	before := work{Mails: f.count("mails"), Audit: f.count("audit_log"), Signups: f.count("user_signups")}
	do()
	w.Mails, w.Audit, w.Signups = f.count("mails")-before.Mails, f.count("audit_log")-before.Audit, f.count("user_signups")-before.Signups
	return w
}

func identToken(body string) ident.Token { return ident.Token(tokenOf.FindStringSubmatch(body)[2]) }

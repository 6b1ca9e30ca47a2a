package accounts

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp/totp"
	"golang.org/x/crypto/bcrypt"

	"imglink/app/actor"
	"imglink/app/clock"
	"imglink/app/credentials"
	"imglink/app/keyring"
	"imglink/app/testdb"
	"imglink/models"
)

func TestMain(m *testing.M) { testdb.Main(m) }

const goodPassword = "vivid kettle 92 marmalade orbit"

// fixture is a service over a database of its own.
type fixture struct {
	*Service
	t     *testing.T
	clock *clock.Fake
	ctx   context.Context
	dsn   string
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
	return &fixture{Service: s, t: t, clock: fake, ctx: t.Context(), dsn: dsn}
}

// noJobs forgets jobs: the rows they are about are what the tests look at.
type noJobs struct{}

func (noJobs) InsertTx(context.Context, pgx.Tx, models.Job) error { return nil }

const testSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

// add makes an active account with a known authenticator secret.
func (f *fixture) add(email string, role actor.Role) models.Staff {
	f.t.Helper()
	staff, err := f.Add(f.ctx, AddInput{Email: email, Name: "Ada Lovelace", Role: role, Password: goodPassword, TOTPSecret: testSecret})
	if err != nil {
		f.t.Fatal(err)
	}
	return staff
}

// code is what the authenticator app shows now; each call moves to the next step, so that it was not spent.
func (f *fixture) code() string {
	f.t.Helper()
	f.clock.Advance(credentials.TOTPPeriod * time.Second)
	c, err := totp.GenerateCode(testSecret, f.clock.Now())
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

func (f *fixture) try(email, password, network string) (Ticket, error) {
	return f.SignIn(f.ctx, Attempt{Email: email, Password: password, Origin: Origin{Network: network, Agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}})
}

func (f *fixture) who(t Ticket) Who {
	f.t.Helper()
	w, err := f.Resolve(f.ctx, t.Token)
	if err != nil {
		f.t.Fatal(err)
	}
	return w
}

// signedIn completes a sign-in.
func (f *fixture) signedIn(email string) (Who, Ticket) {
	f.t.Helper()
	first, err := f.try(email, goodPassword, "192.0.2.9")
	if err != nil {
		f.t.Fatal(err)
	}
	full, err := f.WithTOTP(f.ctx, f.who(first), f.code())
	if err != nil {
		f.t.Fatal(err)
	}
	return f.who(full), full
}

func (f *fixture) ended(what string, t Ticket) {
	f.t.Helper()
	if w, err := f.Resolve(f.ctx, t.Token); !errors.Is(err, ErrSignIn) {
		f.t.Fatalf("%s: the session must have ended, got %+v, %v", what, w, err)
	}
}

func (f *fixture) want(what string, err, want error) {
	f.t.Helper()
	if !errors.Is(err, want) {
		f.t.Fatalf("%s: got %v, want %v", what, err, want)
	}
}

// rows reads one text column with SQL.
func (f *fixture) rows(sql string, args ...any) []string {
	f.t.Helper()
	conn, err := pgx.Connect(f.ctx, f.dsn)
	if err != nil {
		f.t.Fatal(err)
	}
	defer conn.Close(f.ctx) //nolint:errcheck // test
	rows, err := conn.Query(f.ctx, sql, args...)
	if err != nil {
		f.t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		f.t.Fatal(err)
	}
	return out
}

// audited lists the actions of the audit log about one account, oldest first, and fails when the log holds an address.
func (f *fixture) audited(id string) []string {
	f.t.Helper()
	if leaks := f.rows(`SELECT to_jsonb(a)::text FROM audit_log a WHERE to_jsonb(a)::text LIKE '%@%' OR to_jsonb(a)::text LIKE '%192.0.2.%'`); len(leaks) > 0 {
		f.t.Errorf("the audit log holds personal data: %s", leaks)
	}
	return f.rows(`SELECT action FROM audit_log WHERE entity = 'staff' AND entity_id = $1 ORDER BY id`, id)
}

func (f *fixture) wantAudited(id string, actions ...string) {
	f.t.Helper()
	got := f.audited(id)
	for _, a := range actions {
		if !slices.Contains(got, a) {
			f.t.Errorf("no %s in the audit log: %v", a, got)
		}
	}
}

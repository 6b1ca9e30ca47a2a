package retention_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"imglink/app/actor"
	"imglink/app/clock"
	"imglink/app/ident"
	"imglink/app/retention"
	"imglink/app/testdb"
	"imglink/models"
)

func TestMain(m *testing.M) { testdb.Main(m) }

type box struct{ before []time.Time }

func (b *box) Prune(_ context.Context, olderThan time.Time) (int, error) {
	b.before = append(b.before, olderThan)
	return 0, nil
}

type world struct {
	*retention.Service
	fake *clock.Fake
	conn *pgx.Conn
	box  *box
}

// newWorld holds one row of every table that a policy works on, each as old as the period is long, but for one minute.
func newWorld(t *testing.T) *world {
	t.Helper()
	dsn := testdb.Database(t)
	fake := clock.NewFake(testdb.Start)
	s, err := models.Open(t.Context(), models.Options{DSN: dsn, Clock: fake, Log: testdb.Log(t), MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	w := &world{fake: fake, conn: conn, box: &box{}}
	w.Service = &retention.Service{Store: s, Clock: fake, Outbox: w.box, Batch: 2}
	return w
}

func (w *world) fill(t *testing.T) {
	t.Helper()
	at := func(name string) time.Time {
		p, ok := retention.Find(name)
		if !ok {
			t.Fatal(name)
		}
		return p.Period.Before(w.fake.Now()).Add(time.Minute)
	}
	for _, x := range []struct {
		policy, sql string
	}{
		{"upload_origins", `INSERT INTO images (id, state, uploader, file_name, mime, ext, bytes, width, height, received_sha256, sha256, delete_hash, created_at)
			SELECT 'i' || n, 'live', 'u', 'f', 'image/png', 'png', 1, 1, 1, 'r', 's', n::text::bytea, $1 FROM generate_series(1, 5) n`},
		{"upload_origins", `INSERT INTO upload_origins SELECT id, '192.0.2.1', $1 FROM images`},
		{"sessions", `INSERT INTO staff (id, email, name, role, state, webauthn_handle, created_at, updated_at) VALUES ('s', 'e', 'n', 'lead', 'active', 'h', $1, $1)`},
		{"sessions", `INSERT INTO sessions (id, token_hash, staff_id, stage, created_at, seen_at, expires_at) SELECT 'x' || n, n::text::bytea, 's', 'full', $1, $1, $1 FROM generate_series(1, 5) n`},
		{"invites", `INSERT INTO staff_invites (token_hash, staff_id, purpose, created_at, expires_at) VALUES ('t', 's', 'setup', $1, $1)`},
		{"mails", `INSERT INTO mails (id, kind, entity, entity_id, recipient, subject, body_text, state, created_at)
			SELECT s, 'k', 'e', 'i', 'r@example.org', 's', 'b', s, $1 FROM unnest(ARRAY['queued', 'sent', 'failed', 'void']) s`},
		{"notice_contacts", `INSERT INTO notices (id, reference, status_hash, intake, state, reason_code, explanation, contact_name, contact_email, good_faith, complete, reporter_key, text_hash, created_at, acknowledged_at, decided_at)
			SELECT 'n' || n, 'r' || n, n::text::bytea, 'art16', 'decided', 'c', 'e', 'Name', 'n@example.org', true, true, '', 'h', $1, $1, CASE WHEN n > 1 THEN $1::timestamptz END FROM generate_series(1, 4) n`},
		{"notice_contacts_undecided", `INSERT INTO notices (id, reference, status_hash, intake, state, reason_code, explanation, contact_name, contact_email, good_faith, complete, reporter_key, text_hash, created_at, acknowledged_at)
			SELECT 'u' || n, 'u' || n, ('u' || n)::bytea, 'art16', 'received', 'c', 'e', 'Name', 'n@example.org', true, true, '', 'h', $1, $1 FROM generate_series(1, 2) n`},
		{"notice_networks", `INSERT INTO notices (id, reference, status_hash, intake, state, reason_code, explanation, good_faith, complete, reporter_key, text_hash, created_at, acknowledged_at)
			SELECT s, s, s::bytea, 'art16', s, 'c', 'e', true, true, 'k', 'h', $1, $1 FROM unnest(ARRAY['received', 'decided', 'screening']) s`},
		{"audit_values", `INSERT INTO audit_log (at, actor_kind, actor_id, action, entity, entity_id) SELECT $1, 'system', 'x', 'case.escalate', 'case', 'c' FROM generate_series(1, 3)`},
		{"audit_values", `INSERT INTO audit_values (audit_id, field, salt, value, at) SELECT id, 'note', 's', 'v', at FROM audit_log WHERE action = 'case.escalate' AND at = $1`},
		{"rate_limits", `INSERT INTO rate_limits VALUES ('k', $1, 1)`},
		{"once_keys", `INSERT INTO once_keys VALUES ('k', $1)`},
		{"idempotency_keys", `INSERT INTO idempotency_keys (key, request_hash, response, created_at) VALUES ('k', 'h', 'r', $1)`},
		{"user_signins", `INSERT INTO users (id, username, email, password_hash, state, webauthn_handle, age_confirmed_at, policy_version, created_at, updated_at)
			VALUES ('u', 'ada', 'ada@example.org', 'h', 'active', 'h', $1, '1', $1, $1)`},
		{"user_signins", `INSERT INTO user_signins (user_id, at, method, outcome, device) SELECT 'u', $1, 'password', 'ok', 'd' FROM generate_series(1, 5)`},
		{"user_sessions", `INSERT INTO user_sessions (id, token_hash, user_id, stage, created_at, seen_at, expires_at)
			SELECT 'y' || n, n::text::bytea, 'u', 'full', $1, $1, $1 FROM generate_series(1, 3) n`},
		{"user_signups", `INSERT INTO user_signups (id, token_hash, username, email, password_hash, policy_version, created_at, expires_at)
			VALUES ('v', 't', 'bob', 'bob@example.org', 'h', '1', $1, $1)`},
		{"user_links", `INSERT INTO user_links (token_hash, user_id, purpose, email, created_at, expires_at) VALUES ('l', 'u', 'reset', 'ada@example.org', $1, $1)`},
		{"api_tokens", `INSERT INTO api_tokens (id, user_id, name, scopes, token_hash, hint, created_at, revoked_at)
			SELECT 't' || n, 'u', 'n', '{images:read}', n::text::bytea, 'h', $1, CASE WHEN n > 1 THEN $1::timestamptz END FROM generate_series(1, 3) n`},
		{"data_requests", `INSERT INTO data_requests (id, reference, user_id, kind, state, created_at, ended_at)
			SELECT s, s, 'u', 'access', s, $1, CASE WHEN s <> 'open' THEN $1::timestamptz END FROM unnest(ARRAY['open', 'withdrawn']) s`},
		{"partial_uploads", `INSERT INTO partial_uploads (id, user_id, uploader, file_name, length, state, created_at, expires_at, client)
			SELECT 'p' || n, 'u', 'u', 'f', 1, 'open', $1, $1, 'c' FROM generate_series(1, 3) n`},
		{"partial_uploads", `INSERT INTO partial_pieces (upload_id, start, bytes, object) SELECT 'p1', 0, 1, 'partial/p1/0' WHERE $1::timestamptz IS NOT NULL`},
	} {
		if _, err := w.conn.Exec(t.Context(), `SET session_replication_role = replica`); err != nil {
			t.Fatal(err)
		}
		if _, err := w.conn.Exec(t.Context(), x.sql, at(x.policy)); err != nil {
			t.Fatalf("%s: %v", x.policy, err)
		}
	}
}

func (w *world) counts(t *testing.T) (out map[string]int) {
	t.Helper()
	out = map[string]int{}
	for name, sql := range map[string]string{
		"upload_origins": `upload_origins`, "sessions": `sessions`, "invites": `staff_invites`, "mails": `mails WHERE recipient || subject || body_text <> ''`,
		"notice_contacts": `notices WHERE contact_name || contact_email <> '' AND id LIKE 'n%'`, "undecided": `notices WHERE contact_name || contact_email <> '' AND id LIKE 'u%'`,
		"networks": `notices WHERE reporter_key <> ''`, "audit values": `audit_values`, "rate_limits": `rate_limits`, "once_keys": `once_keys`, "idempotency_keys": `idempotency_keys`,
		"sign-ins": `user_signins`, "user sessions": `user_sessions`, "signups": `user_signups`, "links": `user_links`, "tokens": `api_tokens`,
		"data requests": `data_requests`, "partial uploads": `partial_uploads`, "users": `users`,
		"images": `images`, "notices": `notices`, "mail rows": `mails`, "queued mails": `mails WHERE state = 'queued' AND recipient <> ''`,
	} {
		var n int
		if err := w.conn.QueryRow(t.Context(), `SELECT count(*) FROM `+sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		out[name] = n
	}
	return out
}

// A minute before its period is over everything is there, a minute after it everything is gone, in batches, and the audit
// log tells how much.
func TestEverythingGoesWhenItsPeriodIsOver(t *testing.T) {
	w := newWorld(t)
	w.fill(t)
	before := w.counts(t)
	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, n := range w.counts(t) {
		if n != before[name] || n == 0 {
			t.Errorf("%s: %d of %d are left before their time", name, n, before[name])
		}
	}
	w.fake.Advance(2 * time.Minute)
	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{
		"images": 5, "notices": 9, "networks": 1, "mail rows": 4, "queued mails": 1, "mails": 1, "notice_contacts": 1,
		"users": 1, "tokens": 1, "data requests": 1, "partial uploads": 1,
	} // what is not revoked, open, or still has bytes
	for name, n := range w.counts(t) {
		if n != want[name] {
			t.Errorf("%s: %d are left, want %d", name, n, want[name])
		}
	}
	told := w.told(t)
	for name, n := range map[string]float64{
		"upload_origins": 5, "sessions": 5, "invites": 1, "mails": 3, "notice_contacts": 3, "notice_contacts_undecided": 2, "notice_networks": 2, "audit_values": 3,
		"user_signins": 5, "user_sessions": 3, "user_signups": 1, "user_links": 1, "api_tokens": 2, "data_requests": 1,
	} {
		if told["retention."+name] != n {
			t.Errorf("the audit log tells of %v %s, want %v", told["retention."+name], name, n)
		}
	}
	if len(told) != 14 {
		t.Errorf("what holds nothing about anybody needs no entry: %v", told)
	}
	if len(w.box.before) != 2 || !w.box.before[1].Equal(w.fake.Now().AddDate(0, 0, -90)) {
		t.Errorf("outbox pruned before %v", w.box.before)
	}
	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if again := w.told(t); again["retention.mails"] != 3 {
		t.Errorf("a sweep with nothing to do left an entry: %v", again)
	}
}

// told adds up what retention entries say has expired.
func (w *world) told(t *testing.T) map[string]float64 {
	t.Helper()
	rows, err := w.Store.AuditEntries(t.Context(), models.AuditFilter{Action: "retention.", Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, r := range rows {
		var notes struct{ Expired float64 }
		if err := json.Unmarshal(r.Notes, &notes); err != nil {
			t.Fatal(err)
		}
		if r.EntityID != "*" || r.ActorID != "retention" {
			t.Errorf("%+v", r)
		}
		out[r.Action] += notes.Expired
	}
	return out
}

// Nothing but a retention action may touch an audited table in bulk.
func TestOnlyRetentionMayBeBulk(t *testing.T) {
	w := newWorld(t)
	w.fill(t)
	c := models.Change{Actor: actor.System(ident.Public()), Needs: actor.Public, Action: "notice.expire", Entity: "notice", ID: "*"}
	p, _ := retention.Find("notice_contacts")
	err := w.Store.Write(t.Context(), c, func(tx *models.Tx) error {
		_, err := tx.Expire(p.Expiry, w.fake.Now().Add(time.Hour), 10)
		return err
	})
	if err == nil {
		t.Fatal("the database must refuse the commit")
	}
}

// One broken policy keeps no other from running.
func TestOneFailureStopsNoOther(t *testing.T) {
	w := newWorld(t)
	w.fill(t)
	w.fake.Advance(time.Hour)
	if _, err := w.conn.Exec(t.Context(), `REVOKE ALL ON upload_origins, sessions FROM imglink_app`); err != nil {
		t.Fatal(err)
	}
	if err := w.Sweep(t.Context()); err == nil {
		t.Error("the failure must be told")
	}
	if got := w.counts(t); got["upload_origins"] != 5 || got["mails"] != 1 || got["idempotency_keys"] != 0 {
		t.Errorf("left: %v", got)
	}
}

package audit_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"imglink/app/actor"
	"imglink/app/audit"
	"imglink/app/clock"
	"imglink/app/testdb"
	"imglink/models"
)

func TestMain(m *testing.M) { testdb.Main(m) }

// world is a log on a database that a test may also tamper with.
type world struct {
	*audit.Service
	dsn  string
	fake *clock.Fake
}

func newWorld(t testing.TB, batch int) *world {
	t.Helper()
	dsn := testdb.Database(t)
	fake := clock.NewFake(testdb.Start)
	s, err := models.Open(t.Context(), models.Options{DSN: dsn, Clock: fake, Log: testdb.Log(t), MaxConns: 12})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return &world{Service: &audit.Service{Store: s, Clock: fake, Log: testdb.Log(t), Batch: batch}, dsn: dsn, fake: fake}
}

func sum(b []byte) []byte { h := sha256.Sum256(b); return h[:] }

func change(n int) models.Change {
	return models.Change{Actor: actor.System("test"), Needs: actor.Public, Action: "thing.change", Entity: "thing", ID: fmt.Sprint("t", n), Reason: "because"}
}

func (w *world) write(t testing.TB, n int, opened ...string) {
	t.Helper()
	ctx := models.WithRequestID(context.Background(), fmt.Sprint("r", n))
	err := w.Store.Write(ctx, change(n), func(tx *models.Tx) error {
		tx.Detail("n", n)
		tx.Detail("nested", map[string]any{"z": []any{1.5, nil, true, "é \"\\\n\x01<&>"}, "a": 1e21})
		for _, v := range opened {
			tx.Commit("email", v)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.fake.Advance(time.Millisecond)
}

// seal waits for what other tests' transactions on the same server still hold back.
func (w *world) seal(t testing.TB) {
	t.Helper()
	for range 600 {
		if _, err := w.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
		if st, err := w.Store.AuditState(t.Context()); err != nil {
			t.Fatal(err)
		} else if st.Unsealed == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("entries stay unsealed")
}

func (w *world) check(t testing.TB) audit.Report {
	t.Helper()
	r, err := w.Check(t.Context(), audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// tamper runs SQL as the owner with triggers and foreign keys switched off.
func (w *world) tamper(t testing.TB, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // test
	if _, err := conn.Exec(t.Context(), "SET session_replication_role = replica; "+sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func TestChainHoldsWhatWasWritten(t *testing.T) {
	w := newWorld(t, 3)
	if r := w.check(t); !r.OK() || r.Sealed != 0 || r.Entries != 0 {
		t.Fatalf("empty: %+v", r)
	}
	for n := range 10 {
		w.write(t, n)
	}
	if r := w.check(t); !r.OK() || r.Unsealed != 10 || !r.OldestUnsealed.Equal(testdb.Start) {
		t.Fatalf("unsealed: %+v", r)
	}
	w.seal(t)
	first := w.check(t)
	if !first.OK() || first.Entries != 10 || first.Sealed != 10 || first.Unsealed != 0 {
		t.Fatalf("sealed: %+v", first)
	}
	w.write(t, 11)
	w.seal(t)
	if r := w.check(t); !r.OK() || r.Sealed != 11 || bytes.Equal(r.Head, first.Head) {
		t.Fatalf("more: %+v", r)
	}
}

// Whatever the owner of the database does to the log, or to the chain, is found.
func TestTamperingIsFound(t *testing.T) {
	w := newWorld(t, 4)
	for n := range 9 {
		w.write(t, n, "somebody@example.org")
	}
	w.seal(t)
	pristine := w.check(t)
	if !pristine.OK() || pristine.Opened != 9 {
		t.Fatalf("before: %+v", pristine)
	}
	const entry, link = `(SELECT audit_id FROM audit_chain WHERE seq = 5)`, ` WHERE seq = 5`
	cases := map[string]string{
		"entry deleted": `DELETE FROM audit_log WHERE id = ` + entry,
		"link deleted":  `DELETE FROM audit_chain` + link, "both deleted": `DELETE FROM audit_log WHERE id = ` + entry + `; DELETE FROM audit_chain` + link,
		"first deleted":      `DELETE FROM audit_chain WHERE seq = 1`,
		"links swapped":      `UPDATE audit_chain SET seq = -1 WHERE seq = 5; UPDATE audit_chain SET seq = 5 WHERE seq = 6; UPDATE audit_chain SET seq = 6 WHERE seq = -1`,
		"link inserted":      `INSERT INTO audit_chain SELECT 10, -1, hash, hash, sealed_at FROM audit_chain WHERE seq = 9`,
		"link below one":     `INSERT INTO audit_chain SELECT 0, -1, hash, hash, sealed_at FROM audit_chain WHERE seq = 9`,
		"entry inserted":     `INSERT INTO audit_log (id, txid, at, actor_kind, actor_id, action, entity, entity_id) OVERRIDING SYSTEM VALUE SELECT 0, txid, at, actor_kind, actor_id, action, entity, entity_id FROM audit_log WHERE id = ` + entry,
		"value changed":      `UPDATE audit_values SET value = 'another@example.org' WHERE audit_id = ` + entry,
		"salt changed":       `UPDATE audit_values SET salt = '\x00' WHERE audit_id = ` + entry,
		"value of no entry":  `INSERT INTO audit_values VALUES (-5, 'email', '\x00', 'x', now())`,
		"entries exchanged":  `UPDATE audit_log SET id = DEFAULT WHERE id = ` + entry,
		"link to another":    `UPDATE audit_chain SET audit_id = -1` + link + `; UPDATE audit_chain SET audit_id = audit_id WHERE seq = 6`,
		"hash changed":       `UPDATE audit_chain SET hash = sha256('x')` + link,
		"prev_hash changed":  `UPDATE audit_chain SET prev_hash = sha256('x')` + link,
		"sealed_at changed":  `UPDATE audit_chain SET sealed_at = sealed_at + interval '1 microsecond'` + link,
		"at changed":         `UPDATE audit_log SET at = at + interval '1 microsecond' WHERE id = ` + entry,
		"txid changed":       `UPDATE audit_log SET txid = '3' WHERE id = ` + entry,
		"notes changed":      `UPDATE audit_log SET notes = jsonb_set(notes, '{n}', '99') WHERE id = ` + entry,
		"note's depth":       `UPDATE audit_log SET notes = jsonb_set(notes, '{nested,a}', '2') WHERE id = ` + entry,
		"actor_kind changed": `UPDATE audit_log SET actor_kind = 'guest' WHERE id = ` + entry,
	}
	for _, column := range []string{"actor_id", "action", "entity", "entity_id", "reason", "request_id"} {
		cases[column+" changed"] = `UPDATE audit_log SET ` + column + ` = ` + column + ` || 'x' WHERE id = ` + entry
	}
	// A field may not run over into the next one.
	cases["fields shifted"] = `UPDATE audit_log SET entity = entity || entity_id, entity_id = '' WHERE id = ` + entry
	for name, sql := range cases {
		t.Run(name, func(t *testing.T) {
			w.tamper(t, `CREATE TABLE keep_log AS TABLE audit_log; CREATE TABLE keep_chain AS TABLE audit_chain; CREATE TABLE keep_values AS TABLE audit_values; `+sql)
			r := w.check(t)
			w.tamper(t, `DELETE FROM audit_log; DELETE FROM audit_chain; DELETE FROM audit_values; INSERT INTO audit_log OVERRIDING SYSTEM VALUE TABLE keep_log;
				INSERT INTO audit_chain TABLE keep_chain; INSERT INTO audit_values TABLE keep_values; DROP TABLE keep_log, keep_chain, keep_values`)
			if r.OK() {
				t.Fatal("not found")
			}
			t.Log(r.FirstBad.Problem)
			if strings.Contains(name, "changed") && !strings.Contains("value changed, salt changed", name) && r.FirstBad.Seq != 5 {
				t.Errorf("found at link %d, not 5: %s", r.FirstBad.Seq, r.FirstBad.Problem)
			}
			if again := w.check(t); !again.OK() {
				t.Fatalf("after repair: %+v", again.FirstBad)
			}
		})
	}
}

// Erasing a person's values takes nothing from the proof.
func TestErasedValuesLeaveTheChainWhole(t *testing.T) {
	w := newWorld(t, 0)
	w.write(t, 1, "somebody@example.org")
	w.write(t, 2, "other@example.org")
	w.seal(t)
	before := w.check(t)
	c := models.Change{Actor: actor.System("privacy"), Needs: actor.Public, Action: "privacy.erase", Entity: "thing", ID: "t1"}
	err := w.Store.Write(t.Context(), c, func(tx *models.Tx) error {
		n, err := tx.EraseAuditValues("thing", "t1")
		if n != 1 {
			t.Errorf("%d values erased, want 1", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.seal(t)
	after := w.check(t)
	if !after.OK() || before.Opened != 2 || after.Opened != 1 || after.Sealed != before.Sealed+1 {
		t.Fatalf("before %+v, after %+v (%+v)", before, after, after.FirstBad)
	}
}

// The program itself may add to the log and to the chain, nothing else.
func TestTheProgramCannotRewriteTheLog(t *testing.T) {
	w := newWorld(t, 0)
	w.write(t, 1)
	w.seal(t)
	pool, err := models.OpenPool(t.Context(), w.dsn, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for _, sql := range []string{
		`UPDATE audit_log SET reason = 'x'`, `DELETE FROM audit_log`, `TRUNCATE audit_log CASCADE`, `UPDATE audit_chain SET seq = 2`, `DELETE FROM audit_chain`,
		`TRUNCATE audit_chain`, `UPDATE audit_values SET value = 'x'`, `ALTER TABLE audit_log DISABLE TRIGGER ALL`, `DROP TABLE audit_chain`,
		`SET session_replication_role = replica; DELETE FROM audit_log`,
	} {
		_, err := pool.Exec(t.Context(), sql)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "42501" {
			t.Errorf("%s: want permission denied, got %v", sql, err)
		}
	}
	// Nor may the owner, as long as he does not switch the triggers off first.
	conn, err := pgx.Connect(t.Context(), w.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // test
	for _, sql := range []string{`UPDATE audit_log SET reason = 'x'`, `DELETE FROM audit_chain`, `TRUNCATE audit_log CASCADE`} {
		if _, err := conn.Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("owner: %s: %v", sql, err)
		}
	}
	if r := w.check(t); !r.OK() || r.Sealed != 1 {
		t.Fatalf("%+v", r)
	}
}

// Writers and two sealers at once: every entry ends in the chain, once.
func TestSealingWhileOthersWrite(t *testing.T) {
	w := newWorld(t, 7)
	const writers, each = 4, 30
	done := make(chan struct{})
	var seals, writes sync.WaitGroup
	for range 2 {
		seals.Go(func() {
			for {
				if _, err := w.Seal(context.Background()); err != nil {
					t.Error(err)
				}
				select {
				case <-done:
					return
				default:
					time.Sleep(time.Millisecond)
				}
			}
		})
	}
	for i := range writers {
		writes.Go(func() {
			for n := range each {
				err := w.Store.Write(context.Background(), change(i*each+n), func(tx *models.Tx) error {
					if n%5 == 0 {
						time.Sleep(3 * time.Millisecond) // commits out of order
					}
					tx.Note("thing.also", "thing", "x", nil)
					if n%7 == 0 {
						return errors.New("taken back")
					}
					return nil
				})
				if err != nil && n%7 != 0 {
					t.Error(err)
				}
			}
		})
	}
	writes.Wait()
	close(done)
	seals.Wait()
	w.seal(t)
	kept := int64(writers * (each - 5) * 2)
	if r := w.check(t); !r.OK() || r.Entries != kept || r.Sealed != kept {
		t.Fatalf("want %d entries, got %+v (%+v)", kept, r, r.FirstBad)
	}
}

// A transaction that took its id first and commits last is sealed last, and not forgotten.
func TestLateCommitIsSealedBehind(t *testing.T) {
	w := newWorld(t, 0)
	w.write(t, 0)
	w.seal(t)
	conn, err := pgx.Connect(t.Context(), w.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // test
	late, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const insert = `INSERT INTO audit_log (at, actor_kind, actor_id, action, entity, entity_id) VALUES (now(), 'system', 'x', 'late.commit', 'x', 'x')`
	if _, err := late.Exec(t.Context(), insert); err != nil {
		t.Fatal(err)
	}
	w.write(t, 1)
	if _, err := w.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := w.check(t); r.Sealed != 1 || r.Unsealed != 1 {
		t.Fatalf("nothing may be sealed past a running transaction: %+v", r)
	}
	if err := late.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.seal(t)
	if r := w.check(t); !r.OK() || r.Sealed != 3 {
		t.Fatalf("%+v (%+v)", r, r.FirstBad)
	}
}

// A dump restored into a cluster whose transaction counter begins lower goes on with the same chain.
func TestChainSurvivesARestoreElsewhere(t *testing.T) {
	w := newWorld(t, 2)
	w.tamper(t, `INSERT INTO audit_log (txid, at, actor_kind, actor_id, action, entity, entity_id)
		SELECT (18000000000000000000 + n)::text::xid8, now(), 'system', 'x', 'old.entry', 'x', n::text FROM generate_series(1, 5) n`)
	w.seal(t)
	w.write(t, 1)
	w.write(t, 2)
	w.seal(t)
	w.write(t, 3)
	w.seal(t)
	if r := w.check(t); !r.OK() || r.Sealed != 8 || r.Unsealed != 0 {
		t.Fatalf("%+v (%+v)", r, r.FirstBad)
	}
}

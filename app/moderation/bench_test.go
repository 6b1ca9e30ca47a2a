package moderation_test

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/url"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/moderation"
	"imglink/models"
)

// fill puts in that many open cases, each with five notices from different people, as one server-side statement each.
func (r *rig) fill(cases int) {
	r.t.Helper()
	const sha = `sha256(convert_to('bulk' || g, 'UTF8'))`
	r.exec(`INSERT INTO images (id, state, uploader, file_name, mime, ext, bytes, width, height, received_sha256, sha256, delete_hash, created_at, live_at)
		SELECT 'I' || lpad(g::text, 11, '0'), 'live', 'u' || g / 40, 'a.jpg', 'image/jpeg', 'jpg', 1000, 640, 480, `+sha+`, `+sha+`, `+sha+`, now(), now() FROM generate_series(1, $1) g`, cases)
	r.exec(`INSERT INTO cases (id, reference, sha256, image_id, state, reason_code, severity, points, rank, notices, notifiers, opened_at, decided_at)
		SELECT 'C' || lpad(g::text, 11, '0'), 'C-' || g, `+sha+`, 'I' || lpad(g::text, 11, '0'), CASE WHEN g % 10 = 0 THEN 'decided' WHEN g % 10 = 1 THEN 'escalated' ELSE 'open' END,
			q.code, q.severity, 16, extract(epoch FROM now())::bigint - (g * 7919) % 10000000, 5, 5, now(), CASE WHEN g % 10 = 0 THEN now() END
		FROM generate_series(1, $1) g JOIN (SELECT code, severity, row_number() OVER (ORDER BY position) - 1 AS k FROM reason_codes) q ON q.k = g % 16`, cases)
	r.exec(`INSERT INTO notices (id, reference, status_hash, intake, state, reason_code, explanation, contact_email, good_faith, complete, reporter_key, text_hash, created_at, acknowledged_at, admitted_at)
		SELECT 'N' || lpad(g::text, 11, '0'), 'N-' || g, sha256(convert_to('n' || g, 'UTF8')), 'art16', 'received', 'spam', repeat('words ', 20), 'a@b.example', true, true,
			sha256(convert_to('r' || g % 100000, 'UTF8')), sha256(convert_to('t' || g, 'UTF8')), now(), now(), now() FROM generate_series(1, $1 * 5) g`, cases)
	r.exec(`INSERT INTO notice_items (notice_id, position, url, image_id, case_id)
		SELECT 'N' || lpad(g::text, 11, '0'), 0, 'https://img.example/I' || lpad(((g - 1) / 5 + 1)::text, 11, '0'), 'I' || lpad(((g - 1) / 5 + 1)::text, 11, '0'), 'C' || lpad(((g - 1) / 5 + 1)::text, 11, '0')
		FROM generate_series(1, $1 * 5) g`, cases)
	r.exec(`INSERT INTO decisions (id, case_id, action, ground, reason_code, reference, facts, explanation, source, decided_by, decided_at, final_at, state)
		SELECT 'D' || g, id, 'keep', '', '', '', '', 'x', 'notice', $1, now(), now(), 'effective' FROM (SELECT id, row_number() OVER () AS g FROM cases WHERE state = 'decided') c`, r.staff[actor.Lead].ID)
	for _, table := range []string{"images", "cases", "notices", "notice_items", "decisions", "case_leases"} {
		r.exec(`VACUUM ANALYZE ` + table)
	}
}

// views are the calls behind the pages whose cost must not grow with the number of reports.
func (r *rig) views() map[string]func() error {
	lead := r.staff[actor.Lead]
	first, err := r.Queue(ctx, lead, moderation.Filter{Limit: 25})
	must(r.t, err)
	queue := func(f moderation.Filter) func() error {
		return func() error { _, err := r.Queue(ctx, lead, f); return err }
	}
	return map[string]func() error{
		"queue":          queue(moderation.Filter{}),
		"queue page 2":   queue(moderation.Filter{After: first.Next}),
		"queue reason":   queue(moderation.Filter{Reason: "copyright"}),
		"queue decided":  queue(moderation.Filter{State: "decided"}),
		"queue severity": queue(moderation.Filter{Severity: 3}),
		"search":         queue(moderation.Filter{Search: "N-77"}),
		"case":           func() error { _, err := r.Case(ctx, lead, first.Cases[3].ID); return err },
		"next and release": func() error {
			l, err := r.Next(ctx, lead, moderation.Filter{})
			return errors.Join(err, r.Release(ctx, lead, l.CaseID, l.Fence))
		},
	}
}

func median(n int, f func() error) (time.Duration, error) {
	times := make([]time.Duration, n)
	for i := range times {
		start := time.Now()
		if err := f(); err != nil {
			return 0, err
		}
		times[i] = time.Since(start)
	}
	slices.Sort(times)
	return times[n/2], nil
}

// BenchmarkQueueAtScale compares the pages at 1000 reports and at a million, interleaved so that both see the same load of
// the machine. It reports the ratio of the medians for each page; the goal for the queue is 1.3.
func BenchmarkQueueAtScale(b *testing.B) {
	small, large := newRig(b), newRig(b)
	small.fill(200)
	large.fill(200_000)
	a, z := small.views(), large.views()
	for name := range a {
		b.Run(name, func(b *testing.B) {
			var few, many []time.Duration
			for range 5 {
				_, _ = median(10, a[name]) // warm
				x, err := median(40, a[name])
				must(b, err)
				_, _ = median(10, z[name])
				y, err := median(40, z[name])
				must(b, err)
				few, many = append(few, x), append(many, y)
			}
			slices.Sort(few)
			slices.Sort(many)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(few[2].Microseconds()), "us-at-1k")
			b.ReportMetric(float64(many[2].Microseconds()), "us-at-1M")
			b.ReportMetric(float64(many[2])/float64(few[2]), "ratio")
		})
	}
}

// counter stands between the program and PostgreSQL and counts the statements (Execute and Query messages of the frontend).
type counter struct{ n atomic.Int64 }

// through starts the counter and gives the connection string that leads through it.
func (c *counter) through(t testing.TB, dsn string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	must(t, err)
	q := u.Query()
	socket := q.Get("host") + "/.s.PGSQL.5432"
	if port := q.Get("port"); port != "" {
		socket = q.Get("host") + "/.s.PGSQL." + port
	} else if u.Port() != "" {
		socket = q.Get("host") + "/.s.PGSQL." + u.Port()
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			in, err := ln.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("unix", socket)
			if err != nil {
				_ = in.Close()
				continue
			}
			go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
			go func() { c.relay(out, in); _ = out.Close() }()
		}
	}()
	q.Del("host")
	q.Del("port")
	q.Set("sslmode", "disable")
	u.Host, u.RawQuery = ln.Addr().String(), q.Encode()
	return u.String()
}

func (c *counter) relay(out io.Writer, in io.Reader) {
	for started := false; ; started = true {
		head := make([]byte, 5)
		if !started {
			head = head[:4] // the first message has no type
		}
		if _, err := io.ReadFull(in, head); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(head[len(head)-4:])-4)
		if _, err := io.ReadFull(in, body); err != nil {
			return
		}
		if started && (head[0] == 'E' || head[0] == 'Q') {
			c.n.Add(1)
		}
		if _, err := out.Write(append(head, body...)); err != nil {
			return
		}
	}
}

// The pages cost a fixed number of statements, whatever they show.
func TestStatementsPerPage(t *testing.T) {
	r := newRig(t)
	var c counter
	store, err := models.Open(ctx, models.Options{DSN: c.through(t, r.dsn), Clock: r.clock, Log: r.Log})
	must(t, err)
	t.Cleanup(store.Close)
	o := r.Options
	o.Store = store
	s := moderation.New(o)
	mod := r.staff[actor.Moderator]
	_, err = s.Reasons(ctx) // kept for a minute
	must(t, err)
	statements := func(f func() error) int {
		t.Helper()
		must(t, f()) // prepares what the connection has not seen
		before := c.n.Load()
		must(t, f())
		return int(c.n.Load() - before)
	}
	measure := func() [3]int {
		return [3]int{
			statements(func() error { _, err := s.Queue(ctx, mod, moderation.Filter{}); return err }),
			statements(func() error { _, err := s.Queue(ctx, mod, moderation.Filter{Search: "C-X"}); return err }),
			statements(func() error {
				q, _ := r.Queue(ctx, mod, moderation.Filter{})
				_, err := s.Case(ctx, mod, q.Cases[0].ID)
				return err
			}),
		}
	}
	img, first := r.reported()
	r.reported() // another image of the same uploader: precedents are asked for
	few := measure()
	for i := range 30 {
		r.reported()
		r.file(notice("csam", unique("p", i), img.ID))
	}
	r.decided(r.staff[actor.Lead], first, models.ActionRemove)
	if many := measure(); many != few {
		t.Errorf("statements grew with the rows: %v, then %v", few, many)
	}
	// cases, images, counts, own leases; a search first finds ids; the page of a case begins, reads seven times, commits, and
	// asks for precedents.
	if want := [3]int{4, 5, 10}; few != want {
		t.Errorf("queue, search, case take %v statements, want %v", few, want)
	}
}

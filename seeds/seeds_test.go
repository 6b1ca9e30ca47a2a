package seeds_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"imglink/app/actor"
	"imglink/app/apptest"
	"imglink/app/config"
	"imglink/app/moderation"
	"imglink/app/uploads"
	"imglink/seeds"
)

func TestMain(m *testing.M) { apptest.Main(m) }

var small = seeds.Size{Images: 60, Notices: 32}

// The demo shows every state of a report, and a second run changes nothing.
func TestDemoShowsEveryState(t *testing.T) {
	in := apptest.New(t, apptest.Idle())
	for range 2 {
		if err := seeds.Run(t.Context(), in.Config, small, io.Discard); err != nil {
			t.Fatal(err)
		}
	}
	conn, err := pgx.Connect(t.Context(), in.DSN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	lead := actor.Staff("x", actor.Lead)
	all := 0
	for _, state := range []string{"open", "escalated", "decided"} {
		q, err := in.Moderation.Queue(t.Context(), lead, moderation.Filter{State: state, Limit: 100})
		if err != nil || len(q.Cases) == 0 {
			t.Errorf("no %s case in the demo (%v)", state, err)
		}
		all += len(q.Cases)
	}
	for _, sql := range []string{
		`SELECT count(*) FROM cases c JOIN images i ON i.id = c.image_id WHERE c.opened_at < i.created_at`,
		`SELECT count(*) FROM notice_items x JOIN notices n ON n.id = x.notice_id JOIN images i ON i.id = x.image_id WHERE n.created_at < i.created_at`,
	} {
		var early int
		if err := conn.QueryRow(t.Context(), sql).Scan(&early); err != nil || early > 0 {
			t.Errorf("%d before the picture was there (%v): %s", early, err, sql)
		}
	}
	var owners, requests int
	if err := conn.QueryRow(t.Context(), `SELECT (SELECT count(DISTINCT user_id) FROM images), (SELECT count(*) FROM data_requests WHERE state = 'open')`).Scan(&owners, &requests); err != nil || owners != len(seeds.People) || requests != 1 {
		t.Errorf("%d people own pictures, %d requests wait (%v)", owners, requests, err)
	}
	var visibilities, covers, private, expiring int
	if err := conn.QueryRow(t.Context(), `SELECT (SELECT count(DISTINCT visibility) FROM albums), (SELECT count(cover_id) FROM albums),
		(SELECT count(*) FROM images WHERE visibility = 'private'), (SELECT count(*) FROM images WHERE expires_at > now())`).Scan(&visibilities, &covers, &private, &expiring); err != nil || visibilities != 3 || covers == 0 || private != 1 || expiring != 1 {
		t.Errorf("albums of %d visibilities, %d with a cover; %d private pictures, %d that delete themselves (%v)", visibilities, covers, private, expiring, err)
	}
	if all < small.Notices/2 {
		t.Errorf("only %d cases", all)
	}
}

func TestDemoIsRefused(t *testing.T) {
	in := apptest.New(t, apptest.Idle())
	if _, err := in.Uploads.Receive(t.Context(), uploads.Source{Actor: actor.Guest("")}, "x.png", strings.NewReader(pixel)); err != nil {
		t.Fatal(err)
	}
	if err := seeds.Run(t.Context(), in.Config, small, io.Discard); !errors.Is(err, seeds.ErrNotEmpty) {
		t.Errorf("an instance in use must be refused, got %v", err)
	}
	if err := seeds.Run(context.Background(), config.Config{Env: "production"}, small, io.Discard); err == nil {
		t.Error("production must be refused")
	}
}

// pixel is a PNG of one pixel.
const pixel = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"

package mail_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"imglink/app/clock"
	"imglink/app/fault"
	"imglink/app/mail"
	"imglink/app/mail/mailtest"
)

const from = "ImgLink Post <post@img.example>"

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func message() mail.Message {
	return mail.Message{
		To: "Zoë <zoe@example.org>", Subject: "Ihre Meldung R-1234 – Eingang", Text: "Grüße,\nder Link: https://img.example/x\n",
		HTML: "<p>Grüße</p>", Reference: "R-1234", Auto: true,
	}
}

func sender(t *testing.T, sink *mailtest.Sink, query string) *mail.SMTP {
	t.Helper()
	s, err := mail.NewSMTP("smtp://"+sink.Host+query, from, clock.NewFake(noon))
	if err != nil {
		t.Fatal(err)
	}
	s.Roots, s.Timeout = sink.Roots, 3*time.Second
	return s
}

func TestSMTPDelivers(t *testing.T) {
	sink := mailtest.New(t)
	plain := sender(t, sink, "")
	started := sender(t, sink, "?tls=starttls")
	signed, err := mail.NewSMTP("smtp://user:pass@"+sink.Host+"?tls=starttls", from, clock.NewFake(noon))
	if err != nil {
		t.Fatal(err)
	}
	signed.Roots = sink.Roots
	for _, s := range []*mail.SMTP{plain, started, signed} {
		if err := s.Send(t.Context(), message()); err != nil {
			t.Fatal(err)
		}
	}
	got := sink.Mails()
	if len(got) != 3 || got[0].TLS || !got[1].TLS || !got[2].TLS || got[2].User != "user" {
		t.Fatalf("mails: %+v", got)
	}
	m, err := netmail.ReadMessage(bytes.NewReader(got[1].Data))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"X-Imglink-Reference": "R-1234", "Auto-Submitted": "auto-generated", "From": `"ImgLink Post" <post@img.example>`,
		"Date": "Mon, 23 Nov 2026 12:00:00 +0000",
	} {
		if g := m.Header.Get(name); g != want {
			t.Errorf("%s: %q, want %q", name, g, want)
		}
	}
	if got[1].From != "post@img.example" || got[1].To != "zoe@example.org" {
		t.Errorf("envelope %s -> %s", got[1].From, got[1].To)
	}
}

func TestSMTPFailures(t *testing.T) {
	sink := mailtest.New(t)
	s := sender(t, sink, "")
	s.Timeout = 500 * time.Millisecond
	for _, c := range []struct {
		name      string
		mode      mailtest.Mode
		want      error
		delivered int
	}{
		{"recipient refused", mailtest.RefuseRcpt, mail.ErrRejected, 0},
		{"message refused", mailtest.RefuseData, mail.ErrRejected, 0},
		{"try later", mailtest.Defer, mail.ErrDeferred, 0},
		{"our sender refused", mailtest.RefuseSender, mail.ErrDeferred, 0},
		{"hung after DATA", mailtest.Hang, mail.ErrDeferred, 0},
		{"dropped after DATA", mailtest.DropAfter, mail.ErrDeferred, 1},
		{"dropped after the acknowledgement", mailtest.DropLater, nil, 1},
	} {
		before := len(sink.Mails())
		sink.Set(c.mode)
		err := s.Send(t.Context(), message())
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err != nil && strings.Contains(err.Error(), "zoe@") {
			t.Errorf("%s: the log line holds the address: %v", c.name, err)
		}
		if n := len(sink.Mails()) - before; n != c.delivered {
			t.Errorf("%s: %d delivered", c.name, n)
		}
	}
	sink.Set(mailtest.Accept)
	if err := s.Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	got := sink.Mails()
	if a, b := id(t, got[0].Data), id(t, got[1].Data); a == "" || a != b {
		t.Errorf("the repeated mail has another Message-ID: %q, %q", a, b)
	}
}

func id(t *testing.T, data []byte) string {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return m.Header.Get("Message-ID")
}

func TestSMTPRefusesWithoutTLSOrServer(t *testing.T) {
	sink := mailtest.New(t)
	stranger := sender(t, sink, "?tls=starttls")
	stranger.Roots = nil // the sink's certificate is nobody's
	if err := stranger.Send(t.Context(), message()); !errors.Is(err, mail.ErrDeferred) {
		t.Errorf("unknown certificate: %v", err)
	}
	wrong, err := mail.NewSMTP("smtp://user:wrong@"+sink.Host+"?tls=starttls", from, clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	wrong.Roots = sink.Roots
	if err := wrong.Send(t.Context(), message()); !errors.Is(err, mail.ErrDeferred) || strings.Contains(err.Error(), "wrong@") {
		t.Errorf("wrong password: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	gone, err := mail.NewSMTP("smtp://"+l.Addr().String(), from, clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	if err := gone.Send(t.Context(), message()); !errors.Is(err, mail.ErrDeferred) || fault.Of(err).RetryAfter <= 0 {
		t.Errorf("no server: %v", err)
	}
	if n := len(sink.Mails()); n != 0 {
		t.Errorf("%d mails got through", n)
	}
}

func TestSMTPConfiguration(t *testing.T) {
	for raw, want := range map[string]string{
		"http://mail.example":                         "want smtp://",
		"smtp://":                                     "want smtp://",
		"smtp://mail.example?tls=none":                "this machine only",
		"smtp://mail.example?tls=maybe":               "unknown",
		"smtp://user:hunter2@localhost":               "needs encryption",
		"smtp://mail.example:99999":                   "port",
		"smtp://user:hunter2@mail.example?tls=banana": "unknown",
	} {
		_, err := mail.NewSMTP(raw, from, clock.System{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", raw, err)
		}
	}
	for _, raw := range []string{"smtp://mail.example", "smtps://u:p@mail.example", "smtp://[::1]:2525", "smtp://u:p@mail.example:587?tls=implicit"} {
		if _, err := mail.NewSMTP(raw, from, clock.System{}); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
	}
	if _, err := mail.NewSMTP("smtp://mail.example", "nobody", clock.System{}); err == nil || !strings.Contains(err.Error(), "from") {
		t.Errorf("from: %v", err)
	}
}

func TestMessageCheckNamesEveryField(t *testing.T) {
	err := mail.Message{To: "a@b.c\r\nBcc: x@y.z", Reference: "R 1\n", Text: " "}.Check()
	var names []string
	for _, f := range fault.Of(err).Fields {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, " "); got != "to subject text reference" {
		t.Errorf("fields %q", got)
	}
	for _, to := range []string{"", "a", "a@", "@b", "a@b, c@d", "a@b\n", "\"a b\"@c.d", "a@b@c", "undisclosed:;", strings.Repeat("a", 400) + "@b.c"} {
		m := message()
		if m.To = to; m.Check() == nil {
			t.Errorf("%q accepted", to)
		}
	}
}

// TestNoHeaderInjection: whatever the fields hold, the mail has exactly the headers we set, once each.
func TestNoHeaderInjection(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		evil := rapid.SampledFrom([]string{"\r\nBcc: x@y.z", "\nX-Evil: 1", "\r\n\r\nbody", "\u2028X: y", "\x00", "=?utf-8?q?a=0D=0AX-Evil:_1?=", ""})
		word := rapid.StringN(1, 40, 100)
		m := mail.Message{
			To:      rapid.SampledFrom([]string{"a@b.example", "N <a@b.example>"}).Draw(r, "to") + evil.Draw(r, "e1"),
			Subject: word.Draw(r, "s") + evil.Draw(r, "e2") + word.Draw(r, "s2"), Text: word.Draw(r, "t") + evil.Draw(r, "e3") + "x",
			Reference: rapid.SampledFrom([]string{"", "R-1"}).Draw(r, "ref") + evil.Draw(r, "e4"),
		}
		dir, err := os.MkdirTemp("", "mail")
		if err != nil {
			r.Fatal(err)
		}
		defer os.RemoveAll(dir)
		o, err := mail.NewOutbox(dir, from, clock.NewFake(noon))
		if err != nil {
			r.Fatal(err)
		}
		if err := o.Send(context.Background(), m); err != nil {
			if m.Check() == nil {
				r.Fatalf("valid message refused: %v", err)
			}
			return
		}
		names, _ := filepath.Glob(filepath.Join(dir, "*.eml"))
		b, err := os.ReadFile(names[0])
		if err != nil {
			r.Fatal(err)
		}
		parsed, err := netmail.ReadMessage(bytes.NewReader(b))
		if err != nil {
			r.Fatal(err)
		}
		for name, values := range parsed.Header {
			if len(values) != 1 || name == "Bcc" || strings.HasPrefix(name, "X-Evil") {
				r.Fatalf("header %s: %q", name, values)
			}
		}
	})
}

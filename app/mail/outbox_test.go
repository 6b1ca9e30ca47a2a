package mail_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"imglink/app/clock"
	"imglink/app/fault"
	"imglink/app/mail"
)

func TestOutbox(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "outbox")
	c := clock.NewFake(noon)
	o, err := mail.NewOutbox(dir, from, c)
	if err != nil {
		t.Fatal(err)
	}
	for _, subject := range []string{"first", "second ü", "third"} {
		m := message()
		m.Subject = subject
		if err := o.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		c.Advance(time.Minute)
	}
	for name, content := range map[string]string{"notes.txt": "x", ".new-1": "x", "evil.eml": "x", "20261123T120500.000000-0000000g.eml": "x"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	page, err := o.List(t.Context(), 2, "")
	if err != nil || len(page) != 2 || page[0].Subject != "third" || page[1].Subject != "second ü" || page[0].Text != "" {
		t.Fatalf("first page %+v, %v", page, err)
	}
	rest, err := o.List(t.Context(), 2, page[1].ID)
	if err != nil || len(rest) != 1 || rest[0].Subject != "first" {
		t.Fatalf("second page %+v, %v", rest, err)
	}
	k, err := o.Read(t.Context(), rest[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if k.Text != message().Text || !k.HTML || k.Reference != "R-1234" || !k.Date.Equal(noon) || !strings.Contains(k.To, "Zoë") || k.Bytes == 0 {
		t.Errorf("read %+v", k)
	}
	sealed := message()
	sealed.Sealed = true
	if err := o.Send(t.Context(), sealed); err != nil {
		t.Fatal(err)
	}
	newest, err := o.List(t.Context(), 1, "")
	if err != nil || len(newest) != 1 {
		t.Fatal(newest, err)
	}
	withheld, err := o.Read(t.Context(), newest[0].ID)
	raw, _ := os.ReadFile(filepath.Join(dir, newest[0].ID+".eml"))
	if err != nil || !withheld.Sealed || withheld.Text != "" || withheld.To == "" || !bytes.Contains(raw, []byte("Content-Type: text/plain")) {
		t.Errorf("sealed: %+v, %v", withheld, err)
	}
	if err := os.Remove(filepath.Join(dir, newest[0].ID+".eml")); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"", "..", "../outbox/" + k.ID, "evil", "20261123T120500.000000-0000000g", "20261123T120500.000000-00000000"} {
		if _, err := o.Read(t.Context(), id); !fault.Is(err, fault.NotFound) {
			t.Errorf("id %q: %v", id, err)
		}
	}
	n, err := o.Prune(t.Context(), noon.Add(90*time.Second))
	if left, _ := o.List(t.Context(), 9, ""); err != nil || n != 2 || len(left) != 1 || left[0].Subject != "third" {
		t.Errorf("prune removed %d, left %+v, %v", n, left, err)
	}
}

func TestOutboxIsPrivateAndLeavesNoHalf(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "outbox")
	o, err := mail.NewOutbox(dir, from, clock.NewFake(noon))
	if err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(dir)
	if err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("directory mode %v, %v", st.Mode(), err)
	}
	if err := o.Send(t.Context(), mail.Message{To: "x"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("bad message: %v", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := o.Send(t.Context(), message()); fault.Of(err).Code != "mail_deferred" {
		t.Errorf("directory gone: %v", err)
	}
}

// FuzzOutboxRead feeds files that are no mails of ours.
func FuzzOutboxRead(f *testing.F) {
	f.Add([]byte("Subject: =?utf-8?q?a?=\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b--\n"))
	f.Add([]byte("Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n"))
	f.Add([]byte("no mail"))
	dir := f.TempDir()
	o, err := mail.NewOutbox(dir, from, clock.NewFake(noon))
	if err != nil {
		f.Fatal(err)
	}
	const id = "20261123T120000.000000-00000000"
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(filepath.Join(dir, id+".eml"), b, 0o600); err != nil {
			t.Fatal(err)
		}
		k, err := o.Read(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if k.Bytes != int64(len(b)) || bytes.ContainsAny([]byte(k.Subject+k.To), "\r\n") {
			t.Errorf("%+v", k)
		}
	})
}

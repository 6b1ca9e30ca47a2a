package mail

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"imglink/app/clock"
	"imglink/app/fault"
)

// idLayout makes file names sort by time; nanoseconds are not kept (clock.Clock has microseconds).
const idLayout = "20060102T150405.000000"

// Outbox keeps mails as .eml files instead of sending them: for installations without a mail server, whose admins read
// them in the staff area. Mails hold personal data, so the directory is private and Prune must be called.
type Outbox struct {
	dir   string
	from  *mail.Address
	clock clock.Clock
}

// Kept is a mail in the outbox. Text is empty in listings.
type Kept struct {
	ID        string // file name without .eml, sortable by time
	To        string
	Subject   string
	Date      time.Time
	Reference string
	Text      string
	Sealed    bool // the text is withheld: only who may read the directory may read the mail
	HTML      bool // there is an HTML part too
	Bytes     int64
}

// NewOutbox makes dir when needed.
func NewOutbox(dir, from string, c clock.Clock) (*Outbox, error) {
	a, err := address(from)
	if err != nil {
		return nil, errors.New("mail.NewOutbox: from: want an address such as ImgLink <post@example.org>")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("mail.NewOutbox: %w", err)
	}
	return &Outbox{dir: dir, from: a, clock: c}, nil
}

// Send writes the mail. On nil it is on the disk, whole, even if the machine loses power.
func (o *Outbox) Send(_ context.Context, m Message) (err error) {
	defer fault.Wrap(&err, "mail.Outbox.Send")
	now := o.clock.Now()
	msg, err := compose(m, o.from, now)
	if err != nil {
		return err
	}
	var salt [4]byte
	_, _ = rand.Read(salt[:])
	name := filepath.Join(o.dir, now.UTC().Format(idLayout)+"-"+hex.EncodeToString(salt[:])+".eml")
	if err := writeFile(name, func(f *os.File) error { _, err := msg.WriteTo(f); return err }); err != nil {
		return ErrDeferred.Because(err)
	}
	return nil
}

// writeFile makes name appear whole or not at all: write aside, fsync, rename, fsync the directory.
func writeFile(name string, write func(*os.File) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
}

func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // our own directory
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// List gives at most limit mails, newest first, older than the id before ("" for the newest).
func (o *Outbox) List(_ context.Context, limit int, before string) (_ []Kept, err error) {
	defer fault.Wrap(&err, "mail.Outbox.List")
	ids, err := o.ids()
	if err != nil {
		return nil, err
	}
	slices.Reverse(ids)
	out := make([]Kept, 0, min(limit, len(ids)))
	for _, id := range ids {
		if before != "" && id >= before {
			continue
		}
		if len(out) >= limit {
			break
		}
		k, err := o.read(id)
		if fault.Is(err, fault.NotFound) {
			continue // pruned since the directory was read
		}
		if err != nil {
			return nil, err
		}
		k.Text = ""
		out = append(out, k)
	}
	return out, nil
}

// Read gives one mail with its text, unless that is sealed; an unknown id is fault.NotFound.
func (o *Outbox) Read(_ context.Context, id string) (_ Kept, err error) {
	defer fault.Wrap(&err, "mail.Outbox.Read")
	return o.read(id)
}

// Prune removes mails older than the given instant and tells how many.
func (o *Outbox) Prune(_ context.Context, olderThan time.Time) (n int, err error) {
	defer fault.Wrap(&err, "mail.Outbox.Prune")
	ids, err := o.ids()
	if err != nil {
		return 0, err
	}
	limit := olderThan.UTC().Format(idLayout)
	for _, id := range ids {
		if id >= limit {
			break
		}
		if err := os.Remove(filepath.Join(o.dir, id+".eml")); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return n, err
		}
		n++
	}
	return n, nil
}

// ids lists the mails, oldest first.
func (o *Outbox) ids() ([]string, error) {
	entries, err := os.ReadDir(o.dir)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), ".eml"); ok && validID(id) && e.Type().IsRegular() {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// validID accepts only names this package makes, so that an id from a URL cannot leave the directory.
func validID(id string) bool {
	at, salt, ok := strings.Cut(id, "-")
	if !ok || len(salt) != 8 || strings.Trim(salt, "0123456789abcdef") != "" {
		return false
	}
	_, err := time.Parse(idLayout, at)
	return err == nil && len(at) == len(idLayout)
}

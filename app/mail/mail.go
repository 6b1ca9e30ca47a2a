// Package mail is the port to the outside post: a message of ours, a sender over SMTP, and an outbox that keeps mails as
// files for installations without a mail server.
package mail

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"imglink/app/fault"
)

// ReferenceHeader carries our reference (a case, a ticket) so that a reply can be filed without guessing.
const ReferenceHeader = "X-ImgLink-Reference"

// sealedHeader marks a mail that the outbox shows to nobody.
const sealedHeader = "X-ImgLink-Sealed"

// Bounds of a message. Nothing we compose comes near them; what does is hostile input that found its way into a mail.
const (
	maxSubject = 300       // runes
	maxBody    = 256 << 10 // bytes, text and HTML each
)

// Message is one mail to one person: nobody ever sees another recipient's address. HTML is optional, Text is not.
type Message struct {
	To        string // a bare address or "Name <address>"
	Subject   string
	Text      string
	HTML      string
	Reference string // letters, digits and .-_ only; may be empty
	Sealed    bool   // it may hold a link that lets its reader into an account: the outbox does not show its text
	Auto      bool   // nobody pressed a button for it: out-of-office programs must not answer (RFC 3834)
}

// Sender sends one message. nil means that a mail server has taken responsibility for it, or that it is on disk.
// A fault with the code mail_rejected will fail again and must not be repeated; mail_deferred may be repeated later. After
// mail_deferred the mail may still have been delivered, so a repetition can arrive twice: it carries the same Message-ID,
// by which mail systems drop duplicates.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

var (
	// ErrRejected is a permanent refusal (5yz of RFC 5321 section 4.2.1) of this recipient or message.
	ErrRejected = fault.New(fault.Invalid, "mail_rejected", "The mail server refuses this address or message. Check the e-mail address.")
	// ErrDeferred is everything that may pass: 4yz answers, no connection, a wrong password of ours.
	ErrDeferred = fault.New(fault.Unavailable, "mail_deferred",
		"The mail could not be handed over right now. It will be tried again.").After(time.Minute)
)

// Check reports every field that cannot be sent. Line breaks in an address or a reference would let their author write
// headers of their own, so they are refused; in a subject they become spaces.
func (m Message) Check() error {
	var c fault.Collect
	_, err := address(m.To)
	c.Check(err == nil, "to", "Give one e-mail address, such as name@example.org.")
	c.Check(strings.TrimSpace(m.Subject) != "", "subject", "Give the mail a subject.")
	c.Check(len([]rune(m.Subject)) <= maxSubject, "subject", fmt.Sprintf("Shorten the subject to %d characters.", maxSubject))
	c.Check(strings.TrimSpace(m.Text) != "", "text", "Give the mail a text.")
	c.Check(len(m.Text) <= maxBody && len(m.HTML) <= maxBody, "text", fmt.Sprintf("Shorten the text to %d KiB.", maxBody>>10))
	c.Check(validReference(m.Reference), "reference", "Use up to 64 letters, digits, dots, dashes and underscores.")
	return c.Err()
}

// address parses one mailbox and refuses what would need quoting tricks on the wire.
func address(s string) (*mail.Address, error) {
	if len(s) > 320 || strings.ContainsFunc(s, unicode.IsControl) {
		return nil, fmt.Errorf("address of %d bytes is not allowed", len(s))
	}
	a, err := mail.ParseAddress(s)
	if err != nil {
		return nil, err
	}
	local, domain, ok := strings.Cut(a.Address, "@")
	if !ok || local == "" || domain == "" || strings.ContainsAny(a.Address, " \"<>(),;:\\[]") || strings.Contains(domain, "@") {
		return nil, fmt.Errorf("address of an unusual form")
	}
	return a, nil
}

func validReference(s string) bool {
	return len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(".-_", r)
	})
}

// oneLine folds every run of spaces and control characters into a space.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

// compose renders m as it goes over the wire, with now as its date.
func compose(m Message, from *mail.Address, now time.Time) (*gomail.Msg, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	to, err := address(m.To)
	if err != nil {
		return nil, err
	}
	out := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	out.FromMailAddress(from)
	out.ToMailAddress(to)
	out.Subject(oneLine(m.Subject))
	out.SetDateWithValue(now)
	out.SetMessageIDWithValue(messageID(m, from))
	if m.Reference != "" {
		out.SetGenHeader(ReferenceHeader, m.Reference)
	}
	if m.Sealed {
		out.SetGenHeader(sealedHeader, "yes")
	}
	if m.Auto {
		out.SetGenHeader("Auto-Submitted", "auto-generated")
		out.SetGenHeader("X-Auto-Response-Suppress", "All")
	}
	out.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		out.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return out, nil
}

// messageID depends on the content alone, so that a repeated Send is recognised as the same mail.
func messageID(m Message, from *mail.Address) string {
	h := sha256.New()
	for _, part := range []string{m.To, m.Subject, m.Reference, m.Text, m.HTML} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	return hex.EncodeToString(h.Sum(nil)[:16]) + "@" + domain
}

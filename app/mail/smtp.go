package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"imglink/app/clock"
	"imglink/app/fault"
)

// Encryption of the way to the mail server, the tls parameter of the URL.
const (
	tlsStart    = "starttls" // STARTTLS or nothing is sent (RFC 3207); the default
	tlsImplicit = "implicit" // TLS from the first byte (RFC 8314); the default of smtps://
	tlsNone     = "none"     // clear text, to this machine only; the default there
)

// SMTP hands mails to a mail server. It is safe for concurrent use; every mail has a connection of its own.
type SMTP struct {
	Timeout time.Duration  // of each phase: dialling with sign-in, and sending; 15 s
	Roots   *x509.CertPool // instead of the system's authorities; nil means those

	host, user, pass, mode string
	port                   int
	from                   *mail.Address
	clock                  clock.Clock
}

// NewSMTP reads smtp://user:password@host:587?tls=starttls|implicit|none or smtps://...; from is "Name <address>" or an
// address. Every wrong part is reported at once, the password never.
func NewSMTP(rawURL, from string, c clock.Clock) (*SMTP, error) {
	s := &SMTP{Timeout: 15 * time.Second, clock: c}
	var errs []error
	var err error
	if s.from, err = address(from); err != nil {
		errs = append(errs, errors.New("from: want an address such as ImgLink <post@example.org>"))
	}
	u, err := url.Parse(rawURL)
	if err != nil || (u.Scheme != "smtp" && u.Scheme != "smtps") || u.Hostname() == "" {
		return nil, errors.Join(append(errs, errors.New("url: want smtp://user:password@host:587"))...)
	}
	s.host, s.user = u.Hostname(), u.User.Username()
	s.pass, _ = u.User.Password()
	if err := s.setMode(u); err != nil {
		errs = append(errs, err)
	}
	if s.port, err = port(u, s.mode); err != nil {
		errs = append(errs, err)
	}
	if s.user != "" && s.mode == tlsNone {
		errs = append(errs, errors.New("url: a password needs encryption; add ?tls=starttls or remove the credentials"))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *SMTP) setMode(u *url.URL) error {
	s.mode = u.Query().Get("tls")
	local := isLocal(s.host)
	switch {
	case s.mode == "" && u.Scheme == "smtps":
		s.mode = tlsImplicit
	case s.mode == "" && local:
		s.mode = tlsNone
	case s.mode == "":
		s.mode = tlsStart
	case s.mode == tlsNone && !local:
		return errors.New("url: tls=none is allowed to this machine only; use tls=starttls or tls=implicit")
	case s.mode != tlsNone && s.mode != tlsStart && s.mode != tlsImplicit:
		return fmt.Errorf("url: tls=%q is unknown; use starttls, implicit or none", s.mode)
	}
	return nil
}

func port(u *url.URL, mode string) (int, error) {
	if u.Port() == "" {
		return map[string]int{tlsStart: 587, tlsImplicit: 465, tlsNone: 25}[mode], nil
	}
	n, err := strconv.Atoi(u.Port())
	if err != nil || n < 1 || n > 65535 {
		return 0, errors.New("url: the port is not a number from 1 to 65535")
	}
	return n, nil
}

func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send hands m over; see Sender for what its errors mean. The context bounds dialling, Timeout each phase.
func (s *SMTP) Send(ctx context.Context, m Message) (err error) {
	defer fault.Wrap(&err, "mail.SMTP.Send")
	msg, err := compose(m, s.from, s.clock.Now())
	if err != nil {
		return err
	}
	client, err := gomail.NewClient(s.host, s.options()...)
	if err != nil {
		return err
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if msg.IsDelivered() {
		return nil // the server has taken it; a failing RSET or QUIT afterwards must not send it twice
	}
	return classify(err)
}

func (s *SMTP) options() []gomail.Option {
	_, domain, _ := strings.Cut(s.from.Address, "@")
	opts := []gomail.Option{
		gomail.WithPort(s.port), gomail.WithTimeout(s.Timeout), gomail.WithHELO(domain),
		gomail.WithTLSConfig(&tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12, RootCAs: s.Roots}),
	}
	switch s.mode {
	case tlsNone:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	case tlsImplicit:
		opts = append(opts, gomail.WithSSL())
	default:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.user != "" {
		opts = append(opts, gomail.WithUsername(s.user), gomail.WithPassword(s.pass), gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover))
	}
	return opts
}

// classify tells what is this mail's fault from what is the server's or ours. A 5yz to MAIL FROM or to signing in is our
// configuration: mails wait until it is mended.
func classify(err error) error {
	se, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return ErrDeferred.Because(err)
	}
	switch se.Reason {
	case gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose:
		code := se.ErrorCode()
		ours := code == 530 || code == 535 || code == 538 // authentication required or failed (RFC 4954)
		if code >= 500 && code < 600 && !ours {
			return ErrRejected.Because(errors.New(safeCause(se)))
		}
	}
	return ErrDeferred.Because(errors.New(safeCause(se)))
}

// safeCause is for the log: codes only, because the server's words repeat the recipient's address.
func safeCause(se *gomail.SendError) string {
	return fmt.Sprintf("%s: code %d %s", se.Reason, se.ErrorCode(), se.EnhancedStatusCode())
}

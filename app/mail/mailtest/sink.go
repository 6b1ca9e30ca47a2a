// Package mailtest is a real SMTP server that keeps what it is sent and fails on request.
package mailtest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"imglink/app/clock"
)

// Mode is the sink's way to fail.
type Mode uint8

// The modes.
const (
	Accept       Mode = iota
	RefuseRcpt        // 550 to RCPT: permanent, not delivered
	Defer             // 451 to RCPT: temporary, not delivered
	RefuseData        // 554 after DATA: permanent, not delivered
	RefuseSender      // 550 to MAIL FROM: the operator's mistake
	DropAfter         // the mail is taken, the connection dies before the answer: failed but delivered
	DropLater         // the mail is taken and acknowledged, then the connection dies: delivered, no failure
	Hang              // no answer after DATA
)

// Mail is one captured message.
type Mail struct {
	From, To string
	Data     []byte // headers and body as received
	TLS      bool
	User     string
}

// Sink is the server. Its methods are safe for concurrent use.
type Sink struct {
	Host string // 127.0.0.1:port
	// Roots trusts the sink's certificate (for localhost and 127.0.0.1).
	Roots *x509.CertPool

	mu    sync.Mutex
	mode  Mode
	mails []Mail
	done  chan struct{}
}

// New starts a sink for the length of the test. It offers STARTTLS and wants the user "user" with the password "pass"
// from those who sign in.
func New(t testing.TB) *Sink {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cert, roots, err := certificate()
	if err != nil {
		t.Fatal(err)
	}
	s := &Sink{Host: l.Addr().String(), Roots: roots, done: make(chan struct{})}
	srv := smtp.NewServer(s)
	srv.Domain = "localhost"
	srv.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	srv.MaxMessageBytes = 4 << 20
	srv.ReadTimeout, srv.WriteTimeout = 30*time.Second, 30*time.Second
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { close(s.done); _ = srv.Close() })
	return s
}

// Set switches the failure.
func (s *Sink) Set(m Mode) { s.mu.Lock(); defer s.mu.Unlock(); s.mode = m }

// Mails is a copy of what was delivered so far.
func (s *Sink) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.mails...)
}

// NewSession implements smtp.Backend.
func (s *Sink) NewSession(c *smtp.Conn) (smtp.Session, error) { return &session{sink: s, conn: c}, nil }

func (s *Sink) current() Mode { s.mu.Lock(); defer s.mu.Unlock(); return s.mode }

type session struct {
	sink *Sink
	conn *smtp.Conn
	mail Mail

	taken bool // the current mail is delivered
}

func refusal(code int, class, detail int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{class, detail, 0}, Message: text}
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, pass string) error {
		if user != "user" || pass != "pass" {
			return refusal(535, 5, 7, "wrong password")
		}
		s.mail.User = user
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.sink.current() == RefuseSender {
		return refusal(550, 5, 7, "sender not allowed")
	}
	s.mail.From = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch s.sink.current() {
	case RefuseRcpt:
		return refusal(550, 5, 1, "no such user "+to)
	case Defer:
		return refusal(451, 4, 3, "try later, "+to)
	}
	s.mail.To = to
	return nil
}

func (s *session) Data(r io.Reader) error {
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		return err
	}
	mode := s.sink.current()
	switch mode {
	case RefuseData:
		return refusal(554, 5, 6, "message refused")
	case Hang:
		<-s.sink.done
		return refusal(421, 4, 3, "closing")
	}
	s.taken = true
	m := s.mail
	m.Data = b.Bytes()
	_, m.TLS = s.conn.TLSConnectionState()
	s.sink.mu.Lock()
	s.sink.mails = append(s.sink.mails, m)
	s.sink.mu.Unlock()
	if mode == DropAfter {
		_ = s.conn.Close()
	}
	return nil
}

// Reset runs when a mail is finished, after its answer is sent.
func (s *session) Reset() {
	if s.taken && s.sink.current() == DropLater {
		_ = s.conn.Conn().Close() // the server holds its own lock here
	}
	s.mail, s.taken = Mail{User: s.mail.User}, false
}

func (s *session) Logout() error { return nil }

// certificate is self-made, for localhost and 127.0.0.1.
func certificate() (tls.Certificate, *x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	now := clock.System{}.Now() // TLS compares with the machine's clock
	tpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool, nil
}

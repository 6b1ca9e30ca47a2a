// Package resumable receives uploads that arrive in pieces over broken connections (tus 1.0.0, tus.io/protocols). What has
// arrived is durable before it is counted, so that any replica goes on where another one stopped, and a complete upload
// becomes exactly one picture, whatever dies meanwhile.
package resumable

import (
	"context"
	"encoding/base64"
	"io"
	"iter"
	"log/slog"
	"net/netip"
	"time"

	"imglink/app/clock"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/keyring"
	"imglink/app/objects"
	"imglink/app/uploads"
	"imglink/models"
)

// Objects is the store of bytes: see uploads.Objects for its contract.
type Objects interface {
	uploads.Objects
	List(ctx context.Context, prefix string) iter.Seq2[objects.Entry, error]
}

// Receiver makes a picture of bytes; uploads.Service is one. Receive under an id that is taken is fault.Conflict, and
// nothing of a refused picture remains. Abandon forgets a picture that was begun under an id and never published.
type Receiver interface {
	Receive(ctx context.Context, src uploads.Source, name string, body io.Reader) (uploads.Upload, error)
	Abandon(ctx context.Context, img models.Image) error
}

// Service is the capability.
type Service struct {
	Store      *models.Store
	Objects    Objects
	Uploads    Receiver
	Keys       keyring.Ring
	Clock      clock.Clock
	Log        *slog.Logger
	TempDir    string // for spooling; must have room for one piece of each upload in flight
	MaxBytes   int64  // of one upload
	PieceBytes int64  // stored as one object; 0 means 8 MiB: at most this much is sent again after a crash
}

const (
	pieceBytes = 8 << 20
	idleTime   = 24 * time.Hour     // an upload that nobody continues for this long is given up
	lifeTime   = 7 * 24 * time.Hour // and so is one that never ends
)

// bound is what one client may have in the making: what people do at once fits, a store of free space does not.
func (s *Service) bound() models.PartialBound {
	return models.PartialBound{Uploads: 64, Bytes: 32 * s.MaxBytes}
}

// Start says what is going to be sent.
type Start struct {
	Source   uploads.Source // whose it will be
	Client   []byte         // keyed hash of the network or the account: what open uploads are counted by
	Name     string         // of the file
	Length   int64          // bytes
	Metadata string         // as sent, repeated to the client
}

// Status is how far an upload is.
type Status struct {
	Length, Received int64
	Metadata         string
	State            models.PartialState
	ExpiresAt        time.Time
	Upload           *uploads.Upload // once it is done: the picture, with its delete token
}

var (
	errUnknown = fault.New(fault.NotFound, "upload_unknown", "There is no upload at this address. Start a new one.")
	errExpired = fault.New(fault.Gone, "upload_expired", "This upload was not continued in time and was given up. Start a new one.")
	errOffset  = fault.New(fault.Conflict, "upload_offset", "The bytes do not begin where those before them end. Ask how much has arrived, and go on from there.")
	errEmpty   = fault.InvalidField("Upload-Length", "Say how many bytes the file has, at least one.")
)

// Begin opens an upload. The token is its address and the only right to it; it is stored as a hash.
func (s *Service) Begin(ctx context.Context, start Start) (token ident.Token, st Status, err error) {
	defer fault.Wrap(&err, "resumable.Begin")
	switch {
	case start.Length <= 0:
		return "", st, errEmpty
	case start.Length > s.MaxBytes:
		return "", st, fault.New(fault.TooLarge, "file_too_large", "The file is larger than this site accepts. Make the picture smaller or save it with a lower quality.")
	}
	now, token := s.Clock.Now(), ident.NewToken()
	p := models.PartialUpload{
		ID: idOf(token), Uploader: start.Source.Uploader, FileName: start.Name, Metadata: start.Metadata, Length: start.Length,
		State: models.PartialOpen, CreatedAt: now, ExpiresAt: now.Add(idleTime), Client: start.Client,
	}
	if p.Uploader == "" {
		p.Uploader = ident.Public()
	}
	if start.Source.UserID != "" {
		p.UserID = &start.Source.UserID
	}
	if ip := start.Source.IP; ip.IsValid() {
		text := ip.String()
		p.IP = &text
	}
	return token, statusOf(p), s.Store.BeginPartial(ctx, p, s.bound())
}

// Look says how far an upload is. One whose bytes are all there and which is no picture yet, because a process died, becomes
// one now. A refused upload is the error it was refused with.
func (s *Service) Look(ctx context.Context, token ident.Token) (st Status, err error) {
	defer fault.Wrap(&err, "resumable.Look")
	p, err := s.Store.Partial(ctx, idOf(token))
	if err = s.usable(p, err); err != nil {
		return st, err
	}
	if p.State == models.PartialFinishing || p.State == models.PartialOpen && p.Received == p.Length {
		h, err := s.hold(ctx, p.ID)
		if err != nil {
			return st, err
		}
		defer h.release()
		return s.complete(ctx, h)
	}
	return s.ended(ctx, p)
}

// Cancel forgets an upload and its bytes. The picture that became of it, if any, stays: it has its own delete link.
func (s *Service) Cancel(ctx context.Context, token ident.Token) (err error) {
	defer fault.Wrap(&err, "resumable.Cancel")
	p, err := s.Store.Partial(ctx, idOf(token))
	if err = s.usable(p, err); err != nil {
		return err
	}
	if p.State == models.PartialFinishing {
		return models.ErrPartialHeld
	}
	return s.drop(ctx, p.ID)
}

// usable gives a missing or expired upload its own error.
func (s *Service) usable(p models.PartialUpload, err error) error {
	switch {
	case fault.Is(err, fault.NotFound):
		return errUnknown
	case err == nil && !s.Clock.Now().Before(p.ExpiresAt):
		return errExpired
	}
	return err
}

// idOf is the id of an upload: reading the database gives nobody its address.
func idOf(token ident.Token) string { return base64.RawURLEncoding.EncodeToString(token.Hash()) }

func statusOf(p models.PartialUpload) Status {
	return Status{Length: p.Length, Received: p.Received, Metadata: p.Metadata, State: p.State, ExpiresAt: p.ExpiresAt}
}

// expiry moves the end of an upload that goes on.
func (s *Service) expiry(p models.PartialUpload) time.Time {
	idle, life := s.Clock.Now().Add(idleTime), p.CreatedAt.Add(lifeTime)
	if life.Before(idle) {
		return life
	}
	return idle
}

func address(ip *string) netip.Addr {
	if ip == nil {
		return netip.Addr{}
	}
	a, _ := netip.ParseAddr(*ip)
	return a
}

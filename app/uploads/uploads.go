// Package uploads receives pictures, keeps them safe across crashes, derives what is shown of them, and serves and deletes
// them. A picture is acknowledged only when its bytes are durable and its row is live.
package uploads

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"time"

	"imglink/app/actor"
	"imglink/app/clock"
	"imglink/app/fault"
	"imglink/app/fetch"
	"imglink/app/ident"
	"imglink/app/imaging"
	"imglink/app/objects"
	"imglink/models"
)

// Objects is the store of bytes. Put is durable on return; deleting what is already gone succeeds; a missing key is
// fault.NotFound and an unreachable store fault.Unavailable.
type Objects interface {
	Put(ctx context.Context, key string, body io.ReadSeeker, m objects.Meta) error
	Get(ctx context.Context, key string, r *objects.Range) (*objects.Object, error)
	DeleteAll(ctx context.Context, keys []string) error
}

// Deriver makes the thumbnail, the safe rendition and the hash of a stored file, apart from this process's memory.
type Deriver interface {
	Derive(ctx context.Context, src io.ReaderAt, size int64) (imaging.Derived, error)
}

// Fetcher gets a picture from an address on the web.
type Fetcher interface {
	Fetch(ctx context.Context, rawURL string) (*fetch.Result, error)
}

// Purger makes caches between us and the visitors forget addresses.
type Purger interface {
	Purge(ctx context.Context, urls []string) error
}

// Service is the capability.
type Service struct {
	Store   *models.Store
	Objects Objects
	Deriver Deriver
	Fetcher Fetcher
	Purger  Purger
	Clock   clock.Clock
	Log     *slog.Logger
	Limits  imaging.Limits
	TempDir string                      // for spooling; must have room for the uploads in flight
	URLs    func(models.Image) []string // every public address of an image
	Cache   *Cache                      // nil switches the in-process cache off
	Quota   int64                       // bytes an account may hold, unless it has a quota of its own; 0 means without limit

	SharedCaches bool // Purger reaches every cache between us and browsers
}

// Source says who sends a picture.
type Source struct {
	Actor    actor.Actor
	Uploader string     // the guest's random id; empty makes one for this picture
	IP       netip.Addr // kept 90 days, apart from the picture

	UserID      string                 // whose account it goes to; empty for a guest
	Visibility  models.ImageVisibility // empty means unlisted; private needs an account
	Description string
	ExpiresAt   *time.Time // when it deletes itself; nil keeps it
	AlbumID     string     // one of the account's, at whose end it is put; empty for none

	// Chosen beforehand by who must be able to repeat a Receive without storing the picture twice; empty makes new ones. An
	// ID that is taken is fault.Conflict.
	ID          string
	DeleteToken ident.Token
}

// Upload is an acknowledged picture. DeleteToken is shown once and stored only as a hash.
type Upload struct {
	Image       models.Image
	DeleteToken ident.Token
}

var errNoSpace = fault.New(fault.Unavailable, "spool_unavailable", "We cannot take uploads right now. Please try again in a moment.").After(10 * time.Second)

// Receive takes one picture: spool within the byte limit, sanitise, refuse blocked files, store, publish. It returns when
// the picture is durable and live. Nothing of a refused picture remains.
func (s *Service) Receive(ctx context.Context, src Source, name string, body io.Reader) (up Upload, err error) {
	defer fault.Wrap(&err, "uploads.Receive")
	sp, err := s.spool(body)
	if err != nil {
		return Upload{}, err
	}
	defer sp.Close()
	up = s.newUpload(src, name, sp)
	err = s.begin(ctx, src, up.Image)
	if errors.Is(err, models.ErrBlocked) {
		_, counted := s.Store.HitBlocked(ctx, sp.received[:], sp.stored[:])
		err = errors.Join(err, counted)
	}
	if err != nil {
		return Upload{}, err
	}
	// From here on a client that hangs up loses nothing: the sweep drops what is not published.
	if err := s.Objects.Put(ctx, up.Image.ObjectKey(), sp.clean, objects.Meta{
		ContentType: up.Image.Mime, Size: up.Image.Bytes, SHA256: sp.stored[:], CacheControl: s.CacheControl(),
	}); err != nil {
		return Upload{}, err
	}
	err = s.publish(ctx, src, &up.Image)
	if errors.Is(err, models.ErrBlocked) { // decided while it was being stored
		err = errors.Join(err, s.drop(ctx, up.Image, "blocked"))
	}
	if err != nil {
		return Upload{}, err
	}
	return up, nil
}

// ReceiveURL takes a picture from an address on the web.
func (s *Service) ReceiveURL(ctx context.Context, src Source, rawURL string) (up Upload, err error) {
	got, err := s.Fetcher.Fetch(ctx, rawURL)
	if err != nil {
		return Upload{}, err
	}
	defer got.Body.Close() //nolint:errcheck // read to the end or failed already
	return s.Receive(ctx, src, got.FileName, got.Body)
}

func (s *Service) newUpload(src Source, name string, sp *spooled) Upload {
	uploader := src.Uploader
	if uploader == "" {
		uploader = ident.Public()
	}
	id, token := src.ID, src.DeleteToken
	if id == "" {
		id = ident.Public()
	}
	if token == "" {
		token = ident.NewToken()
	}
	visibility := models.ImageUnlisted
	if src.Visibility == models.ImagePrivate && src.UserID != "" {
		visibility = models.ImagePrivate
	}
	var userID *string
	if src.UserID != "" {
		userID = &src.UserID
	}
	return Upload{DeleteToken: token, Image: models.Image{
		ID: id, State: models.ImagePending, Uploader: uploader,
		FileName: CleanName(name, sp.facts.Format.Ext()), Mime: sp.facts.Format.MIME(), Ext: sp.facts.Format.Ext(),
		Bytes: sp.clean.Size(), Width: sp.facts.Width, Height: sp.facts.Height, Orientation: int16(sp.facts.Orientation), //nolint:gosec // 1..8
		Frames: sp.facts.Frames, ReceivedSHA256: sp.received[:], SHA256: sp.stored[:], DeleteHash: token.Hash(), CreatedAt: s.Clock.Now(),
		UserID: userID, Visibility: visibility, Description: src.Description, ExpiresAt: src.ExpiresAt,
	}}
}

func (s *Service) begin(ctx context.Context, src Source, img models.Image) error {
	ip := ""
	if src.IP.IsValid() {
		ip = src.IP.String()
	}
	return s.Store.Write(ctx, models.Change{Actor: src.Actor, Needs: src.needs(), Action: "image.begin", Entity: "image", ID: img.ID},
		func(tx *models.Tx) error {
			if err := checkAccount(tx, src); err != nil {
				return err
			}
			if err := checkAlbum(tx, src); err != nil {
				return err
			}
			if err := tx.InsertImage(img, ip); err != nil || src.UserID == "" {
				return err
			}
			return CheckQuota(tx, src.UserID, s.Quota)
		})
}

func (s *Service) publish(ctx context.Context, src Source, img *models.Image) error {
	return s.Store.Write(ctx, models.Change{Actor: src.Actor, Needs: src.needs(), Action: "image.publish", Entity: "image", ID: img.ID},
		func(tx *models.Tx) error {
			tx.Detail("bytes", img.Bytes)
			tx.Detail("mime", img.Mime)
			img.State, img.LiveAt = models.ImageLive, &tx.Now
			if err := tx.PublishImage(img.ID); err != nil {
				return err
			}
			if err := putIntoAlbum(tx, src, img.ID); err != nil {
				return err
			}
			return tx.Enqueue(DeriveJob{ImageID: img.ID})
		})
}

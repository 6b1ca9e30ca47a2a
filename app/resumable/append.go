package resumable

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/objects"
	"imglink/app/uploads"
	"imglink/models"
)

// Chunk is what one request brings.
type Chunk struct {
	Offset int64
	Open   func(max int64) io.Reader // the body, of which at most max bytes are expected
	Sum    hash.Hash                 // with Want: the body counts only as a whole, when it has this digest
	Want   []byte
}

var (
	errCorrupted = fault.New(fault.Corrupted, "checksum_mismatch", "The bytes that arrived do not have the checksum you sent. Send them again.")
	errBroken    = fault.New(fault.Malformed, "upload_interrupted", "The upload broke off. Ask how much has arrived, and go on from there.")
	errPause     = fault.New(fault.Unavailable, "upload_paused", "This request took too long. Ask how much has arrived, and go on from there.").After(time.Second)
)

// Append adds a chunk. What arrived of one that breaks off is kept, unless it has a checksum; the error tells of the break.
// While one request appends, others get models.ErrPartialHeld. The last byte makes the picture before Append returns.
func (s *Service) Append(ctx context.Context, token ident.Token, c Chunk) (st Status, err error) {
	defer fault.Wrap(&err, "resumable.Append")
	h, err := s.hold(ctx, idOf(token))
	if err != nil {
		return st, err
	}
	defer h.release()
	switch p := h.row; {
	case p.State == models.PartialRefused:
		return s.ended(ctx, p)
	case c.Offset != p.Received:
		return st, errOffset
	case p.State == models.PartialDone:
		return s.ended(ctx, p)
	}
	body := c.Open(h.row.Length - h.row.Received)
	if c.Sum == nil {
		err = s.take(ctx, h, body)
	} else {
		err = s.takeChecked(ctx, h, body, c)
	}
	if err != nil {
		return statusOf(h.row), err
	}
	if h.row.Received == h.row.Length {
		return s.complete(ctx, h)
	}
	return statusOf(h.row), nil
}

// take stores the body piece by piece: a process that is killed loses the one it was reading.
func (s *Service) take(ctx context.Context, h *held, body io.Reader) error {
	for h.row.Received < h.row.Length {
		want := min(s.piece(), h.row.Length-h.row.Received)
		n, err := s.takePiece(ctx, h, io.LimitReader(body, want))
		switch {
		case err != nil:
			return err
		case n < want:
			return nil
		case ctx.Err() != nil:
			return errPause
		}
	}
	return nil
}

func (s *Service) takePiece(ctx context.Context, h *held, body io.Reader) (int64, error) {
	sp := uploads.NewSpool(s.TempDir)
	defer sp.Close()
	n, err := io.Copy(sp, body)
	if n > 0 {
		if err := s.keep(ctx, h, io.NewSectionReader(sp, 0, n)); err != nil {
			return 0, err
		}
	}
	return n, broken(err)
}

// takeChecked reads the whole body before anything of it counts.
func (s *Service) takeChecked(ctx context.Context, h *held, body io.Reader, c Chunk) error {
	sp := uploads.NewSpool(s.TempDir)
	defer sp.Close()
	n, err := io.Copy(io.MultiWriter(sp, c.Sum), io.LimitReader(body, h.row.Length-h.row.Received))
	if err != nil {
		return broken(err)
	}
	if string(c.Sum.Sum(nil)) != string(c.Want) {
		return errCorrupted
	}
	for at := int64(0); at < n; at += s.piece() {
		if err := s.keep(ctx, h, io.NewSectionReader(sp, at, min(s.piece(), n-at))); err != nil {
			return err
		}
	}
	return nil
}

// keep stores a piece and then counts it, also when the client has gone meanwhile.
func (s *Service) keep(ctx context.Context, h *held, piece *io.SectionReader) error {
	ctx = context.WithoutCancel(ctx)
	p := models.PartialPiece{
		UploadID: h.row.ID, Start: h.row.Received, Bytes: piece.Size(), Object: fmt.Sprintf("%s%d-%s", prefix(h.row.ID), h.row.Received, h.holder),
	}
	if err := s.Objects.Put(ctx, p.Object, piece, objects.Meta{ContentType: "application/octet-stream", Size: p.Bytes, CacheControl: "private"}); err != nil {
		return err
	}
	expires := s.expiry(h.row)
	if err := s.Store.AddPiece(ctx, h.holder, p, expires); err != nil {
		if errors.Is(err, models.ErrStale) { // taken over: nobody will count these bytes
			return errors.Join(errOffset, s.Objects.DeleteAll(ctx, []string{p.Object}))
		}
		return err
	}
	h.row.Received += p.Bytes
	h.row.ExpiresAt = expires
	return nil
}

func (s *Service) piece() int64 {
	if s.PieceBytes > 0 {
		return s.PieceBytes
	}
	return pieceBytes
}

// root is where the bytes of unfinished uploads are stored, and prefix where those of one are.
const root = "partial/"

func prefix(id string) string { return root + id + "/" }

// broken gives a body that ends early a code; faults have theirs.
func broken(err error) error {
	if err == nil || errors.As(err, new(*fault.Error)) {
		return err
	}
	return errBroken.Because(err)
}

package resumable

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/uploads"
	"imglink/models"
)

// purpose is what results are sealed for. They are bound to the id of their upload.
const purpose = "resumable-result"

// result is kept sealed with an upload. The picture's id and delete token are chosen before it is received, so that a
// second attempt finds the picture of the first instead of making another.
type result struct {
	ImageID     string      `json:"image_id,omitempty"`
	DeleteToken ident.Token `json:"delete_token,omitempty"`
	Refusal     *refusal    `json:"refusal,omitempty"`
}

// refusal is the error of a refused file.
type refusal struct {
	Kind    string `json:"kind"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (r refusal) err() error {
	for _, k := range fault.Kinds() {
		if k.String() == r.Kind {
			return fault.New(k, r.Code, r.Message)
		}
	}
	return fault.New(fault.Invalid, r.Code, r.Message) // a kind of another version of the program
}

func (s *Service) seal(id string, r result) ([]byte, error) {
	plain, err := json.Marshal(r)
	return s.Keys.Seal(purpose, id, plain), err
}

func (s *Service) unseal(p models.PartialUpload) (r result, err error) {
	plain, err := s.Keys.Open(purpose, p.ID, p.Result)
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(plain, &r)
}

// finishTime bounds the making of a picture, which goes on when the client has gone.
const finishTime = 10 * time.Minute

// complete makes the picture of an upload whose bytes are all there. It may run again after any crash.
func (s *Service) complete(ctx context.Context, h *held) (st Status, err error) {
	if h.row.State == models.PartialDone || h.row.State == models.PartialRefused {
		return s.ended(ctx, h.row) // somebody was faster
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTime)
	defer cancel()
	plan, err := s.plan(ctx, h)
	if err != nil {
		return st, err
	}
	up, err := s.receive(ctx, h.row, plan)
	if err != nil && !final(err) {
		return st, err
	}
	h.row.State, h.row.ImageID = models.PartialDone, &up.Image.ID
	if err != nil {
		f := fault.Of(err)
		h.row.State, h.row.ImageID, plan = models.PartialRefused, nil, result{Refusal: &refusal{f.Kind.String(), f.Code, f.Message}}
	}
	if h.row.Result, err = s.seal(h.row.ID, plan); err != nil {
		return st, err
	}
	if err := s.Store.EndPartial(ctx, h.row.ID, h.holder, h.row.State, up.Image.ID, h.row.Result); err != nil {
		return st, err
	}
	if err := s.tidy(ctx, h.row.ID); err != nil {
		s.Log.WarnContext(ctx, "pieces of a finished upload stay for the sweep", "error", err)
	}
	return s.ended(ctx, h.row)
}

// plan is what the picture will be called: chosen once, before the first attempt.
func (s *Service) plan(ctx context.Context, h *held) (r result, err error) {
	if h.row.State == models.PartialFinishing {
		return s.unseal(h.row)
	}
	r = result{ImageID: ident.Public(), DeleteToken: ident.NewToken()}
	sealed, err := s.seal(h.row.ID, r)
	if err != nil {
		return r, err
	}
	h.row.State, h.row.Result = models.PartialFinishing, sealed
	return r, s.Store.BeginFinish(ctx, h.row.ID, h.holder, sealed)
}

// receive makes the picture, or finds the one that an earlier attempt made.
func (s *Service) receive(ctx context.Context, p models.PartialUpload, plan result) (uploads.Upload, error) {
	img, err := s.Store.Image(ctx, plan.ImageID)
	switch {
	case err == nil && img.State != models.ImagePending:
		return uploads.Upload{Image: img, DeleteToken: plan.DeleteToken}, nil
	case err == nil:
		if err := s.Uploads.Abandon(ctx, img); err != nil {
			return uploads.Upload{}, err
		}
	case !fault.Is(err, fault.NotFound):
		return uploads.Upload{}, err
	}
	list, err := s.Store.Pieces(ctx, p.ID)
	if err != nil {
		return uploads.Upload{}, err
	}
	body := &reader{ctx: ctx, objects: s.Objects, pieces: list}
	defer body.Close()
	src := uploads.Source{Actor: actor.Guest(p.Uploader), Uploader: p.Uploader, IP: address(p.IP), ID: plan.ImageID, DeleteToken: plan.DeleteToken}
	if p.UserID != nil {
		src.Actor, src.UserID = actor.User(*p.UserID), *p.UserID
		u, err := s.Store.UserByID(ctx, src.UserID)
		if err == nil && u.State != models.UserActive {
			err = errSuspended
		}
		if err != nil {
			return uploads.Upload{}, err
		}
	}
	return s.Uploads.Receive(ctx, src, p.FileName, body)
}

// errSuspended ends an upload whose account was suspended since it began: its address needs no session and no token.
var errSuspended = fault.New(fault.Forbidden, "forbidden", "Your account does not include this.")

// final reports whether sending the same bytes again would end the same way.
func final(err error) bool {
	switch fault.Of(err).Kind {
	case fault.Invalid, fault.Unsupported, fault.TooLarge, fault.Unlawful, fault.Forbidden:
		return true
	default:
		return false
	}
}

// ended is the status of an upload that needs no work: the picture it became, or the error it was refused with.
func (s *Service) ended(ctx context.Context, p models.PartialUpload) (st Status, err error) {
	st = statusOf(p)
	if p.State != models.PartialDone && p.State != models.PartialRefused {
		return st, nil
	}
	r, err := s.unseal(p)
	if err != nil {
		return st, err
	}
	if r.Refusal != nil {
		return st, r.Refusal.err()
	}
	img, err := s.Store.Image(ctx, r.ImageID)
	if err != nil {
		return st, err
	}
	st.Upload = &uploads.Upload{Image: img, DeleteToken: r.DeleteToken}
	return st, nil
}

// reader is an upload's bytes, piece after piece. Whatever fails below it is a failure of ours, not of the file.
type reader struct {
	ctx     context.Context
	objects Objects
	pieces  []models.PartialPiece
	open    io.ReadCloser
	left    int64 // of the open piece
}

// Read implements io.Reader.
func (r *reader) Read(b []byte) (int, error) {
	for r.left == 0 {
		r.Close()
		if len(r.pieces) == 0 {
			return 0, io.EOF
		}
		obj, err := r.objects.Get(r.ctx, r.pieces[0].Object, nil)
		if err != nil {
			return 0, errPieces.Because(err)
		}
		r.open, r.left = obj.Body, r.pieces[0].Bytes
		if obj.Size != r.left {
			return 0, errPieces.Because(fmt.Errorf("piece %s has %d bytes, %d were counted", r.pieces[0].Object, obj.Size, r.left))
		}
		r.pieces = r.pieces[1:]
	}
	n, err := r.open.Read(b[:min(int64(len(b)), r.left)])
	r.left -= int64(n)
	if err != nil && !(errors.Is(err, io.EOF) && r.left == 0) {
		return n, errPieces.Because(err)
	}
	return n, nil
}

// Close ends the open piece.
func (r *reader) Close() {
	if r.open != nil {
		_ = r.open.Close()
		r.open = nil
	}
}

var errPieces = fault.New(fault.Unavailable, "upload_unreadable", "Everything has arrived, but we cannot read it right now. Please ask again in a moment.").After(5 * time.Second)

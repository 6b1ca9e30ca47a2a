// Package api answers programs: JSON in and out, problems as application/problem+json.
package api

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"mime/multipart"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/gallery"
	"imglink/app/uploads"
	"imglink/app/web/kit"
	"imglink/models"
)

// Handlers answer the routes of the API.
type Handlers struct {
	Uploads    *uploads.Service
	Gallery    *gallery.Service
	Store      *models.Store
	MaxRequest int64 // bytes of one upload request
	PerMinute  int   // uploads a minute and client
}

// maxFiles bounds the parts of one request.
const maxFiles = 50

// PostImages is POST /api/v1/images: multipart field "file", repeated, or "url" (multipart, form or JSON). All files of a
// request are stored or the answer is an error; what was stored before the error is deleted again.
func (h *Handlers) PostImages(c *kit.Ctx) error {
	if err := c.Require(actor.ImagesWrite); err != nil {
		return err
	}
	key := utils.CopyString(c.Get("Idempotency-Key"))
	if key != "" {
		return h.idempotent(c, key)
	}
	images, _, err := h.receive(c)
	if err != nil {
		return err
	}
	return c.JSONStatus(fiber.StatusCreated, uploaded{images})
}

// lasting is the request's context without its end: what a request leaves behind is put in order also when its time is up.
func lasting(c *kit.Ctx) context.Context { return context.WithoutCancel(c.Context()) }

// receive uploads what the request holds. print is the hash of its files and addresses.
func (h *Handlers) receive(c *kit.Ctx) (out []Image, print []byte, err error) {
	r := h.receiver(c, c.FromBrowser(), nil)
	if err := r.all(); err != nil {
		return nil, nil, renamed(err, "album", "album_id")
	}
	for _, up := range r.ups {
		out = append(out, Show(c.Kit, up))
	}
	return out, r.print.Sum(nil), nil
}

// Form is what a page's upload form carries beside files. Field is called with every other field as it comes, Ready before
// each file and address: what it refuses is not stored.
type Form struct {
	Field  func(name, value string) error
	Ready  func() error
	Refuse func(err error) // told of each file that is refused; the others are kept

	Options bool // the fields of POST /api/v1/images count here too: album, visibility, expiry, description
}

// ReceiveAll reads the request's files and addresses and uploads them all. trusted says whether the browser's guest cookie
// counts; form is nil where other fields mean nothing.
func (h *Handlers) ReceiveAll(c *kit.Ctx, trusted bool, form *Form) ([]uploads.Upload, error) {
	r := h.receiver(c, trusted, form)
	err := r.all()
	return r.ups, err
}

func (h *Handlers) receiver(c *kit.Ctx, trusted bool, form *Form) *receiver {
	src := uploads.Source{Actor: c.Actor, IP: c.IPAddr()}
	if c.User != nil {
		src.UserID = c.User.ID
	}
	if trusted {
		src.Uploader = c.GuestID(true)
	}
	return &receiver{h: h, c: c, src: src, form: form, print: sha256.New()}
}

// receiver collects the uploads of one request.
type receiver struct {
	h    *Handlers
	c    *kit.Ctx
	src  uploads.Source
	form *Form
	ups  []uploads.Upload

	print    hash.Hash // of what was sent: the hash of each file, each address
	compare  bool      // only make the print: nothing is uploaded
	compared int
	refused  bool // at least one file, of a form that keeps the others
}

// all reads the whole request. After an error nothing of it is kept.
func (r *receiver) all() (err error) {
	defer func() {
		if err != nil {
			r.undo()
			r.ups = nil
		}
	}()
	if strings.HasPrefix(r.c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
		err = r.parts()
	} else {
		err = r.plain()
	}
	if r.form != nil {
		if refused := r.form.Ready(); refused != nil {
			return refused
		}
	}
	if err == nil && len(r.ups)+r.compared == 0 && !r.refused {
		return fault.New(fault.Invalid, "file_missing", "Choose at least one image.").Field("file", "Choose at least one image.")
	}
	return err
}

func (r *receiver) parts() error {
	mr, err := r.c.Parts(r.h.MaxRequest)
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		part, err := mr.Next()
		if err != nil || part == nil {
			return err
		}
		if n > 2*maxFiles {
			return fault.New(fault.Invalid, "too_many_files", "One request may carry 50 files.").Field("file", "One request may carry 50 files.")
		}
		if err := r.part(part); err != nil {
			return err
		}
	}
}

func (r *receiver) part(part *multipart.Part) error {
	if part.FileName() != "" || part.FormName() == "file" {
		if part.FormName() != "file" {
			return fault.New(fault.Invalid, "file_field", `Send files in the field "file".`).Field("file", `Send files in the field "file".`)
		}
		return r.file(part)
	}
	value, err := io.ReadAll(io.LimitReader(part, 4<<10+1))
	if err != nil {
		return kit.PartError(err)
	}
	if len(value) > 4<<10 {
		return fault.InvalidField(part.FormName(), "This field may have at most 4096 bytes.")
	}
	return r.field(part.FormName(), strings.TrimSpace(string(value)))
}

func (r *receiver) field(name, value string) error {
	if name == "url" && value != "" {
		return r.url(value)
	}
	if r.form == nil {
		return r.option(name, value)
	}
	if err := r.form.Field(name, value); err != nil || !r.form.Options {
		return err
	}
	return r.option(name, value)
}

func (r *receiver) file(part *multipart.Part) error {
	if r.compare {
		sum := sha256.New()
		_, err := io.Copy(sum, part) // bounded by the request's limit
		r.compared++
		r.print.Write(sum.Sum(nil))
		return err
	}
	if err := r.count(); err != nil {
		return err
	}
	up, err := r.h.Uploads.Receive(r.c.Context(), r.src, part.FileName(), part)
	if err != nil {
		err = forFile(err, part.FileName())
		if r.form == nil || !theFiles(err) {
			return err
		}
		r.refused = true
		r.form.Refuse(err)
		return nil
	}
	r.ups = append(r.ups, up)
	r.print.Write(up.Image.ReceivedSHA256)
	return nil
}

func (r *receiver) url(raw string) error {
	fmt.Fprintf(r.print, "url %q\n", raw)
	if r.compare {
		r.compared++
		return nil
	}
	if err := r.count(); err != nil {
		return err
	}
	up, err := r.h.Uploads.ReceiveURL(r.c.Context(), r.src, raw)
	if err != nil {
		return err
	}
	r.ups = append(r.ups, up)
	return nil
}

// count asks the form whether it may be used and takes one upload from the client's budget.
func (r *receiver) count() error {
	if r.form != nil {
		if err := r.form.Ready(); err != nil {
			return err
		}
	}
	if len(r.ups) >= maxFiles {
		return fault.New(fault.Invalid, "too_many_files", "One request may carry 50 files.").Field("file", "One request may carry 50 files.")
	}
	return r.c.Take(kit.Limit{Name: "upload", N: r.h.PerMinute, Per: time.Minute}, 1)
}

// plain accepts an address in a form or in JSON.
func (r *receiver) plain() error {
	body, err := io.ReadAll(r.c.Stream(16 << 10))
	if err != nil {
		return kit.PartError(err)
	}
	in := struct {
		URL string `json:"url"`
		options
	}{}
	if strings.HasPrefix(r.c.Get(fiber.HeaderContentType), fiber.MIMEApplicationJSON) {
		if err := json.Unmarshal(body, &in); err != nil {
			return fault.New(fault.Malformed, "json_malformed", `Send JSON such as {"url": "https://example.org/picture.jpg"}.`)
		}
	} else {
		r.c.Request().SetBodyRaw(body)
		in.URL = r.c.Text("url")
		if err := r.field(kit.CSRFField, r.c.Text(kit.CSRFField)); err != nil {
			return err
		}
		in.options = options{r.c.Text("description"), r.c.Text("visibility"), r.c.Text("expires_in"), r.c.Text("album_id")}
	}
	if err := in.each(r.field); err != nil {
		return err
	}
	if in.URL == "" {
		return fault.New(fault.Malformed, "multipart_expected", `Send the files as multipart/form-data in the field "file", or an address in "url".`).
			Field("file", "Choose at least one image.")
	}
	return r.url(in.URL)
}

// theFiles reports whether a refusal is about one file, so that the others of the request can be kept.
func theFiles(err error) bool {
	switch fault.Of(err).Kind {
	case fault.Invalid, fault.Unsupported, fault.TooLarge, fault.Unlawful:
		return true
	default:
		return false
	}
}

// undo takes back what a failed request had stored, so that a client that sees an error has nothing to clean up.
func (r *receiver) undo() {
	for _, up := range r.ups {
		if err := r.h.Uploads.TakeBack(lasting(r.c), up); err != nil {
			r.c.Kit.Log.WarnContext(r.c.Context(), "upload of a failed request not taken back", "request_id", r.c.ID, "error", err)
		}
	}
}

// forFile names the field of a refused file, and the file where there are several.
func forFile(err error, name string) error {
	f := fault.Of(err)
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable || len(f.Fields) > 0 {
		return err
	}
	if name == "" {
		return f.Field("file", f.Message).Because(err)
	}
	name = uploads.ShownName(name)
	return f.FieldOf(fault.Field{
		Name: "file", Message: name + ": " + f.Message, Said: &fault.Sentence{Format: "%s: %s", Args: []any{name, f.Sentence()}},
	}).Because(err)
}

package compat

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"imglink/app/fault"
	"imglink/app/uploads"
	"imglink/app/web/kit"
)

// Bounds of what stands beside the picture.
const (
	maxText   = 4 << 10
	maxFields = 40
	maxURL    = 2 << 10
)

var (
	errFields = fault.New(fault.Invalid, "too_many_fields", "The form has too many fields.")
	errText   = fault.New(fault.Invalid, "field_too_long", "A field of the form is too long.")
)

// sent is what a client sent in whatever way: texts, and a picture as a file or as the address of one.
type sent struct {
	texts map[string]string
	field string        // the field the picture came in
	name  string        // of the file, as sent
	file  *uploads.Held // nil when there is only an address
	url   string
}

func (s *sent) close() {
	if s.file != nil {
		s.file.Close()
	}
}

// empty reports whether no picture came.
func (s *sent) empty() bool { return s.file == nil && s.url == "" }

// text is the first of the fields that says something.
func (s *sent) text(names ...string) string {
	for _, n := range names {
		if v := s.texts[n]; v != "" {
			return v
		}
	}
	return ""
}

// reader reads one request. fields are those a picture may come in, the first one counting most.
type reader struct {
	h      *Handlers
	fields []string
	out    *sent
}

// read takes a request apart: multipart, urlencoded, query, or a picture as the body. What it returns must be closed, also
// after an error. Files are kept aside, because the key may stand behind them.
func (h *Handlers) read(c *kit.Ctx, fields ...string) (*sent, error) {
	r := &reader{h: h, fields: fields, out: &sent{texts: map[string]string{}}}
	for name, value := range c.Queries() {
		if err := r.value(utils.CopyString(name), strings.NewReader(utils.CopyString(value))); err != nil {
			return r.out, err
		}
	}
	if c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead {
		return r.out, nil
	}
	kind, _, _ := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	switch {
	case kind == fiber.MIMEMultipartForm:
		return r.out, r.multipart(c)
	case strings.HasPrefix(kind, "image/") || kind == fiber.MIMEOctetStream:
		return r.out, r.hold(fields[0], "", c.Stream(h.MaxRequest))
	}
	return r.out, r.urlencoded(c)
}

func (r *reader) multipart(c *kit.Ctx) error {
	parts, err := c.Parts(r.h.MaxRequest)
	if err != nil {
		return err
	}
	for {
		part, err := parts.Next()
		if err != nil || part == nil {
			return err
		}
		if err := r.part(part); err != nil {
			return err
		}
	}
}

func (r *reader) part(part *multipart.Part) error {
	if part.FileName() == "" {
		return r.value(part.FormName(), part)
	}
	if !slices.Contains(r.fields, part.FormName()) {
		return nil // files of other fields mean nothing here
	}
	return r.hold(part.FormName(), part.FileName(), part)
}

func (r *reader) urlencoded(c *kit.Ctx) error {
	form := newFormReader(c.Stream(r.h.MaxRequest))
	for {
		name, value, err := form.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = r.value(name, value)
		}
		if err != nil {
			return kit.PartError(err)
		}
	}
}

// value takes a field: a text, or in a field for pictures an address or base64.
func (r *reader) value(name string, value io.Reader) error {
	if slices.Contains(r.fields, name) {
		return r.picture(name, value)
	}
	if len(r.out.texts) >= maxFields {
		return errFields
	}
	b, err := io.ReadAll(io.LimitReader(value, maxText+1))
	if err != nil {
		return kit.PartError(err)
	}
	if len(b) > maxText || len(name) > maxFormName {
		return errText
	}
	r.out.texts[name] = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(string(b), ""), "\x00", ""))
	return nil
}

// picture takes the text of a field for pictures. An empty one is as good as none.
func (r *reader) picture(field string, value io.Reader) error {
	src := bufio.NewReaderSize(value, 4<<10)
	head, err := src.Peek(len("https://"))
	if len(head) == 0 {
		if errors.Is(err, io.EOF) {
			return nil
		}
		return kit.PartError(err)
	}
	lower := bytes.ToLower(head)
	if bytes.HasPrefix(lower, []byte("http://")) || bytes.HasPrefix(lower, []byte("https://")) {
		return r.address(field, src)
	}
	if bytes.HasPrefix(lower, []byte("data:")) {
		if err := skipDataPrefix(src); err != nil {
			return err
		}
	}
	return r.hold(field, "", newBase64Reader(src))
}

func (r *reader) address(field string, src io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(src, maxURL+1))
	if err != nil {
		return kit.PartError(err)
	}
	if r.counts(field) {
		r.out.field, r.out.url = field, strings.TrimSpace(string(b))
	}
	return nil
}

// skipDataPrefix reads past "data:image/png;base64," (RFC 2397).
func skipDataPrefix(src *bufio.Reader) error {
	for range 100 {
		b, err := src.ReadByte()
		if err != nil {
			return errBase64
		}
		if b == ',' {
			return nil
		}
	}
	return errBase64
}

func (r *reader) hold(field, name string, body io.Reader) error {
	if !r.counts(field) {
		return nil
	}
	held, err := r.h.Uploads.Hold(body)
	if err != nil {
		return err
	}
	if held.Size == 0 && name == "" {
		held.Close()
		return nil
	}
	r.out.close()
	r.out.field, r.out.name, r.out.file, r.out.url = field, name, held, ""
	return nil
}

// counts reports whether a picture in this field is the one to take: a request holds one, and of several fields the first
// of the list is meant.
func (r *reader) counts(field string) bool {
	return r.out.empty() || slices.Index(r.fields, field) < slices.Index(r.fields, r.out.field)
}

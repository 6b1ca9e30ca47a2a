// Package tus speaks the tus resumable upload protocol 1.0.0 (tus.io/protocols/resumable-upload): core, creation,
// creation-with-upload, termination, checksum and expiration.
package tus

import (
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/resumable"
	"imglink/app/uploads"
	"imglink/app/web/api"
	"imglink/app/web/kit"
)

// Handlers answer the routes of the protocol.
type Handlers struct {
	Resumable *resumable.Service
	PerMinute int // uploads a minute and client, together with those in one piece
}

// The protocol's headers and constants.
const (
	version    = "1.0.0"
	extensions = "creation,creation-with-upload,termination,checksum,expiration"
	chunkType  = "application/offset+octet-stream"

	headerResumable = "Tus-Resumable"
	headerOffset    = "Upload-Offset"
	headerLength    = "Upload-Length"
	headerMetadata  = "Upload-Metadata"
	headerChecksum  = "Upload-Checksum"
)

var (
	errVersion = fault.New(fault.Precondition, "tus_version", "Send the header Tus-Resumable: 1.0.0, the version spoken here.")
	errType    = fault.New(fault.Unsupported, "tus_type", "Send the bytes as application/offset+octet-stream.")
	errOffset  = fault.New(fault.Malformed, "tus_offset", "Say in Upload-Offset where the bytes begin, as a number.")
	errDefer   = fault.InvalidField(headerLength, "Say how many bytes the file has: a length that is told later is not supported.")
	errScope   = fault.New(fault.Forbidden, "scope_missing", "This token does not include \"images:write\". Make one that does in your settings.")
)

// Options is OPTIONS on both addresses: what the server can do.
func (h *Handlers) Options(c *kit.Ctx) error {
	c.Set(headerResumable, version)
	c.Set("Tus-Version", version)
	c.Set("Tus-Extension", extensions)
	c.Set("Tus-Max-Size", strconv.FormatInt(h.Resumable.MaxBytes, 10))
	c.Set("Tus-Checksum-Algorithm", algorithms)
	return c.SendStatus(fiber.StatusNoContent)
}

// speaks refuses other versions of the protocol and marks the answer as ours. Whoever only looks need not name one.
func speaks(c *kit.Ctx) error {
	c.Set(headerResumable, version)
	c.Set(fiber.HeaderCacheControl, "no-store")
	if v := c.Get(headerResumable); v != version && (v != "" || c.Route.Method != http.MethodGet) {
		c.Set("Tus-Version", version)
		return errVersion
	}
	return nil
}

// Create is POST /api/v1/tus: a new upload, and its first bytes when the request has any.
func (h *Handlers) Create(c *kit.Ctx) error {
	if err := speaks(c); err != nil {
		return err
	}
	start, err := h.start(c)
	if err != nil {
		return err
	}
	if err := c.Take(kit.Limit{Name: "upload", N: h.PerMinute, Per: time.Minute}, 1); err != nil {
		return err
	}
	token, st, err := h.Resumable.Begin(c.Context(), start)
	if fault.Is(err, fault.TooLarge) {
		c.Set("Tus-Max-Size", strconv.FormatInt(h.Resumable.MaxBytes, 10))
	}
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderLocation, c.Kit.Abs("tus.upload", string(token)))
	if c.Get(fiber.HeaderContentType) == chunkType && c.Request().Header.ContentLength() != 0 {
		if st, err = h.append(c, token, 0); err != nil {
			return err
		}
	}
	h.tell(c, st)
	return c.SendStatus(fiber.StatusCreated)
}

func (h *Handlers) start(c *kit.Ctx) (s resumable.Start, err error) {
	if c.Get("Upload-Defer-Length") != "" {
		return s, errDefer
	}
	length, err := strconv.ParseInt(c.Get(headerLength), 10, 64)
	if err != nil {
		return s, errDefer
	}
	raw := utils.CopyString(c.Get(headerMetadata))
	meta, err := parseMetadata(raw)
	if err != nil {
		return s, err
	}
	src := uploads.Source{Actor: c.Actor, IP: c.IPAddr()}
	client := c.Kit.Keys.MAC("partial", "network", kit.Network(c.IPAddr()))
	if c.User != nil {
		if !c.Actor.Can(actor.ImagesWrite) {
			return s, errScope
		}
		src.UserID = c.User.ID
		client = c.Kit.Keys.MAC("partial", "user", c.User.ID)
	}
	if c.FromBrowser() {
		src.Uploader = c.GuestID(true)
	}
	return resumable.Start{Source: src, Client: client, Name: fileName(meta), Length: length, Metadata: raw}, nil
}

// Look is HEAD and GET /api/v1/tus/:token: how far the upload is, and for GET what became of it, as JSON.
func (h *Handlers) Look(c *kit.Ctx) error {
	if err := speaks(c); err != nil {
		return err
	}
	st, err := h.Resumable.Look(c.Context(), ident.Token(c.Param("token")))
	if err != nil {
		return err
	}
	h.tell(c, st)
	c.Set(headerLength, strconv.FormatInt(st.Length, 10))
	if st.Metadata != "" {
		c.Set(headerMetadata, st.Metadata)
	}
	if c.Method() == http.MethodHead {
		return c.SendStatus(fiber.StatusOK)
	}
	answer := Progress{State: string(st.State), Offset: st.Received, Length: st.Length, ExpiresAt: st.ExpiresAt.UTC()}
	if st.Upload != nil {
		img := api.Show(c.Kit, *st.Upload)
		answer.Image = &img
	}
	return c.JSONStatus(fiber.StatusOK, answer)
}

// Progress is what GET says of an upload.
type Progress struct {
	State     string     `json:"state"` // open, finishing, done
	Offset    int64      `json:"offset"`
	Length    int64      `json:"length"`
	ExpiresAt time.Time  `json:"expires_at"`
	Image     *api.Image `json:"image,omitempty"` // once it is done
}

// Append is PATCH /api/v1/tus/:token: more bytes. The answer to the last ones says where the picture is.
func (h *Handlers) Append(c *kit.Ctx) error {
	if err := speaks(c); err != nil {
		return err
	}
	if c.Get(fiber.HeaderContentType) != chunkType {
		return errType
	}
	offset, err := strconv.ParseInt(c.Get(headerOffset), 10, 64)
	if err != nil || offset < 0 {
		return errOffset
	}
	st, err := h.append(c, ident.Token(c.Param("token")), offset)
	if err != nil {
		return err
	}
	h.tell(c, st)
	return c.SendStatus(fiber.StatusNoContent)
}

func (h *Handlers) append(c *kit.Ctx, token ident.Token, offset int64) (resumable.Status, error) {
	chunk := resumable.Chunk{Offset: offset, Open: func(most int64) io.Reader { return c.Stream(most) }}
	if header := c.Get(headerChecksum); header != "" {
		var err error
		if chunk.Sum, chunk.Want, err = parseChecksum(header); err != nil {
			return resumable.Status{}, err
		}
	}
	return h.Resumable.Append(c.Context(), token, chunk)
}

// Cancel is DELETE /api/v1/tus/:token.
func (h *Handlers) Cancel(c *kit.Ctx) error {
	if err := speaks(c); err != nil {
		return err
	}
	if err := h.Resumable.Cancel(c.Context(), ident.Token(c.Param("token"))); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// Override is POST /api/v1/tus/:token with X-HTTP-Method-Override, for clients whose network lets only GET and POST pass.
func (h *Handlers) Override(c *kit.Ctx) error {
	switch c.Get("X-HTTP-Method-Override") {
	case http.MethodPatch:
		return h.Append(c)
	case http.MethodDelete:
		return h.Cancel(c)
	default:
		c.Set(fiber.HeaderAllow, "OPTIONS, HEAD, GET, PATCH, DELETE")
		return fiber.ErrMethodNotAllowed
	}
}

// tell puts an upload's status into the answer: the protocol's headers, and what became of it.
func (h *Handlers) tell(c *kit.Ctx, st resumable.Status) {
	c.Set(headerOffset, strconv.FormatInt(st.Received, 10))
	c.Set("Upload-Expires", st.ExpiresAt.UTC().Format(http.TimeFormat))
	if st.Upload == nil {
		return
	}
	img := api.Show(c.Kit, *st.Upload)
	c.Set("ImgLink-Page-URL", img.PageURL)
	c.Set("ImgLink-Image-URL", img.ImageURL)
	c.Set("ImgLink-Delete-URL", img.DeleteURL)
}

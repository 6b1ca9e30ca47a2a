package compat

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/imaging"
	"imglink/app/uploads"
	"imglink/app/web/kit"
	"imglink/models"
)

// The codes of Chevereto's errors.
const (
	codeKey    = 100
	codeBase64 = 120
	codeSource = 130
	codeDenied = 401
	codeFile   = 400
	codeMime   = 612
	codeFormat = 614
	codeURL    = 622
)

var errSource = fault.New(fault.Invalid, "source_missing", "Empty upload source")

// formatLocal is where the format of the answer is kept for an error.
const formatLocal = "compat.format"

// Chevereto is POST and GET /api/1/upload: key in X-API-Key or "key"; source, or image for ImgBB's variant; format json,
// txt or redirect; title or name, description, expiration, nsfw.
func (h *Handlers) Chevereto(c *kit.Ctx) error {
	s, err := h.read(c, "source", "image")
	defer s.close()
	c.Locals(formatLocal, s.text("format"))
	if err != nil {
		return err
	}
	key := utils.CopyString(c.Get("X-API-Key"))
	if key == "" {
		key = s.text("key")
	}
	if err := h.identify(c, key, actor.ImagesWrite); err != nil {
		return err
	}
	if s.empty() {
		return errSource
	}
	if s.file != nil && s.name == "" && c.Method() == fiber.MethodGet {
		return errBase64.Because(fmt.Errorf("base64 by %s", c.Method()))
	}
	src := uploads.Source{AlbumID: s.text("album_id")}
	if err := src.Describe(s.text("description")); err != nil {
		return err
	}
	if src.ExpiresAt, err = expiry(s.text("expiration"), c.Kit.Clock.Now()); err != nil {
		return err
	}
	if title := s.text("title", "name"); title != "" {
		s.name = title
	}
	up, err := h.store(c, s, src)
	if err != nil {
		return err
	}
	return h.answerChevereto(c, up)
}

func (h *Handlers) answerChevereto(c *kit.Ctx, up stored) error {
	img := cheveretoShow(c.Kit, up, c.Kit.Clock.Now())
	switch up.sent.text("format") {
	case "txt":
		c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
		return c.SendString(img.URL)
	case "redirect":
		return c.Redirect(img.URLViewer, fiber.StatusFound)
	}
	out := cheveretoAnswer{StatusCode: fiber.StatusOK, Success: &cheveretoSuccess{"file uploaded", fiber.StatusOK}, Text: "OK"}
	if up.sent.field == "image" { // ImgBB's variant of the specification
		out.Data, out.Status = &imgbbData{up.Image.ID, img}, fiber.StatusOK
	} else {
		out.Image = &img
	}
	return c.JSONStatus(fiber.StatusOK, out)
}

type cheveretoAnswer struct {
	StatusCode int               `json:"status_code"`
	Success    *cheveretoSuccess `json:"success,omitempty"`
	Error      *cheveretoError   `json:"error,omitempty"`
	Image      *cheveretoImage   `json:"image,omitempty"`
	Data       *imgbbData        `json:"data,omitempty"`
	Status     int               `json:"status,omitempty"`
	Text       string            `json:"status_txt"`
}

type cheveretoSuccess struct {
	Message string `json:"message"`
	Code    int    `json:"code"`
}

type cheveretoError struct {
	Message string `json:"message"`
	Code    int    `json:"code"`
}

type imgbbData struct {
	ID string `json:"id"`
	cheveretoImage
}

// cheveretoImage is a picture in Chevereto's words. Storage, EXIF and channels are not told: null.
type cheveretoImage struct {
	Name             string        `json:"name"`
	Extension        string        `json:"extension"`
	Size             int64         `json:"size"`
	Width            int           `json:"width"`
	Height           int           `json:"height"`
	Date             string        `json:"date"`
	DateGMT          string        `json:"date_gmt"`
	StorageID        *int          `json:"storage_id"`
	Description      *string       `json:"description"`
	NSFW             int           `json:"nsfw"`
	MD5              string        `json:"md5"`
	Storage          *string       `json:"storage"`
	OriginalFilename string        `json:"original_filename"`
	OriginalEXIF     *string       `json:"original_exifdata"`
	Views            int           `json:"views"`
	IDEncoded        string        `json:"id_encoded"`
	Filename         string        `json:"filename"`
	Ratio            float64       `json:"ratio"`
	SizeFormatted    string        `json:"size_formatted"`
	MIME             string        `json:"mime"`
	Bits             int           `json:"bits"`
	Channels         *int          `json:"channels"`
	URL              string        `json:"url"`
	URLViewer        string        `json:"url_viewer"`
	Thumb            cheveretoFile `json:"thumb"`
	Medium           cheveretoFile `json:"medium"`
	ViewsLabel       string        `json:"views_label"`
	DisplayURL       string        `json:"display_url"`
	HowLongAgo       string        `json:"how_long_ago"`
	DeleteURL        string        `json:"delete_url"`
}

// cheveretoFile is a smaller version. The thumbnail is made after the answer, so that its size is not known: null.
type cheveretoFile struct {
	Filename      string  `json:"filename"`
	Name          string  `json:"name"`
	Width         int     `json:"width"`
	Height        int     `json:"height"`
	Ratio         float64 `json:"ratio"`
	Size          *int64  `json:"size"`
	SizeFormatted *string `json:"size_formatted"`
	MIME          string  `json:"mime"`
	Extension     string  `json:"extension"`
	Bits          int     `json:"bits"`
	Channels      *int    `json:"channels"`
	URL           string  `json:"url"`
}

const cheveretoDate = "2006-01-02 15:04:05"

func cheveretoShow(k *kit.Kit, up stored, now time.Time) cheveretoImage {
	img := up.Image
	url, viewer, at := k.Abs("image.file", img.ID, img.Ext), k.Abs("image", img.ID), now.UTC().Format(cheveretoDate)
	return cheveretoImage{
		Name: img.ID, Extension: img.Ext, Size: img.Bytes, Width: img.Width, Height: img.Height, Date: at, DateGMT: at,
		Description: orNull(img.Description), MD5: fmt.Sprintf("%x", up.sent.file.MD5), OriginalFilename: img.FileName, IDEncoded: img.ID,
		Filename: img.ID + "." + img.Ext, Ratio: ratio(img.Width, img.Height), SizeFormatted: sizeFormatted(img.Bytes), MIME: img.Mime, Bits: 8,
		URL: url, URLViewer: viewer, Thumb: cheveretoThumb(k, img), Medium: cheveretoMedium(k, img), ViewsLabel: "views", DisplayURL: url,
		HowLongAgo: "moments ago", DeleteURL: k.Abs("delete", string(up.DeleteToken)),
	}
}

func cheveretoThumb(k *kit.Kit, img models.Image) cheveretoFile {
	w, h := imaging.ThumbSize(img.Width, img.Height)
	return cheveretoFile{
		Filename: img.ID + ".jpg", Name: img.ID, Width: w, Height: h, Ratio: ratio(w, h), MIME: "image/jpeg", Extension: "jpg", Bits: 8,
		URL: k.Abs("image.thumb", img.ID, "jpg"),
	}
}

// cheveretoMedium is the picture itself: there is no version between it and the thumbnail.
func cheveretoMedium(k *kit.Kit, img models.Image) cheveretoFile {
	formatted := sizeFormatted(img.Bytes)
	return cheveretoFile{
		Filename: img.ID + "." + img.Ext, Name: img.ID, Width: img.Width, Height: img.Height, Ratio: ratio(img.Width, img.Height),
		Size: &img.Bytes, SizeFormatted: &formatted, MIME: img.Mime, Extension: img.Ext, Bits: 8, URL: k.Abs("image.file", img.ID, img.Ext),
	}
}

// FailChevereto answers errors: always 400, with a code that says what was wrong.
func (h *Handlers) FailChevereto(c *kit.Ctx, f *fault.Error) error {
	if f.Kind == fault.Unauthenticated {
		f = errKey // the words that clients look for
	}
	format, _ := c.Locals(formatLocal).(string)
	if format == "" {
		format = c.Query("format")
	}
	if format == "txt" {
		c.Status(fiber.StatusBadRequest).Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
		return c.SendString(f.Message)
	}
	return c.JSONStatus(fiber.StatusBadRequest, cheveretoAnswer{
		StatusCode: fiber.StatusBadRequest, Error: &cheveretoError{f.Message, cheveretoCode(f)}, Text: "Bad Request",
	})
}

// cheveretoCode finds the code that clients know for a refusal.
func cheveretoCode(f *fault.Error) int {
	switch {
	case f.Code == errBase64.Code:
		return codeBase64
	case f.Code == errSource.Code:
		return codeSource
	case f.Kind == fault.Unauthenticated:
		return codeKey
	case strings.HasPrefix(f.Code, "url_"):
		return codeURL
	case f.Kind == fault.Unsupported:
		return codeMime
	case f.Kind == fault.Invalid && strings.HasPrefix(f.Code, "image_"):
		return codeFormat
	case f.Kind == fault.TooLarge, f.Kind == fault.Invalid, f.Kind == fault.Malformed:
		return codeFile
	}
	return codeDenied
}

func ratio(w, h int) float64 {
	if h == 0 {
		return 0
	}
	return math.Round(float64(w)/float64(h)*1e4) / 1e4
}

// sizeFormatted is a size as Chevereto writes it, in powers of 1000.
func sizeFormatted(n int64) string {
	f, unit := float64(n), 0
	for f >= 1000 && unit < 3 {
		f, unit = f/1000, unit+1
	}
	return strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0") + " " + []string{"B", "KB", "MB", "GB"}[unit]
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

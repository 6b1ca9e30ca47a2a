// Package developer answers the page about the API and the files that set clients up.
package developer

import (
	"bytes"
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"imglink/app/web/kit"
)

// sharexConfig is a custom uploader (ShareX documentation, custom uploaders), in the syntax of version 14 and later.
type sharexConfig struct {
	Version         string
	Name            string
	DestinationType string
	RequestMethod   string
	RequestURL      string
	Headers         map[string]string `json:",omitempty"`
	Body            string
	FileFormName    string
	URL             string
	ThumbnailURL    string
	DeletionURL     string
	ErrorMessage    string
}

// ShareX sets ShareX up for uploads to base with a token; without one they are a guest's.
func ShareX(base, token string) ([]byte, error) {
	c := sharexConfig{
		Version: "14.1.0", Name: "ImgLink", DestinationType: "ImageUploader", RequestMethod: "POST", RequestURL: base + "/api/v1/images",
		Body: "MultipartFormData", FileFormName: "file", URL: "{json:images[0].image_url}", ThumbnailURL: "{json:images[0].thumb_url}",
		DeletionURL: "{json:images[0].delete_url}", ErrorMessage: "{json:detail}",
	}
	if token != "" {
		c.Headers = map[string]string{fiber.HeaderAuthorization: "Bearer " + token}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(c)
	return b.Bytes(), err
}

// SendShareX answers with the file.
func SendShareX(c *kit.Ctx, token string) error {
	b, err := ShareX(c.Kit.Base, token)
	if err != nil {
		return err
	}
	return attach(c, "imglink.sxcu", fiber.MIMEApplicationJSON, b)
}

func attach(c *kit.Ctx, name, kind string, body []byte) error {
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Send(body)
}

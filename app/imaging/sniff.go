package imaging

import (
	"bytes"
	"strings"

	"imglink/app/fault"
)

// sniffLen is how many leading bytes decide what a file is.
const sniffLen = 1024

// Sniff names the accepted format of a file by its first bytes (1024 are enough); the name and the declared type of an
// upload are never believed. Everything else is an Unsupported fault whose sentence says how to convert that kind of file.
func Sniff(head []byte) (Format, error) {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return JPEG, nil
	case bytes.HasPrefix(head, []byte(pngSignature)):
		return PNG, nil
	case bytes.HasPrefix(head, []byte("GIF87a")), bytes.HasPrefix(head, []byte("GIF89a")):
		return GIF, nil
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return WebP, nil
	}
	return Unknown, fault.New(ErrUnsupported.Kind, ErrUnsupported.Code, refuseKind(head))
}

// others are recognised only to be refused with a sentence that helps.
var others = []struct{ magic, sentence string }{
	{"II*\x00", sentenceTIFF},
	{"MM\x00*", sentenceTIFF},
	{"BM", "BMP pictures are not accepted. Open it in any image editor (Paint, Preview) and save it as PNG: it looks the same and is much smaller."},
	{"%PDF", "PDF documents are not accepted. Export the page as PNG or JPEG (in most viewers: File, Export) and upload that."},
	{"\xff\x0a", sentenceJXL},
	{"\x00\x00\x00\x0cJXL ", sentenceJXL},
	{"8BPS", "Photoshop documents are not accepted. Export the picture as PNG or JPEG (File, Export) and upload that."},
	{"\x00\x00\x01\x00", "Icon files are not accepted. Save the icon as PNG and upload that."},
	{"\x00\x00\x00\x0cjP  ", "JPEG 2000 pictures are not accepted. Save the picture as JPEG or PNG and upload that."},
	{"\x1aE\xdf\xa3", sentenceVideo},
	{"PK\x03\x04", "Archives are not accepted. Unpack it and upload the pictures one by one."},
}

const (
	sentenceTIFF  = "TIFF and camera raw pictures are not accepted. Export the picture as JPEG or PNG and upload that."
	sentenceJXL   = "JPEG XL pictures are not accepted yet. Save the picture as JPEG or PNG and upload that."
	sentenceHEIC  = "HEIC pictures are not accepted. On an iPhone choose Settings, Camera, Formats, Most Compatible, or share the photo as JPEG; on a computer open it and export it as JPEG."
	sentenceAVIF  = "AVIF pictures are not accepted. Open the picture in a browser or image editor and save it as PNG, JPEG or WebP."
	sentenceVideo = "Videos are not accepted. Upload a picture, or an animation as GIF or WebP."
	sentenceSVG   = "SVG drawings are not accepted, because they can contain programs. Export the drawing as PNG and upload that."
)

func refuseKind(head []byte) string {
	for _, o := range others {
		if bytes.HasPrefix(head, []byte(o.magic)) {
			return o.sentence
		}
	}
	if len(head) >= 12 && string(head[4:8]) == "ftyp" {
		return refuseISO(head)
	}
	if looksSVG(head) {
		return sentenceSVG
	}
	return ErrUnsupported.Message
}

// refuseISO reads the brands of an ISO base media file (ISO/IEC 14496-12): HEIC, AVIF and MP4 differ only there. The
// generic brand mif1 says nothing, so the compatible brands are read as well.
func refuseISO(head []byte) string {
	brands := string(head[8:min(len(head), 64)])
	switch {
	case strings.Contains(brands, "avif"), strings.Contains(brands, "avis"):
		return sentenceAVIF
	case strings.Contains(brands, "heic"), strings.Contains(brands, "heix"), strings.Contains(brands, "hevc"),
		strings.Contains(brands, "mif1"), strings.Contains(brands, "msf1"), strings.Contains(brands, "heif"):
		return sentenceHEIC
	}
	return sentenceVideo
}

// looksSVG accepts a byte order mark, UTF-16, a prologue, comments and a doctype before the element.
func looksSVG(head []byte) bool {
	text := bytes.ToLower(bytes.ReplaceAll(head[:min(len(head), sniffLen)], []byte{0}, nil))
	return bytes.Contains(text, []byte("<svg")) || bytes.Contains(text, []byte("-//w3c//dtd svg"))
}

package imaging

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"

	"imglink/app/fault"
	"imglink/app/imaging/pdq"
)

const (
	thumbSide = 480 // longest side of the thumbnail, pixels
	safeSide  = 320 // longest side of the rendition for staff lists, pixels
)

// Derived is everything that is made from a sanitised file.
type Derived struct {
	Facts          Facts
	Thumb          []byte // longest side 480 at most, never enlarged, upright
	ThumbFormat    Format // JPEG, or lossless WebP for a picture with transparency
	ThumbW, ThumbH int
	Safe           []byte // JPEG, grey, strongly blurred, longest side 320 at most
	PDQ            [32]byte
	PDQQuality     int // 0..100; hashes of 49 and below say nothing and must not be matched
}

// Derive decodes the sanitised file r once and derives the thumbnail, the safe rendition and the perceptual hash from
// it, all upright. Of an animation it takes the first frame. The container is walked again and bounded by lim, because
// Derive trusts nobody; decoding waits at a gate of 512 MiB for the whole process. Refusals are those of Sanitise; a
// file whose coded data is damaged is ErrCorrupt. ctx ends the waiting, not the decoding: package sandbox can end that.
func Derive(ctx context.Context, r io.Reader, lim Limits) (d Derived, err error) {
	defer fault.Wrap(&err, "imaging.Derive")
	raw, err := io.ReadAll(io.LimitReader(r, lim.Bytes+1))
	if err != nil {
		return Derived{}, fmt.Errorf("reading the sanitised file: %w", err)
	}
	s, err := scan(bytes.NewReader(raw), int64(len(raw)), lim, false)
	if err != nil {
		return Derived{}, err
	}
	leave, err := processGate.Enter(ctx, s.weight)
	if err != nil {
		return Derived{}, err
	}
	defer leave()
	img, err := decode(s, raw)
	if err != nil {
		return Derived{}, err
	}
	small := reduce(img, s, thumbSide)
	return derive(small, s)
}

// derive makes all renditions from the reduced picture.
func derive(small *picture, s *scanned) (Derived, error) {
	d := Derived{Facts: s.facts}
	d.ThumbW, d.ThumbH = small.size()
	var err error
	if d.Thumb, d.ThumbFormat, err = encodeThumb(small, s.icc); err != nil {
		return Derived{}, err
	}
	luma := small.luma()
	if d.Safe, err = safeRendition(luma); err != nil {
		return Derived{}, err
	}
	hash, quality := pdq.Luma(luma.pix, luma.w, luma.h)
	d.PDQ, d.PDQQuality = hash.Bytes(), quality
	return d, nil
}

// decode runs the decoder of the format over the whole file. A GIF gives its first frame, an animated WebP too.
func decode(s *scanned, raw []byte) (img image.Image, err error) {
	defer func() {
		// x/image/webp and the standard decoders return errors; a panic in one would be their defect and our refusal.
		if p := recover(); p != nil {
			img, err = nil, corrupt("%s: decoder panic: %v", s.facts.Format, p)
		}
	}()
	in := bytes.NewReader(raw)
	switch s.facts.Format {
	case JPEG:
		img, err = jpeg.Decode(in)
	case PNG:
		img, err = png.Decode(in)
	case GIF:
		img, err = gif.Decode(in)
	default:
		img, err = webp.Decode(bytes.NewReader(s.frame.standalone(raw)))
	}
	switch {
	case err == nil:
		return img, nil
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return nil, ErrTruncated.Because(err)
	}
	if _, ok := errors.AsType[jpeg.UnsupportedError](err); ok {
		return nil, fault.New(ErrUnsupported.Kind, ErrUnsupported.Code, "This JPEG uses a coding that browsers cannot show. Save it as a standard JPEG and upload it again.").Because(err)
	}
	return nil, ErrCorrupt.Because(err)
}

// standalone is a still file of the frame: x/image/webp knows neither animations nor VP8L behind an alpha flag.
func (f *webpFrame) standalone(raw []byte) []byte {
	var body []byte
	if f.alpha.n != 0 {
		body = append(webpExtended(webpAlpha, f.w, f.h), riffChunk("ALPH", raw[f.alpha.data():f.alpha.data()+f.alpha.n])...)
	}
	body = append(body, riffChunk(f.image.name, raw[f.image.data():f.image.data()+f.image.n])...)
	return append(append(riffHeader("RIFF", int64(4+len(body))), "WEBP"...), body...)
}

// ThumbSize is how large the thumbnail of an upright picture will be, in pixels.
func ThumbSize(w, h int) (int, int) { return fit(w, h, thumbSide) }

package imaging

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"

	"github.com/HugoSmits86/nativewebp"
)

const (
	thumbQuality = 82
	safeQuality  = 60
	maxThumbICC  = 16 << 10 // a larger profile would outweigh the thumbnail
)

// encodeThumb writes the reduced picture with its colour profile: lossless WebP when it has transparency, else JPEG.
func encodeThumb(p *picture, icc []byte) ([]byte, Format, error) {
	if len(icc) > maxThumbICC {
		icc = nil
	}
	if !p.opaque() {
		b, err := encodeWebP(p, icc)
		return b, WebP, err
	}
	want := "RGB "
	if p.model == grey {
		want = "GRAY"
	}
	if iccSpace(icc) != want {
		icc = nil
	}
	b, err := encodeJPEG(p.image(), thumbQuality, icc)
	return b, JPEG, err
}

// image is the opaque picture as the JPEG encoder reads it fastest.
func (p *picture) image() image.Image {
	w, h := p.size()
	r := image.Rect(0, 0, w, h)
	switch p.model {
	case grey:
		return &image.Gray{Pix: p.planes[0].pix, Stride: w, Rect: r}
	case ycc:
		return &image.YCbCr{
			Y: p.planes[0].pix, Cb: p.planes[1].pix, Cr: p.planes[2].pix, YStride: w, CStride: p.planes[1].w,
			SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: r,
		}
	}
	m := image.NewRGBA(r)
	for i := range p.planes[0].pix {
		m.Pix[4*i], m.Pix[4*i+1], m.Pix[4*i+2], m.Pix[4*i+3] = p.planes[0].pix[i], p.planes[1].pix[i], p.planes[2].pix[i], 255
	}
	return m
}

// encodeJPEG puts the profile right behind SOI, where the standard library's encoder cannot.
func encodeJPEG(m image.Image, quality int, icc []byte) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("imaging: encoding a JPEG: %w", err)
	}
	if len(icc) == 0 {
		return b.Bytes(), nil
	}
	out := append([]byte{0xff, mSOI}, iccSegments(icc)...)
	return append(out, b.Bytes()[2:]...), nil
}

// encodeWebP writes a VP8L file; with a profile it becomes the extended form.
func encodeWebP(p *picture, icc []byte) ([]byte, error) {
	w, h := p.size()
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i, a := range p.planes[3].pix {
		if a == 0 {
			continue
		}
		for c := range 3 {
			m.Pix[4*i+c] = uint8(min((uint32(p.planes[c].pix[i])*255+uint32(a)/2)/uint32(a), 255))
		}
		m.Pix[4*i+3] = a
	}
	var b bytes.Buffer
	if err := nativewebp.Encode(&b, m, nil); err != nil {
		return nil, fmt.Errorf("imaging: encoding a WebP: %w", err)
	}
	if iccSpace(icc) != "RGB " {
		return b.Bytes(), nil
	}
	body := append(webpExtended(webpAlpha|webpICC, int64(w), int64(h)), riffChunk("ICCP", icc)...)
	body = append(body, b.Bytes()[12:]...)
	return append(append(riffHeader("RIFF", int64(4+len(body))), "WEBP"...), body...), nil
}

// safeRendition is what lists of the moderation pages may load: grey, 320 pixels at most, and blurred until only large
// shapes remain (three box blurs approach a Gaussian of about a thirtieth of the longest side).
func safeRendition(luma *plane) ([]byte, error) {
	w, h := fit(luma.w, luma.h, safeSide)
	p := resample(luma, float64(luma.w), float64(luma.h), w, h)
	radius := max(2, max(w, h)/30)
	for range 3 {
		p = p.blurRows(radius).upright(5) // transposed, so that the second pass blurs columns
		p = p.blurRows(radius).upright(5)
	}
	return encodeJPEG(&image.Gray{Pix: p.pix, Stride: p.w, Rect: image.Rect(0, 0, p.w, p.h)}, safeQuality, nil)
}

// blurRows averages each sample with its neighbours up to radius away in the row.
func (p *plane) blurRows(radius int) *plane {
	out := newPlane(p.w, p.h)
	for y := range p.h {
		src, dst := p.row(y), out.row(y)
		var sum, n int
		for x := 0; x < min(radius, p.w); x++ {
			sum, n = sum+int(src[x]), n+1
		}
		for x := range dst {
			if x+radius < p.w {
				sum, n = sum+int(src[x+radius]), n+1
			}
			if x-radius-1 >= 0 {
				sum, n = sum-int(src[x-radius-1]), n-1
			}
			dst[x] = uint8((sum + n/2) / n)
		}
	}
	return out
}

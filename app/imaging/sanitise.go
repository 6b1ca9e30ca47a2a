package imaging

import (
	"io"

	"imglink/app/fault"
)

// scanned is an accepted container: its facts, the plan of the sanitised file, and what the decoder will need.
type scanned struct {
	facts  Facts
	plan   plan
	weight int64 // bytes a decoder allocates, estimated from above
	icc    []byte
	frame  webpFrame // WebP only: the first frame
}

// Sanitise writes the picture of src (size bytes) to dst without anything that is not the picture. Kept bit by bit:
// the coded pixels, animation timing and loop count. Kept in a canonical form: colour meaning (ICC colour tags, gAMA,
// cHRM, sRGB, cICP, tRNS, Adobe APP14) and the orientation as a one-tag EXIF. Everything else goes: EXIF with GPS, serial
// numbers, MakerNotes and thumbnails, XMP, IPTC, comments, text and private chunks, a second photograph (MPF), and all
// bytes after the end marker.
//
// The whole container is walked and bounded before a byte is written, no pixel is kept, and memory does not grow with
// the file. The compressed pixels of a PNG are inflated to find where they end and that they are all there. The same input gives the same output. Refusals are *fault.Error with the codes of refusal.go; other
// errors come from src and dst, and dst then holds an unusable part.
func Sanitise(src io.ReaderAt, size int64, dst io.Writer, lim Limits) (facts Facts, err error) {
	s, err := scan(src, size, lim, true)
	if err != nil {
		return Facts{}, err
	}
	if err := s.plan.writeTo(src, dst); err != nil {
		return Facts{}, err
	}
	return s.facts, nil
}

// scan walks the container. With coded it also looks into the coded pixels where the container alone does not tell where
// they end; who decodes them afterwards needs no such look.
func scan(src io.ReaderAt, size int64, lim Limits, coded bool) (s *scanned, err error) {
	defer fault.Wrap(&err, "imaging.scan of %d bytes", size)
	if size <= 0 {
		return nil, ErrEmpty
	}
	if size > lim.Bytes {
		return nil, saying(ErrTooLarge, "The file has %.1f MB; the limit is %.0f MB. Make the picture smaller or save it with a lower quality.", float64(size)/(1<<20), float64(lim.Bytes)/(1<<20))
	}
	in := newSource(src, size)
	head, err := in.peek(0, int(min(size, sniffLen)))
	if err != nil {
		return nil, err
	}
	format, err := Sniff(head)
	if err != nil {
		return nil, err
	}
	switch format {
	case JPEG:
		return scanJPEG(in, lim)
	case PNG:
		return scanPNG(in, lim, coded)
	case GIF:
		return scanGIF(in, lim)
	default:
		return scanWebP(in, lim)
	}
}

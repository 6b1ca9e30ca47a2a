package imaging

import (
	"fmt"

	"imglink/app/fault"
)

// The refusals. They work as errors.Is targets; the codes are stable and part of the API.
var (
	ErrEmpty       = fault.New(fault.Invalid, "image_empty", "The file is empty. Choose it again and upload it once more.")
	ErrTruncated   = fault.New(fault.Invalid, "image_truncated", "The file ends before the picture does. It was probably not copied completely: copy it again from where it was made.")
	ErrCorrupt     = fault.New(fault.Invalid, "image_corrupt", "The file is damaged and cannot be shown as a picture. Open it in an image editor and save it again.")
	ErrPixels      = fault.New(fault.Invalid, "image_too_many_pixels", "The picture has too many pixels. Make it smaller and upload it again.")
	ErrFrames      = fault.New(fault.Invalid, "image_too_many_frames", "The animation has too many frames. Shorten it or make it smaller.")
	ErrScans       = fault.New(fault.Invalid, "image_too_many_scans", "The JPEG is stored in an unusual number of passes. Save it as a standard JPEG.")
	ErrComplex     = fault.New(fault.Invalid, "image_too_complex", "The picture takes too long to process. Open it in an image editor and save it again as a standard JPEG or PNG.")
	ErrUnsupported = fault.New(fault.Unsupported, "image_type_unsupported", "This is not a JPEG, PNG, GIF or WebP picture. Convert it to one of them and upload it again.")
	ErrTooLarge    = fault.New(fault.TooLarge, "file_too_large", "The file is too large.")
)

// Refusals lists every refusal by its code, for a process that receives only the code.
func Refusals() map[string]*fault.Error {
	all := map[string]*fault.Error{}
	for _, e := range []*fault.Error{ErrEmpty, ErrTruncated, ErrCorrupt, ErrPixels, ErrFrames, ErrScans, ErrComplex, ErrUnsupported, ErrTooLarge} {
		all[e.Code] = e
	}
	return all
}

// because says for the log what exactly is wrong with the container; the user sees the general sentence.
func because(e *fault.Error, format string, args ...any) error {
	return e.Because(fmt.Errorf(format, args...))
}

func corrupt(format string, args ...any) error { return because(ErrCorrupt, format, args...) }

func truncated(format string, args ...any) error { return because(ErrTruncated, format, args...) }

// saying replaces the sentence of a refusal by one that knows more.
func saying(e *fault.Error, format string, args ...any) error {
	return fault.Newf(e.Kind, e.Code, format, args...)
}

// checkSize refuses dimensions over the limits. Zero is damage, not a limit.
func (l Limits) checkSize(w, h int64) error {
	switch {
	case w <= 0 || h <= 0:
		return corrupt("dimensions %d x %d", w, h)
	case w > int64(l.Side) || h > int64(l.Side):
		return saying(ErrPixels, "The picture is %d x %d pixels; each side may have at most %d. Make it smaller and upload it again.", w, h, l.Side)
	case w*h > l.Pixels:
		return saying(ErrPixels, "The picture is %d x %d pixels, %d megapixels; the limit is %d. Make it smaller and upload it again.", w, h, (w*h+999_999)/1_000_000, l.Pixels/1_000_000)
	}
	return nil
}

// tally bounds an animation while its container is walked.
type tally struct {
	lim    Limits
	frames int
	area   int64
}

// add counts one frame of w x h pixels.
func (t *tally) add(w, h int64) error {
	if w <= 0 || h <= 0 {
		return corrupt("frame of %d x %d", w, h)
	}
	t.frames++
	t.area += w * h
	switch {
	case t.frames > t.lim.Frames:
		return saying(ErrFrames, "The animation has more than %d frames. Shorten it and upload it again.", t.lim.Frames)
	case t.area > t.lim.FramePixels && t.frames > 1:
		return saying(ErrPixels, "The frames of the animation add up to more than %d megapixels. Make it smaller or shorten it.", t.lim.FramePixels/1_000_000)
	}
	return nil
}

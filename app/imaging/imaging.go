// Package imaging turns hostile bytes into a file that is safe to publish and into everything derived from it.
//
// Sanitise walks the container without decoding a pixel, refuses what is broken, too large or not accepted, and copies
// the rest losslessly without its metadata. Derive decodes the sanitised file once and makes the thumbnail, the
// rendition staff may load in lists, and the perceptual hash. Only memory-safe decoders (the standard library and
// golang.org/x/image) ever see the bytes; package sandbox runs Derive in a process of its own because an allocation
// that fails is fatal in Go and no recover catches it.
package imaging

// Format is an accepted file format. The zero value is none.
type Format uint8

// The accepted formats. PNG includes APNG, WebP includes animated WebP.
const (
	Unknown Format = iota
	JPEG
	PNG
	GIF
	WebP
)

var formats = map[Format]struct{ name, mime, ext string }{
	JPEG: {"JPEG", "image/jpeg", "jpg"}, PNG: {"PNG", "image/png", "png"},
	GIF: {"GIF", "image/gif", "gif"}, WebP: {"WebP", "image/webp", "webp"},
}

// MIME is the media type to serve the format with; application/octet-stream for Unknown.
func (f Format) MIME() string {
	if v, ok := formats[f]; ok {
		return v.mime
	}
	return "application/octet-stream"
}

// Ext is the file name extension without a dot; "bin" for Unknown.
func (f Format) Ext() string {
	if v, ok := formats[f]; ok {
		return v.ext
	}
	return "bin"
}

// String is the format's usual name.
func (f Format) String() string {
	if v, ok := formats[f]; ok {
		return v.name
	}
	return "unknown"
}

// Limits bound what one file may ask of the machine. They are checked in the container, before any decoding.
type Limits struct {
	Bytes       int64 // of the file as received
	Pixels      int64 // width times height
	Side        int   // longest side, pixels
	Frames      int   // frames of an animation
	FramePixels int64 // areas of all frames together
	JPEGScans   int   // scans of a progressive JPEG: each costs a pass over every block
}

// DefaultLimits are the limits of imaging.md: 20 MiB, 50 megapixels, 12 000 pixels a side, 500 frames.
func DefaultLimits() Limits {
	return Limits{
		Bytes: 20 << 20, Pixels: 50_000_000, Side: 12_000, Frames: 500, FramePixels: 50_000_000, JPEGScans: 100,
	}
}

// Facts are what the container says about a picture. Width and Height are as displayed, after Orientation.
type Facts struct {
	Format        Format
	Width, Height int
	Orientation   int // 1..8 as in EXIF tag 0x0112; 1 when the file says nothing
	Frames        int
	Animated      bool
}

// transposed reports whether the orientation swaps width and height.
func transposed(orientation int) bool { return orientation >= 5 && orientation <= 8 }

// displayed builds Facts from the stored dimensions.
func displayed(f Format, w, h, orientation, frames int, animated bool) Facts {
	if transposed(orientation) {
		w, h = h, w
	}
	return Facts{Format: f, Width: w, Height: h, Orientation: orientation, Frames: frames, Animated: animated}
}

// stored returns the dimensions before orientation.
func (f Facts) stored() (w, h int) {
	if transposed(f.Orientation) {
		return f.Height, f.Width
	}
	return f.Width, f.Height
}

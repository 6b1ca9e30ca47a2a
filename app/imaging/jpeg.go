package imaging

import (
	"bytes"
	"encoding/binary"
)

// JPEG markers (ITU-T T.81, table B.1).
const (
	mSOF0, mSOF2        = 0xc0, 0xc2
	mDHT, mJPG, mDAC    = 0xc4, 0xc8, 0xcc
	mRST0, mRST7        = 0xd0, 0xd7
	mSOI, mEOI, mSOS    = 0xd8, 0xd9, 0xda
	mDQT, mDNL, mDRI    = 0xdb, 0xdc, 0xdd
	mDHP, mEXP          = 0xde, 0xdf
	mAPP0, mAPP1, mAPP2 = 0xe0, 0xe1, 0xe2
	mAPP14, mAPP15      = 0xee, 0xef
)

// jpegWalk is the state of one pass over the markers.
type jpegWalk struct {
	in          *source
	lim         Limits
	body        plan // tables, frame header and scans, as they were
	w, h        int
	components  int
	progressive bool
	scans       int
	jfif        bool
	adobe       int // colour transform of APP14, -1 without one
	orientation int
	icc         iccParts
}

// scanJPEG walks from SOI to EOI. What follows EOI is not looked at: an MPF trailer can hold a second photograph.
func scanJPEG(in *source, lim Limits) (*scanned, error) {
	w := &jpegWalk{in: in, lim: lim, adobe: -1}
	at := int64(2)
	for {
		marker, next, err := w.marker(at)
		if err != nil {
			return nil, err
		}
		if marker == mEOI {
			break
		}
		if at, err = w.segment(marker, next); err != nil {
			return nil, err
		}
	}
	if w.scans == 0 {
		return nil, corrupt("jpeg: no scan before EOI")
	}
	return w.finish()
}

// marker finds the next marker at or after at and returns where its payload starts. Bytes that belong to no segment are
// skipped, as every decoder does, and thereby dropped.
func (w *jpegWalk) marker(at int64) (byte, int64, error) {
	for {
		b, err := w.in.rest(at)
		if err != nil {
			return 0, 0, err
		}
		if len(b) == 0 {
			return 0, 0, truncated("jpeg: no EOI")
		}
		i := bytes.IndexByte(b, 0xff)
		if i < 0 {
			at += int64(len(b))
			continue
		}
		at += int64(i) + 1
		for {
			m, err := w.in.peek(at, 1)
			if err != nil {
				return 0, 0, err
			}
			at++
			if m[0] == 0xff { // fill bytes
				continue
			}
			if m[0] == 0 || m[0] == 1 || m[0] >= mRST0 && m[0] <= mRST7 {
				break
			}
			return m[0], at, nil
		}
	}
}

// segment handles one marker segment whose length field is at at and returns where the next one starts.
func (w *jpegWalk) segment(marker byte, at int64) (int64, error) {
	if marker == mSOI {
		return 0, corrupt("jpeg: second SOI")
	}
	l, err := w.in.peek(at, 2)
	if err != nil {
		return 0, err
	}
	n := int64(binary.BigEndian.Uint16(l))
	if n < 2 {
		return 0, corrupt("jpeg: segment %#x of length %d", marker, n)
	}
	if at+n > w.in.size {
		return 0, truncated("jpeg: segment %#x of length %d at %d", marker, n, at)
	}
	data, err := w.in.peek(at+2, int(n-2))
	if err != nil {
		return 0, err
	}
	switch {
	case marker == mDHT, marker == mDQT, marker == mDRI:
		if err := checkTables(marker, data); err != nil {
			return 0, err
		}
		return at + n, w.body.keep(at-2, n+2)
	case marker == mSOS:
		return w.scan(at, n, data)
	case marker >= mSOF0 && marker <= 0xcf && marker != mJPG, marker == mDNL, marker == mDHP, marker == mEXP:
		return at + n, w.frame(marker, at, data)
	case marker >= mAPP0 && marker <= mAPP15:
		w.app(marker, data)
	}
	return at + n, nil
}

// frame reads the frame header. Only baseline, extended and progressive Huffman coding with 8 bits exist in browsers.
func (w *jpegWalk) frame(marker byte, at int64, data []byte) error {
	if marker > mSOF2 {
		return saying(ErrUnsupported, "This JPEG uses a coding that browsers cannot show (marker %#x). Save it as a standard JPEG and upload it again.", marker)
	}
	if w.components != 0 {
		return corrupt("jpeg: second frame header")
	}
	if len(data) < 6 {
		return corrupt("jpeg: frame header of %d bytes", len(data))
	}
	if data[0] != 8 {
		return saying(ErrUnsupported, "This JPEG has %d bits a channel, which browsers cannot show. Save it with 8 bits and upload it again.", data[0])
	}
	w.h, w.w = int(binary.BigEndian.Uint16(data[1:])), int(binary.BigEndian.Uint16(data[3:]))
	w.components = int(data[5])
	if c := w.components; c != 1 && c != 3 && c != 4 || len(data) != 6+3*c {
		return corrupt("jpeg: %d components in %d bytes", c, len(data))
	}
	w.progressive = marker == mSOF2
	if err := w.lim.checkSize(int64(w.w), int64(w.h)); err != nil {
		return err
	}
	return w.body.keep(at-2, int64(len(data))+4)
}

// scan keeps a scan header and the entropy-coded data after it, up to the next marker that is no restart.
func (w *jpegWalk) scan(at, n int64, header []byte) (int64, error) {
	if w.components == 0 {
		return 0, corrupt("jpeg: scan before the frame header")
	}
	if len(header) < 6 || int(header[0]) < 1 || int(header[0]) > 4 || len(header) != 4+2*int(header[0]) {
		return 0, corrupt("jpeg: scan header of %d bytes", len(header))
	}
	if w.scans++; w.scans > w.lim.JPEGScans {
		return 0, because(ErrScans, "more than %d scans", w.lim.JPEGScans)
	}
	end, err := w.entropy(at + n)
	if err != nil {
		return 0, err
	}
	if end == at+n {
		return 0, corrupt("jpeg: empty scan")
	}
	return end, w.body.keep(at-2, end-at+2)
}

// entropy returns where the coded data that starts at at ends: before the first 0xff that is followed neither by a
// stuffed zero nor by a restart marker.
func (w *jpegWalk) entropy(at int64) (int64, error) {
	for {
		b, err := w.in.rest(at)
		if err != nil {
			return 0, err
		}
		if len(b) == 0 {
			return 0, truncated("jpeg: no EOI after the scan")
		}
		i := bytes.IndexByte(b, 0xff)
		if i < 0 {
			at += int64(len(b))
			continue
		}
		at += int64(i)
		m, err := w.in.peek(at, 2)
		if err != nil {
			return 0, err
		}
		if m[1] != 0 && (m[1] < mRST0 || m[1] > mRST7) {
			return at, nil
		}
		at += 2
	}
}

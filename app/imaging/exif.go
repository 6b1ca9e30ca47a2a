package imaging

import (
	"bytes"
	"encoding/binary"
)

const exifPrefix = "Exif\x00\x00"

// maxEXIF is how much of an EXIF block is read: the first directory lies at its start.
const maxEXIF = 64 << 10

// parseOrientation finds tag 0x0112 in the first directory of a TIFF block (EXIF 2.32, 4.6.4). It is 0 when the block is
// broken or says nothing; only the type and count browsers accept count (one SHORT).
func parseOrientation(b []byte) int {
	b = bytes.TrimPrefix(b, []byte(exifPrefix))
	if len(b) < 8 {
		return 0
	}
	var order binary.ByteOrder
	switch string(b[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 0
	}
	at := int64(order.Uint32(b[4:]))
	if at < 8 || at+2 > int64(len(b)) {
		return 0
	}
	entries := b[at+2:]
	for n := int(order.Uint16(b[at:])); n > 0 && len(entries) >= 12; n-- {
		if order.Uint16(entries) == 0x0112 {
			if order.Uint16(entries[2:]) != 3 || order.Uint32(entries[4:]) != 1 {
				return 0
			}
			if v := int(order.Uint16(entries[8:])); v >= 1 && v <= 8 {
				return v
			}
			return 0
		}
		entries = entries[12:]
	}
	return 0
}

// orientationTIFF is a TIFF block with the orientation and nothing else.
func orientationTIFF(v int) []byte {
	return []byte{
		'M', 'M', 0, 42, 0, 0, 0, 8, // header, first directory at 8
		0, 1, // one entry
		0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, byte(v), 0, 0, // Orientation, SHORT, 1
		0, 0, 0, 0, // no further directory
	}
}

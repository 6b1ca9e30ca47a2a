// Package pdq is PDQ, the 256-bit perceptual hash that other hosts and the hash-sharing programmes exchange, written
// from its published description: luma, two box filters, 64 x 64 samples, the low frequencies of a cosine transform,
// one bit for each coefficient above the median. Two pictures match at a distance of 31 bits or less; a hash of quality
// 49 or less describes an almost empty picture and must not be matched.
package pdq

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
)

const (
	// Version names this implementation and its input pipeline; it is stored with each hash. Hashes of one version are
	// comparable with those of another and with other programmes' hashes, within about ten bits.
	Version = 1
	// Radius is the largest distance that counts as the same picture.
	Radius = 31
	// MinQuality is the lowest quality at which a hash may be matched.
	MinQuality = 50
	// MinSide is the shortest side in pixels that can be hashed.
	MinSide = 5
)

// Hash is 256 bits. Bit i, 0..255, is coefficient (i/16, i%16) of the transform; bit i lies in word i/64 at i%64.
type Hash [4]uint64

// Distance is the number of differing bits.
func Distance(a, b Hash) int {
	return bits.OnesCount64(a[0]^b[0]) + bits.OnesCount64(a[1]^b[1]) + bits.OnesCount64(a[2]^b[2]) + bits.OnesCount64(a[3]^b[3])
}

// Bytes are the 32 bytes of the hexadecimal form: the highest bits first.
func (h Hash) Bytes() (b [32]byte) {
	for i := range h {
		binary.BigEndian.PutUint64(b[8*i:], h[3-i])
	}
	return b
}

// FromBytes is the inverse of Bytes.
func FromBytes(b [32]byte) (h Hash) {
	for i := range h {
		h[3-i] = binary.BigEndian.Uint64(b[8*i:])
	}
	return h
}

// String is the hexadecimal form that other programmes exchange: 64 digits, 16-bit word 15 first.
func (h Hash) String() string {
	b := h.Bytes()
	return hex.EncodeToString(b[:])
}

// Parse reads the form of String; capital letters are accepted.
func Parse(s string) (Hash, error) {
	var b [32]byte
	if len(s) != 64 {
		return Hash{}, fmt.Errorf("pdq: a hash has 64 hexadecimal digits, not %d", len(s))
	}
	if _, err := hex.Decode(b[:], []byte(s)); err != nil {
		return Hash{}, fmt.Errorf("pdq: a hash has only hexadecimal digits: %w", err)
	}
	return FromBytes(b), nil
}

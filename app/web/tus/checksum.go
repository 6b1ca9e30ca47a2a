package tus

import (
	"crypto/md5"  //nolint:gosec // the client chooses: it tells a damaged chunk, it protects nothing
	"crypto/sha1" //nolint:gosec // as above
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"strings"

	"imglink/app/fault"
)

// algorithms are those of Upload-Checksum, in the order of the table.
const algorithms = "sha1,sha256,md5,crc32"

var sums = map[string]func() hash.Hash{
	"sha1": sha1.New, "sha256": sha256.New, "md5": md5.New, "crc32": func() hash.Hash { return crc32.NewIEEE() },
}

var errChecksum = fault.New(fault.Malformed, "tus_checksum", "Send the checksum as an algorithm of "+algorithms+", a space, and the digest in base64.")

// parseChecksum reads Upload-Checksum (tus 1.0.0, checksum): an algorithm and the digest in base64.
func parseChecksum(header string) (sum hash.Hash, want []byte, err error) {
	name, coded, _ := strings.Cut(strings.TrimSpace(header), " ")
	make, ok := sums[strings.ToLower(name)]
	if !ok {
		return nil, nil, errChecksum
	}
	sum = make()
	want, err = base64.StdEncoding.DecodeString(strings.TrimSpace(coded))
	if err != nil || len(want) != sum.Size() {
		return nil, nil, errChecksum
	}
	return sum, want, nil
}

package tus

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"imglink/app/fault"
)

// maxMetadata bounds Upload-Metadata: a file name and little else.
const maxMetadata = 4 << 10

var errMetadata = fault.InvalidField("Upload-Metadata", "Send pairs of a key and a value in base64, separated by commas, each key once.")

// parseMetadata reads Upload-Metadata (tus 1.0.0, creation): pairs of an ASCII key and a value in base64, with a space
// between, separated by commas; a value may be missing. Values that are no text are dropped: we use none.
func parseMetadata(header string) (map[string]string, error) {
	out := map[string]string{}
	if strings.TrimSpace(header) == "" {
		return out, nil
	}
	if len(header) > maxMetadata {
		return nil, fault.InvalidField("Upload-Metadata", "The metadata may have at most 4096 bytes.")
	}
	for pair := range strings.SplitSeq(header, ",") {
		key, coded, _ := strings.Cut(strings.TrimSpace(pair), " ")
		if _, twice := out[key]; key == "" || twice || !printable(key) {
			return nil, errMetadata
		}
		value, err := base64.StdEncoding.DecodeString(strings.TrimSpace(coded))
		if err != nil {
			return nil, errMetadata
		}
		out[key] = ""
		if utf8.Valid(value) && !strings.ContainsRune(string(value), 0) {
			out[key] = string(value)
		}
	}
	return out, nil
}

// printable reports whether s is ASCII that can be seen.
func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// fileName is the name of the file: under the key that most clients use, or Uppy's.
func fileName(meta map[string]string) string {
	if n := meta["filename"]; n != "" {
		return n
	}
	return meta["name"]
}

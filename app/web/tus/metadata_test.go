package tus

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseMetadata(t *testing.T) {
	for header, want := range map[string]map[string]string{
		"":                                     {},
		"  ":                                   {},
		"filename Y2F0LnBuZw==":                {"filename": "cat.png"},
		"filename Y2F0LnBuZw==,is_private":     {"filename": "cat.png", "is_private": ""},
		"a  Yg== , c ZA==":                     {"a": "b", "c": "d"},
		"name w6TDtsO8":                        {"name": "äöü"},
		"bytes /w==":                           {"bytes": ""}, // no text
		"zero AGE=":                            {"zero": ""},
		"a b":                                  nil, // no base64
		"a Yg==,a Yg==":                        nil,
		",":                                    nil,
		"ä Yg==":                               nil,
		"a " + strings.Repeat("QUFB", 1<<10+1): nil,
	} {
		got, err := parseMetadata(header)
		if (err == nil) != (want != nil) || want != nil && !maps.Equal(got, want) {
			t.Errorf("%.60q: %v, %v; want %v", header, got, err, want)
		}
	}
}

// Whatever a client sends, what comes out is text under visible keys, and writing it again reads the same.
func FuzzParseMetadata(f *testing.F) {
	for _, s := range []string{"", "filename Y2F0LnBuZw==,is_private", "a Yg==, c ZA==", ",,", "a b c", "a\tYg==", "\x00 Yg=="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		meta, err := parseMetadata(header)
		if err != nil {
			return
		}
		var pairs []string
		for _, key := range slices.Sorted(maps.Keys(meta)) {
			if key == "" || strings.ContainsAny(key, " ,\x00\r\n") || !utf8.ValidString(meta[key]) || strings.Contains(meta[key], "\x00") {
				t.Fatalf("%q gave %q: %q", header, key, meta[key])
			}
			pairs = append(pairs, key+" "+base64.StdEncoding.EncodeToString([]byte(meta[key])))
		}
		if again, err := parseMetadata(strings.Join(pairs, ",")); len(header) <= maxMetadata && (err != nil || !maps.Equal(again, meta)) {
			t.Fatalf("%q gave %v, again %v, %v", header, meta, again, err)
		}
	})
}

func FuzzParseChecksum(f *testing.F) {
	f.Add("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=")
	f.Add("crc32 AAAAAA==")
	f.Add("sha1")
	f.Fuzz(func(t *testing.T, header string) {
		sum, want, err := parseChecksum(header)
		if err == nil && sum.Size() != len(want) {
			t.Fatalf("%q: %d bytes", header, len(want))
		}
	})
}

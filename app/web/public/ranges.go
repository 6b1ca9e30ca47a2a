package public

import (
	"strconv"
	"strings"

	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/objects"
)

var errRange = fault.New(fault.Unsatisfiable, "", "The picture has no such bytes.")

// parseRange reads a Range header with one range of bytes (RFC 9110, 14.2). nil means: send everything, which is also the
// allowed answer to several ranges and to units we do not know.
func parseRange(header string, size int64) (*objects.Range, error) {
	spec, ok := strings.CutPrefix(header, "bytes=")
	if !ok || strings.Contains(spec, ",") {
		return nil, nil
	}
	first, last, ok := strings.Cut(strings.TrimSpace(spec), "-")
	if !ok {
		return nil, nil
	}
	if first == "" {
		n, err := strconv.ParseInt(last, 10, 64)
		switch {
		case err != nil || n < 0:
			return nil, nil
		case n == 0 || size == 0:
			return nil, errRange
		}
		n = min(n, size)
		return &objects.Range{Start: size - n, Length: n}, nil
	}
	start, err := strconv.ParseInt(first, 10, 64)
	if err != nil || start < 0 {
		return nil, nil
	}
	if start >= size {
		return nil, errRange
	}
	end := size - 1
	if last != "" {
		e, err := strconv.ParseInt(last, 10, 64)
		if err != nil || e < start {
			return nil, nil
		}
		end = min(e, end)
	}
	return &objects.Range{Start: start, Length: end - start + 1}, nil
}

// asciiName is the fallback of Content-Disposition for old clients (RFC 6266).
func asciiName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e || r == '"' || r == '\\' || r == '%' {
			return '_'
		}
		return r
	}, name)
}

// percent encodes for an RFC 8187 extended value.
func percent(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		ch := s[i]
		if ch >= 'a' && ch <= 'z' || ch >= 'A' && ch <= 'Z' || ch >= '0' && ch <= '9' || strings.IndexByte("!#$&+-.^_`|~", ch) >= 0 {
			b.WriteByte(ch)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[ch>>4])
		b.WriteByte(hex[ch&15])
	}
	return b.String()
}

func validID(id string) bool { return ident.IsPublic(id) }

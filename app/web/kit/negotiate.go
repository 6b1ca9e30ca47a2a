package kit

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Has reports whether If-None-Match names the entity tag: the client holds what would be sent (RFC 9110, 13.1.2, weak
// comparison).
func (c *Ctx) Has(etag string) bool {
	for tag := range strings.SplitSeq(c.Get(fiber.HeaderIfNoneMatch), ",") {
		if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == etag || tag == "*" {
			return true
		}
	}
	return false
}

// Coding is which of the codings offered, the best first, Accept-Encoding likes most; empty when it takes none of them
// (RFC 9110, 12.5.3: a weight of 0 forbids).
func (c *Ctx) Coding(offered ...string) (best string) {
	most := 0.0
	for _, coding := range offered {
		if w := weight(c.Get(fiber.HeaderAcceptEncoding), coding); w > most {
			best, most = coding, w
		}
	}
	return best
}

// weight is how much a header such as "br;q=0.5, *;q=0" likes a coding, from 0 to 1.
func weight(header, coding string) (w float64) {
	for item := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(item, ";")
		name = strings.TrimSpace(name)
		if named := strings.EqualFold(name, coding); !named && name != "*" {
			continue
		} else if q, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(params)), "q="); !ok {
			w = 1
		} else if v, err := strconv.ParseFloat(q, 64); err == nil {
			w = min(max(v, 0), 1)
		}
		if name != "*" {
			return w // what names the coding counts more than what means all
		}
	}
	return w
}

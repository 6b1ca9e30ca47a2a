package kit

import (
	"bytes"

	"imglink/app/fault"
)

var errFraming = fault.New(fault.Malformed, "framing", "The request does not say clearly where it ends. Send either one Content-Length or Transfer-Encoding: chunked, not both.")

// framed refuses requests that tell in two ways where they end, or in a way we do not know: a proxy before us may have
// taken another part of the connection for this request, so nothing that follows on it is to be believed
// (RFC 9112, 6.1 and 6.3). The framework would pick one way and go on.
func (c *Ctx) framed() error {
	if clearlyFramed(c.Request().Header.RawHeaders()) {
		return nil
	}
	c.Response().SetConnectionClose()
	return errFraming
}

func clearlyFramed(headers []byte) bool {
	var length, coding [][]byte
	for line := range bytes.Lines(headers) {
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			continue
		}
		switch value = bytes.TrimSpace(value); {
		case bytes.EqualFold(name, []byte("Content-Length")):
			length = append(length, value)
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			coding = append(coding, value)
		}
	}
	for _, l := range length {
		if !bytes.Equal(l, length[0]) {
			return false
		}
	}
	return len(coding) == 0 || len(coding) == 1 && len(length) == 0 && bytes.EqualFold(coding[0], []byte("chunked"))
}

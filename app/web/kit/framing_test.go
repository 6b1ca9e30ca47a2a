package kit

import "testing"

func TestFraming(t *testing.T) {
	for headers, want := range map[string]bool{
		"":                             true,
		"Host: x\r\nContent-Length: 5": true,
		"Content-Length: 5\r\nContent-Length: 5\r\n":            true,
		"Transfer-Encoding: Chunked\r\n":                        true,
		"X-Content-Length: 5\r\nTransfer-Encoding: chunked\r\n": true,
		"Content-Length: 5\r\nContent-Length: 05\r\n":           false,
		"Content-Length: 5\r\nTRANSFER-ENCODING: chunked\r\n":   false,
		"Transfer-Encoding: chunked\r\ncontent-length:0\r\n":    false,
		"Transfer-Encoding: identity\r\n":                       false,
		"Transfer-Encoding: chunked, chunked\r\n":               false,
	} {
		if got := clearlyFramed([]byte(headers)); got != want {
			t.Errorf("%q: %v", headers, got)
		}
	}
}

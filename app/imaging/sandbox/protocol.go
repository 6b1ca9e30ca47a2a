package sandbox

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"imglink/app/fault"
	"imglink/app/imaging"
)

// Requests and answers are frames: a length of four bytes, big endian, and that many bytes. A request is one frame of
// JSON and then the picture; an answer is one frame of JSON. Both ends bound what they accept.
const (
	maxRequest = 4 << 10
	maxAnswer  = 8 << 20 // a lossless thumbnail of noise has about a megabyte
)

type request struct {
	Size   int64
	Limits imaging.Limits
	CPU    uint64 // seconds for this picture
}

// answer carries the result or the code of a refusal; sentences are looked up by the server, not believed.
type answer struct {
	Derived *imaging.Derived `json:",omitempty"`
	Code    string           `json:",omitempty"`
	Cause   string           `json:",omitempty"` // for the log
}

func writeFrame(w io.Writer, v any, most int) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("sandbox: encoding a frame: %w", err)
	}
	if len(b) > most {
		return fmt.Errorf("sandbox: frame of %d bytes", len(b))
	}
	_, err = w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...))
	return err
}

// readFrame is io.EOF when the other end closed between two frames.
func readFrame(r io.Reader, v any, most int) error {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	n := binary.BigEndian.Uint32(head[:])
	if int64(n) > int64(most) {
		return fmt.Errorf("sandbox: frame of %d bytes", n)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return errors.Join(io.ErrUnexpectedEOF, err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("sandbox: decoding a frame: %w", err)
	}
	return nil
}

// result turns an answer back into what imaging.Derive returned.
func (a answer) result() (imaging.Derived, error) {
	if a.Derived != nil && a.Code == "" {
		return *a.Derived, nil
	}
	cause := errors.New("sandbox worker: " + a.Cause)
	if e, ok := imaging.Refusals()[a.Code]; ok {
		return imaging.Derived{}, e.Because(cause)
	}
	return imaging.Derived{}, fault.New(fault.Internal, "", "The picture could not be processed.").Because(cause)
}

// Package audit chains the entries of the audit log, proves the chain whole, and answers for the log's pages.
//
// # The chain
//
// Every link names one entry of the log. Its hash is
//
//	hash = SHA-256(prev_hash || field(1) || ... || field(14))
//
// where prev_hash is the 32 bytes of the link before it (32 zero bytes before the first), field(x) is the length of x in
// bytes as an unsigned 64-bit big-endian number followed by x itself, and the fields are, as UTF-8 text in this order:
//
//	 1  "imglink.audit.v1"
//	 2  seq         place in the chain, decimal, from 1 without gaps
//	 3  sealed_at   RFC 3339 in UTC with six digits of a second: 2026-11-23T09:00:00.000000Z
//	 4  id          decimal
//	 5  txid        decimal: entries written in one transaction share it
//	 6  at          as sealed_at
//	 7  actor_kind
//	 8  actor_id
//	 9  action
//	10  entity
//	11  entity_id
//	12  reason
//	13  request_id
//	14  notes       canonical JSON
//
// Canonical JSON has no white space; the members of an object are sorted by the bytes of their names; strings escape only
// the quotation mark, the reverse solidus and the characters below U+0020, as \", \\ and \u00xx in lower case; numbers are
// written as PostgreSQL's jsonb prints them, which is how the exported file holds them.
//
// # Commitments
//
// A personal value appears in notes only as <field>_commitment = hexadecimal SHA-256(salt || value). Salt and value live
// in audit_values; erasing them there leaves the chain as verifiable as before, and the value unknowable: the salt has 16
// random bytes.
package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"imglink/models"
)

const format = "imglink.audit.v1"

const instant = "2006-01-02T15:04:05.000000Z"

// zero is the hash before the first link.
var zero = make([]byte, sha256.Size)

// hashOf is the hash of the link that seals r.
func hashOf(prev []byte, seq int64, sealedAt time.Time, r models.AuditRow) ([]byte, error) {
	notes, err := canonical(r.Notes)
	if err != nil {
		return nil, fmt.Errorf("audit: notes of entry %d: %w", r.ID, err)
	}
	h := sha256.New()
	h.Write(prev)
	var size [8]byte
	for _, field := range []string{
		format, strconv.FormatInt(seq, 10), stamp(sealedAt), strconv.FormatInt(r.ID, 10), r.TxID, stamp(r.At),
		r.ActorKind, r.ActorID, r.Action, r.Entity, r.EntityID, r.Reason, r.RequestID, string(notes),
	} {
		binary.BigEndian.PutUint64(size[:], uint64(len(field)))
		h.Write(size[:])
		io.WriteString(h, field) //nolint:errcheck // a hash never fails
	}
	return h.Sum(nil), nil
}

func stamp(t time.Time) string { return t.UTC().Format(instant) }

// ErrNotes is JSON that has no canonical form: broken, or with a name twice in one object.
var ErrNotes = errors.New("not canonical JSON: it is broken or holds a name twice")

// maxDepth bounds nesting: files come from outside.
const maxDepth = 64

// canonical rewrites JSON in the one form that is hashed.
func canonical(raw []byte) ([]byte, error) {
	if !utf8.Valid(raw) {
		return nil, ErrNotes
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	out, err := appendValue(nil, dec, 0)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, ErrNotes
	}
	return out, nil
}

func appendValue(out []byte, dec *json.Decoder, depth int) ([]byte, error) {
	tok, err := dec.Token()
	if err != nil || depth > maxDepth {
		return nil, ErrNotes
	}
	switch v := tok.(type) {
	case json.Delim:
		switch v {
		case '{':
			return appendObject(out, dec, depth)
		case '[':
			return appendArray(out, dec, depth)
		}
		return nil, ErrNotes
	case string:
		return appendString(out, v), nil
	case json.Number:
		return append(out, v...), nil
	case bool:
		return strconv.AppendBool(out, v), nil
	default:
		return append(out, "null"...), nil
	}
}

func appendArray(out []byte, dec *json.Decoder, depth int) (_ []byte, err error) {
	out = append(out, '[')
	for first := true; dec.More(); first = false {
		if !first {
			out = append(out, ',')
		}
		if out, err = appendValue(out, dec, depth+1); err != nil {
			return nil, err
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, ErrNotes
	}
	return append(out, ']'), nil
}

func appendObject(out []byte, dec *json.Decoder, depth int) ([]byte, error) {
	members := map[string][]byte{}
	var names []string
	for dec.More() {
		tok, err := dec.Token()
		name, ok := tok.(string)
		if _, twice := members[name]; err != nil || !ok || twice {
			return nil, ErrNotes
		}
		if members[name], err = appendValue(nil, dec, depth+1); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	if _, err := dec.Token(); err != nil {
		return nil, ErrNotes
	}
	slices.Sort(names)
	out = append(out, '{')
	for i, name := range names {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(appendString(out, name), ':')
		out = append(out, members[name]...)
	}
	return append(out, '}'), nil
}

func appendString(out []byte, s string) []byte {
	const hexadecimal = "0123456789abcdef"
	out = append(out, '"')
	for i := range len(s) {
		switch b := s[i]; {
		case b == '"' || b == '\\':
			out = append(out, '\\', b)
		case b < 0x20:
			out = append(out, '\\', 'u', '0', '0', hexadecimal[b>>4], hexadecimal[b&15])
		default:
			out = append(out, b)
		}
	}
	return append(out, '"')
}

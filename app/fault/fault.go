// Package fault is the one error vocabulary of the program: a Kind that decides the HTTP status, a stable Code for
// machines, a Message that is safe to show to anyone, and the cause, which goes to the log only.
package fault

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Kind groups failures by what the caller can do about them.
type Kind uint8

// The kinds, each with the HTTP status it answers with (RFC 9110, RFC 6585, RFC 7725).
const (
	Internal        Kind = iota // 500: our defect or an unexpected failure below us
	Invalid                     // 422: the input can be corrected; Fields names what and how
	Malformed                   // 400: the request cannot be read at all
	Unauthenticated             // 401: sign in first
	Forbidden                   // 403: signed in, not allowed
	NotFound                    // 404
	Conflict                    // 409: somebody was faster, or the state does not allow it
	Gone                        // 410: removed for good
	TooLarge                    // 413
	Unsupported                 // 415: not a media type we accept
	Locked                      // 423: a legal restriction or a lease held by somebody else
	TooMany                     // 429: RetryAfter says when
	Unlawful                    // 451: disabled for legal reasons
	Unavailable                 // 503: a dependency is down; RetryAfter says when
	Timeout                     // 408: the client sent too slowly
	HeadersTooLarge             // 431: the headers, cookies included
	WrongMethod                 // 405: the address exists, for other methods
	Unsatisfiable               // 416: nothing lies in the range asked for; Content-Range says how much there is
	NotImplemented              // 501: known and not offered here
	Precondition                // 412: the request names a version or a state that is not ours
	Corrupted                   // 460: the bytes that arrived are not those that were sent (tus 1.0.0, checksum)
)

// kinds are what is known of each.
//
//i18n:keys
var kinds = map[Kind]struct {
	status      int
	name, title string
}{
	Internal:        {http.StatusInternalServerError, "internal", "Something went wrong on our side"},
	Invalid:         {http.StatusUnprocessableEntity, "invalid", "Something needs correcting"},
	Malformed:       {http.StatusBadRequest, "malformed", "The request cannot be read"},
	Unauthenticated: {http.StatusUnauthorized, "unauthenticated", "Please sign in"},
	Forbidden:       {http.StatusForbidden, "forbidden", "Not allowed"},
	NotFound:        {http.StatusNotFound, "not_found", "Not found"},
	Conflict:        {http.StatusConflict, "conflict", "Somebody was faster"},
	Gone:            {http.StatusGone, "gone", "Removed for good"},
	TooLarge:        {http.StatusRequestEntityTooLarge, "too_large", "Too large"},
	Unsupported:     {http.StatusUnsupportedMediaType, "unsupported", "Not a type we accept"},
	Locked:          {http.StatusLocked, "locked", "Locked"},
	TooMany:         {http.StatusTooManyRequests, "too_many", "Too many requests"},
	Unlawful:        {http.StatusUnavailableForLegalReasons, "unlawful", "Disabled for legal reasons"},
	Unavailable:     {http.StatusServiceUnavailable, "unavailable", "Not available right now"},
	Timeout:         {http.StatusRequestTimeout, "timeout", "Too slow"},
	HeadersTooLarge: {http.StatusRequestHeaderFieldsTooLarge, "headers_too_large", "Headers too large"},
	WrongMethod:     {http.StatusMethodNotAllowed, "method_not_allowed", "Method not allowed"},
	Unsatisfiable:   {http.StatusRequestedRangeNotSatisfiable, "range_not_satisfiable", "Nothing in that range"},
	NotImplemented:  {http.StatusNotImplemented, "not_implemented", "Not offered here"},
	Precondition:    {http.StatusPreconditionFailed, "precondition", "Not under these conditions"},
	Corrupted:       {460, "corrupted", "Damaged on the way"},
}

// Status is the HTTP status of the kind.
func (k Kind) Status() int { return kinds[k].status }

// String is the kind's stable name, used as the code of errors that carry none of their own.
func (k Kind) String() string { return kinds[k].name }

// Title is the kind in a few words for people, the same for every error of the kind (RFC 9457, 3.1.3).
func (k Kind) Title() string { return kinds[k].title }

// Kinds lists every kind.
func Kinds() []Kind {
	all := make([]Kind, 0, len(kinds))
	for k := range Kind(len(kinds)) {
		all = append(all, k)
	}
	return all
}

// Sentence is a message with its values apart, so that it can be said in another language.
type Sentence struct {
	Format string // as in fmt; without Args it is text
	Args   []any  // a *Sentence among them is said first
}

// Sentence is the error's message with its values apart.
func (e *Error) Sentence() *Sentence {
	if e.Said != nil {
		return e.Said
	}
	return &Sentence{Format: e.Message}
}

// Field is one input that must change: Name as in the form or JSON, Message says what to do.
type Field struct {
	Name    string    `json:"name"`
	Message string    `json:"message"`
	Said    *Sentence `json:"-"` // how Message was put together; nil when it is one fixed text
}

// Error is a failure with a face. Message and Fields are shown to users and hold no personal data and no internals.
type Error struct {
	Kind       Kind
	Code       string
	Message    string
	Said       *Sentence // how Message was put together; nil when it is one fixed text
	Fields     []Field
	RetryAfter time.Duration
	cause      error
}

// New makes an error. An empty code becomes the kind's name.
func New(kind Kind, code, message string) *Error {
	if code == "" {
		code = kind.String()
	}
	return &Error{Kind: kind, Code: code, Message: message}
}

// Newf makes an error whose message holds values.
func Newf(kind Kind, code, format string, args ...any) *Error {
	e := New(kind, code, fmt.Sprintf(format, args...))
	e.Said = &Sentence{Format: format, Args: args}
	return e
}

// InvalidField is the common case of one wrong input.
func InvalidField(name, message string) *Error {
	return New(Invalid, "invalid", message).Field(name, message)
}

// Field returns a copy with one more field problem.
func (e *Error) Field(name, message string) *Error {
	return e.FieldOf(Field{Name: name, Message: message})
}

// FieldOf is Field for a message that holds values.
func (e *Error) FieldOf(f Field) *Error {
	c := *e
	c.Fields = append(append([]Field(nil), e.Fields...), f)
	return &c
}

// After returns a copy that says how long to wait before trying again.
func (e *Error) After(d time.Duration) *Error { c := *e; c.RetryAfter = d; return &c }

// Because returns a copy that carries the cause for the log.
func (e *Error) Because(cause error) *Error { c := *e; c.cause = cause; return &c }

// Error is for logs, never for pages: it includes the cause.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.cause)
	}
	return e.Code + ": " + e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Is matches errors of the same code, so that a package-level *Error works as a sentinel however it was copied.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && t.Kind == e.Kind
}

// Of finds the *Error in err's chain; an error without one is Internal with a safe sentence.
func Of(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return New(Internal, "internal", "Something went wrong on our side. Nothing was changed.").Because(err)
}

// Is reports whether err carries the kind.
func Is(err error, kind Kind) bool { return err != nil && Of(err).Kind == kind }

// Wrap adds "op" to *errp when it is set: use once per function, in a defer, never with personal data.
func Wrap(errp *error, format string, args ...any) {
	if *errp != nil {
		*errp = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), *errp)
	}
}

// Collect gathers field problems so that a form can report all of them at once. The zero value is ready.
type Collect struct{ fields []Field }

// Add records a problem.
func (c *Collect) Add(name, message string) {
	c.fields = append(c.fields, Field{Name: name, Message: message})
}

// Addf records a problem whose message holds values.
func (c *Collect) Addf(name, format string, args ...any) {
	c.fields = append(c.fields, Field{Name: name, Message: fmt.Sprintf(format, args...), Said: &Sentence{Format: format, Args: args}})
}

// Check records a problem unless ok.
func (c *Collect) Check(ok bool, name, message string) {
	if !ok {
		c.Add(name, message)
	}
}

// Err is nil when nothing was recorded, else one Invalid error with every field.
func (c *Collect) Err() error {
	if len(c.fields) == 0 {
		return nil
	}
	e := New(Invalid, "invalid", "Some answers need another look.")
	e.Fields = c.fields
	return e
}

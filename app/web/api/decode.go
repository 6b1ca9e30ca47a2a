package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"imglink/app/fault"
	"imglink/app/web/kit"
)

var errJSON = fault.New(fault.Malformed, "json_malformed", "The body is not a JSON object.")

// decode reads the request's JSON object. A field that does not exist is an error, not a wish that is ignored.
func decode(c *kit.Ctx, into any) error {
	d := json.NewDecoder(bytes.NewReader(c.Body()))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return fault.InvalidField(kind.Field, "This is not the kind of value that the field takes.")
	case err != nil:
		if name, found := strings.CutPrefix(err.Error(), "json: unknown field "); found {
			return fault.InvalidField(strings.Trim(name, `"`), "There is no such field.")
		}
		return errJSON
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errJSON
	}
	return nil
}

// renamed says a field's name as the API has it, where the rules behind it have another.
func renamed(err error, from, to string) error {
	f := fault.Of(err)
	for i := range f.Fields {
		if f.Fields[i].Name == from {
			c := *f
			c.Fields = append([]fault.Field(nil), f.Fields...)
			c.Fields[i].Name = to
			return &c
		}
	}
	return err
}

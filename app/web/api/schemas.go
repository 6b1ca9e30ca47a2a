package api

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"imglink/app/fault"
	"imglink/app/gallery"
	"imglink/app/tokens"
	"imglink/app/web/kit"
)

func ref(name string) object { return object{"$ref": "#/components/schemas/" + name} }

// schemaOf describes what a Go type is in JSON: what the handlers send is what the document says. Fields whose values are
// of a list are in enums.
func schemaOf(v any) object {
	properties, required := object{}, []string{}
	describe(reflect.TypeOf(v), properties, &required)
	return object{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

func describe(t reflect.Type, properties object, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			describe(f.Type, properties, required)
			continue
		}
		name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		properties[name] = typeOf(f.Type)
		if values, ok := enums[name]; ok {
			properties[name] = object{"type": "string", "enum": values}
		}
		if option != "omitempty" {
			*required = append(*required, name)
		}
	}
}

var enums = map[string][]string{
	"state": {"live", "restricted", "disabled", "removed"},
}

func typeOf(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t.Kind() == reflect.Pointer:
		out := typeOf(t.Elem())
		out["type"] = []any{out["type"], "null"}
		return out
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		if t.Elem() == reflect.TypeFor[fault.Field]() {
			return object{"type": "array", "items": schemaOf(fault.Field{})}
		}
		return object{"type": "array", "items": ref(t.Elem().Name())}
	case t.Kind() == reflect.Slice:
		return object{"type": "array", "items": typeOf(t.Elem())}
	case t.Kind() == reflect.String:
		return object{"type": "string"}
	case t.Kind() == reflect.Bool:
		return object{"type": "boolean"}
	default:
		return object{"type": "integer"}
	}
}

// edit is the schema of a body whose fields are all optional but the named ones.
func edit(properties object, required ...string) object {
	return object{"type": "object", "properties": properties, "required": append([]string{}, required...), "additionalProperties": false}
}

var (
	aText       = object{"type": "string"}
	anID        = object{"type": "string", "pattern": "^[0-9A-Za-z]{12}$"}
	expiresIn   = object{"type": "string", "description": `After what time the picture deletes itself: "90m", "12h", "7d", a number of seconds, or "never".`, "examples": []string{"7d", "never"}}
	visibility  = object{"type": "string", "enum": []string{"unlisted", "private"}}
	description = object{"type": "string", "maxLength": 2000}
	albumSight  = object{"type": "string", "enum": []string{"private", "unlisted", "public"}}
	title       = object{"type": "string", "minLength": 1, "maxLength": 100}
)

func schemas() object {
	album := object{"title": title, "description": description, "visibility": albumSight}
	withCover := object{"title": title, "description": description, "visibility": albumSight, "cover_id": object{"type": "string", "description": "A picture in the album; empty for the first."}}
	return object{
		"Image":         schemaOf(Image{}),
		"ImageInAlbums": schemaOf(imageInAlbums{}),
		"ImagePage":     schemaOf(imagePage{}),
		"Album":         schemaOf(Album{}),
		"AlbumPage":     schemaOf(albumPage{}),
		"Account":       schemaOf(account{}),
		"Uploaded":      schemaOf(uploaded{}),
		"Deleted":       schemaOf(deleted{}),
		"Added":         schemaOf(added{}),
		"Problem":       schemaOf(kit.Problem{}),
		"ImageEdit":     edit(object{"file_name": object{"type": "string", "minLength": 1, "maxLength": 200}, "description": description, "visibility": visibility, "expires_in": expiresIn}),
		"NewAlbum":      edit(album, "title"),
		"AlbumEdit":     edit(withCover),
		"AlbumAdd":      edit(object{"ids": object{"type": "array", "items": anID, "minItems": 1, "maxItems": gallery.MaxSelect}}, "ids"),
		"Move":          edit(object{"before": anID, "after": anID, "position": object{"type": "integer", "minimum": 1}}),
		"Upload": edit(object{
			"file":        object{"type": "array", "items": object{"type": "string", "contentMediaType": "application/octet-stream"}, "maxItems": maxFiles},
			"url":         object{"type": "string", "format": "uri"},
			"description": description, "visibility": visibility, "expires_in": expiresIn, "album_id": anID,
		}),
		"UploadFromAddress": edit(object{
			"url": object{"type": "string", "format": "uri"}, "description": description, "visibility": visibility, "expires_in": expiresIn, "album_id": anID,
		}, "url"),
		"Description": object{"type": "object", "required": []string{"openapi"}, "properties": object{"openapi": aText}},
	}
}

// Description is the OpenAPI 3.1 document of an instance at base.
func Description(base string) object {
	paths := object{}
	for _, op := range operations {
		item, ok := paths[op.path].(object)
		if !ok {
			item = object{}
			paths[op.path] = item
		}
		item[strings.ToLower(op.method)] = op.describe()
	}
	return object{
		"openapi": "3.1.0",
		"info": object{
			"title": "ImgLink", "version": "1",
			"description": "Upload, list, change and delete images. Errors are problem+json (RFC 9457) with a stable code. A request counts against its network address, " +
				"and with a token against the token and its account; RateLimit-* headers tell what is left. Also spoken: tus 1.0.0 at /api/v1/tus, and the upload APIs of Chevereto, Lsky and Imgur.",
		},
		"servers": []any{object{"url": base}},
		"paths":   paths,
		"components": object{
			"schemas": schemas(),
			"securitySchemes": object{"token": object{
				"type": "http", "scheme": "bearer", "bearerFormat": tokens.Pattern, "description": "A personal token, made in the settings of an account. Each operation names the scope it needs.",
			}},
			"headers": limitHeaders(),
		},
	}
}

func limitHeaders() object {
	number := object{"type": "integer", "minimum": 0}
	return object{
		"RateLimit-Limit":     object{"schema": number, "description": "Requests of the window."},
		"RateLimit-Remaining": object{"schema": number, "description": "Requests left."},
		"RateLimit-Reset":     object{"schema": number, "description": "Seconds until the window begins anew."},
		"Retry-After":         object{"schema": number, "description": "Seconds to wait."},
	}
}

func (op operation) describe() object {
	out := object{"operationId": op.id, "summary": op.summary, "responses": op.responses(), "security": op.security()}
	if op.about != "" {
		out["description"] = op.about
	}
	if op.scope != "" {
		out["x-scope"] = string(op.scope)
	}
	var params []any
	for _, p := range op.params {
		params = append(params, object{"name": p.name, "in": p.in, "description": p.about, "required": p.in == "path", "schema": p.schema})
	}
	if params != nil {
		out["parameters"] = params
	}
	switch {
	case op.upload:
		out["requestBody"] = object{"required": true, "content": object{
			"multipart/form-data":               object{"schema": ref("Upload")},
			"application/x-www-form-urlencoded": object{"schema": ref("UploadFromAddress")},
			"application/json":                  object{"schema": ref("UploadFromAddress")},
		}}
	case op.body != "":
		out["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": ref(op.body)}}}
	}
	return out
}

func (op operation) security() []any {
	out := []any{}
	if op.guests {
		out = append(out, object{})
	}
	if op.scope != "" {
		out = append(out, object{"token": []any{}})
	}
	return out
}

func (op operation) responses() object {
	answer := object{"description": http.StatusText(op.status)}
	if op.answer != "" {
		answer["content"] = object{"application/json": object{"schema": ref(op.answer)}}
	}
	out := object{status(op.status): answer}
	for code, about := range op.also {
		out[status(code)] = object{"description": about}
	}
	for _, code := range slices.Sorted(slices.Values(op.errors)) {
		e := object{"description": http.StatusText(code), "content": object{"application/problem+json": object{"schema": ref("Problem")}}}
		if code == http.StatusTooManyRequests {
			e["headers"] = object{"Retry-After": object{"$ref": "#/components/headers/Retry-After"}}
		}
		out[status(code)] = e
	}
	return out
}

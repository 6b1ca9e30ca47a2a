package web_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/jackc/pgx/v5"

	"imglink/app/actor"
	"imglink/app/apptest"
)

// described is an instance with its own description, and which of its answers were seen.
type described struct {
	*apptest.Instance
	t    *testing.T
	doc  *openapi3.T
	ops  map[string]*routers.Route
	seen map[string]bool // "operation status"
}

func describe(t *testing.T) *described {
	t.Helper()
	d := &described{Instance: apptest.New(t, apptest.Idle()), t: t, ops: map[string]*routers.Route{}, seen: map[string]bool{}}
	res, body := send(t, d.URL+"/api/v1/openapi.json", "GET", nil)
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
	doc, err := openapi3.NewLoader().LoadFromData([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatalf("the description is not OpenAPI 3.1: %v", err)
	}
	d.doc = doc
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			d.ops[op.OperationID] = &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op}
		}
	}
	return d
}

// try asks for an operation and holds its answer against the description.
func (d *described) try(op, path string, body io.Reader, header ...string) (status int, answer string) {
	d.t.Helper()
	route := d.ops[op]
	if route == nil {
		d.t.Fatalf("no operation %s", op)
	}
	res, answer := send(d.t, d.URL+path, route.Method, body, header...)
	d.seen[fmt.Sprintf("%s %d", op, res.StatusCode)] = true
	if route.Operation.Responses.Status(res.StatusCode) == nil {
		d.t.Errorf("%s answers %d, which is not described: %s", op, res.StatusCode, answer)
		return res.StatusCode, answer
	}
	req, err := http.NewRequestWithContext(d.t.Context(), route.Method, d.URL+path, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	in := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, Route: route},
		Status:                 res.StatusCode, Header: res.Header, Body: io.NopCloser(strings.NewReader(answer)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	if err := openapi3filter.ValidateResponse(d.t.Context(), in); err != nil {
		d.t.Errorf("%s %d: %v\n%s", op, res.StatusCode, err, answer)
	}
	return res.StatusCode, answer
}

func bearer(token string) []string { return []string{"Authorization", "Bearer " + token} }

func jsonBody(text string) io.Reader { return strings.NewReader(text) }

func (d *described) upload(header ...string) (status int, answer string) {
	d.t.Helper()
	body, kind := picture(d.t, "file")
	return d.try("uploadImages", "/api/v1/images", body, append(header, "Content-Type", kind)...)
}

// uploadID uploads a picture and returns its id and its delete token.
func (d *described) uploadID(header ...string) (id, token string) {
	d.t.Helper()
	status, answer := d.upload(header...)
	if status != http.StatusCreated {
		d.t.Fatalf("%d %s", status, answer)
	}
	id, _, _ = strings.Cut(strings.SplitN(answer, `"id":"`, 2)[1], `"`)
	token, _, _ = strings.Cut(strings.SplitN(answer, `/delete/`, 2)[1], `"`)
	return id, token
}

// The routes of the API and the operations of its description are the same, and need the same scopes.
func TestTheDescriptionIsTheRouteTable(t *testing.T) {
	d := describe(t)
	elsewhere := []string{"/api/v1/tus", "/api/v1/upload"} // tus 1.0.0 and Lsky, described by others
	var want, got []string
	for _, r := range table() {
		other := func(p string) bool { return strings.HasPrefix(r.Path, p) }
		if !strings.HasPrefix(r.Path, "/api/v1/") || slices.ContainsFunc(elsewhere, other) {
			continue
		}
		path := strings.NewReplacer(":id", "{id}", ":image", "{image}").Replace(r.Path)
		want = append(want, fmt.Sprintf("%s %s %s", r.Method, path, r.Needs))
	}
	for _, op := range d.ops {
		scope, _ := op.Operation.Extensions["x-scope"].(string)
		if op.Operation.Security != nil && len((*op.Operation.Security)[0]) == 0 {
			scope = string(actor.Public) // guests may, too: the handler asks for the scope where there is a token
		}
		got = append(got, fmt.Sprintf("%s %s %s", op.Method, op.Path, scope))
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("routes:\n%s\ndescribed:\n%s", strings.Join(want, "\n"), strings.Join(got, "\n"))
	}
}

// unreachable are errors that no request alone brings about; other tests do.
var unreachable = []string{"500", "503", "408", "451"}

// Every operation is asked for so that it succeeds, and so that it fails in each way that is described; every answer is
// what the description says.
func TestAnswersAreAsDescribed(t *testing.T) {
	d := describe(t)
	user := d.Account(t)
	token := d.Token(t, user)
	auth := bearer(token)
	d.try("getDescription", "/api/v1/openapi.json", nil)
	album := d.successes(auth)
	d.conflicts(user, auth)
	for id, op := range d.ops {
		d.refusals(id, op, user, album)
	}
	for id, op := range d.ops {
		for status := range op.Operation.Responses.Map() {
			if !d.seen[id+" "+status] && !slices.Contains(unreachable, status) {
				t.Errorf("%s never answered %s", id, status)
			}
		}
	}
}

// successes walks through the life of pictures and albums, and returns an album.
func (d *described) successes(auth []string) (album string) {
	one, _ := d.uploadID(auth...)
	two, secret := d.uploadID(auth...)
	d.try("listImages", "/api/v1/images?limit=1&sort=name", nil, auth...)
	d.try("listImages", "/api/v1/images?q=a", nil, auth...)
	d.try("editImage", "/api/v1/images/"+one, jsonBody(`{"file_name":"Kitten","description":"A kitten","visibility":"private","expires_in":"7d"}`), auth...)
	_, answer := d.try("createAlbum", "/api/v1/albums", jsonBody(`{"title":"Pets"}`), auth...)
	album, _, _ = strings.Cut(strings.SplitN(answer, `"id":"`, 2)[1], `"`)
	in := "/api/v1/albums/" + album
	d.try("addAlbumImages", in+"/images", jsonBody(`{"ids":["`+one+`","`+two+`"]}`), auth...)
	d.try("moveAlbumImage", in+"/images/"+two, jsonBody(`{"position":1}`), auth...)
	if _, list := d.try("listAlbumImages", in+"/images", nil, auth...); strings.Index(list, two) > strings.Index(list, one) {
		d.t.Errorf("not moved: %s", list)
	}
	d.try("editAlbum", in, jsonBody(`{"cover_id":"`+one+`","visibility":"private"}`), auth...)
	d.try("getImage", "/api/v1/images/"+one, nil, auth...)
	d.try("getAlbum", in, nil, auth...)
	d.try("listAlbums", "/api/v1/albums?limit=1", nil, auth...)
	d.try("removeAlbumImage", in+"/images/"+one, nil, auth...)
	d.try("deleteImage", "/api/v1/images/"+one, nil, auth...)
	d.try("restoreImage", "/api/v1/images/"+one+"/restore", nil, auth...)
	d.try("deleteImage", "/api/v1/images/"+two+"?token="+secret, nil)
	d.try("getAccount", "/api/v1/account", nil, auth...)
	_, answer = d.try("createAlbum", "/api/v1/albums", jsonBody(`{"title":"Gone"}`), auth...)
	gone, _, _ := strings.Cut(strings.SplitN(answer, `"id":"`, 2)[1], `"`)
	d.try("deleteAlbum", "/api/v1/albums/"+gone, nil, auth...)
	return album
}

// conflicts brings about what only a certain state of things does.
func (d *described) conflicts(user string, auth []string) {
	t := d.t
	if _, _, err := d.Store.BeginIdempotent(t.Context(), d.Kit.Keys.MAC("idempotency", "account", user, "busy")); err != nil {
		t.Fatal(err)
	}
	d.upload(append(auth, "Idempotency-Key", "busy")...)
	id, _ := d.uploadID(auth...)
	d.exec(`UPDATE images SET state = 'removed' WHERE id = '` + id + `'`)
	d.try("deleteImage", "/api/v1/images/"+id, nil, auth...)
	d.try("restoreImage", "/api/v1/images/"+id+"/restore", nil, auth...)
	d.exec(`INSERT INTO albums (id, user_id, title, visibility, created_at, updated_at) SELECT 'x' || n, '` + user + `', 'x', 'private', now(), now() FROM generate_series(1, 1000) n`)
	d.try("createAlbum", "/api/v1/albums", jsonBody(`{"title":"One too many"}`), auth...)
}

// refusals asks for an operation in every wrong way.
func (d *described) refusals(id string, op *routers.Route, user, album string) {
	const none = "aaaaaaaaaaaa"
	auth := bearer(d.Token(d.t, user))
	unknown := strings.NewReplacer("{id}", none, "{image}", none).Replace(op.Path)
	scope, _ := op.Operation.Extensions["x-scope"].(string)
	if scope == "" {
		return
	}
	others := slices.DeleteFunc(slices.Clone(actor.Scopes), func(p actor.Permission) bool { return string(p) == scope })
	valid := map[string]string{
		"editImage": `{}`, "createAlbum": `{"title":"x"}`, "editAlbum": `{"title":"x"}`, "addAlbumImages": `{"ids":["` + none + `"]}`, "moveAlbumImage": `{"position":1}`,
	}[id]
	d.try(id, unknown, jsonBody(valid), bearer("il_nothing")...)
	d.try(id, unknown, jsonBody(valid), bearer(d.Token(d.t, user, others...))...)
	if has(op, 404) {
		where := unknown
		if op.Operation.Parameters.GetByInAndName("query", "cursor") != nil {
			where = strings.ReplaceAll(unknown, none, album) + "?cursor=" + none
			if id == "listAlbumImages" {
				where = unknown
			}
		}
		d.try(id, where, jsonBody(valid), auth...)
	}
	if has(op, 400) {
		d.try(id, unknown, jsonBody(`{`), append(auth, "Content-Type", "application/json")...)
	}
	if has(op, 422) && valid != "" {
		d.try(id, unknown, jsonBody(`{"no_such_field":1}`), append(auth, "Content-Type", "application/json")...)
	} else if id == "uploadImages" {
		d.try(id, unknown, jsonBody(`{"url":"ftp://example.org/"}`), append(auth, "Content-Type", "application/json")...)
	} else if has(op, 422) {
		d.try(id, unknown+"?limit=1000", nil, auth...)
	}
	if has(op, 413) {
		d.try(id, unknown, bytes.NewReader(make([]byte, 300<<10)), append(auth, "Content-Type", "application/json")...)
	}
	if has(op, 415) {
		d.try(id, unknown, jsonBody(valid), append(auth, "Content-Encoding", "gzip")...)
	}
	d.exhaust(id, unknown, valid, user)
}

func has(op *routers.Route, status int) bool { return op.Operation.Responses.Status(status) != nil }

// exhaust uses an account's budget up, asks, and waits until it begins anew.
func (d *described) exhaust(id, path, body, user string) {
	for _, name := range []string{"api", "upload"} {
		if _, _, err := d.Store.Hit(d.t.Context(), d.Kit.Keys.MAC("limit", name, "account", user), time.Minute, 1_000_000); err != nil {
			d.t.Fatal(err)
		}
	}
	auth := bearer(d.Token(d.t, user, actor.Scopes...))
	if id == "uploadImages" {
		d.upload(auth...)
	} else {
		d.try(id, path, jsonBody(body), auth...)
	}
	d.Clock.Advance(time.Minute)
}

// Every route that needs a scope, with each scope alone, with none, as a guest: only its own opens it. In person everything
// of one's own is open, which who_reaches_what.txt shows.
func TestTokensOpenOnlyWhatTheirScopesSay(t *testing.T) {
	in := apptest.New(t, apptest.Idle())
	user := in.Account(t)
	tokens := map[actor.Permission]string{}
	for _, scope := range actor.Scopes {
		tokens[scope] = in.Token(t, user, scope)
	}
	for _, r := range table() {
		need := r.Needs
		if need == actor.Public {
			need = map[string]actor.Permission{"POST /api/v1/images": actor.ImagesWrite, "DELETE /api/v1/images/:id": actor.ImagesDelete}[r.Method+" "+r.Path]
		}
		if need == "" || strings.HasPrefix(r.Path, "/staff") {
			continue
		}
		for scope, token := range tokens {
			res, body := send(t, in.URL+path(r), r.Method, nil, append(bearer(token), "Accept", "application/json")...)
			code := ""
			if res.StatusCode >= 400 {
				code = problemCode(t, body)
			}
			refused := code == "scope_missing" || res.StatusCode == http.StatusUnauthorized || !r.API && code != ""
			if refused != (scope != need || !r.API) {
				t.Errorf("%s %s with %s: %d %s", r.Method, r.Path, scope, res.StatusCode, body)
			}
		}
		if !r.API || r.Needs == actor.Public {
			continue
		}
		for who, header := range map[string][]string{"a guest": nil, "a forged token": bearer("il_" + strings.Repeat("a", 43))} {
			if res, body := send(t, in.URL+path(r), r.Method, nil, header...); res.StatusCode != http.StatusUnauthorized || res.Header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s: %s %s: %d %s", who, r.Method, r.Path, res.StatusCode, body)
			}
		}
	}
}

// exec changes rows past the rules, as nothing in the program can.
func (d *described) exec(sql string) {
	d.t.Helper()
	conn, err := pgx.Connect(d.t.Context(), d.DSN)
	if err != nil {
		d.t.Fatal(err)
	}
	defer conn.Close(d.t.Context()) //nolint:errcheck // the test's own
	if _, err := conn.Exec(d.t.Context(), "SET session_replication_role = replica; "+sql); err != nil {
		d.t.Fatal(err)
	}
}

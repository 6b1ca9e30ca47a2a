package compat_test

import (
	"crypto/md5"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/apptest"
	"imglink/app/gallery"
	"imglink/models"
)

// get digs a text out of a JSON body.
func get(t *testing.T, body string, path ...string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	for _, p := range path {
		m, ok := v.(map[string]any)
		if !ok {
			t.Fatalf("no %v in %s", path, body)
		}
		v = m[p]
	}
	s, ok := v.(string)
	if !ok {
		t.Fatalf("no text at %v in %s", path, body)
	}
	return s
}

func imageOf(t *testing.T, in *apptest.Instance, id string) models.Image {
	t.Helper()
	img, err := in.Store.Image(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// What a guest's client uploads it can delete by what it was told, in its own words.
func TestGuestsDeleteByWhatTheyWereTold(t *testing.T) {
	in := apptest.New(t, apptest.Idle())
	file, anyone := picture(t, 24), []string{"Authorization", "Client-ID x"}
	_, body := request{method: "POST", path: "/3/image", header: anyone, file: "image"}.send(t, in.URL, file)
	id := get(t, body, "data", "id")
	if res, body := (request{method: "GET", path: "/3/image/" + id, header: anyone}).send(t, in.URL, nil); res.StatusCode != 200 || strings.Contains(body, "deletehash") {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	for _, hash := range []string{id, strings.Repeat("x", 32)} { // neither the id nor a wrong hash deletes
		if res, _ := (request{method: "DELETE", path: "/3/image/" + hash, header: anyone}).send(t, in.URL, nil); res.StatusCode < 400 {
			t.Fatalf("%s deleted", hash)
		}
	}
	res, answer := request{method: "DELETE", path: "/3/image/" + get(t, body, "data", "deletehash"), header: anyone}.send(t, in.URL, nil)
	if res.StatusCode != 200 || answer != `{"data":true,"success":true,"status":200}` || imageOf(t, in, id).State != models.ImageDeleted {
		t.Errorf("%d %s", res.StatusCode, answer)
	}
	_, body = request{method: "POST", path: "/api/v1/upload", file: "file"}.send(t, in.URL, file)
	key := get(t, body, "data", "key")
	res, answer = request{method: "DELETE", path: "/api/v1/images/" + key}.send(t, in.URL, nil)
	if res.StatusCode != 200 || answer != `{"status":true,"message":"Deleted","data":{}}` {
		t.Errorf("%d %s", res.StatusCode, answer)
	}
	res, answer = request{method: "DELETE", path: "/api/v1/images/lsky-nothing"}.send(t, in.URL, nil)
	if res.StatusCode != 404 || !strings.HasPrefix(answer, `{"status":false,`) {
		t.Errorf("%d %s", res.StatusCode, answer)
	}
}

// The account's picture is the account's, its permission is kept, and its checksum is that of the file as sent.
func TestAccountsOwnWhatTheirClientsUpload(t *testing.T) {
	in := apptest.New(t, apptest.Idle())
	user, file := in.Account(t), picture(t, 30)
	token := in.Token(t, user, actor.ImagesWrite)
	_, body := request{
		method: "POST", path: "/api/v1/upload", header: []string{"Authorization", "Bearer " + token}, file: "file", fields: []string{"permission", "0"},
	}.send(t, in.URL, file)
	img := imageOf(t, in, strings.TrimPrefix(get(t, body, "data", "key"), "lsky-"))
	if img.UserID == nil || *img.UserID != user || img.Visibility != models.ImagePrivate {
		t.Errorf("%+v", img)
	}
	if want := fmt.Sprintf("%x", md5.Sum(file)); get(t, body, "data", "md5") != want {
		t.Errorf("%s, want %s", get(t, body, "data", "md5"), want)
	}
	if res, _ := (request{method: "GET", path: "/3/image/" + img.ID, header: []string{"Authorization", "Client-ID x"}}).send(t, in.URL, nil); res.StatusCode != 404 {
		t.Errorf("anybody reads a private picture: %d", res.StatusCode)
	}
	_, body = request{method: "POST", path: "/api/1/upload", header: []string{"X-API-Key", token}, file: "source", fields: []string{"expiration", "P1D"}}.send(t, in.URL, file)
	img = imageOf(t, in, get(t, body, "image", "id_encoded"))
	if img.ExpiresAt == nil || !img.ExpiresAt.Equal(in.Clock.Now().Add(24*time.Hour)) {
		t.Errorf("expires %v", img.ExpiresAt)
	}
}

// A page of another site makes nobody upload: no address takes a guest's request from there, and no cookie counts.
func TestPagesOfOtherSitesCannotUploadAsGuests(t *testing.T) {
	in := apptest.New(t, apptest.Idle())
	file := picture(t, 24)
	foreign := []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}
	requests := []request{
		{method: "POST", path: "/api/1/upload", header: []string{"X-API-Key", "guest"}, file: "source"},
		{method: "POST", path: "/api/1/upload", file: "source", fields: []string{"key", "guest"}},
		{method: "GET", path: "/api/1/upload?key=guest&source=https%3A%2F%2Fexample.org%2Fa.png"},
		{method: "POST", path: "/api/v1/upload", file: "file"},
		{method: "POST", path: "/api/upload", file: "image"},
		{method: "POST", path: "/3/image", header: []string{"Authorization", "Client-ID x"}, file: "image"},
		{method: "DELETE", path: "/3/image/" + strings.Repeat("x", 32), header: []string{"Authorization", "Client-ID x"}},
	}
	for _, r := range requests {
		r.header = append(foreign, r.header...)
		if res, body := r.send(t, in.URL, file); res.StatusCode < 400 || !strings.Contains(body, "another site") {
			t.Errorf("%s %s: %d %s", r.method, r.path, res.StatusCode, body)
		}
	}
	if imgs, err := in.Store.ImagesByNumbers(t.Context(), []int64{1}); err != nil || len(imgs) != 0 {
		t.Errorf("%d stored, %v", len(imgs), err)
	}
	r := request{method: "POST", path: "/api/1/upload", header: append(foreign, "X-API-Key", in.Token(t, in.Account(t))), file: "source"}
	if res, body := r.send(t, in.URL, file); res.StatusCode != 200 || res.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("with a token: %d %s", res.StatusCode, body)
	}
}

func TestTheOperatorMayRefuseGuests(t *testing.T) {
	in := apptest.New(t, apptest.Idle(), apptest.Env("IMGLINK_GUEST_CLIENTS=false"))
	for _, r := range []request{
		{method: "POST", path: "/api/1/upload", header: []string{"X-API-Key", "guest"}, file: "source"},
		{method: "POST", path: "/api/v1/upload", file: "file"},
		{method: "POST", path: "/api/upload", file: "image"},
		{method: "POST", path: "/3/image", header: []string{"Authorization", "Client-ID x"}, file: "image"},
	} {
		if res, body := r.send(t, in.URL, picture(t, 24)); res.StatusCode != http.StatusUnauthorized && res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d %s", r.path, res.StatusCode, body)
		}
	}
}

// Uploads of all dialects count together, and Imgur's clients are told in their headers.
func TestDialectsShareOneBudget(t *testing.T) {
	in := apptest.New(t, apptest.Idle(), apptest.Env("IMGLINK_UPLOADS_PER_MINUTE=3"))
	file := picture(t, 24)
	imgur := request{method: "POST", path: "/3/image", header: []string{"Authorization", "Client-ID x"}, file: "image"}
	for _, r := range []request{imgur, {method: "POST", path: "/api/v1/upload", file: "file"}, {method: "POST", path: "/api/1/upload", header: []string{"X-API-Key", "guest"}, file: "source"}} {
		if res, body := r.send(t, in.URL, file); res.StatusCode != 200 {
			t.Fatalf("%d %s", res.StatusCode, body)
		}
	}
	res, body := imgur.send(t, in.URL, file)
	if h := res.Header; res.StatusCode != 429 || h.Get("X-RateLimit-UserRemaining") != "0" || h.Get("X-RateLimit-ClientLimit") != "3" || h.Get("Retry-After") != "60" {
		t.Errorf("%d %v %s", res.StatusCode, h, body)
	}
}

// Imgur's clients change title and description of the account's own picture, and of nobody else's; Chevereto's fill albums.
func TestAccountsEditAndFileWithTheirClients(t *testing.T) {
	in := apptest.New(t, apptest.Idle())
	user := in.Account(t)
	album, err := in.Gallery.CreateAlbum(t.Context(), actor.User(user), gallery.AlbumEdit{Title: new("Pets")})
	if err != nil {
		t.Fatal(err)
	}
	token, other, uploadsOnly := in.Token(t, user), in.Token(t, in.Account(t)), in.Token(t, user, actor.ImagesWrite)
	upload := func(key string) (*http.Response, string) {
		return request{method: "POST", path: "/api/1/upload", header: []string{"X-API-Key", key}, file: "source", fields: []string{"album_id", album.ID}}.send(t, in.URL, picture(t, 24))
	}
	if res, body := upload(uploadsOnly); res.StatusCode != 400 || !strings.Contains(body, "albums:write") {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	if res, body := upload(other); res.StatusCode != 400 {
		t.Errorf("into an album of others: %d %s", res.StatusCode, body)
	}
	_, body := upload(token)
	id := get(t, body, "image", "id_encoded")
	if a, err := in.Gallery.Album(t.Context(), actor.User(user), album.ID); err != nil || a.Images != 1 {
		t.Errorf("%+v, %v", a, err)
	}
	edit := request{method: "POST", path: "/3/image/" + id, fields: []string{"title", "Kitten", "description", "Asleep"}}
	for who, auth := range map[string]string{"another account": "Bearer " + other, "a guest": "Client-ID x"} {
		edit.header = []string{"Authorization", auth}
		if res, body := edit.send(t, in.URL, nil); res.StatusCode != 404 && res.StatusCode != 403 {
			t.Errorf("%s: %d %s", who, res.StatusCode, body)
		}
	}
	edit.header = []string{"Authorization", "Bearer " + token}
	if res, body := edit.send(t, in.URL, nil); res.StatusCode != 200 || body != `{"data":true,"success":true,"status":200}` {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	if img := imageOf(t, in, id); img.FileName != "Kitten.png" || img.Description != "Asleep" {
		t.Errorf("%+v", img)
	}
}

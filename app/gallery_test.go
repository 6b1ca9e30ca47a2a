package app_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/apptest"
	"imglink/app/gallery"
	"imglink/app/uploads"
	"imglink/models"
)

// holder is somebody with an account and a browser that runs no scripts.
type holder struct {
	t    *testing.T
	in   *apptest.Instance
	id   string
	http *http.Client
}

func (in holder) actor() actor.Actor { return actor.User(in.id) }

func newHolder(t *testing.T, in *apptest.Instance) holder {
	t.Helper()
	id, browser := in.SignedInUser(t)
	return holder{t: t, in: in, id: id, http: browser}
}

func (h holder) upload(name string, seed uint8, change ...func(*uploads.Source)) models.Image {
	h.t.Helper()
	src := uploads.Source{Actor: h.actor(), UserID: h.id}
	for _, f := range change {
		f(&src)
	}
	up, err := h.in.Uploads.Receive(h.t.Context(), src, name, bytes.NewReader(square(h.t, seed)))
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.in.Uploads.Derive(h.t.Context(), uploads.DeriveJob{ImageID: up.Image.ID}); err != nil {
		h.t.Fatal(err)
	}
	img, err := h.in.Store.Image(h.t.Context(), up.Image.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	return img
}

func (h holder) get(path string) (int, string, http.Header) {
	h.t.Helper()
	return ask(h.t, h.http, h.in.URL+path)
}

func ask(t *testing.T, client *http.Client, address string) (int, string, http.Header) {
	t.Helper()
	res, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body), res.Header
}

var csrfField = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

// post sends a form as the page at from would.
func (h holder) post(from, path string, form url.Values) (int, string) {
	h.t.Helper()
	_, page, _ := h.get(from)
	token := csrfField.FindStringSubmatch(page)
	if token == nil {
		h.t.Fatalf("%s holds no form", from)
	}
	form.Set("_csrf", token[1])
	res, err := h.http.PostForm(h.in.URL+path, form)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(body)
}

// A private picture, one whose time is over, and one that was deleted are known to nobody they are not for, on no address.
func TestNothingPrivateLeaks(t *testing.T) {
	in := apptest.New(t)
	maya, other := newHolder(t, in), newHolder(t, in)
	private := func(s *uploads.Source) { s.Visibility = models.ImagePrivate }
	soon := in.Clock.Now().Add(time.Hour)
	secret := maya.upload("secret-plan.jpg", 1, private)
	over := maya.upload("over-soon.jpg", 2, func(s *uploads.Source) { s.ExpiresAt = &soon })
	gone := maya.upload("gone-today.jpg", 3)
	open := maya.upload("open-door.jpg", 4)
	ctx := t.Context()
	title, public, closed := "Holiday", models.AlbumPublic, models.AlbumPrivate
	album, err := in.Gallery.CreateAlbum(ctx, maya.actor(), gallery.AlbumEdit{Title: &title, Visibility: &public})
	if err != nil {
		t.Fatal(err)
	}
	hidden, err := in.Gallery.CreateAlbum(ctx, maya.actor(), gallery.AlbumEdit{Title: &title, Visibility: &closed})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []string{album.ID, hidden.ID} {
		if _, err := in.Gallery.AddToAlbum(ctx, maya.actor(), a, []string{secret.ID, over.ID, gone.ID, open.ID}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := in.Gallery.Delete(ctx, maya.actor(), []string{gone.ID}); err != nil {
		t.Fatal(err)
	}
	in.Clock.Advance(time.Hour) // the very instant; and the time for undoing is over
	guest := &http.Client{}
	token := in.Token(t, other.id)
	for _, c := range []struct {
		img  models.Image
		want int
	}{{secret, 404}, {over, 410}, {gone, 410}} {
		paths := []string{"/" + c.img.ID, "/i/" + c.img.ID + "." + c.img.Ext, "/t/" + c.img.ID + ".jpg"}
		for _, path := range paths {
			for name, client := range map[string]*http.Client{"guest": guest, "other": other.http} {
				code, body, head := ask(t, client, in.URL+path)
				if code != c.want || strings.Contains(body, strings.TrimSuffix(c.img.FileName, ".jpg")) {
					t.Errorf("%s: %s of %s is %d, want %d", name, path, c.img.FileName, code, c.want)
				}
				if cc := head.Get("Cache-Control"); !strings.Contains(cc, "no-store") {
					t.Errorf("%s may be cached: %s", path, cc)
				}
			}
		}
		if code, _, _ := ask(t, guest, in.URL+"/oembed?url="+url.QueryEscape(in.URL+"/"+c.img.ID)); code != 404 {
			t.Errorf("oEmbed of %s is %d", c.img.FileName, code)
		}
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, in.URL+"/api/v1/images/"+c.img.ID, nil)
		req.Header.Set("Authorization", "Bearer "+token)
		if res, err := guest.Do(req); err != nil || res.StatusCode != 404 {
			t.Errorf("the API tells another account of %s: %v, %v", c.img.FileName, res, err)
		}
	}
	for _, path := range []string{"/a/" + album.ID, "/oembed?url=" + url.QueryEscape(in.URL+"/a/"+album.ID)} {
		code, body, _ := ask(t, guest, in.URL+path)
		if code != 200 {
			t.Errorf("%s is %d", path, code)
		}
		for _, img := range []models.Image{secret, over, gone} {
			if strings.Contains(body, img.ID) || strings.Contains(body, img.FileName) {
				t.Errorf("%s shows %s", path, img.FileName)
			}
		}
		if !strings.Contains(body, open.ID) {
			t.Errorf("%s does not show what is for everybody", path)
		}
	}
	for _, path := range []string{"/a/" + hidden.ID, "/oembed?url=" + url.QueryEscape(in.URL+"/a/"+hidden.ID), "/" + secret.ID + "/report"} {
		if code, _, _ := ask(t, other.http, in.URL+path); code != 404 {
			t.Errorf("%s is %d to another account", path, code)
		}
	}
	for _, path := range []string{"/" + secret.ID, "/i/" + secret.ID + ".jpg", "/t/" + secret.ID + ".jpg", "/a/" + hidden.ID, "/gallery/" + secret.ID} {
		code, _, head := maya.get(path)
		if cc := head.Get("Cache-Control"); code != 200 || !strings.Contains(cc, "no-store") || head.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("the owner gets %s as %d, %s", path, code, cc)
		}
	}
}

// What expires is in no cache beyond that instant.
func TestCachesEndWithThePicture(t *testing.T) {
	in := apptest.New(t)
	maya := newHolder(t, in)
	soon := in.Clock.Now().Add(90 * time.Second)
	img := maya.upload("soon.jpg", 1, func(s *uploads.Source) { s.ExpiresAt = &soon })
	in.Clock.Advance(30 * time.Second)
	code, _, head := maya.get("/i/" + img.ID + ".jpg")
	if cc := head.Get("Cache-Control"); code != 200 || !strings.Contains(cc, "max-age=60,") {
		t.Errorf("%d, %s", code, cc)
	}
	in.Clock.Advance(time.Minute)
	if err := in.Uploads.SweepExpired(t.Context()); err != nil {
		t.Fatal(err)
	}
	if now, err := in.Store.Image(t.Context(), img.ID); err != nil || now.State != models.ImageDeleted {
		t.Errorf("%s, %v", now.State, err)
	}
}

// Every address of the gallery answers another account as if the picture or album did not exist.
func TestTheGalleryOfOthers(t *testing.T) {
	in := apptest.New(t)
	maya, other := newHolder(t, in), newHolder(t, in)
	img := maya.upload("mine.jpg", 1)
	title := "Mine"
	album, err := in.Gallery.CreateAlbum(t.Context(), maya.actor(), gallery.AlbumEdit{Title: &title})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/gallery/" + img.ID, "/gallery/albums/" + album.ID, "/gallery?album=" + album.ID, "/gallery?after=" + img.ID, "/gallery/albums?after=" + album.ID} {
		if code, _, _ := other.get(path); code != 404 {
			t.Errorf("GET %s is %d", path, code)
		}
		if code, _, _ := maya.get(path); code != 200 {
			t.Errorf("GET %s is %d to its owner", path, code)
		}
	}
	for path, form := range map[string]url.Values{
		"/gallery/" + img.ID:                       {"name": {"x"}, "visibility": {"private"}, "expires_in": {"1h"}},
		"/gallery/" + img.ID + "/delete-link":      {},
		"/gallery/bulk?1":                          {"do": {"private"}, "id": {img.ID}},
		"/gallery/bulk?2":                          {"do": {"delete"}, "id": {img.ID}},
		"/gallery/bulk?3":                          {"do": {"add"}, "id": {img.ID}, "album": {album.ID}},
		"/gallery/albums/" + album.ID:              {"title": {"x"}, "visibility": {"public"}},
		"/gallery/albums/" + album.ID + "/delete":  {},
		"/gallery/albums/" + album.ID + "/order":   {"do": {"earlier:" + img.ID}},
		"/gallery/albums/" + album.ID + "/order?2": {"do": {"cover:" + img.ID}},
	} {
		if code, _ := other.post("/gallery/claim", path, form); code != 404 {
			t.Errorf("POST %s is %d", path, code)
		}
	}
	if now, _ := in.Store.Image(t.Context(), img.ID); now.FileName != "mine.jpg" || now.State != models.ImageLive || now.Visibility != models.ImageUnlisted {
		t.Errorf("%+v", now)
	}
}

// The whole life of pictures in a browser without scripts.
func TestGalleryWithoutScripts(t *testing.T) {
	in := apptest.New(t)
	maya := newHolder(t, in)
	imgs := []models.Image{maya.upload("first.jpg", 1), maya.upload("second.jpg", 2), maya.upload("third.jpg", 3)}
	code, body, _ := maya.get("/gallery?sort=name")
	if code != 200 || strings.Index(body, "first.jpg") > strings.Index(body, "third.jpg") || !strings.Contains(body, "3 pictures") {
		t.Fatalf("%d, order by name", code)
	}
	step := func(from, path string, form url.Values, want ...string) string {
		t.Helper()
		code, body := maya.post(from, path, form)
		for _, w := range want {
			if code != 200 || !strings.Contains(body, w) {
				t.Fatalf("%s %v: %d without %q", path, form, code, w)
			}
		}
		return body
	}
	step("/gallery/albums", "/gallery/albums", url.Values{"title": {"Summer"}, "visibility": {"public"}}, "The album is made.", "Summer")
	rows, _, err := in.Gallery.Albums(t.Context(), maya.actor(), "", 10)
	if err != nil || len(rows) != 1 {
		t.Fatal(err, rows)
	}
	album := rows[0].ID
	step("/gallery", "/gallery/bulk", url.Values{"do": {"add"}, "album": {album}, "id": {imgs[0].ID, imgs[1].ID, imgs[2].ID}, "back": {"/gallery?sort=name"}}, "Added to the album.")
	step("/gallery/albums/"+album, "/gallery/albums/"+album+"/order", url.Values{"do": {"position:" + imgs[2].ID}, "position-" + imgs[2].ID: {"1"}}, "The order was changed.")
	if _, body, _ := ask(t, &http.Client{}, in.URL+"/a/"+album); strings.Index(body, "third.jpg") > strings.Index(body, "first.jpg") || strings.Contains(body, `content="noindex"`) {
		t.Error("the album is not in its new order, or not for search engines")
	}
	step("/gallery/"+imgs[0].ID, "/gallery/"+imgs[0].ID, url.Values{"name": {"beach day"}, "description": {"waves"}, "visibility": {"private"}, "expires_in": {"7d"}, "version": {gallery.Version(imgs[0])}}, "Saved.", "beach day.jpg")
	if code, body := maya.post("/gallery/"+imgs[0].ID, "/gallery/"+imgs[0].ID, url.Values{"name": {"again"}, "visibility": {"private"}, "expires_in": {"keep"}, "version": {gallery.Version(imgs[0])}}); code != 409 || !strings.Contains(body, "Somebody else changed this") {
		t.Errorf("an edit of an old page is %d", code)
	}
	if _, body, _ := maya.get("/gallery?q=wav&visibility=private&expiring=1"); !strings.Contains(body, imgs[0].ID) || strings.Contains(body, imgs[1].ID) {
		t.Error("search and filters")
	}
	body = step("/gallery", "/gallery/bulk", url.Values{"do": {"delete"}, "id": {imgs[1].ID, imgs[2].ID}}, "2 pictures are deleted.")
	if code, _, _ := maya.get("/i/" + imgs[1].ID + ".jpg"); code != http.StatusGone {
		t.Errorf("a deleted picture is %d", code)
	}
	undo := regexp.MustCompile(`action="(/gallery/undo\?batch=\d+)"`).FindStringSubmatch(body)
	if undo == nil {
		t.Fatal("no way back")
	}
	step("/gallery", undo[1], url.Values{}, "The pictures are back.")
	if code, _, _ := maya.get("/i/" + imgs[1].ID + ".jpg"); code != 200 {
		t.Errorf("a restored picture is %d", code)
	}
	for path, form := range map[string]url.Values{
		"/gallery/bulk":   {"do": {"delete"}},
		"/gallery/bulk?2": {"do": {"nothing"}, "id": {imgs[0].ID}},
		"/gallery/albums": {"title": {" "}, "visibility": {"public"}},
		"/gallery/claim":  {"from": {"links"}, "links": {"nonsense"}},
	} {
		if code, body := maya.post("/gallery", path, form); code != 422 || !strings.Contains(body, "There is a problem") {
			t.Errorf("%s %v: %d", path, form, code)
		}
	}
	if code, body, _ := maya.get("/gallery?sort=views"); code != 422 || !strings.Contains(body, "Sort by newest") {
		t.Errorf("an unknown order is %d", code)
	}
}

// The upload form's options count without a script, and a private upload is private from its first instant.
func TestUploadWithOptions(t *testing.T) {
	in := apptest.New(t)
	maya := newHolder(t, in)
	title := "Inbox"
	album, err := in.Gallery.CreateAlbum(t.Context(), maya.actor(), gallery.AlbumEdit{Title: &title})
	if err != nil {
		t.Fatal(err)
	}
	_, page, _ := maya.get("/")
	if !strings.Contains(page, "Inbox") || strings.Index(page, `name="visibility"`) > strings.Index(page, `type="file"`) {
		t.Fatal("the options must come before the files")
	}
	send := func(album string) (int, string) {
		t.Helper()
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for name, value := range map[string]string{"_csrf": csrfField.FindStringSubmatch(page)[1], "album_id": album, "visibility": "private", "expires_in": "1d"} {
			_ = w.WriteField(name, value)
		}
		part, _ := w.CreateFormFile("file", "inbox.jpg")
		_, _ = part.Write(square(t, 9))
		_ = w.Close()
		res, err := maya.http.Post(in.URL+"/upload", w.FormDataContentType(), &b)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(body)
	}
	if code, body := send(album.ID); code != http.StatusCreated {
		t.Fatalf("%d: %s", code, body)
	}
	p, err := in.Gallery.List(t.Context(), maya.actor(), gallery.Query{AlbumID: album.ID})
	if err != nil || len(p.Images) != 1 || p.Images[0].Visibility != models.ImagePrivate || p.Images[0].ExpiresAt == nil {
		t.Fatalf("%+v, %v", p.Images, err)
	}
	if code, _ := send("AAAAAAAAAAAA"); code != http.StatusUnprocessableEntity {
		t.Errorf("an album of nobody is %d", code)
	}
}

// However many uploads arrive at once, at whichever replica, they never hold more than the quota.
func TestQuotaIsExactAcrossReplicas(t *testing.T) {
	data := square(t, 1)
	room := 5
	one := apptest.New(t, apptest.Idle(), apptest.Env("IMGLINK_USER_QUOTA=1GiB"))
	two := apptest.New(t, apptest.Idle(), apptest.Same(one), apptest.Env("IMGLINK_USER_QUOTA=1GiB"))
	maya := newHolder(t, one)
	first := maya.upload("measure.jpg", 1)
	quota := first.Bytes*int64(room) + first.Bytes/2
	one.Uploads.Quota, two.Uploads.Quota = quota, quota
	var wg sync.WaitGroup
	var mu sync.Mutex
	stored := 1
	for i := range 24 {
		wg.Go(func() {
			in := []*apptest.Instance{one, two}[i%2]
			_, err := in.Uploads.Receive(t.Context(), uploads.Source{Actor: maya.actor(), UserID: maya.id}, fmt.Sprintf("p%d.jpg", i), bytes.NewReader(data))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				stored++
			} else if !strings.Contains(err.Error(), "quota_exceeded") {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	s, err := one.Gallery.Storage(t.Context(), maya.actor())
	if err != nil || stored != room || s.Bytes > quota || s.Images != int64(room) {
		t.Errorf("%d stored, %+v of %d, %v; want %d", stored, s, quota, err, room)
	}
}

// square is a small picture of one colour, different for each seed.
func square(t *testing.T, seed uint8) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 48, 32))
	for i := range img.Pix {
		img.Pix[i] = seed*40 + uint8(i%7)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

package app_test

import (
	"context"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"imglink/app/apptest"
	"imglink/app/gallery"
	"imglink/models"
)

// edge is a cache in front of the program that remembers what it was told to forget.
type edge struct {
	mu     sync.Mutex
	purged []string
}

func (e *edge) Purge(_ context.Context, urls []string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.purged = append(e.purged, urls...)
	return nil
}

func (e *edge) forgot(address string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Contains(e.purged, address)
}

// Making a picture private, by its own form or among others, makes the caches in front forget every address of it, and
// none of a picture that was left alone.
func TestPrivatePicturesLeaveTheCaches(t *testing.T) {
	in, front := apptest.New(t), &edge{}
	in.Uploads.Purger = front
	maya := newHolder(t, in)
	alone, among, stays := maya.upload("alone.jpg", 1), maya.upload("among.jpg", 2), maya.upload("stays.jpg", 3)
	form := url.Values{"name": {"alone"}, "visibility": {"private"}, "expires_in": {"keep"}, "version": {gallery.Version(alone)}}
	if code, body := maya.post("/gallery/"+alone.ID, "/gallery/"+alone.ID, form); code != 200 {
		t.Fatalf("%d: %s", code, body)
	}
	if err := in.Gallery.SetVisibility(t.Context(), maya.actor(), []string{among.ID}, models.ImagePrivate); err != nil {
		t.Fatal(err)
	}
	for _, img := range []models.Image{alone, among} {
		for _, path := range []string{"/" + img.ID, "/i/" + img.ID + ".jpg", "/t/" + img.ID + ".jpg", "/t/" + img.ID + ".webp"} {
			for end := time.Now().Add(20 * time.Second); !front.forgot(in.URL + path); time.Sleep(20 * time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("%s was not purged; %v were", path, front.purged)
				}
			}
		}
	}
	if front.forgot(in.URL + "/" + stays.ID) {
		t.Error("a picture that stayed unlisted was purged")
	}
}

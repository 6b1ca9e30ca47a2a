package app_test

import (
	"net/http"
	"testing"

	"imglink/app/apptest"
)

// A picture holds a place on its way through memory only until its first reader has it.
func TestPlacesInTheCacheAreGivenBack(t *testing.T) {
	in := apptest.New(t)
	const pictures = 10 // more than there are places
	for range pictures {
		if code, _ := get(t, post(t, in).ImageURL); code != http.StatusOK {
			t.Fatalf("the picture must be served, got %d", code)
		}
	}
	if _, ok := in.Uploads.Cache.Reserve(1); !ok {
		t.Error("every place is taken though nobody is reading")
	}
}

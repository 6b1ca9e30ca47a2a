package app_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"imglink/app/apptest"
	"imglink/app/moderation"
	"imglink/app/objects"
	"imglink/app/uploads"
)

// during runs something while an object is being stored, once.
type during struct {
	uploads.Objects
	do func()
}

func (d *during) Put(ctx context.Context, key string, body io.ReadSeeker, m objects.Meta) error {
	if do := d.do; do != nil {
		d.do = nil
		do()
	}
	return d.Objects.Put(ctx, key, body, m)
}

func report(t *testing.T, in *apptest.Instance, page string) {
	t.Helper()
	_, err := in.Moderation.FileNotice(t.Context(), moderation.NoticeInput{
		URLs: []string{page}, ReasonCode: "copyright", Explanation: "I took this photograph.", GoodFaith: true, ReporterKey: []byte("somebody"), Verified: true,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A decision covers the images that are public when it is made. The exact file must not slip past it while it is being
// uploaded, nor in the seconds in which the decision can still be undone and the block list does not hold it yet.
func TestARemovedFileDoesNotComeBackWhileItIsDecided(t *testing.T) {
	in := apptest.New(t)
	report(t, in, post(t, in).PageURL)
	in.Uploads.Objects = &during{Objects: in.Uploads.Objects, do: func() { remove(t, in) }}
	for _, when := range []string{"while it is being decided", "within the undo window"} {
		if code := postAgain(t, in); code != http.StatusUnavailableForLegalReasons {
			t.Errorf("an upload %s answered %d, want 451", when, code)
		}
	}
	left, err := in.Store.ImagesAbandoned(t.Context(), in.Clock.Now().AddDate(1, 0, 0), 10)
	if err != nil || len(left) != 0 {
		t.Errorf("nothing of a refused upload may remain: %d rows, %v", len(left), err)
	}
	stored := 0
	for _, err := range in.Objects.List(t.Context(), "images/") {
		if err != nil {
			t.Fatal(err)
		}
		stored++
	}
	if stored != 1 {
		t.Errorf("%d pictures are stored, want only the reported one", stored)
	}
}

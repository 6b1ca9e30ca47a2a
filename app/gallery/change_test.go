package gallery_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/gallery"
	"imglink/models"
)

// Nothing that belongs to somebody else can be seen or changed, alone or among one's own.
func TestOthersPicturesDoNotExist(t *testing.T) {
	r := newRig(t)
	ctx := r.ctx()
	mine, theirs := r.put(r.maya, "mine.jpg"), r.put(r.other, "theirs.jpg")
	guests := r.put(actor.Actor{}, "guest.jpg")
	album, foreign := r.album(r.maya, "Mine", mine.ID), r.album(r.other, "Theirs", theirs.ID)
	title := "Taken"
	_, err := r.Delete(ctx, r.other, []string{r.put(r.other, "deleted.jpg").ID})
	r.must(err)
	bin, err := r.Deleted(ctx, r.other)
	r.must(err)
	for _, id := range []string{theirs.ID, guests.ID, "AAAAAAAAAAAA"} {
		both := []string{mine.ID, id}
		for name, try := range map[string]func() error{
			"see":             func() error { _, _, err := r.Image(ctx, r.maya, id); return err },
			"edit":            func() error { _, err := r.Edit(ctx, r.maya, id, gallery.Edit{Name: &title}); return err },
			"new delete link": func() error { _, err := r.NewDeleteLink(ctx, r.maya, id); return err },
			"visibility":      func() error { return r.SetVisibility(ctx, r.maya, both, models.ImagePrivate) },
			"expiry":          func() error { return r.SetExpiry(ctx, r.maya, both, "1h") },
			"delete":          func() error { _, err := r.Delete(ctx, r.maya, both); return err },
			"add":             func() error { _, err := r.AddToAlbum(ctx, r.maya, album.ID, both); return err },
			"move":            func() error { return r.MovePicture(ctx, r.maya, album.ID, id, gallery.Move{Position: 1}) },
			"move next to":    func() error { return r.MovePicture(ctx, r.maya, album.ID, mine.ID, gallery.Move{After: id}) },
		} {
			if err := try(); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s %s: %v", name, id, err)
			}
		}
		_, err := r.EditAlbum(ctx, r.maya, album.ID, gallery.AlbumEdit{CoverID: &id})
		r.wants(err, fault.Invalid)
	}
	for name, try := range map[string]func() error{
		"album": func() error { _, err := r.Album(ctx, r.maya, foreign.ID); return err },
		"edit album": func() error {
			_, err := r.EditAlbum(ctx, r.maya, foreign.ID, gallery.AlbumEdit{Title: &title})
			return err
		},
		"delete album": func() error { return r.DeleteAlbum(ctx, r.maya, foreign.ID) },
		"add":          func() error { _, err := r.AddToAlbum(ctx, r.maya, foreign.ID, []string{mine.ID}); return err },
		"remove":       func() error { _, err := r.RemoveFromAlbum(ctx, r.maya, foreign.ID, []string{theirs.ID}); return err },
		"move":         func() error { return r.MovePicture(ctx, r.maya, foreign.ID, theirs.ID, gallery.Move{Later: true}) },
		"albums after": func() error { _, _, err := r.Albums(ctx, r.maya, foreign.ID, 10); return err },
	} {
		if err := try(); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = r.Restore(ctx, r.maya, ids(bin))
	r.wants(err, fault.Conflict)
	_, err = r.UndoDelete(ctx, r.maya, *bin[0].UndoUntil)
	r.wants(err, fault.Conflict)
	if img, _, err := r.Image(ctx, r.maya, mine.ID); err != nil || img.FileName != "mine.jpg" || img.Visibility != models.ImageUnlisted || img.ExpiresAt != nil {
		t.Errorf("a refused change of several left something behind: %+v, %v", img, err)
	}
	if got, err := r.Album(ctx, r.other, foreign.ID); err != nil || got.Title != "Theirs" || got.Images != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

// A token changes what its scopes say, and nobody else does.
func TestScopes(t *testing.T) {
	r := newRig(t)
	img := r.put(r.maya, "a.jpg")
	album := r.album(r.maya, "A", img.ID)
	one := []string{img.ID}
	for name, c := range map[string]struct {
		needs actor.Permission
		do    func(who actor.Actor) error
	}{
		"edit": {actor.ImagesWrite, func(who actor.Actor) error {
			_, err := r.Edit(r.ctx(), who, img.ID, gallery.Edit{Name: ptr("b")})
			return err
		}},
		"visibility": {actor.ImagesWrite, func(who actor.Actor) error { return r.SetVisibility(r.ctx(), who, one, models.ImagePrivate) }},
		"add":        {actor.AlbumsWrite, func(who actor.Actor) error { _, err := r.AddToAlbum(r.ctx(), who, album.ID, one); return err }},
		"albums":     {actor.AlbumsRead, func(who actor.Actor) error { _, _, err := r.Albums(r.ctx(), who, "", 10); return err }},
		"deleted":    {actor.ImagesDelete, func(who actor.Actor) error { _, err := r.Deleted(r.ctx(), who); return err }},
		"claim":      {actor.ImagesWrite, func(who actor.Actor) error { _, err := r.ClaimBrowser(r.ctx(), who, "guest0000001"); return err }},
		"storage":    {actor.AccountRead, func(who actor.Actor) error { _, err := r.Storage(r.ctx(), who); return err }},
	} {
		if err := c.do(actor.Token(r.maya.ID, c.needs)); err != nil {
			t.Errorf("%s with %s: %v", name, c.needs, err)
		}
		var rest []actor.Permission
		for _, p := range actor.Scopes {
			if p != c.needs && (name != "storage" || p != actor.ImagesRead) {
				rest = append(rest, p)
			}
		}
		for _, who := range []actor.Actor{actor.Token(r.maya.ID, rest...), actor.Guest("guest0000001")} {
			if err := c.do(who); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s by %+v: %v", name, who, err)
			}
		}
	}
}

// Names may be the same, keep their extension, and hide nothing.
func TestRename(t *testing.T) {
	r := newRig(t)
	img := r.put(r.maya, "one.jpg")
	r.put(r.maya, "two.jpg")
	for in, want := range map[string]string{
		"two": "two.jpg", "two.jpg": "two.jpg", "two.JPG": "two.jpg", "v1.2": "v1.2.jpg", "photo.png": "photo.png.jpg", "../../etc/passwd": "passwd.jpg", "a\u202egpj.exe": "agpj.exe.jpg", "  spaced  ": "spaced.jpg", ".jpg": "image.jpg",
	} {
		got, err := r.Edit(r.ctx(), r.maya, img.ID, gallery.Edit{Name: &in})
		if err != nil || got.FileName != want {
			t.Errorf("%q becomes %q, %v; want %q", in, got.FileName, err, want)
		}
	}
	for _, e := range []gallery.Edit{
		{Name: ptr("  ")}, {Name: ptr(strings.Repeat("x", 201))}, {Description: ptr(strings.Repeat("x", 2001))}, {Visibility: ptr(models.ImageVisibility("public"))}, {Expiry: ptr("soon")},
	} {
		_, err := r.Edit(r.ctx(), r.maya, img.ID, e)
		if f := fault.Of(err); f.Kind != fault.Invalid || len(f.Fields) == 0 {
			t.Errorf("%+v: %v", e, err)
		}
	}
}

// Of two forms drawn at the same time the second to be sent is refused, and nothing of it is kept.
func TestConcurrentEditsAreDetected(t *testing.T) {
	r := newRig(t)
	img := r.put(r.maya, "one.jpg")
	v := gallery.Version(img)
	_, err := r.Edit(r.ctx(), r.maya, img.ID, gallery.Edit{Description: ptr("first"), Version: v})
	r.must(err)
	_, err = r.Edit(r.ctx(), r.maya, img.ID, gallery.Edit{Description: ptr("second"), Version: v})
	r.wants(err, fault.Conflict)
	album := r.album(r.maya, "A", img.ID)
	av := gallery.AlbumVersion(album)
	r.clock.Advance(time.Second)
	_, err = r.EditAlbum(r.ctx(), r.maya, album.ID, gallery.AlbumEdit{Title: ptr("B"), Version: av})
	r.must(err)
	_, err = r.EditAlbum(r.ctx(), r.maya, album.ID, gallery.AlbumEdit{Title: ptr("C"), Version: av})
	r.wants(err, fault.Conflict)
	if got, _ := r.Album(r.ctx(), r.maya, album.ID); got.Title != "B" {
		t.Errorf("the album is called %q", got.Title)
	}
}

func TestUndoIsOpenUntilItIsOver(t *testing.T) {
	r := newRig(t)
	a, b, adult := r.put(r.maya, "a.jpg"), r.put(r.maya, "b.jpg"), r.put(r.maya, "adult.jpg")
	r.decided(adult.ID, models.ImageRestricted)
	album := r.album(r.maya, "A", a.ID, b.ID)
	until, err := r.Delete(r.ctx(), r.maya, []string{a.ID, adult.ID})
	r.must(err)
	if r.state(a.ID) != models.ImageDeleted || r.jobs.count("image.purge") != 2 || r.jobs.count("image.erase") != 2 {
		t.Errorf("deleted: %s, jobs %v", r.state(a.ID), r.jobs.kinds)
	}
	r.clock.Advance(time.Second)
	_, err = r.Delete(r.ctx(), r.maya, []string{b.ID})
	r.must(err)
	if due, err := r.Store.ImagesToErase(r.ctx(), r.clock.Now(), 10); err != nil || len(due) != 0 {
		t.Errorf("%d pictures would be erased before their time, %v", len(due), err)
	}
	r.clock.Advance(until.Sub(r.clock.Now()) - time.Microsecond)
	if n, err := r.UndoDelete(r.ctx(), r.maya, until); n != 2 || err != nil {
		t.Fatalf("%d came back, %v", n, err)
	}
	if r.state(a.ID) != models.ImageLive || r.state(b.ID) != models.ImageDeleted {
		t.Errorf("a is %s, b %s", r.state(a.ID), r.state(b.ID))
	}
	if got, _ := r.Album(r.ctx(), r.maya, album.ID); got.Images != 2 {
		t.Errorf("the album has %d pictures, want both places kept", got.Images)
	}
	r.clock.Advance(time.Second + time.Microsecond) // the very instant b's time is over
	_, err = r.Restore(r.ctx(), r.maya, []string{b.ID})
	r.wants(err, fault.Conflict)
	if due, err := r.Store.ImagesToErase(r.ctx(), r.clock.Now(), 10); err != nil || len(due) != 1 || due[0].ID != b.ID {
		t.Errorf("%d pictures are due to be erased, %v", len(due), err)
	}
}

// However undoing and the end of its time meet, a picture that came back has its bytes, and one that did not loses them.
func TestUndoAndEraseExcludeEachOther(t *testing.T) {
	r := newRig(t)
	for range 20 {
		img := r.put(r.maya, "a.jpg")
		until, err := r.Delete(r.ctx(), r.maya, []string{img.ID})
		r.must(err)
		r.clock.Advance(gallery.UndoWindow - time.Microsecond)
		var undone, ended error
		var wg sync.WaitGroup
		wg.Go(func() { _, undone = r.UndoDelete(r.ctx(), r.maya, until) })
		wg.Go(func() {
			r.clock.Advance(time.Microsecond)
			ended = r.Store.Write(r.ctx(), models.Change{Actor: actor.System("erase"), Needs: actor.Public, Action: "image.undo_end", Entity: "image", ID: img.ID},
				func(tx *models.Tx) error { return tx.EndUndo(img.ID) })
		})
		wg.Wait()
		if (undone == nil) == (ended == nil) {
			t.Fatalf("undone: %v, made final: %v", undone, ended)
		}
	}
}

// A decision about the content, or its place on the block list, outlives the uploader's changing their mind.
func TestUndoDoesNotUndoModeration(t *testing.T) {
	r := newRig(t)
	blocked, decided := r.put(r.maya, "blocked.jpg"), r.put(r.maya, "decided.jpg")
	_, err := r.Delete(r.ctx(), r.maya, []string{blocked.ID, decided.ID})
	r.must(err)
	r.moderate(blocked, decided)
	_, err = r.Restore(r.ctx(), r.maya, []string{blocked.ID, decided.ID})
	r.wants(err, fault.Conflict)
	removed := r.put(r.maya, "removed.jpg")
	r.decided(removed.ID, models.ImageRemoved)
	_, err = r.Delete(r.ctx(), r.maya, []string{removed.ID})
	r.wants(err, fault.Conflict)
}

func TestQuotaHoldsForClaimsAndUndo(t *testing.T) {
	r := newRig(t)
	r.Quota = 2500
	a := r.put(r.maya, "a.jpg")
	until, err := r.Delete(r.ctx(), r.maya, []string{a.ID})
	r.must(err)
	r.put(r.maya, "b.jpg")
	r.put(r.maya, "c.jpg")
	_, err = r.UndoDelete(r.ctx(), r.maya, until)
	r.wants(err, fault.TooLarge)
	if fault.Of(err).Code != "quota_exceeded" {
		t.Errorf("code %s", fault.Of(err).Code)
	}
	r.put(actor.Actor{}, "guest.jpg")
	_, err = r.ClaimBrowser(r.ctx(), r.maya, "guest0000001")
	r.wants(err, fault.TooLarge)
	r.Quota = 0 // without limit
	if n, err := r.ClaimBrowser(r.ctx(), r.maya, "guest0000001"); n != 1 || err != nil {
		t.Errorf("%d claimed, %v", n, err)
	}
	s, err := r.Storage(r.ctx(), r.maya)
	if want := (models.Storage{Bytes: 3000, Images: 3}); s != want || err != nil {
		t.Errorf("storage %+v, %v; want %+v", s, err, want)
	}
}

func TestSelections(t *testing.T) {
	r := newRig(t)
	many := make([]string, gallery.MaxSelect+1)
	for i := range many {
		many[i] = unique(i)
	}
	for _, ids := range [][]string{nil, many} {
		r.wants(r.SetVisibility(r.ctx(), r.maya, ids, models.ImagePrivate), fault.Invalid)
	}
	img := r.put(r.maya, "a.jpg")
	r.must(r.SetVisibility(r.ctx(), r.maya, slices.Repeat([]string{img.ID}, 3), models.ImagePrivate))
	r.wants(r.SetVisibility(r.ctx(), r.maya, []string{img.ID}, "public"), fault.Invalid)
	r.wants(r.SetExpiry(r.ctx(), r.maya, []string{img.ID}, "5s"), fault.Invalid)
}

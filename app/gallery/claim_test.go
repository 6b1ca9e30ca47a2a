package gallery_test

import (
	"strings"
	"testing"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/gallery"
	"imglink/app/ident"
	"imglink/models"
)

func TestClaimByLinks(t *testing.T) {
	r := newRig(t)
	tokens := make([]ident.Token, 5)
	imgs := make([]models.Image, 5)
	for i := range tokens {
		tokens[i] = ident.NewToken()
		imgs[i] = r.put(actor.Actor{}, "sunset.jpg", func(img *models.Image) { img.DeleteHash = tokens[i].Hash() })
	}
	r.decided(imgs[3].ID, models.ImageRemoved)
	_, err := r.ClaimBrowser(r.ctx(), r.other, "nobody000001")
	r.must(err)
	taken, err := r.Claim(r.ctx(), r.other, string(tokens[2]))
	if err != nil || taken.Pictures != 1 {
		t.Fatalf("%+v, %v", taken, err)
	}
	forged := []byte(tokens[4])
	forged[0] ^= 1
	text := strings.Join([]string{
		"https://img.example/delete/" + string(tokens[0]), " " + string(tokens[1]) + ",", "https://img.example/delete/" + string(tokens[1]) + "?x=1", "http://img.example/delete/" + string(tokens[2]) + "/",
		string(tokens[3]), string(forged), string(ident.NewToken()), "nonsense", "https://img.example/" + imgs[4].ID,
	}, "\n")
	got, err := r.Claim(r.ctx(), r.maya, text)
	if want := (gallery.Claimed{Pictures: 2, Unknown: 6}); got != want || err != nil {
		t.Errorf("claimed %+v, %v; want %+v", got, err, want)
	}
	for i, owner := range []string{r.maya.ID, r.maya.ID, r.other.ID, "", ""} {
		img, err := r.Store.Image(r.ctx(), imgs[i].ID)
		r.must(err)
		if (owner == "") != (img.UserID == nil) || owner != "" && *img.UserID != owner {
			t.Errorf("picture %d belongs to %v, want %q", i, img.UserID, owner)
		}
	}
	if p, err := r.List(r.ctx(), r.maya, gallery.Query{Search: "sunset"}); err != nil || len(p.Images) != 2 {
		t.Errorf("the search finds %d, %v", len(p.Images), err)
	}
	if img, err := r.Store.ImageByDeleteHash(r.ctx(), tokens[0].Hash()); err != nil || img.ID != imgs[0].ID {
		t.Errorf("the old delete link must go on working: %v", err)
	}
	fresh, err := r.NewDeleteLink(r.ctx(), r.maya, imgs[0].ID)
	r.must(err)
	if _, err := r.Store.ImageByDeleteHash(r.ctx(), tokens[0].Hash()); !fault.Is(err, fault.NotFound) {
		t.Errorf("the old link works beside the new one: %v", err)
	}
	if img, err := r.Store.ImageByDeleteHash(r.ctx(), fresh.Hash()); err != nil || img.ID != imgs[0].ID {
		t.Errorf("the new link: %v", err)
	}
	for _, text := range []string{"", "nothing here", strings.Repeat(" \n", 10)} {
		_, err := r.Claim(r.ctx(), r.maya, text)
		r.wants(err, fault.Invalid)
	}
}

// Only what the cookie's own browser uploaded, and nobody owns, can be claimed by it.
func TestClaimByBrowser(t *testing.T) {
	r := newRig(t)
	mine := r.put(actor.Actor{}, "a.jpg")
	r.put(actor.Actor{}, "b.jpg", func(img *models.Image) { img.Uploader = "guest0000002" })
	r.put(r.other, "c.jpg")
	if n, err := r.Claimable(r.ctx(), "guest0000001"); n != 1 || err != nil {
		t.Errorf("%d to claim, %v", n, err)
	}
	for _, guest := range []string{"", "guest", "guest0000003", "guest%", "' OR true --"} {
		if n, err := r.ClaimBrowser(r.ctx(), r.maya, guest); n != 0 || err != nil {
			t.Errorf("%q claims %d, %v", guest, n, err)
		}
	}
	if n, err := r.ClaimBrowser(r.ctx(), r.maya, "guest0000001"); n != 1 || err != nil {
		t.Errorf("%d claimed, %v", n, err)
	}
	if img, _ := r.Store.Image(r.ctx(), mine.ID); !img.OwnedBy(r.maya.ID) {
		t.Error("the picture was not given")
	}
	if n, err := r.ClaimBrowser(r.ctx(), r.maya, "guest0000001"); n != 0 || err != nil {
		t.Errorf("%d claimed the second time, %v", n, err)
	}
}

func FuzzReadTokens(f *testing.F) {
	f.Add("https://img.example/delete/abcdefghijklmnopqrstuvwxyzABCDEF, x")
	f.Fuzz(func(t *testing.T, text string) {
		tokens, bad := gallery.ReadTokens(text)
		if len(tokens)*32+bad > len(text) {
			t.Errorf("%d tokens and %d others in %q", len(tokens), bad, text)
		}
		for _, token := range tokens {
			if !strings.Contains(text, string(token)) || strings.ContainsAny(string(token), "/? \n") {
				t.Errorf("token %q in %q", string(token), text)
			}
		}
	})
}

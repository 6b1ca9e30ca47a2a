package seeds

import (
	"context"
	"slices"

	"imglink/app/actor"
	"imglink/app/gallery"
	"imglink/models"
)

// shelf is an album and how many of the newest pictures it takes, behind those of the shelf before.
type shelf struct {
	title, description string
	visibility         models.AlbumVisibility
	pictures           int
}

var shelves = []shelf{
	{"Two months outdoors", "Everything I liked from September on.\nTake what you need, a link back is enough.", models.AlbumPublic, 14},
	{"For the garden club", "Whoever has the link can look. Bring your own on Thursday!", models.AlbumUnlisted, 6},
	{"Prints to order", "", models.AlbumPrivate, 4},
}

var captions = []string{
	"The evening before the storm came.",
	"Taken from the ferry, with gloves on.",
	"My favourite of the day.",
	"Nobody else was up yet.",
}

// albums gives the first holder a gallery with something in it: albums of every visibility, a cover, captions, a private
// picture and one that deletes itself.
func (s *seeder) albums(ctx context.Context) error {
	who := actor.User(s.holders[0])
	page, err := s.Gallery.List(ctx, who, gallery.Query{})
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(page.Images, func(i models.Image) bool { return i.State != models.ImageLive })
	if err := s.captions(ctx, who, left); err != nil {
		return err
	}
	for _, sh := range shelves {
		n := min(sh.pictures, len(left))
		if err := s.shelve(ctx, who, sh, left[:n]); err != nil {
			return err
		}
		left = left[n:]
	}
	return nil
}

// captions describes every third picture, and makes one private and another short-lived at the end of the list, which is
// in no public album.
func (s *seeder) captions(ctx context.Context, who actor.Actor, imgs []models.Image) error {
	for i := 0; i < len(imgs); i += 3 {
		if _, err := s.Gallery.Edit(ctx, who, imgs[i].ID, gallery.Edit{Description: &captions[i/3%len(captions)]}); err != nil {
			return err
		}
	}
	if len(imgs) < 2 {
		return nil
	}
	if err := s.Gallery.SetVisibility(ctx, who, []string{imgs[len(imgs)-1].ID}, models.ImagePrivate); err != nil {
		return err
	}
	return s.Gallery.SetExpiry(ctx, who, []string{imgs[len(imgs)-2].ID}, "30d")
}

func (s *seeder) shelve(ctx context.Context, who actor.Actor, sh shelf, imgs []models.Image) error {
	a, err := s.Gallery.CreateAlbum(ctx, who, gallery.AlbumEdit{Title: &sh.title, Description: &sh.description, Visibility: &sh.visibility})
	if err != nil || len(imgs) == 0 {
		return err
	}
	ids := make([]string, len(imgs))
	for i, img := range imgs {
		ids[i] = img.ID
	}
	if _, err = s.Gallery.AddToAlbum(ctx, who, a.ID, ids); err != nil {
		return err
	}
	_, err = s.Gallery.EditAlbum(ctx, who, a.ID, gallery.AlbumEdit{CoverID: &ids[len(ids)/2]})
	return err
}

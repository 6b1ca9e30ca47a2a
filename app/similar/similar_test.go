package similar_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/apptest"
	"imglink/app/uploads"
	"imglink/models"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// picture draws waves that differ with seed, so that different seeds hash far apart.
func picture(seed float64, quality int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for y := range 240 {
		for x := range 320 {
			fx, fy := float64(x)/320, float64(y)/240
			v := math.Sin(fx*7*seed+seed)*math.Cos(fy*5*seed) + math.Sin((fx+fy)*11*seed) + math.Cos(fx*fy*23*seed)
			img.Set(x, y, color.Gray{Y: uint8(127 + 40*v)})
		}
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	return b.Bytes()
}

func upload(t *testing.T, in *apptest.Instance, data []byte) models.Image {
	t.Helper()
	up, err := in.Uploads.Receive(t.Context(), uploads.Source{Actor: actor.Guest("")}, "p.jpg", bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Uploads.Derive(t.Context(), uploads.DeriveJob{ImageID: up.Image.ID}); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	img, err := in.Store.Image(t.Context(), up.Image.ID)
	if err != nil || img.DerivedAt == nil || img.PDQQuality == nil || *img.PDQQuality < 50 {
		t.Fatalf("not derived well: %+v, %v", img, err)
	}
	return img
}

// A recompressed copy is found by both replicas, whichever took the upload; an unrelated picture is found by none.
func TestReplicasFindNearDuplicates(t *testing.T) {
	one := apptest.New(t)
	two := apptest.New(t, apptest.Same(one))
	a := upload(t, one, picture(1.1, 92))
	b := upload(t, two, picture(1.1, 60))
	c := upload(t, one, picture(2.7, 92))
	for name, in := range map[string]*apptest.Instance{"one": one, "two": two} {
		found := eventually(t, in, a.ID)
		if len(found) != 1 || found[0] != b.ID {
			t.Errorf("replica %s: want the recompressed copy %s alone, got %v (unrelated: %s)", name, b.ID, found, c.ID)
		}
	}
}

func eventually(t *testing.T, in *apptest.Instance, id string) (ids []string) {
	t.Helper()
	for range 100 {
		near, err := in.Similar.Similar(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if ids = nil; len(near) > 0 {
			for _, n := range near {
				ids = append(ids, n.ImageID)
			}
			return ids
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}

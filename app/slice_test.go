package app_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/apptest"
	"imglink/app/moderation"
	"imglink/models"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// The main job, without a browser: picture in, link out, report, removal, 410 with the reasons, everything in the audit log.
func TestFromUploadToTakedown(t *testing.T) {
	in := apptest.New(t)
	img := post(t, in)
	if code, body := get(t, img.ImageURL); code != http.StatusOK || len(body) == 0 {
		t.Fatalf("the picture must be served, got %d", code)
	}
	receipt, err := in.Moderation.FileNotice(t.Context(), moderation.NoticeInput{
		URLs: []string{img.PageURL}, ReasonCode: "copyright", Explanation: "I took this photograph.", Name: "Ines", Email: "ines@example.org",
		GoodFaith: true, ReporterKey: []byte("somebody"), Verified: true,
	})
	if err != nil || !receipt.Admitted {
		t.Fatalf("notice: %+v, %v", receipt, err)
	}
	remove(t, in)
	for range 2 { // the second time with everything warm
		if code, _ := get(t, img.ImageURL); code != http.StatusGone {
			t.Fatalf("a removed picture must be gone at once, got %d", code)
		}
	}
	if code, body := get(t, img.PageURL); code != http.StatusGone || !bytes.Contains(body, []byte("belongs to somebody else")) {
		t.Fatalf("the page must carry the reasons, got %d", code)
	}
	if code, body := get(t, img.DeleteURL); code != http.StatusGone || !bytes.Contains(body, []byte("belongs to somebody else")) {
		t.Fatalf("the uploader must read the reasons behind the delete link, got %d", code)
	}
	in.Clock.Advance(moderation.UndoWindow + 2*time.Minute) // past the sweep's patience with jobs
	if err := in.Moderation.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if code := postAgain(t, in); code != http.StatusUnavailableForLegalReasons {
		t.Errorf("the exact file must not come back once the decision is final, got %d", code)
	}
	if st, err := in.Moderation.NoticeStatus(t.Context(), receipt.StatusToken); err != nil || st.Items[0].Outcome != "remove" {
		t.Fatalf("the notifier must read the outcome: %+v, %v", st, err)
	}
}

func remove(t *testing.T, in *apptest.Instance) {
	t.Helper()
	staff := models.Staff{ID: "staff0000001", Email: "m@example.org", Name: "M", Role: actor.Moderator, State: models.StaffActive, WebauthnHandle: []byte("h"), CreatedAt: in.Clock.Now(), UpdatedAt: in.Clock.Now()}
	err := in.Store.Write(t.Context(), models.Change{Actor: actor.System("test"), Needs: actor.StaffManage, Action: "staff.add", Entity: "staff", ID: staff.ID},
		func(tx *models.Tx) error { return tx.InsertStaff(staff) })
	if err != nil {
		t.Fatal(err)
	}
	mod := actor.Staff(staff.ID, actor.Moderator)
	lease, err := in.Moderation.Next(t.Context(), mod, moderation.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = in.Moderation.Decide(t.Context(), mod, moderation.DecisionInput{
		CaseID: lease.CaseID, Fence: lease.Fence, Action: models.ActionRemove, ReasonCode: "copyright", BlockHash: true,
		Facts: "The picture is the one the notifier published first.", Explanation: "The photograph belongs to somebody else, who did not allow its use here.",
	})
	if err != nil {
		t.Fatal(err)
	}
}

type uploaded struct {
	ID        string `json:"id"`
	PageURL   string `json:"page_url"`
	ImageURL  string `json:"image_url"`
	DeleteURL string `json:"delete_url"`
}

func send(t *testing.T, in *apptest.Instance) *http.Response {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, _ := w.CreateFormFile("file", "photo.jpg")
	_ = jpeg.Encode(part, gradient(), nil)
	_ = w.Close()
	resp, err := http.Post(in.URL+"/api/v1/images", w.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func postAgain(t *testing.T, in *apptest.Instance) int { t.Helper(); return send(t, in).StatusCode }

func post(t *testing.T, in *apptest.Instance) uploaded {
	t.Helper()
	resp := send(t, in)
	var out struct{ Images []uploaded }
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || resp.StatusCode != http.StatusCreated || len(out.Images) != 1 {
		t.Fatalf("upload: %d, %v", resp.StatusCode, err)
	}
	return out.Images[0]
}

func gradient() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 200, 150))
	for y := range 150 {
		for x := range 200 {
			img.Set(x, y, color.RGBA{uint8(x), uint8(y), uint8(x ^ y), 255})
		}
	}
	return img
}

func get(t *testing.T, url string) (int, []byte) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, b
}

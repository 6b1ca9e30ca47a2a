package e2e

import (
	"bytes"
	"encoding/json"
	"image"
	_ "image/gif"  // decodes what was stored
	_ "image/jpeg" // decodes what was stored
	_ "image/png"  // decodes what was stored
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	_ "golang.org/x/image/webp" // decodes what was stored

	"imglink/app/apptest"
)

// personal are the tags that no stored file may have; the judge names them with their groups.
var personal = regexp.MustCompile(`^(EXIF:GPS|XMP|IPTC|MakerNotes|Photoshop|MPF|Trailer)|GPS|Serial|Comment|Thumbnail|Preview|Artist|Creator|Author|Owner|Copyright|Make$|Model$|Software|DateTimeOriginal|CreateDate|Keywords|Title|Description$|Warning`)

// ours are allowed although their names match: the constant texts of a replaced colour profile.
var ours = []string{"ICC_Profile:ProfileCreator", "ICC_Profile:DeviceModel", "ICC_Profile:ProfileCopyright", "ICC_Profile:ProfileDescription"}

// judge lists the personal tags that exiftool finds in a file.
func judge(t *testing.T, body []byte, ext string) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "picture."+ext)
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("exiftool", "-j", "-G0:1", "-a", "-u", "-ee", "-api", "RequestAll=2", path).Output()
	if err != nil && len(out) == 0 {
		t.Fatalf("exiftool: %v (the Debian package is libimage-exiftool-perl)", err)
	}
	var docs []map[string]any
	if err := json.Unmarshal(out, &docs); err != nil {
		t.Fatal(err)
	}
	var found []string
	for full, value := range docs[0] {
		groups := strings.Split(full, ":")
		tag := groups[0] + ":" + groups[len(groups)-1]
		if groups[0] == "Composite" || full == "SourceFile" || groups[0] == "File" && len(groups) > 1 && groups[1] == "System" || slices.Contains(ours, tag) {
			continue
		}
		if personal.MatchString(tag) || personal.MatchString(groups[len(groups)-1]) {
			b, _ := json.Marshal(value)
			found = append(found, full+"="+string(b))
		}
	}
	return found
}

// cameraFile stamps a picture with what cameras and editors write.
func cameraFile(t *testing.T, body []byte, ext, orientation string) []byte {
	t.Helper()
	dir := t.TempDir()
	path, thumb := filepath.Join(dir, "in."+ext), filepath.Join(dir, "thumb.jpg")
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(thumb, photo(t, 77, 64, 48), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{
		"-q", "-overwrite_original", "-n", "-XMP-dc:Creator=LEAK-4711", "-XMP-dc:Title=LEAK-4711", "-XMP-exif:GPSLatitude=52.5", "-Comment=LEAK-4711",
	}
	if ext != "gif" {
		args = append(args, "-EXIF:Make=LEAK-4711", "-EXIF:Model=LEAK-4711", "-EXIF:SerialNumber=LEAK-4711", "-EXIF:LensSerialNumber=LEAK-4711", "-EXIF:Artist=LEAK-4711",
			"-EXIF:GPSLatitude=52.5", "-EXIF:GPSLatitudeRef=N", "-EXIF:GPSLongitude=13.4", "-EXIF:GPSLongitudeRef=E", "-EXIF:DateTimeOriginal=2026:05:17 08:09:10",
			"-EXIF:UserComment=LEAK-4711", "-EXIF:Orientation="+orientation)
	}
	if ext == "jpg" {
		args = append(args, "-IPTC:Keywords=LEAK-4711", "-IPTC:By-line=LEAK-4711", "-EXIF:ThumbnailImage<="+thumb)
	}
	if out, err := exec.Command("exiftool", append(args, path)...).CombinedOutput(); err != nil {
		t.Fatalf("exiftool: %v: %s", err, out)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return append(b, "\xff\xd8 second photograph LEAK-4711"...)
}

// TestNothingPersonalIsStored: the judge looks at every object of camera-like files, uploaded like any other.
func TestNothingPersonalIsStored(t *testing.T) {
	in := apptest.New(t)
	store, n := bucketOf(t, in.Config.S3Bucket), 0
	for ext, bodies := range map[string][][]byte{
		"jpg": {photo(t, 1, 640, 480), photo(t, 2, 333, 777), photo(t, 3, 17, 9)}, "png": {noise(t, 4, 120, 90)}, "gif": {animation(t, 3, 90, 60)},
		"webp": {sample(t, "yellow_rose.lossy.webp"), sample(t, "yellow_rose.lossless.webp")},
	} {
		for i, plain := range bodies {
			body := cameraFile(t, plain, ext, []string{"1", "6", "8"}[i%3])
			if found := judge(t, body, ext); len(found) < 3 || !bytes.Contains(body, []byte("LEAK-4711")) {
				t.Fatalf("the judge finds only %v in a camera's %s", found, ext)
			}
			img := upload(t, in.URL, body)[0]
			n++
			settled(t, in, n)
			for e, err := range store.List(t.Context(), "") {
				if err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(e.Key, img.ID) {
					continue
				}
				obj, err := store.Get(t.Context(), e.Key, nil)
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(obj.Body)
				_ = obj.Body.Close()
				if err != nil {
					t.Fatal(err)
				}
				if found := judge(t, got, strings.TrimPrefix(filepath.Ext(e.Key), ".")); len(found) > 0 || bytes.Contains(got, []byte("LEAK-4711")) {
					t.Errorf("%s of a camera's %s: %v, or the bytes of the leak", e.Key, ext, found)
				}
				if strings.HasPrefix(e.Key, "images/") {
					samePixels(t, e.Key, body, got)
				}
			}
		}
	}
}

func samePixels(t *testing.T, name string, a, b []byte) {
	t.Helper()
	x, _, err1 := image.Decode(bytes.NewReader(a))
	y, _, err2 := image.Decode(bytes.NewReader(b))
	if err1 != nil || err2 != nil || x.Bounds() != y.Bounds() {
		t.Fatalf("%s: %v, %v", name, err1, err2)
	}
	for py := x.Bounds().Min.Y; py < x.Bounds().Max.Y; py++ {
		for px := x.Bounds().Min.X; px < x.Bounds().Max.X; px++ {
			if x.At(px, py) != y.At(px, py) {
				t.Fatalf("%s: another pixel at %d, %d", name, px, py)
			}
		}
	}
}

package imaging

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// exiftool runs the judge: a program that knows far more hiding places than this package.
func exiftool(t *testing.T, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath("exiftool"); err != nil {
		t.Fatal("exiftool is missing: the sanitiser is judged by it. Install the Debian package libimage-exiftool-perl.")
	}
	cmd := exec.Command("exiftool", args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("exiftool %v: %v\n%s%s", args, err, stderr.String(), out)
	}
	return out
}

// judge lists every tag the judge can find, as group:name -> value.
func judge(t *testing.T, file []byte, ext string) map[string]string {
	t.Helper()
	return judgeAll(t, [][]byte{file}, ext)[0]
}

// judgeAll judges several files in one run, because starting the judge takes longer than judging.
func judgeAll(t *testing.T, files [][]byte, ext string) []map[string]string {
	t.Helper()
	args := []string{"-j", "-G0:1", "-a", "-u", "-ee", "-api", "RequestAll=2"}
	dir := t.TempDir()
	for i, file := range files {
		path := filepath.Join(dir, fmt.Sprintf("%d.%s", i, ext))
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	out := exiftool(t, args...)
	var docs []map[string]any
	if err := json.Unmarshal(out, &docs); err != nil || len(docs) != len(files) {
		t.Fatalf("exiftool answered %v: %s", err, out)
	}
	all := make([]map[string]string, len(docs))
	for i, doc := range docs {
		all[i] = map[string]string{}
		for k, v := range doc {
			b, _ := json.Marshal(v)
			all[i][k] = string(b)
		}
	}
	return all
}

// allowedTags are the tags of a sanitised file: what the picture is, and how it is coloured and turned. File:System and
// ExifTool describe the copy on this disk; Composite is computed from the others.
var allowedTags = map[string]string{
	"File":  "FileType FileTypeExtension MIMEType ImageWidth ImageHeight EncodingProcess BitsPerSample ColorComponents YCbCrSubSampling ExifByteOrder",
	"JFIF":  "JFIFVersion ResolutionUnit XResolution YResolution",
	"APP14": "DCTEncodeVersion APP14Flags0 APP14Flags1 ColorTransform",
	"EXIF":  "Orientation",
	"PNG":   "ImageWidth ImageHeight BitDepth ColorType Compression Filter Interlace Palette Transparency Gamma WhitePointX WhitePointY RedX RedY GreenX GreenY BlueX BlueY SRGBRendering ProfileName AnimationFrames AnimationPlays cICP",
	"GIF":   "GIFVersion ImageWidth ImageHeight HasColorMap ColorResolutionDepth BitsPerPixel BackgroundColor AnimationIterations FrameCount Duration TransparentColor",
	"RIFF":  "ImageWidth ImageHeight HorizontalScale VerticalScale VP8Version AlphaIsUsed WebP_Flags BackgroundColor AnimationLoopCount FrameCount Duration AlphaPreprocessing AlphaFiltering AlphaCompression",
	"ICC_Profile": "ProfileCMMType ProfileVersion ProfileClass ColorSpaceData ProfileConnectionSpace ProfileDateTime ProfileFileSignature PrimaryPlatform CMMFlags DeviceManufacturer DeviceModel DeviceAttributes RenderingIntent ConnectionSpaceIlluminant ProfileCreator ProfileID " +
		"ProfileDescription ProfileCopyright MediaWhitePoint MediaBlackPoint RedMatrixColumn GreenMatrixColumn BlueMatrixColumn RedTRC GreenTRC BlueTRC GrayTRC ChromaticAdaptation AToB0 AToB1 AToB2 BToA0 BToA1 BToA2 Gamut",
}

// fixedValues must not vary between files: they are ours.
var fixedValues = map[string]string{
	"ICC_Profile:ProfileDescription": `"colour"`, "ICC_Profile:ProfileCopyright": `"colour"`,
	"ICC_Profile:ProfileDateTime": `"2000:01:01 00:00:00"`, "ICC_Profile:DeviceModel": `""`, "ICC_Profile:ProfileCreator": `""`,
	"ICC_Profile:DeviceManufacturer": `""`, "ICC_Profile:ProfileCMMType": `""`, "ICC_Profile:ProfileID": `0`,
	"PNG:ProfileName": `"icc"`, "JFIF:XResolution": `1`, "JFIF:YResolution": `1`,
}

// leaks lists what the judge found and the allow-list does not have.
func leaks(tags map[string]string) []string {
	var found []string
	for _, full := range slices.Sorted(maps.Keys(tags)) {
		parts := strings.Split(full, ":")
		group, name := parts[0], parts[len(parts)-1]
		if group == "SourceFile" || group == "ExifTool" && name != "Warning" || group == "Composite" || strings.HasPrefix(full, "File:System:") {
			continue
		}
		if !slices.Contains(strings.Fields(allowedTags[group]), name) {
			found = append(found, full+"="+tags[full])
			continue
		}
		if want, ok := fixedValues[group+":"+name]; ok && tags[full] != want {
			found = append(found, full+"="+tags[full]+" instead of "+want)
		}
	}
	return found
}

// leakText must not occur in the bytes of any sanitised file.
const leakText = "LEAK-4711"

// expectClean runs all checks on a file before and after, but for the judge's.
func expectClean(t *testing.T, in []byte) []byte {
	t.Helper()
	out, facts := sanitiseBytes(t, in)
	if bytes.Contains(out, []byte(leakText)) {
		t.Errorf("the bytes %q are still in the file", leakText)
	}
	expectSamePixels(t, in, out)
	again, facts2 := sanitiseBytes(t, out)
	if !bytes.Equal(again, out) || facts2 != facts {
		t.Errorf("sanitising twice changes the file: %+v, %+v", facts, facts2)
	}
	return out
}

// expectSamePixels decodes all frames of both files.
func expectSamePixels(t *testing.T, in, out []byte) {
	t.Helper()
	a, b := decodeFrames(t, in), decodeFrames(t, out)
	if len(a) != len(b) {
		t.Fatalf("%d frames became %d", len(a), len(b))
	}
	for i := range a {
		if a[i].Bounds() != b[i].Bounds() {
			t.Fatalf("frame %d: %v became %v", i, a[i].Bounds(), b[i].Bounds())
		}
		if !samePixels(a[i], b[i]) {
			t.Fatalf("frame %d has other pixels", i)
		}
	}
}

func samePixels(a, b image.Image) bool {
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				return false
			}
		}
	}
	return true
}

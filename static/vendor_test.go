package static

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestVendoredFilesAreUntouched hashes every file of the VENDOR list and refuses files the list does not name.
func TestVendoredFilesAreUntouched(t *testing.T) {
	f, err := os.Open("VENDOR")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	listed := map[string]bool{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		part := strings.Fields(line)
		if len(part) != 4 {
			t.Fatalf("VENDOR: want path, package@version, licence and sha256, got %q", line)
		}
		data, err := os.ReadFile(filepath.Join("..", part[0]))
		if err != nil {
			t.Errorf("VENDOR names a file that is missing: %v", err)
			continue
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != part[3] {
			t.Errorf("%s is not the file of %s: its sha256 is %x", part[0], part[1], sum)
		}
		listed[strings.TrimPrefix(part[0], "static/")] = true
	}
	err = filepath.WalkDir("vendor", func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && !listed[filepath.ToSlash(path)] {
			t.Errorf("%s is not in VENDOR", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

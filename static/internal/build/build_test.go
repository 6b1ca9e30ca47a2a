package build

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestCommittedDistIsCurrent builds again and compares, so that nobody ships yesterday's style sheet.
func TestCommittedDistIsCurrent(t *testing.T) {
	root := filepath.Join("..", "..")
	want, err := Run(root)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(filepath.Join(root, "dist"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, ok := want[e.Name()]; !ok {
			t.Errorf("dist/%s is left over: run go generate ./static", e.Name())
		}
	}
	for name, data := range want {
		got, err := os.ReadFile(filepath.Join(root, "dist", name))
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("dist/%s is out of date: run go generate ./static", name)
		}
	}
}

func TestRunNamesWhatIsMissing(t *testing.T) {
	if _, err := Run(t.TempDir()); err == nil {
		t.Error("building from an empty directory must fail")
	}
}

package staff_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every action that the program writes into the audit log has words: one that is new must not be shown raw.
func TestEveryAuditActionHasWords(t *testing.T) {
	words, err := os.ReadFile("verbs.go")
	if err != nil {
		t.Fatal(err)
	}
	written := regexp.MustCompile(`(?:Action: |Note\(|action = |action, from, to := |(?:change|own|asked|request)\([A-Za-z., ]*|refusal\{[A-Za-z., ]*)"((?:case|image|notice|block|reason|staff|audit|privacy|user|data_request)\.[a-z_.]+)"`)
	found := 0
	err = filepath.WalkDir("../..", func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range written.FindAllStringSubmatch(string(b), -1) {
			found++
			if !strings.Contains(string(words), `"`+m[1]+`": {`) {
				t.Errorf("%s writes %s, which has no words", path, m[1])
			}
		}
		return err
	})
	if err != nil || found < 20 {
		t.Fatalf("found %d actions, %v", found, err)
	}
}

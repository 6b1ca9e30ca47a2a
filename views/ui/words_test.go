package ui

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

var said = regexp.MustCompile(`\bsay\('([A-Z][^']*)'\)`)

// TestScriptsSayWhatThePageGives: every text of the shared scripts is on the list, and the list holds no other.
func TestScriptsSayWhatThePageGives(t *testing.T) {
	var found []string
	for _, name := range []string{"core.js", "forms.js"} {
		b, err := os.ReadFile(filepath.Join("../../static/src/js", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range said.FindAllStringSubmatch(string(b), -1) {
			found = append(found, m[1])
			if !slices.Contains(scriptWords, m[1]) {
				t.Errorf("%s says %q, which is not in scriptWords", name, m[1])
			}
		}
	}
	for _, text := range scriptWords {
		if !slices.Contains(found, text) {
			t.Errorf("no script says %q", text)
		}
	}
}

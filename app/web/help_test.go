package web_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"imglink/app/apptest"
)

// The type of every problem leads to its line on the help page: the codes are those that the sources of the API give.
func TestEveryCodeOfTheAPIHasItsAnchor(t *testing.T) {
	in := apptest.New(t)
	_, body := fetch(t, in, asker{}, "GET", "/help", "text/html")
	given := regexp.MustCompile(`(?:fault\.Newf?|refuse)\(fault\.[A-Za-z]+, "([a-z_]+)"`)
	found := 0
	for _, dir := range []string{"api", "../uploads", "../imaging", "../fetch", "../resumable", "tus"} {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range given.FindAllStringSubmatch(string(b), -1) {
				found++
				if !strings.HasSuffix(file, "_test.go") && m[1] != "image_decided" && !strings.Contains(body, `id="`+m[1]+`"`) {
					t.Errorf("%s gives %s, which has no line at /help", file, m[1])
				}
			}
		}
	}
	for _, code := range []string{"csrf", "rate_limited", "not_found", "method_not_allowed", "body_too_large", "internal"} {
		if !strings.Contains(body, `id="`+code+`"`) {
			t.Errorf("%s has no line at /help", code)
		}
	}
	if found < 15 {
		t.Errorf("only %d codes found in the sources", found)
	}
}

package i18n_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	tags      = regexp.MustCompile(`^[^<>]*>|<[^>]*>|<[^>]*$`)
	entities  = regexp.MustCompile(`&\w+;`)
	spoken    = regexp.MustCompile(`\b(aria-label|title|placeholder|alt|label)="([^"]*)"`)
	untouched = map[string]bool{"ImgLink": true, "ShareX": true} // names are the same in every language
	word      = regexp.MustCompile(`[A-Za-z]{3,}`)
)

// TestPublicPagesHaveNoPlainText reads the generated public pages: a text or a spoken attribute that is written into the
// markup is one that no catalogue knows.
func TestPublicPagesHaveNoPlainText(t *testing.T) {
	pages := 0
	for _, pattern := range []string{"views/public/*_templ.go", "views/user/*_templ.go", "views/gallery/*_templ.go", "views/developer/*_templ.go", "views/layout/public_templ.go", "views/layout/head_templ.go"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			pages++
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 3 {
					if fun, ok := call.Fun.(*ast.SelectorExpr); ok && fun.Sel.Name == "WriteString" {
						markup, _ := literal(call.Args[2])
						plainText(t, filepath.Base(path), markup)
					}
				}
				return true
			})
		}
	}
	if pages < 10 {
		t.Errorf("only %d pages were read", pages)
	}
}

func plainText(t *testing.T, page, markup string) {
	t.Helper()
	for _, a := range spoken.FindAllStringSubmatch(markup, -1) {
		if word.MatchString(a[2]) && !untouched[a[2]] && !strings.HasPrefix(a[2], "https://example.org/") {
			t.Errorf("%s: %s=%q is not taken from the catalogue", page, a[1], a[2])
		}
	}
	if !strings.ContainsAny(markup, "<>") {
		return // a part of an attribute
	}
	for _, text := range strings.Split(tags.ReplaceAllString(markup, "\n"), "\n") {
		text = strings.TrimSpace(entities.ReplaceAllString(text, ""))
		if word.MatchString(text) && !untouched[text] {
			t.Errorf("%s: %q is not taken from the catalogue", page, text)
		}
	}
}

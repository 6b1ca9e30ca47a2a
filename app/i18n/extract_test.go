package i18n_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// root is the top of the repository.
const root = "../.."

// source is a key as the program uses it.
type source struct {
	one  string // the English singular; empty when the key has no plural
	args int    // values given; -1 when they are spread or decided elsewhere
	at   string
}

// extractor collects the keys of source files. Generated pages are read too, so templates need no parser of their own.
type extractor struct {
	t     *testing.T
	files *token.FileSet
	keys  map[string]source
	own   bool // the file belongs to package i18n
	fault bool // or to package fault
}

// extract reads every file of the program but tests and staff pages.
func extract(t *testing.T) map[string]source {
	t.Helper()
	x := &extractor{t: t, files: token.NewFileSet(), keys: map[string]source{}}
	for _, top := range []string{"app", "views", "models"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			f, err := parser.ParseFile(x.files, path, nil, parser.ParseComments)
			if err != nil {
				return err
			}
			x.file(f, shownToPublic(filepath.ToSlash(strings.TrimPrefix(path, root+"/"))))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return x.keys
}

func (x *extractor) file(f *ast.File, faults bool) {
	for _, d := range f.Decls {
		if marked(d) {
			ast.Inspect(d, func(n ast.Node) bool {
				s, ok := literal(n)
				if ok && wordy(s) {
					x.add(n, s, source{args: -1})
				}
				return !ok // the parts of a joined literal are no keys
			})
		}
	}
	x.own, x.fault = f.Name.Name == "i18n", f.Name.Name == "fault"
	ast.Inspect(f, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			x.call(call, faults)
		}
		return true
	})
}

// marked reports whether a declaration's comment says that its texts are keys.
func marked(d ast.Decl) bool {
	var doc *ast.CommentGroup
	switch d := d.(type) {
	case *ast.GenDecl:
		doc = d.Doc
	case *ast.FuncDecl:
		doc = d.Doc
	}
	if doc == nil {
		return false
	}
	for _, c := range doc.List {
		if c.Text == "//i18n:keys" {
			return true
		}
	}
	return false
}

// wordy tells sentences and titles from the codes, anchors and icon names beside them.
func wordy(s string) bool {
	first := []rune(s + " ")[0]
	return (unicode.IsUpper(first) || strings.Contains(s, " ")) && strings.ContainsFunc(verb.ReplaceAllString(s, ""), unicode.IsLower)
}

// messages are the functions of package fault and where their sentence stands.
var messages = map[string]struct{ text, args int }{
	"New": {2, 3}, "Newf": {2, 3}, "refuse": {2, 3}, "saying": {1, 2}, "InvalidField": {1, 2}, "Field": {1, 2}, "Add": {1, 2}, "Addf": {1, 2}, "Check": {2, 3},
}

func (x *extractor) call(call *ast.CallExpr, faults bool) {
	if own, ok := call.Fun.(*ast.Ident); ok && x.own { // the package's own calls have no prefix
		call.Fun = &ast.SelectorExpr{X: ast.NewIdent("i18n"), Sel: own}
	}
	if own, ok := call.Fun.(*ast.Ident); ok && (own.Name == "refuse" || own.Name == "saying" || x.fault && own.Name == "New") { // shorthands for those of fault
		call.Fun = &ast.SelectorExpr{X: ast.NewIdent(""), Sel: own}
	}
	fun, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	pkg, _ := fun.X.(*ast.Ident)
	switch name := fun.Sel.Name; {
	case name == "T" && pkg != nil && pkg.Name == "i18n":
		x.key(call, 1)
	case name == "N" && pkg != nil && pkg.Name == "i18n":
		x.plural(call, 2)
	case name == "T" && len(call.Args) > 0:
		x.key(call, 0)
	case name == "N" && len(call.Args) > 2:
		x.plural(call, 1)
	case faults && messages[name].args > 0 && len(call.Args) > messages[name].text:
		x.message(call, messages[name].text, messages[name].args)
	}
}

// message takes a sentence that is written out; one that is not is reported when it is put together on the spot.
func (x *extractor) message(call *ast.CallExpr, text, args int) {
	arg := call.Args[text]
	if s, ok := literal(arg); ok && wordy(s) {
		x.add(call, s, source{args: len(call.Args) - args})
		return
	}
	_, joined := arg.(*ast.BinaryExpr)
	if inner, ok := arg.(*ast.CallExpr); ok {
		f, _ := inner.Fun.(*ast.SelectorExpr)
		joined = f != nil && f.Sel.Name == "Sprintf"
	}
	if _, written := literal(arg); joined && !written && !x.fault {
		x.t.Errorf("%s: no catalogue knows a message that is put together here: use fault.Newf or Collect.Addf", x.files.Position(arg.Pos()))
	}
}

func (x *extractor) key(call *ast.CallExpr, at int) {
	if len(call.Args) <= at {
		return
	}
	if s, ok := literal(call.Args[at]); ok {
		x.add(call, s, source{args: given(call, at+1)})
	}
}

func (x *extractor) plural(call *ast.CallExpr, at int) {
	one, ok1 := literal(call.Args[at])
	other, ok2 := literal(call.Args[at+1])
	if call.Ellipsis.IsValid() && !ok1 && !ok2 {
		return // a shorthand passes on what those who call it write out
	}
	if !ok1 || !ok2 {
		x.t.Errorf("%s: both forms of i18n.N must be written out", x.files.Position(call.Pos()))
		return
	}
	x.add(call, other, source{one: one, args: max(1, given(call, at+2))})
}

func given(call *ast.CallExpr, from int) int {
	if call.Ellipsis.IsValid() {
		return -1
	}
	return len(call.Args) - from
}

func (x *extractor) add(n ast.Node, key string, s source) {
	s.at = x.files.Position(n.Pos()).String()
	if old, ok := x.keys[key]; ok && old.one != s.one {
		x.t.Errorf("%s: %q is also used at %s with another singular", s.at, key, old.at)
	}
	x.keys[key] = s
}

// literal is a string written out, also in parts joined by +.
func literal(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(n.Value)
		return s, err == nil && n.Kind == token.STRING
	case *ast.BinaryExpr:
		left, ok1 := literal(n.X)
		right, ok2 := literal(n.Y)
		return left + right, ok1 && ok2 && n.Op == token.ADD
	}
	return "", false
}

var (
	verb = regexp.MustCompile(`%(\[\d\])?[#+.\d]*[a-z]`)
	mark = regexp.MustCompile(`\]\(\d\)|` + "`[^`]*`")
)

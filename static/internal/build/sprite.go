package build

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	svgBody = regexp.MustCompile(`(?s)<svg[^>]*>(.*)</svg>`)
	spaces  = regexp.MustCompile(`\s*\n\s*`)
)

// sprite joins the vendored icons into one SVG of symbols; stroke and size come from the .icon class.
func (s *state) sprite() error {
	paths, err := filepath.Glob(filepath.Join(s.root, "vendor", "lucide", "*.svg"))
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return fmt.Errorf("vendor/lucide holds no icon")
	}
	var b bytes.Buffer
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg">`)
	for _, p := range paths { // Glob sorts, so the sprite is the same on every machine
		raw, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		m := svgBody.FindSubmatch(raw)
		if m == nil {
			return fmt.Errorf("%s is not an SVG file", p)
		}
		name := strings.TrimSuffix(filepath.Base(p), ".svg")
		body := spaces.ReplaceAllString(strings.TrimSpace(string(m[1])), "")
		fmt.Fprintf(&b, `<symbol id=%q viewBox="0 0 24 24">%s</symbol>`, name, strings.ReplaceAll(body, " />", "/>"))
		s.icons = append(s.icons, name)
	}
	b.WriteString(`</svg>`)
	s.add("icons.svg", b.Bytes())
	return nil
}

package ui

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// Mark draws a marked part of a sentence.
type Mark func(text string) templ.Component

// Link marks a link; an empty address leaves the words as they are.
func Link(href string, attrs ...Attrs) Mark {
	if href == "" {
		return plain
	}
	all := Attrs{"href": string(templ.URL(href))}
	for _, a := range attrs {
		for k, v := range a {
			all[k] = v
		}
	}
	return func(text string) templ.Component { return tag("a", all, text) }
}

// Strong marks important words.
func Strong(text string) templ.Component { return tag("strong", nil, text) }

// Mono marks words that are to be copied exactly, such as an identifier.
func Mono(text string) templ.Component { return tag("span", Attrs{"class": "mono"}, text) }

func plain(text string) templ.Component { return tag("", nil, text) }

// Rich draws a translated sentence with marked parts: "[words](1)" is given to the first mark, `words` in backquotes are
// code. Everything else is text and escaped, and a mark that is missing leaves its words plain, so that no catalogue can
// put markup into a page.
func Rich(sentence string, marks ...Mark) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for rest := sentence; rest != ""; {
			before, part, after := nextPart(rest, marks)
			if _, err := io.WriteString(w, templ.EscapeString(before)); err != nil {
				return err
			}
			if part != nil {
				if err := part.Render(ctx, w); err != nil {
					return err
				}
			}
			rest = after
		}
		return nil
	})
}

// nextPart cuts a sentence at its first marked part; part is nil when there is none.
func nextPart(s string, marks []Mark) (before string, part templ.Component, after string) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '`':
			if words, rest, ok := strings.Cut(s[i+1:], "`"); ok {
				return s[:i], tag("code", nil, words), rest
			}
		case '[':
			words, rest, ok := strings.Cut(s[i+1:], "](")
			if !ok || len(rest) < 2 || rest[0] < '1' || rest[0] > '9' || rest[1] != ')' {
				continue
			}
			draw := plain
			if n := int(rest[0] - '1'); n < len(marks) {
				draw = marks[n]
			}
			return s[:i], draw(words), rest[2:]
		}
	}
	return s, nil, ""
}

func tag(name string, attrs Attrs, text string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if name == "" {
			_, err := io.WriteString(w, templ.EscapeString(text))
			return err
		}
		if _, err := io.WriteString(w, "<"+name); err != nil {
			return err
		}
		if err := templ.RenderAttributes(ctx, w, attrs); err != nil {
			return err
		}
		_, err := io.WriteString(w, ">"+templ.EscapeString(text)+"</"+name+">")
		return err
	})
}

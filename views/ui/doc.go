// Package ui holds the components of every page: typed structs in, HTML out. A component never calls a service, never
// validates and never builds a link of its own; an empty Href renders no link. Status is never told by colour alone.
package ui

import (
	"strings"

	"github.com/a-h/templ"
)

// Tone colours a badge, callout or tile. The zero value is neutral.
type Tone string

// The tones; each has an ink, a soft fill and a mark in tokens.css.
const (
	Neutral Tone = ""
	Danger  Tone = "danger"
	Warn    Tone = "warn"
	OK      Tone = "ok"
	Info    Tone = "info"
	Accent  Tone = "accent"
)

// icon is the sign that stands beside the words of a tone.
func (t Tone) icon() string {
	switch t {
	case Danger:
		return "triangle-alert"
	case Warn:
		return "circle-alert"
	case OK:
		return "circle-check"
	default:
		return "info"
	}
}

// Attrs are extra attributes, such as hx-get or data-*; style and on* attributes are blocked by the CSP.
type Attrs = templ.Attributes

// Props makes Attrs from pairs, leaving out pairs whose value is empty.
func Props(pairs ...string) Attrs {
	a := Attrs{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			a[pairs[i]] = pairs[i+1]
		}
	}
	return a
}

// flag adds a boolean attribute when on.
func flag(a Attrs, name string, on bool) Attrs {
	if !on {
		return a
	}
	c := Attrs{name: true}
	for k, v := range a {
		c[k] = v
	}
	return c
}

// join lists the non-empty ids for aria-describedby.
func join(ids ...string) string {
	kept := ids[:0:0]
	for _, id := range ids {
		if id != "" {
			kept = append(kept, id)
		}
	}
	return strings.Join(kept, " ")
}

func when(cond bool, s string) string {
	if cond {
		return s
	}
	return ""
}

// Initials are the first letters of the first and the last word of a name, for avatars.
func Initials(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return "?"
	}
	first := []rune(words[0])[:1]
	if len(words) > 1 {
		first = append(first, []rune(words[len(words)-1])[0])
	}
	return strings.ToUpper(string(first))
}

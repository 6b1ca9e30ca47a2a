// Package mail writes the mails of the service from typed data: a subject that cannot inject a header, a plain text
// part wrapped at 72 columns, and a simple HTML part of the same words without any picture or tracking link.
package mail

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mail is a finished message without its addresses.
type Mail struct{ Subject, Text, HTML string }

// block is one part of a letter; exactly one of the groups is set.
type block struct {
	heading   string
	text      string
	link      string // shown in full, on its own line
	label     string // the words of the link in HTML
	name, say string // a line of a list of facts
}

type letter struct {
	subject string
	blocks  []block
}

func (l *letter) head(s string)        { l.blocks = append(l.blocks, block{heading: s}) }
func (l *letter) link(label, u string) { l.blocks = append(l.blocks, block{label: label, link: u}) }

// say adds a paragraph; an empty one is left out.
func (l *letter) say(s string) {
	if s != "" {
		l.blocks = append(l.blocks, block{text: s})
	}
}

// fact adds a line of facts; an empty one is left out.
func (l *letter) fact(name, s string) {
	if s != "" {
		l.blocks = append(l.blocks, block{name: name, say: s})
	}
}

func (l *letter) mail() (Mail, error) {
	var html bytes.Buffer
	if err := page(Subject(l.subject), l.blocks).Render(context.Background(), &html); err != nil {
		return Mail{}, fmt.Errorf("mail %q: %w", l.subject, err)
	}
	return Mail{Subject: Subject(l.subject), Text: l.plain(), HTML: html.String()}, nil
}

const columns = 72 // RFC 3676 recommends at most 78 for plain text

func (l *letter) plain() string {
	var b strings.Builder
	for n, k := range l.blocks {
		if n > 0 && (k.name == "" || l.blocks[n-1].name == "") {
			b.WriteString("\n")
		}
		switch {
		case k.heading != "":
			b.WriteString(strings.ToUpper(clean(k.heading)) + "\n")
		case k.link != "":
			b.WriteString(wrap(clean(k.label)+":", "") + clean(k.link) + "\n")
		case k.name != "":
			b.WriteString(wrap(clean(k.name)+": "+clean(k.say), "  "))
		default:
			b.WriteString(wrap(clean(k.text), ""))
		}
	}
	return b.String()
}

// wrap breaks at spaces; a word longer than a line, such as an address, stays whole.
func wrap(s, indent string) string {
	var b strings.Builder
	width := 0
	for n, word := range strings.Fields(s) {
		size := utf8.RuneCountInString(word)
		switch {
		case n == 0:
		case width+1+size > columns:
			b.WriteString("\n" + indent)
			width = len(indent)
		default:
			b.WriteByte(' ')
			width++
		}
		b.WriteString(word)
		width += size
	}
	return b.String() + "\n"
}

// clean drops control and direction characters, which could forge lines or hide the end of an address.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
}

const longestSubject = 150 // runes; longer subjects are cut by most readers anyway

// Subject makes a text safe as a Subject header: one line, no control or direction characters, bounded.
func Subject(s string) string {
	words := strings.Join(strings.Fields(clean(s)), " ")
	if utf8.RuneCountInString(words) > longestSubject {
		words = string([]rune(words)[:longestSubject-1]) + "…"
	}
	return words
}

package i18n

import (
	"context"

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/de"
	"github.com/go-playground/locales/en_GB"
	"github.com/go-playground/locales/es"
	"github.com/go-playground/locales/fr"
	"github.com/go-playground/locales/it"
	"github.com/go-playground/locales/pl"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Language is one that the public side speaks. Name is its own name for itself.
type Language struct{ Code, Name string }

// English is the source language and the answer to everything unknown.
const English = "en"

var offered = []Language{{"en", "English"}, {"de", "Deutsch"}, {"es", "Español"}, {"fr", "Français"}, {"it", "Italiano"}, {"pl", "Polski"}}

// Languages are those offered, English first, then by their names.
func Languages() []Language { return append([]Language(nil), offered...) }

// speaker is what one language needs to say something.
type speaker struct {
	code    string
	tag     language.Tag
	printer *message.Printer
	cldr    locales.Translator // dates; x/text has none
	texts   map[string]text
}

var speakers = map[string]*speaker{
	"en": speak("en", en_GB.New()), "de": speak("de", de.New()), "es": speak("es", es.New()),
	"fr": speak("fr", fr.New()), "it": speak("it", it.New()), "pl": speak("pl", pl.New()),
}

func speak(code string, cldr locales.Translator) *speaker {
	tag := language.MustParse(code)
	return &speaker{code: code, tag: tag, printer: message.NewPrinter(tag), cldr: cldr, texts: load(code)}
}

type contextKey struct{}

// With sets the language of everything said with the context. An unknown code is English.
func With(ctx context.Context, code string) context.Context {
	return context.WithValue(ctx, contextKey{}, speakerOf(code))
}

// Lang is the language of the context as BCP 47 writes it, for <html lang>.
func Lang(ctx context.Context) string { return of(ctx).code }

func of(ctx context.Context) *speaker {
	if s, ok := ctx.Value(contextKey{}).(*speaker); ok {
		return s
	}
	return speakers[English]
}

func speakerOf(code string) *speaker {
	if s, ok := speakers[code]; ok {
		return s
	}
	return speakers[English]
}

// T says key in the language of the context. With arguments it is a format as in fmt, numbers by locale; without any it is
// text and nothing in it is special.
func T(ctx context.Context, key string, args ...any) string {
	s := of(ctx)
	format := key
	if t, ok := s.texts[key]; ok {
		format = t.forms[plural.Other]
	}
	return s.format(format, args)
}

// N says how many: one and other are the English forms, and other is the key. Without arguments n is the only one.
func N(ctx context.Context, n int, one, other string, args ...any) string {
	s := of(ctx)
	if len(args) == 0 {
		args = []any{n}
	}
	if t, ok := s.texts[other]; ok {
		return s.format(t.form(s.tag, n), args)
	}
	if n == 1 {
		return s.format(one, args)
	}
	return s.format(other, args)
}

func (s *speaker) format(format string, args []any) string {
	if len(args) == 0 {
		return format
	}
	return s.printer.Sprintf(format, args...)
}

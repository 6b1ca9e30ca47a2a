package kit

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"imglink/app/fault"
	"imglink/app/i18n"
)

// Language is the one this reader chose, else the best for the browser's own.
func (c *Ctx) Language() string {
	return i18n.Choose(c.cookie("language"), utils.CopyString(c.Get(fiber.HeaderAcceptLanguage)))
}

// SetLanguage remembers the choice; an unknown code goes back to what the browser asks for.
func (c *Ctx) SetLanguage(code string) {
	if !i18n.Known(code) {
		c.setCookie("language", "", -time.Hour)
		return
	}
	c.setCookie("language", code, 365*24*time.Hour)
}

// T says a text in the language of the page.
func (c *Ctx) T(key string, args ...any) string { return i18n.T(c.Context(), key, args...) }

// N says how many in the language of the page: see i18n.N.
func (c *Ctx) N(n int, one, other string, args ...any) string {
	return i18n.N(c.Context(), n, one, other, args...)
}

// translated reports whether the answer depends on the reader's language: staff pages and programs get English.
func (c *Ctx) translated() bool {
	return !staffPath(c.Path()) && !strings.HasPrefix(c.Path(), apiPath) && (c.Route == nil || !c.Route.API)
}

func (c *Ctx) pageLanguage() string {
	if c.translated() {
		return c.Language()
	}
	return i18n.English
}

// Say is a copy of f with its sentences in the language of ctx.
func Say(ctx context.Context, f *fault.Error) *fault.Error {
	said := *f
	said.Message = say(ctx, f.Message, f.Said)
	said.Fields = make([]fault.Field, len(f.Fields))
	for i, field := range f.Fields {
		said.Fields[i] = fault.Field{Name: field.Name, Message: say(ctx, field.Message, field.Said)}
	}
	return &said
}

func say(ctx context.Context, message string, parts *fault.Sentence) string {
	if parts == nil {
		return i18n.T(ctx, message)
	}
	args := make([]any, len(parts.Args))
	for i, a := range parts.Args {
		if inner, ok := a.(*fault.Sentence); ok {
			a = say(ctx, "", inner)
		}
		args[i] = a
	}
	return i18n.T(ctx, parts.Format, args...)
}

package moderation

import (
	"context"
	"strings"
	"time"

	"imglink/app/i18n"
	"imglink/models"
)

// Statements are issued and kept in English. Say gives the sentences the program wrote in the language of ctx for who reads
// them; what a moderator typed stays as it was typed, and so does a sentence that later versions no longer know.

//i18n:keys
const (
	untilText     = "Until %s."
	complaintText = "You can complain to us about this decision, free of charge, within six months from the day you were informed of it, " +
		"and in any case until %s. Another person than the one who decided looks at it again."
)

// issuedDate is how dates stand in issued texts.
const issuedDate = "2 January 2006"

// Say is a copy of the statement in the language of ctx.
func (st Statement) Say(ctx context.Context) Statement {
	for _, text := range []*string{
		&st.Measure, &st.Territory, &st.SourceText, &st.AutomatedText, &st.ReasonLabel, &st.Reference, &st.Explanation,
	} {
		*text = i18n.T(ctx, *text)
	}
	st.Duration = sayDated(ctx, st.Duration, untilText)
	ways := make([]Redress, len(st.Redress))
	for i, r := range st.Redress {
		ways[i] = r.Say(ctx)
	}
	st.Redress, st.Language = ways, i18n.Lang(ctx)
	return st
}

// Say is a copy in the language of ctx.
func (r Redress) Say(ctx context.Context) Redress {
	r.Title, r.Text = i18n.T(ctx, r.Title), sayDated(ctx, r.Text, complaintText)
	return r
}

// sayDated says a text that may be the format with a date in it.
func sayDated(ctx context.Context, text, format string) string {
	before, after, _ := strings.Cut(format, "%s")
	if rest, ok := strings.CutPrefix(text, before); ok {
		if at, ok := strings.CutSuffix(rest, after); ok {
			if t, err := time.Parse(issuedDate, at); err == nil {
				return i18n.T(ctx, format, i18n.Date(ctx, t, i18n.Long))
			}
		}
	}
	return i18n.T(ctx, text)
}

// inLanguage is the context to write to a notifier in.
func inLanguage(n models.Notice) context.Context { return i18n.With(context.Background(), n.Locale) }

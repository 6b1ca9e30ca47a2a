// Package i18n says the public side in the reader's language. English source text is the key, so pages stay readable and a
// text without a translation is shown in English. Staff pages, the log and answers to programs stay English.
//
//  1. In a page or handler: i18n.T(ctx, "Up to %d files", n), or c.T("Help") where there is a *kit.Ctx. ctx is implicit in
//     templ and holds the language. Without arguments nothing is formatted: "100%" needs no doubling.
//  2. A number that decides the form: i18n.N(ctx, n, "%d link copied", "%d links copied"). The other form is the key.
//  3. Dates and numbers: i18n.Date(ctx, t, i18n.Long), i18n.DateTime, i18n.Number, i18n.Bytes, i18n.Wait.
//  4. Links and emphasis inside a sentence: @ui.Rich(i18n.T(ctx, "Read [our rules](1) or send `file`."), ui.Link(href)).
//     Marks are numbered so that a translation can reorder them; everything is escaped.
//  5. Texts in tables: write //i18n:keys in the comment above the declaration (each literal with a capital and a small letter
//     is a key) and call i18n.T(ctx, row.Title) where it is drawn. Messages of package fault are keys already.
//  6. A message with values: fault.Newf or Collect.Addf, never fmt.Sprintf, which no catalogue knows.
//  7. Scripts take their words from data attributes that the page fills; they have no catalogue.
//  8. The script's locale is document.documentElement.lang. Mails: ctx = i18n.With(ctx, notice.Locale).
//  9. `go test ./app/i18n` prints the keys that lack a translation as JSON ready to paste into catalog/LANGUAGE.json, and the
//     keys that nobody uses any more. Verbs and marks must be those of the key; "%[1]s" reorders.
//  10. The same tests fail on a plain text or spoken attribute in a public page, and app/web's on an English one in German.
package i18n

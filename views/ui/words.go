package ui

import (
	"context"
	"encoding/json"

	"imglink/app/i18n"
)

// scriptWords are what the scripts of every page say (say in core.js), by the English text they fall back to.
//
//i18n:keys
var scriptWords = []string{
	"Copy",
	"Copied",
	"Copied to clipboard",
	"The check could not run in this browser.",
	"Check passed. You can send the form.",
	"You can still send the form without the check; your report then joins the others a few minutes later.",
	"Checking. The form is sent as soon as this is done.",
	"Checking that you are not a robot. The form is sent as soon as this is done.",
	"The robot check could not be loaded. You can send the form without it.",
}

// wordsAttr gives the scripts their words; on English pages they have them.
func wordsAttr(ctx context.Context) (Attrs, error) {
	if i18n.Lang(ctx) == i18n.English {
		return nil, nil
	}
	out := make(map[string]string, len(scriptWords))
	for _, text := range scriptWords {
		out[text] = i18n.T(ctx, text)
	}
	b, err := json.Marshal(out)
	return Attrs{"data-words": string(b)}, err
}

package public

import (
	"context"
	"encoding/json"

	"imglink/app/i18n"
)

// uploaderWords are what the script of the upload page says, by the names it uses. Numbers stand apart from the words they
// count, because the script knows no plural forms.
//
//i18n:keys
var uploaderWords = map[string]string{
	"waiting":     "Waiting",
	"starting":    "Starting",
	"fetching":    "Fetching",
	"converting":  "Converting to JPEG",
	"cleaning":    "Removing metadata",
	"paused":      "Paused at %s",
	"offline":     "No connection. It goes on by itself.",
	"progress":    "%s of %s",
	"pause":       "Pause",
	"resume":      "Go on",
	"cancelName":  "Cancel %s",
	"removeName":  "Remove %s from the list",
	"uploading":   "Uploading %s",
	"files":       "Files being uploaded: %s",
	"firstFiles":  "Too many at once. Only this many were taken: %s",
	"cancelled":   "%s: cancelled",
	"online":      "%s is online. Its links are ready.",
	"linksCopied": "Links copied: %s",
	"newTab":      "Opens in a new tab",
	"empty":       "This file is empty.",
	"type":        "Not a type we take. Use %s.",
	"tooLarge":    "%s is too large. The limit is %s.",
	"unreadable":  "This browser cannot read the picture. Save it as JPEG or PNG and choose that file.",
	"lost":        "The connection was lost. Try again.",
	"slow":        "The server did not answer in time. Try again.",
	"answered":    "The server answered %s.",
	"again":       "You can try again %s.",
	"shared":      "Shared with ImgLink: %s. Upload?",
	"interrupted": "An upload was interrupted: %s. Choose the same file again, and it goes on where it stopped.",
}

// words are the script's texts in the reader's language, as JSON for a data attribute.
func words(ctx context.Context, texts map[string]string) (string, error) {
	out := make(map[string]string, len(texts))
	for name, text := range texts {
		out[name] = i18n.T(ctx, text)
	}
	b, err := json.Marshal(out)
	return string(b), err
}

package public

import (
	"context"
	"strconv"

	"imglink/app/i18n"
	"imglink/views/layout"
	"imglink/views/ui"
)

// face is the standard look of an error page: what happened and what to do now.
type face struct{ icon, title, text, next string }

// faces are by HTTP status (RFC 9110, RFC 6585, RFC 7725).
//
//i18n:keys
var faces = map[int]face{
	400: {"file-code", "We could not read that request", "It was cut off or changed on the way.", "Go back, reload the page and try again."},
	401: {"lock", "Please sign in", "This page is for signed-in staff.", "Sign in and you come back here."},
	403: {"ban", "You may not do that", "Your session may have ended, or this page is not for you.", "Reload the page and try again. If it stays closed, you need another permission."},
	404: {"search", "Nothing here", "No page or image has this address. Image addresses are case-sensitive.", "Check the address, or ask the person who sent it."},
	405: {"circle-x", "That does not work here", "The address exists, but not for this kind of request.", "Go back and use the buttons of the page."},
	408: {"timer", "That took too long", "The connection was too slow, so we stopped waiting.", "Try again with a better connection or a smaller file."},
	409: {"users", "Somebody was faster", "This changed while you were looking at it.", "Go back, reload the page and look again."},
	410: {"image-off", "It is gone", "What was here has been removed for good.", "It will not come back under this address."},
	413: {"hard-drive", "Too large", "The file or the request is larger than we take.", "Make the image smaller and try again."},
	415: {"image-off", "Not an image type we take", "We look at the content of a file, not at its name.", "Save it as PNG, JPEG, GIF or WebP and try again."},
	422: {"circle-alert", "Something needs correcting", "We understood the request, but a value in it is wrong.", "Go back, correct it and send it again."},
	423: {"lock", "Locked", "Somebody else is working on this, or the law keeps it as it is.", "Try again later."},
	429: {"hourglass", "A little slower, please", "Too many requests came from your network in a short time.", "Wait a moment and try again."},
	451: {"gavel", "Disabled for legal reasons", "The law requires us to keep this from being seen.", "The page of the image says why."},
	500: {"wrench", "Something broke on our side", "It is not your fault, and nothing was changed.", "Try again. If it happens once more, tell us the request number."},
	503: {"server", "Back in a moment", "A part of the service is not answering.", "Nothing is lost. Try again shortly."},
}

func (p Problem) face() face {
	if f, ok := faces[p.Status]; ok {
		return f
	}
	if p.Status >= 500 {
		return faces[500]
	}
	return faces[400]
}

func (p Problem) text(ctx context.Context) string {
	if p.Message != "" {
		return p.Message
	}
	return i18n.T(ctx, p.face().text)
}

func (p Problem) code() string { return strconv.Itoa(p.Status) }

// shell gives the page its title and keeps error pages out of search engines.
func (p Problem) shell(ctx context.Context) layout.Page {
	s := p.Page
	if s.Title == "" {
		s.Title = i18n.T(ctx, p.face().title)
	}
	if s.Robots == "" {
		s.Robots = "noindex"
	}
	s.Narrow = true
	return s
}

// buttons are the handler's, or the way home.
func (p Problem) buttons(ctx context.Context) []ui.Btn {
	if len(p.Next) > 0 || p.Site.Home == "" {
		return p.Next
	}
	return []ui.Btn{{Label: i18n.T(ctx, "Go to the upload page"), Icon: "house", Href: p.Site.Home, Kind: "primary"}}
}

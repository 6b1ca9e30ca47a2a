package sample

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"imglink/views/layout"
	"imglink/views/ui"
)

// Staff lists a gallery of every component inside the staff shell, and the sign-in shell.
func Staff(theme string) map[string]templ.Component {
	return map[string]templ.Component{
		"gallery": layoutWith(layout.StaffShell(shell(theme, false)), gallery()),
		"queue":   layoutWith(layout.StaffShell(shell(theme, true)), queuePane()),
		"sign":    layoutWith(layout.Sign(page(theme, "Sign in", "/staff/sign-in")), signForm()),
	}
}

func layoutWith(shell, child templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return shell.Render(templ.WithChildren(ctx, child), w)
	})
}

func shell(theme string, fill bool) layout.Staff {
	p := page(theme, "Reports", "/staff/reports")
	p.Flash = &ui.Flash{Tone: ui.OK, Text: "Image removed. The reporter and the uploader are told.", UndoURL: "/staff/undo/1", UndoFor: "30"}
	nav := []layout.NavGroup{
		{Title: "Work", Links: []layout.NavLink{
			{Href: "/staff/reports", Icon: "flag", Label: "Reports", Count: "23", Key: "r", Hot: true, Current: true},
			{Href: "/staff/mine", Icon: "circle-dot", Label: "Assigned to me", Count: "4", Key: "m"},
		}},
		{Title: "Insight", Links: []layout.NavLink{{Href: "/staff/audit", Icon: "history", Label: "Audit log", Key: "l"}}},
	}
	return layout.Staff{
		Page: p, Heading: "Reports", HomeHref: "/staff", Nav: nav, Fill: fill, Mobile: append(nav[0].Links, nav[1].Links...),
		User: layout.User{Name: "Mira Koch", Role: "Moderator", SignOut: "/staff/sign-out"},
		Keys: []ui.KeyGroup{{Title: "Queue", Keys: []ui.Keys{{Does: "Next, previous", Caps: []string{"J", "K"}}, {Does: "Open", Caps: []string{"O"}}, {Does: "Select", Caps: []string{"X"}}}}},
	}
}

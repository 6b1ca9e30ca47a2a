package staff

import (
	"strconv"
	"time"

	"github.com/a-h/templ"

	"imglink/app/fault"
	"imglink/app/web/kit"
	"imglink/views/staff/problem"
	"imglink/views/ui"
)

// ErrorPage is the error page of somebody who is signed in: the shell stays, so that every page of their role is one step
// away.
func ErrorPage(c *kit.Ctx, f *fault.Error) templ.Component {
	p := problem.Problem{
		Staff: Shell(c, "This did not work", ""), Status: strconv.Itoa(f.Kind.Status()), RequestID: c.ID,
		Say: ui.EmptyState{Icon: "circle-alert", Title: f.Message, Action: ui.Btn{Label: "Go to your home page", Icon: "house", Href: c.Kit.URL("staff.home")}},
	}
	switch {
	case f.Kind == fault.Forbidden && f.Code == "forbidden":
		p.Heading, p.Say.Icon = "Not for your role", "ban"
		p.Say.Title, p.Say.Text = "Your role does not include this page", "You are signed in as "+c.Principal.Role.Name()+". An administrator can change roles."
	case f.Kind == fault.NotFound:
		p.Heading, p.Say.Icon = "Nothing here", "search"
	case f.RetryAfter > 0:
		p.Say.Text = "You can try again in " + plural(int((f.RetryAfter+time.Second-1)/time.Second), "second") + "."
	}
	p.Title = p.Heading
	return problem.Page(p)
}

package web

import (
	"github.com/a-h/templ"

	"imglink/app/fault"
	"imglink/app/web/kit"
	"imglink/app/web/public"
	"imglink/app/web/staff"
)

// Frame draws the error pages: in the staff shell for who is completely signed in, in the public one for everybody else.
type Frame struct{}

// ErrorPage implements kit.Frame.
func (Frame) ErrorPage(c *kit.Ctx, f *fault.Error) templ.Component {
	if c.Principal != nil && c.Principal.Full() {
		return staff.ErrorPage(c, f)
	}
	return public.ErrorPage(c, f)
}

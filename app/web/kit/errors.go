package kit

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/i18n"
)

// Problem is the body of an error for programs (RFC 9457).
type Problem struct {
	Type       string        `json:"type"`
	Title      string        `json:"title"`
	Status     int           `json:"status"`
	Detail     string        `json:"detail"`
	Code       string        `json:"code"`
	Fields     []fault.Field `json:"fields,omitempty"`
	RetryAfter int           `json:"retry_after,omitempty"` // seconds
	RequestID  string        `json:"request_id"`
}

// Frame draws the pages that no handler draws. The web package supplies it from views.
type Frame interface {
	ErrorPage(c *Ctx, f *fault.Error) templ.Component
}

// fail is the one place that turns errors into answers. The cause goes to the log, never to the page.
func (c *Ctx) fail(err error) error {
	f := fault.Of(fromFiber(err))
	c.cause = err
	if f.Kind == fault.Unauthenticated && !c.WantsJSON() && c.Method() == fiber.MethodGet && c.Route != nil && c.Route.Needs != actor.Public {
		to := c.Kit.URL(c.signInName()) + "?next=" + queryEscape(c.OriginalURL())
		if errors.Is(f, errEnded) {
			to += "&ended=1" // the sign-in page says why it asks
		}
		return c.Redirect(to, fiber.StatusSeeOther)
	}
	if f.RetryAfter > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(seconds(f.RetryAfter)))
	}
	for _, name := range ofTheAnswer {
		c.Response().Header.Del(name)
	}
	if f.Kind != fault.Unsatisfiable {
		c.Response().Header.Del(fiber.HeaderContentRange)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.open()
	if f.Kind == fault.Unauthenticated && c.WantsJSON() {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="ImgLink"`) // RFC 9110, 15.5.2; RFC 6750, 3
	}
	if c.Route != nil && c.Route.Fail != nil {
		return c.Route.Fail(c, f)
	}
	if c.WantsJSON() {
		return c.Problem(f)
	}
	page := c.Kit.Frame.ErrorPage(c, f)
	return c.Render(f.Kind.Status(), page)
}

// signInName is where one signs in who wanted this page.
func (c *Ctx) signInName() string {
	if _, ok := c.Kit.routes["signin"]; ok && !staffPath(c.Path()) {
		return "signin"
	}
	return "staff.signin"
}

// ofTheAnswer are headers that a handler may have set for an answer that then failed: an error is not that picture.
var ofTheAnswer = []string{
	fiber.HeaderETag, fiber.HeaderLastModified, fiber.HeaderAcceptRanges, fiber.HeaderContentDisposition,
	fiber.HeaderContentEncoding, fiber.HeaderAccessControlAllowOrigin, "Cache-Tag", "Cross-Origin-Resource-Policy",
}

// failPlainly answers after a panic. When the error page is what panics, a sentence must do.
func (c *Ctx) failPlainly(err error) (out error) {
	defer func() {
		if p := recover(); p != nil {
			c.cause = errors.Join(err, fmt.Errorf("panic while drawing the error page: %v", p))
			out = c.Status(fiber.StatusInternalServerError).SendString("Something went wrong on our side. Reference: " + c.ID)
		}
	}()
	return c.fail(err)
}

// Problem answers an error as problem+json (RFC 9457), for a Failure that has nothing else to say.
func (c *Ctx) Problem(f *fault.Error) error {
	status := f.Kind.Status()
	title := f.Kind.Title()
	if c.FromBrowser() { // our own page shows the sentences to its reader (RFC 9457, 3.1: they may be localised)
		ctx := i18n.With(c.Context(), c.Language())
		f, title = Say(ctx, f), i18n.T(ctx, title)
		c.Set(fiber.HeaderContentLanguage, i18n.Lang(ctx))
	}
	body, err := json.Marshal(Problem{
		Type: c.Kit.Base + "/help#" + f.Code, Title: title, Status: status, Detail: f.Message, Code: f.Code,
		Fields: f.Fields, RetryAfter: seconds(f.RetryAfter), RequestID: c.ID,
	})
	if err != nil {
		return err
	}
	c.Status(status).Set(fiber.HeaderContentType, "application/problem+json")
	return c.Send(body)
}

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// fromFiber gives the framework's own errors a kind.
func fromFiber(err error) error {
	var fe *fiber.Error
	if !errors.As(err, &fe) {
		return err
	}
	switch fe.Code {
	case fiber.StatusNotFound:
		return fault.New(fault.NotFound, "", "There is nothing at this address.")
	case fiber.StatusMethodNotAllowed:
		return fault.New(fault.WrongMethod, "", "This address does not support that method.")
	case fiber.StatusRequestEntityTooLarge:
		return fault.New(fault.TooLarge, "", "The request is larger than we accept.")
	case fiber.StatusRequestHeaderFieldsTooLarge:
		return fault.New(fault.HeadersTooLarge, "", "The request's headers are too large. Delete this site's cookies and try again.")
	case fiber.StatusRequestTimeout:
		return fault.New(fault.Timeout, "timeout", "The request took too long to arrive.")
	default:
		if fe.Code < 500 {
			return fault.New(fault.Malformed, "", "The request could not be understood.").Because(err)
		}
		return err
	}
}

package kit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"imglink/app/actor"
	"imglink/app/clock"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

// requestTimeout bounds everything a page does; streaming routes watch their own progress.
const (
	requestTimeout = 30 * time.Second
	streamTimeout  = 15 * time.Minute
)

// Mount registers the table. A route without a permission, a name or a handler is a defect and panics.
func (k *Kit) Mount(app *fiber.App, routes []Route) {
	k.routes = make(map[string]string, len(routes))
	k.needs = make(map[string]actor.Permission, len(routes))
	k.methods = make(map[string][]string, len(routes))
	for i := range routes {
		r := &routes[i]
		if r.Needs == "" || r.Name == "" || r.Do == nil {
			panic(fmt.Sprintf("kit: route %s %s needs a permission, a name and a handler", r.Method, r.Path))
		}
		if prev, dup := k.routes[r.Name]; dup && prev != r.Path {
			panic("kit: two routes are named " + r.Name)
		}
		k.routes[r.Name] = r.Path
		k.need(r)
		k.methods[r.Path] = append(k.methods[r.Path], r.Method)
		k.opened(r)
		do := func(fc *fiber.Ctx) error { return k.serve(fc, r) }
		app.Add(r.Method, r.Path, do)
		if r.Method == fiber.MethodGet {
			k.methods[r.Path] = append(k.methods[r.Path], fiber.MethodHead)
			app.Add(fiber.MethodHead, r.Path, do) // the same answer without its body (RFC 9110, 9.3.2)
		}
	}
	app.Use(func(fc *fiber.Ctx) error { return k.serve(fc, nil) })
}

// serve is the life of a request: identify, limit, bound, check, handle; every error ends in fail.
func (k *Kit) serve(fc *fiber.Ctx, r *Route) (err error) {
	elapsed := clock.Stopwatch()
	c := &Ctx{Ctx: fc, Kit: k, Route: r, ID: ident.Public()}
	timeout := requestTimeout
	if r != nil && r.Body == StreamBody {
		timeout = streamTimeout
	}
	cancel := c.withRequest(timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = c.failPlainly(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
		c.settleBody()
		k.record(c, elapsed())
	}()
	c.headers()
	if err := c.framed(); err != nil {
		return c.fail(err)
	}
	if r == nil {
		return c.elsewhere()
	}
	c.open()
	if err := c.handle(); err != nil {
		return c.fail(err)
	}
	return nil
}

func (c *Ctx) handle() error {
	for _, step := range []func() error{c.identify, c.authorise, c.limit, c.bound, c.wellFormed, c.guard} {
		if err := step(); err != nil {
			return err
		}
	}
	return c.Route.Do(c)
}

func (c *Ctx) headers() {
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=(), usb=()")
	c.Set(fiber.HeaderXRequestID, c.ID)
	if c.Kit.Secure {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=63072000; includeSubDomains")
	}
}

var errTooLarge = fault.New(fault.TooLarge, "body_too_large", "The request is larger than this form accepts.")

// errEncoded refuses compressed requests: the framework would inflate them without bound.
var errEncoded = fault.New(fault.Unsupported, "content_encoding", "Send the request without Content-Encoding: compressed requests are not accepted.")

// bound reads the body up to the route's cap: the server streams and enforces no limit of its own.
func (c *Ctx) bound() error {
	if len(c.Request().Header.Peek(fiber.HeaderContentEncoding)) > 0 {
		return errEncoded
	}
	limit := c.Route.Body
	if limit == StreamBody {
		return nil
	}
	if n := c.Request().Header.ContentLength(); int64(n) > limit {
		return errTooLarge
	}
	if !c.Request().IsBodyStream() {
		if int64(len(c.Request().Body())) > limit {
			return errTooLarge
		}
		return nil
	}
	c.body = c.paced(limit + 1)
	body, err := io.ReadAll(io.LimitReader(c.body, limit+1))
	switch {
	case int64(len(body)) > limit:
		return errTooLarge
	case errors.As(err, new(*fault.Error)):
		return err
	case err != nil:
		return fault.New(fault.Malformed, "body_unreadable", "The request broke off before it was complete. Please send it again.").Because(err)
	}
	_ = c.Request().CloseBodyStream()
	c.Request().SetBodyRaw(body)
	return nil
}

// wellFormed refuses text that no database could store: NUL characters and broken UTF-8.
func (c *Ctx) wellFormed() (err error) {
	check := func(_, v []byte) {
		if bytes.IndexByte(v, 0) >= 0 || !utf8.Valid(v) {
			err = models.ErrText
		}
	}
	c.Request().URI().QueryArgs().VisitAll(check)
	if c.Route.Body > 0 {
		c.Request().PostArgs().VisitAll(check)
	}
	return err
}

// guard checks the CSRF token of every request that changes something. API clients send no cookies; when a browser
// does, its cookies count only with a token.
func (c *Ctx) guard() error {
	switch c.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		return nil
	}
	if c.Route.API {
		return c.guardAPI()
	}
	if c.Route.Body == StreamBody {
		return nil // the handler reads the token from the stream: see Ctx.CheckStreamToken
	}
	return c.checkCSRF()
}

// CheckStreamToken is the CSRF check of handlers that read a streamed form, called with the form's token field, which
// must come before any file.
func (c *Ctx) CheckStreamToken(token string) error {
	if !c.sameOrigin() || !c.validCSRF(token) {
		return errCSRF
	}
	return nil
}

// FromBrowser reports whether an API request came from one of our own pages: only then do its cookies count.
func (c *Ctx) FromBrowser() bool { return c.sameOrigin() && c.validCSRF(c.Get(CSRFHeader)) }

// record logs one line a request, without address, path, query or agent.
func (k *Kit) record(c *Ctx, took time.Duration) {
	name, method := "none", "other" // labels outlive the request, whose strings do not
	if c.Route != nil {
		name, method = c.Route.Name, c.Route.Method
	}
	status := c.Response().StatusCode()
	observe(name, method, status, took)
	level := slog.LevelInfo
	attrs := []any{"request_id", c.ID, "route", name, "method", method, "status", status, "ms", float64(took.Microseconds()) / 1000}
	if c.cause != nil {
		attrs = append(attrs, "code", fault.Of(c.cause).Code)
		if status >= 500 {
			level = slog.LevelError
			attrs = append(attrs, "error", c.cause.Error())
		}
	}
	k.Log.Log(c.UserContext(), level, "request", attrs...)
}

// ErrorHandler is for failures before a route is reached, such as unreadable headers.
func (k *Kit) ErrorHandler(fc *fiber.Ctx, err error) error {
	c := &Ctx{Ctx: fc, Kit: k, ID: ident.Public()}
	c.headers()
	var fe *fiber.Error
	if errors.As(err, &fe) && fe.Code >= 400 && fe.Code < 500 {
		return c.Problem(fault.Of(fromFiber(err)))
	}
	return c.fail(err)
}

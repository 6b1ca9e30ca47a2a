package staff

import (
	"github.com/gofiber/fiber/v2"

	"imglink/app/fault"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/staff/ops"
	"imglink/views/staff/review"
	"imglink/views/ui"
)

// NewCase is GET /staff/reports/new: review an image that nobody reported. ?image= fills the address in.
func (h *Handlers) NewCase(c *kit.Ctx) error { return h.drawNewCase(c, c.Text("image"), nil) }

func (h *Handlers) drawNewCase(c *kit.Ctx, address string, refused error) error {
	reasons, err := h.Moderation.Reasons(c.Context())
	if err != nil {
		return err
	}
	page := review.Open{
		Staff: Shell(c, "Review an image", "staff.report.new"), Action: c.Kit.URL("staff.report.new"), Back: c.Kit.URL("staff.reports"),
		Address: address, Why: c.Text("explanation"), Reasons: codeOptions(reasons, c.Text("reason")),
	}
	status, err := refusal(refused, &page.Problems, &page.Errors)
	if err != nil {
		return err
	}
	page.HasErrors = refused != nil
	return c.Render(status, review.OpenPage(page))
}

// OpenCase is POST /staff/reports/new: a case on our own initiative (Regulation (EU) 2022/2065, Art. 17(3)(b) tells such
// decisions from those on a notice). An image that has a case already leads to that one.
func (h *Handlers) OpenCase(c *kit.Ctx) error {
	id, err := h.Moderation.OpenCase(c.Context(), c.Actor, c.Text("urls"), c.Text("reason"), lines(c.Text("explanation")))
	if err != nil {
		return h.drawNewCase(c, c.Text("urls"), err)
	}
	return c.See("staff.report", id)
}

// AddBlock is POST /staff/blocks: a file that is refused from now on.
func (h *Handlers) AddBlock(c *kit.Ctx) error {
	if _, err := h.Moderation.AddBlock(c.Context(), c.Actor, c.Text("sha256"), c.Text("reason")); err != nil {
		return h.drawBlocks(c, err)
	}
	setFlash(c, "blocked")
	return c.See("staff.blocks")
}

// blockForm asks for a file by its hash, above the list.
func (h *Handlers) blockForm(c *kit.Ctx, page *ops.Table, refused error) (status int, err error) {
	reasons, err := h.Moderation.Reasons(c.Context())
	if err != nil {
		return 0, err
	}
	f := ops.Block{CSRF: c.CSRF(), Action: c.Kit.URL("staff.block.add"), SHA256: c.Text("sha256"), Reasons: codeOptions(reasons, c.Text("reason"))}
	status, err = refusal(refused, &page.Problems, &f.Errors)
	page.HasErrors = refused != nil
	page.Form = ops.BlockForm(f)
	return status, err
}

func codeOptions(reasons []models.ReasonCode, chosen string) []ui.Option {
	out := []ui.Option{{Label: "Choose a reason"}}
	for _, r := range reasons {
		out = append(out, ui.Option{Value: r.Code, Label: r.Label, Selected: r.Code == chosen})
	}
	return out
}

// refusal puts what a form was refused for on its page again. What no input of the form can mend stays an error.
func refusal(refused error, summary *[]ui.Problem, fields *map[string]string) (status int, err error) {
	if refused == nil {
		return fiber.StatusOK, nil
	}
	f := fault.Of(refused)
	switch f.Kind {
	case fault.Invalid, fault.Conflict, fault.Gone:
	default:
		return 0, refused
	}
	*summary, *fields = problems(f), map[string]string{}
	for _, p := range f.Fields {
		(*fields)[p.Name] = p.Message
	}
	return f.Kind.Status(), nil
}

package public

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/botcheck"
	"imglink/app/fault"
	"imglink/app/i18n"
	"imglink/app/moderation"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/public"
	"imglink/views/ui"
)

// Moderation is what the public side asks of it: notices in, statements and outcomes out.
type Moderation interface {
	FileNotice(ctx context.Context, in moderation.NoticeInput) (moderation.Receipt, error)
	NoticeStatus(ctx context.Context, token string) (moderation.NoticeStatus, error)
	Reasons(ctx context.Context) ([]models.ReasonCode, error)
	StatementFor(ctx context.Context, imageID string) (moderation.Statement, bool, error)
}

// reportAction is what a proof or a Turnstile token of the report form is good for.
const reportAction = "report"

// RegisterAction is the same of the registration form.
const RegisterAction = "register"

// ReportForm is GET /report and GET /:id/report.
func (h *Handlers) ReportForm(c *kit.Ctx) error {
	v, err := h.reportView(c)
	if err != nil {
		return err
	}
	if id := c.Param("id"); id != "" {
		if _, err := h.lookup(c); err != nil {
			return err
		}
		v.URLs = c.Kit.Abs("image", id)
	} else {
		v.URLs = c.Text("url")
	}
	v.Reason = c.Text("reason")
	return c.OK(public.ReportPage(v))
}

func (h *Handlers) reportView(c *kit.Ctx) (public.Report, error) {
	reasons, err := h.Moderation.Reasons(c.Context())
	if err != nil {
		return public.Report{}, err
	}
	p := Page(c, c.T("Report an image"))
	v := public.Report{
		Page: p, Action: c.Kit.URL("report.file"), Groups: groups(c, reasons), MaxURLs: moderation.MaxURLs, TermsHref: c.Kit.URL("terms"),
	}
	w := h.Bot.Describe()
	v.Bot = public.BotCheck{Action: reportAction, SiteKey: w.SiteKey}
	v.Turnstile = w.SiteKey != ""
	if h.Proof != nil {
		v.Bot.Challenge = c.Kit.URL("botcheck.challenge") + "?action=" + reportAction
	}
	return v, nil
}

// groups shows the reasons as people think of them: against the law, or against the rules of this site.
func groups(c *kit.Ctx, reasons []models.ReasonCode) []public.ReasonGroup {
	law, terms := public.ReasonGroup{Title: c.T("It is illegal")}, public.ReasonGroup{Title: c.T("It breaks the rules of this site")}
	for _, r := range reasons {
		o := ui.Option{Value: r.Code, Label: c.T(r.Label), Why: c.T(r.Description)}
		if r.Ground == "law" {
			law.Options = append(law.Options, o)
		} else {
			terms.Options = append(terms.Options, o)
		}
	}
	return []public.ReasonGroup{law, terms}
}

// FileReport is POST /report.
func (h *Handlers) FileReport(c *kit.Ctx) error {
	in := moderation.NoticeInput{
		URLs: lines(c.Text("urls")), ReasonCode: c.Text("reason"), Explanation: c.Text("explanation"), Name: c.Text("name"),
		Email: c.Text("email"), GoodFaith: c.Text("good_faith") != "", Locale: c.Language(),
		ReporterKey: c.Kit.Keys.MAC("reporter", kit.Network(c.IPAddr())),
	}
	slow := c.Text("slow") != ""
	err := error(nil)
	if !slow {
		err = h.Bot.Check(c.Context(), botcheck.Answer{
			Token: c.Text("cf-turnstile-response"), Pow: c.Text("pow"), RemoteIP: c.IPAddr().String(), Action: reportAction,
		})
		in.Verified = err == nil
	}
	if err == nil {
		var receipt moderation.Receipt
		if receipt, err = h.Moderation.FileNotice(c.Context(), in); err == nil {
			return h.receipt(c, in, receipt)
		}
	}
	return h.reportAgain(c, in, err)
}

// reportAgain shows the form with what was typed and what to change.
func (h *Handlers) reportAgain(c *kit.Ctx, in moderation.NoticeInput, cause error) error {
	f := fault.Of(cause)
	bot := f.Code == "botcheck_failed" || f.Code == "botcheck_unavailable"
	if f.Kind != fault.Invalid && !bot {
		return cause
	}
	v, err := h.reportView(c)
	if err != nil {
		return errors.Join(cause, err)
	}
	v.HasErrors = true
	v.URLs, v.Explanation, v.Name, v.Email, v.Reason, v.GoodFaith = strings.Join(in.URLs, "\n"), in.Explanation, in.Name, in.Email, in.ReasonCode, in.GoodFaith
	v.Problems = problems(c, f, nil)
	if bot {
		v.Bot.Error = kit.Say(c.Context(), f).Message
		v.Problems = []ui.Problem{{ID: "bot", Message: v.Bot.Error}}
	}
	return c.Render(f.Kind.Status(), public.ReportPage(v))
}

func (h *Handlers) receipt(c *kit.Ctx, in moderation.NoticeInput, r moderation.Receipt) error {
	v := public.Receipt{
		Page: Page(c, c.T("Report received")), Reference: r.Reference, StatusURL: c.Kit.Abs("report.status", r.StatusToken), Slow: !r.Admitted,
		Steps: []ui.Step{
			{State: "done", Title: c.T("Received"), Text: c.T("Your report has the reference %s.", r.Reference)},
			{State: "now", Title: c.T("Review"), Text: c.T("A person looks at the image and at what you wrote.")},
			{Title: c.T("Decision"), Text: c.T("You read on the status page what was decided and why.")},
		},
	}
	if in.Email != "" {
		v.MailedTo = maskAddress(c, in.Email)
	}
	v.Robots = "noindex"
	return c.Render(fiber.StatusCreated, public.ReceiptPage(v))
}

// maskAddress shows enough of an address to recognise one's own.
func maskAddress(c *kit.Ctx, a string) string {
	name, host, ok := strings.Cut(a, "@")
	if !ok || name == "" {
		return c.T("your address")
	}
	return name[:1] + "…@" + host
}

// ReportStatus is GET /report/status/:token, the secret page of one report.
func (h *Handlers) ReportStatus(c *kit.Ctx) error {
	st, err := h.Moderation.NoticeStatus(c.Context(), c.Param("token"))
	if err != nil {
		return err
	}
	v := public.ReportStatus{Page: Page(c, c.T("Report %s", st.Reference)), Reference: st.Reference, Reason: c.T(st.ReasonLabel), Steps: statusSteps(c, st)}
	v.Robots = "noindex"
	for _, item := range st.Items {
		text, tone := outcome(c, item)
		v.Items = append(v.Items, public.ReportedItem{URL: item.URL, Outcome: text, Tone: tone})
		if item.Outcome != "" && v.Outcome == "" {
			v.Outcome, v.Why = c.T(item.Text), item.Why
			v.Redress = redress(c.Context(), item.Redress)
			v.Automated = c.T("No automated means were used to decide.")
		}
	}
	return c.OK(public.ReportStatusPage(v))
}

func statusSteps(c *kit.Ctx, st moderation.NoticeStatus) []ui.Step {
	received := ui.Step{State: "done", Title: c.T("Received"), When: date(c.Context(), st.ReceivedOn)}
	review, decided := ui.Step{State: "now", Title: c.T("Review"), Text: c.T("A person looks at the image and at what you wrote.")}, ui.Step{Title: c.T("Decision")}
	if st.State == models.NoticeScreening {
		review.Text = c.T("Sent without the robot check: it joins the others a few minutes later.")
	}
	if st.DecidedOn != nil {
		review.State, review.Text = "done", ""
		decided.State, decided.When = "done", date(c.Context(), *st.DecidedOn)
	}
	return []ui.Step{received, review, decided}
}

func date(ctx context.Context, t time.Time) string { return i18n.Date(ctx, t, i18n.Long) }

func outcome(c *kit.Ctx, item moderation.NoticeStatusItem) (string, ui.Tone) {
	switch item.Outcome {
	case "":
		return c.T("Waiting for review"), ui.Neutral
	case "keep":
		return c.T("Kept online"), ui.Info
	case "restrict":
		return c.T("Restricted to adults"), ui.Warn
	case "disable":
		return c.T("Disabled for legal reasons"), ui.OK
	case "gone":
		return c.T("Already offline"), ui.OK
	default:
		return c.T("Removed"), ui.OK
	}
}

func redress(ctx context.Context, in []moderation.Redress) []public.Redress {
	var out []public.Redress
	for _, r := range in {
		r = r.Say(ctx)
		out = append(out, public.Redress{Title: r.Title, Text: r.Text, Href: r.URL, Label: r.Title})
	}
	return out
}

// Challenge is GET /botcheck/challenge: a fresh sum for the browser.
func (h *Handlers) Challenge(c *kit.Ctx) error {
	if h.Proof == nil {
		return models.ErrNotFound
	}
	action := c.Text("action")
	if action != reportAction && action != RegisterAction {
		return fault.InvalidField("action", `The action must be "report" or "register".`)
	}
	return c.JSONStatus(fiber.StatusOK, h.Proof.Issue(action))
}

// lines are the non-empty lines of a text area.
func lines(s string) []string {
	var out []string
	for _, l := range strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

func escape(s string) string { return url.QueryEscape(s) }

// statement is what a decision says about an image, for its pages; nil when none stands.
func (h *Handlers) statement(c *kit.Ctx, img models.Image) (*public.Statement, error) {
	st, ok, err := h.Moderation.StatementFor(c.Context(), img.ID)
	if err != nil || !ok {
		return nil, err
	}
	return StatementView(c.Context(), st, h.Location), nil
}

// StatementView puts a statement of reasons into the words of the pages.
func StatementView(ctx context.Context, st moderation.Statement, loc *time.Location) *public.Statement {
	st = st.Say(ctx)
	v := &public.Statement{
		Reference: st.CaseReference, Measure: st.Measure, Scope: st.Territory, Duration: st.Duration, Facts: st.Facts, Source: st.SourceText,
		Automated: st.AutomatedText, Law: st.Ground == "law", Ground: st.Reference, GroundHref: st.ClauseURL, Why: st.Explanation,
		Redress: redress(ctx, st.Redress), Issued: date(ctx, st.IssuedAt.In(loc)), IssuedISO: st.IssuedAt.In(loc).Format("2006-01-02"),
	}
	return v
}

package user

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"imglink/app/fault"
	"imglink/app/i18n"
	"imglink/app/users"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/ui"
	view "imglink/views/user"
)

// choices are what somebody decides about their data, in words. on and off say how it stands, give and take what the one
// button does.
//
//i18n:keys
var choices = []struct{ purpose, title, text, on, off, give, take string }{
	{
		users.ConsentAnalytics, "Being counted", "We count page views and uploads to run the service, without cookies and in totals only, on the ground of our legitimate interest. You may object at any time, without giving a reason.",
		"You are counted", "You objected", "Withdraw the objection", "Object",
	},
	{
		users.ConsentName, "Your display name in public", "With your consent your display name stands on your public albums. Without it they name nobody.",
		"You consented", "No consent", "Consent", "Withdraw the consent",
	},
}

// decided are the entries of the history in words: what was given, and what was withdrawn.
//
//i18n:keys
var decided = map[string][2]string{
	users.ConsentAnalytics: {"Objection to being counted withdrawn", "Objected to being counted"},
	users.ConsentName:      {"Display name in public: consented", "Display name in public: consent withdrawn"},
	users.ConsentPolicy:    {"Terms and privacy policy accepted", "Terms and privacy policy no longer accepted"},
}

// Privacy is GET /settings/privacy.
func (h *Handlers) Privacy(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	now, err := h.Users.Choices(c.Context(), w)
	if err != nil {
		return err
	}
	m := view.Privacy{Settings: Settings(c, "Privacy", "settings.privacy"), Action: c.Kit.URL("settings.privacy"), Policy: c.Kit.URL("privacy")}
	stands := map[string]bool{users.ConsentAnalytics: !now.Objects, users.ConsentName: now.PublicName}
	for _, x := range choices {
		v := view.Choice{ID: x.purpose, Purpose: x.purpose, Title: c.T(x.title), Text: c.T(x.text), On: stands[x.purpose]}
		v.State, v.Label, v.Given = c.T(x.off), c.T(x.give), "1"
		if v.On {
			v.State, v.Label, v.Given = c.T(x.on), c.T(x.take), "0"
		}
		m.Choices = append(m.Choices, v)
	}
	for _, e := range now.History {
		words := decided[e.Purpose][1]
		if e.Given {
			words = decided[e.Purpose][0]
		}
		r := view.Row{Title: c.T(words), Text: c.T("Version %s", e.Version) + " · "}
		r.ISO, r.UTC = stamp(c, e.At)
		m.History = append(m.History, r)
	}
	return c.OK(view.PrivacyPage(m))
}

// Choose is POST /settings/privacy.
func (h *Handlers) Choose(c *kit.Ctx) error {
	w, err := h.who(c)
	if err == nil {
		err = h.Users.Choose(c.Context(), w, c.Text("purpose"), c.Text("given") == "1")
	}
	return acted(c, err, "chosen", c.Kit.URL("settings.privacy"))
}

// Data is GET /settings/data.
func (h *Handlers) Data(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	return h.drawData(c, w, nil)
}

func (h *Handlers) drawData(c *kit.Ctx, w users.Who, refused error) error {
	status, problems := fiber.StatusOK, []ui.Problem(nil)
	if refused != nil {
		var other error
		if problems, status, other = redrawn(c, refused); other != nil {
			return other
		}
		for i := range problems {
			problems[i].ID = "note-" + c.Text("kind")
		}
	}
	list, err := h.Users.Requests(c.Context(), w)
	if err != nil {
		return err
	}
	m := view.Data{
		Settings: Settings(c, "Your data", "settings.data"), Form: view.Form{Action: c.Kit.URL("settings.data"), Problems: problems},
		Suspended: w.State == models.UserSuspended, Acts: []view.DataAct{accessAct(c), erasureAct(c)},
	}
	m.HasErrors = refused != nil
	for _, r := range list {
		h.place(c, &m, r)
	}
	return c.Render(status, view.DataPage(m))
}

// place puts a request where it belongs: with its act while it is open, below afterwards.
func (h *Handlers) place(c *kit.Ctx, m *view.Data, r models.DataRequest) {
	row := view.Row{Title: r.Reference, Text: c.T("asked for on %s", i18n.Date(c.Context(), r.CreatedAt, i18n.Long)), Note: r.Note}
	for i := range m.Acts {
		if a := &m.Acts[i]; a.Kind == r.Kind {
			if r.State == "open" {
				row.Action, row.Label, row.Name = c.Kit.URL("data.withdraw", r.ID), c.T("Withdraw"), c.T("Withdraw")+": "+r.Reference
				row.Badge, row.Tone = c.T("Open"), ui.Info
				a.Open = &row
				return
			}
			row.Note = a.Title
		}
	}
	row.Badge = c.T("Withdrawn")
	m.Past = append(m.Past, row)
}

func accessAct(c *kit.Ctx) view.DataAct {
	return view.DataAct{
		Kind: users.RequestAccess, Title: c.T("A copy of your data"), Icon: "download", Label: c.T("Ask for a copy"),
		Steps: []ui.Step{
			{State: "now", Title: c.T("You ask"), Text: c.T("You get a reference. You can withdraw the request as long as it is open.")},
			{Title: c.T("Our privacy office collects"), Text: c.T("Your account, sessions, consents, uploads, albums and what else we hold about you, with the images themselves.")},
			{Title: c.T("You download it"), Text: c.T("Within 30 days we write to your address where to download it. It is free of charge.")},
		},
	}
}

func erasureAct(c *kit.Ctx) view.DataAct {
	return view.DataAct{
		Kind: users.RequestErasure, Title: c.T("The end of your account"), Icon: "trash-2", Label: c.T("Ask to delete the account"), Danger: true,
		Steps: []ui.Step{
			{State: "now", Title: c.T("You ask"), Text: c.T("We ask once more who you are. Until it is carried out you can withdraw the request and use the account.")},
			{Title: c.T("Our privacy office carries it out"), Text: c.T("Within 30 days your account, your albums and your images are deleted for good, with all copies.")},
			{Title: c.T("What stays"), Text: c.T("Only what the law makes us keep, such as that you asked. We tell you by mail when it is done.")},
		},
	}
}

// AskData is POST /settings/data.
func (h *Handlers) AskData(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	_, err = h.Users.OpenRequest(c.Context(), w, c.Text("kind"), c.Text("note"))
	if fault.Is(err, fault.Invalid) {
		return h.drawData(c, w, err)
	}
	return acted(c, err, "asked", c.Kit.URL("settings.data"))
}

// WithdrawData is POST /settings/data/:id/withdraw.
func (h *Handlers) WithdrawData(c *kit.Ctx) error {
	w, err := h.who(c)
	if err == nil {
		err = h.Users.WithdrawRequest(c.Context(), w, c.Param("id"))
	}
	if errors.Is(err, models.ErrNotFound) {
		err = models.ErrStale
	}
	return acted(c, err, "withdrawn", c.Kit.URL("settings.data"))
}

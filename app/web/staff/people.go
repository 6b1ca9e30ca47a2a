package staff

import (
	"errors"
	"net/url"
	"strings"

	"imglink/app/accounts"
	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/staff/account"
	"imglink/views/ui"
)

// roleWhy explains each role in a line, for those who appoint.
var roleWhy = map[actor.Role]string{
	actor.Triage:         "Sorts reports, keeps pictures or restricts them by age.",
	actor.Moderator:      "Decides reports, removal included.",
	actor.Lead:           "Decides everything about reports, edits the block list, reads the audit log.",
	actor.PrivacyOfficer: "Answers requests about personal data.",
	actor.Auditor:        "Reads cases and the audit log, changes nothing.",
	actor.Analyst:        "Sees figures, no content.",
	actor.Admin:          "Manages people and the system, sees no content.",
}

func roleOptions(chosen actor.Role) []ui.Option {
	var out []ui.Option
	for _, r := range actor.Roles {
		out = append(out, ui.Option{Value: string(r), Label: r.Name(), Why: roleWhy[r], Selected: r == chosen})
	}
	return out
}

// People lists who works here.
func (h *Account) People(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	rows, next, err := h.Accounts.People(c.Context(), w, c.Text("after"))
	if err != nil {
		return err
	}
	m := account.People{Staff: Shell(c, "People", "staff.people"), Invite: c.Kit.URL("staff.people.invite")}
	m.Flash = takeAccountFlash(c)
	for _, r := range rows {
		p := personView(c, r.Staff, r.Passkeys, w)
		p.SeenISO, p.Seen = stampOr(r.SeenAt)
		m.People = append(m.People, p)
	}
	here := c.Kit.URL("staff.people")
	if c.Text("after") != "" {
		m.Pages.First = here
	}
	if next != "" {
		m.Pages.Next = here + "?after=" + url.QueryEscape(next)
	}
	return c.OK(account.PeoplePage(m))
}

func personView(c *kit.Ctx, s models.Staff, passkeys int, w accounts.Who) account.Person {
	p := account.Person{Href: c.Kit.URL("staff.person", s.ID), Name: s.Name, Email: s.Email, Role: s.Role.Name(), You: s.ID == w.StaffID}
	switch s.State {
	case models.StaffActive:
		p.State, p.StateTone, p.StateIcon = "Active", ui.OK, "circle-check"
	case models.StaffInvited:
		p.State, p.StateTone, p.StateIcon = "Invited", ui.Info, "mail"
	default:
		p.State, p.StateTone, p.StateIcon = "Disabled", ui.Neutral, "ban"
	}
	var factors []string
	if s.TOTPConfirmedAt != nil {
		factors = append(factors, "App")
	}
	if passkeys > 0 {
		factors = append(factors, plural(passkeys, "passkey"))
	}
	if p.Factors = strings.Join(factors, ", "); p.Factors == "" {
		p.Factors = "Not set up"
	}
	return p
}

// InviteForm asks who is to be invited. Inviting needs a fresh confirmation, so that comes before the form.
func (h *Account) InviteForm(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	if !h.Accounts.Recent(w) {
		return confirmFirst(c, c.Kit.URL("staff.people.invite"))
	}
	return h.drawInvite(c, nil)
}

func (h *Account) drawInvite(c *kit.Ctx, refused error) error {
	m := account.Invite{
		Staff: Shell(c, "Invite somebody", "staff.people"), Form: account.Form{Action: c.Kit.URL("staff.people.invite")},
		Email: c.Text("email"), Name: c.Text("name"), Roles: roleOptions(actor.Role(c.Text("role"))), Back: c.Kit.URL("staff.people"),
	}
	status, err := redrawn(c, refused, &m.Page, &m.Problems)
	if err != nil {
		return err
	}
	return c.Render(status, account.InvitePage(m))
}

// Invite adds a colleague and shows the link once.
func (h *Account) Invite(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	in := accounts.InviteInput{Email: c.Text("email"), Name: c.Text("name"), Role: actor.Role(c.Text("role"))}
	link, _, err := h.Accounts.Invite(c.Context(), w, in)
	if errors.Is(err, accounts.ErrConfirm) {
		return confirmFirst(c, c.Kit.URL("staff.people.invite"))
	}
	if err != nil {
		return h.drawInvite(c, err)
	}
	return showLink(c, in.Name, link)
}

func showLink(c *kit.Ctx, name, link string) error {
	until := c.Kit.Clock.Now().Add(accounts.LinkLife).Format(accountStamp)
	return c.OK(account.LinkPage(account.Link{
		Staff: Shell(c, "One-time link", "staff.people"), Who: name, URL: link, Until: until, Mailed: true, Back: c.Kit.URL("staff.people"),
	}))
}

// Person shows one account.
func (h *Account) Person(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	return h.drawPerson(c, w, nil)
}

func personID(c *kit.Ctx) (string, error) {
	id := c.Param("id")
	if !ident.IsPublic(id) {
		return "", models.ErrNotFound
	}
	return id, nil
}

func (h *Account) drawPerson(c *kit.Ctx, w accounts.Who, refused error) error {
	id, err := personID(c)
	if err != nil {
		return err
	}
	p, err := h.Accounts.Person(c.Context(), w, id)
	if err != nil {
		return err
	}
	k := c.Kit
	m := account.Edit{
		Staff: Shell(c, p.Staff.Name, "staff.people"), Form: account.Form{Action: k.URL("staff.person.role", id)}, Person: personView(c, p.Staff, p.Passkeys, w),
		Roles: roleOptions(p.Staff.Role), You: id == w.StaffID, Sessions: sessionViews(c, p.Sessions, ""),
		StateAction: k.URL("staff.person.state", id), SessionsAction: k.URL("staff.person.sessions", id), Back: k.URL("staff.people"),
	}
	m.Flash = takeAccountFlash(c)
	if !h.Accounts.Recent(w) {
		m.Confirm = withNext(c, "staff.confirm", k.URL("staff.person", id))
	}
	offers(c, &m, p.Staff)
	status, err := redrawn(c, refused, &m.Page, &m.Problems)
	if err != nil {
		return err
	}
	return c.Render(status, account.EditPage(m))
}

// offers adds what the state of the account allows.
func offers(c *kit.Ctx, m *account.Edit, s models.Staff) {
	m.StateLabel, m.StateText, m.StateTo = "Disable the account", "Ends every session at once. What the person did stays in the log.", string(models.StaffDisabled)
	switch s.State {
	case models.StaffInvited:
		m.LinkLabel, m.LinkText = "Send a new link", "The earlier link stops working."
	case models.StaffActive:
		m.LinkLabel, m.LinkText = "Send a link for a new password", "It is mailed to the person and not shown here. The second step stays as it is."
	case models.StaffDisabled:
		m.StateLabel, m.StateText, m.StateTo = "Enable the account", "The person can sign in again as before.", string(models.StaffActive)
	}
	if m.LinkLabel != "" {
		m.LinkAction = c.Kit.URL("staff.person.link", s.ID)
	}
	if s.TOTPConfirmedAt != nil {
		m.FactorsAction = c.Kit.URL("staff.person.factors", s.ID)
	}
}

// change runs one change to somebody's account and ends on its page.
func (h *Account) change(c *kit.Ctx, flash string, do func(w accounts.Who, id string) error) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	id, err := personID(c)
	if err != nil {
		return err
	}
	err = do(w, id)
	if fault.Is(err, fault.Invalid) || errors.Is(err, accounts.ErrLastAdmin) {
		return h.drawPerson(c, w, err)
	}
	return acted(c, err, flash, c.Kit.URL("staff.person", id))
}

// SetRole changes somebody's role.
func (h *Account) SetRole(c *kit.Ctx) error {
	return h.change(c, "role", func(w accounts.Who, id string) error {
		return h.Accounts.SetRole(c.Context(), w, id, actor.Role(c.Text("role")))
	})
}

// SetState disables or enables an account.
func (h *Account) SetState(c *kit.Ctx) error {
	if c.Text("to") == string(models.StaffActive) {
		return h.change(c, "enabled", func(w accounts.Who, id string) error { return h.Accounts.Enable(c.Context(), w, id) })
	}
	return h.change(c, "disabled", func(w accounts.Who, id string) error { return h.Accounts.Disable(c.Context(), w, id) })
}

// ResetFactors removes somebody's second factors. It asks for a fresher confirmation than the rest.
func (h *Account) ResetFactors(c *kit.Ctx) error {
	return h.change(c, "factors", func(w accounts.Who, id string) error { return h.Accounts.ResetFactors(c.Context(), w, id) })
}

// EndSessions signs somebody out everywhere.
func (h *Account) EndSessions(c *kit.Ctx) error {
	return h.change(c, "signed_out", func(w accounts.Who, id string) error { return h.Accounts.EndSessions(c.Context(), w, id) })
}

// NewLink makes a new one-time link. It is shown once for an account nobody has opened yet, and only mailed otherwise.
func (h *Account) NewLink(c *kit.Ctx) error {
	w, err := h.who(c)
	if err != nil {
		return err
	}
	id, err := personID(c)
	if err != nil {
		return err
	}
	p, err := h.Accounts.Person(c.Context(), w, id)
	if err != nil {
		return err
	}
	link, err := h.Accounts.NewLink(c.Context(), w, id)
	if err != nil {
		return acted(c, err, "", c.Kit.URL("staff.person", id))
	}
	if link == "" {
		return acted(c, nil, "link_mailed", c.Kit.URL("staff.person", id))
	}
	if p.Staff.Email == "" {
		return c.OK(account.LinkPage(account.Link{
			Staff: Shell(c, "One-time link", "staff.people"), Who: p.Staff.Name, URL: link, Back: c.Kit.URL("staff.people"),
			Until: c.Kit.Clock.Now().Add(accounts.LinkLife).Format(accountStamp),
		}))
	}
	return showLink(c, p.Staff.Name, link)
}

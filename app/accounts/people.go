package accounts

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

// mailLink is the kind of mail that carries a set-up or reset link.
const mailLink = "staff_link"

// PeoplePage is how many accounts one page of the people list shows.
const PeoplePage = 50

// People lists accounts by address, after the given one. next is where the following page begins, empty on the last.
func (s *Service) People(ctx context.Context, who Who, after string) (rows []models.StaffRow, next string, err error) {
	if !who.Actor().Can(actor.StaffManage) {
		return nil, "", errNotAdmin
	}
	rows, err = s.store.StaffList(ctx, after, s.clock.Now(), PeoplePage+1)
	if err == nil && len(rows) > PeoplePage {
		rows = rows[:PeoplePage]
		next = rows[PeoplePage-1].Email
	}
	return rows, next, err
}

// Person is one account as administrators see it.
type Person struct {
	Staff    models.Staff
	Passkeys int
	Sessions []models.Session
}

// Person reads one account.
func (s *Service) Person(ctx context.Context, who Who, id string) (p Person, err error) {
	if !who.Actor().Can(actor.StaffManage) {
		return Person{}, errNotAdmin
	}
	now := s.clock.Now()
	err = s.store.Read(ctx, func(q models.Queries) error {
		if p.Staff, err = q.StaffByID(ctx, id); err != nil {
			return err
		}
		keys, err := q.Passkeys(ctx, id)
		if err != nil {
			return err
		}
		p.Passkeys = len(keys)
		p.Sessions, err = q.OpenSessions(ctx, id, now, now.Add(-IdleLimit))
		return err
	})
	return p, err
}

var errNotAdmin = fault.New(fault.Forbidden, "forbidden", "Your role does not allow this.")

// InviteInput is a new colleague.
type InviteInput struct {
	Email, Name string
	Role        actor.Role
}

// Invite adds an account and gives its one-time link, which is mailed too; it is shown here once, for installations
// without mail.
func (s *Service) Invite(ctx context.Context, who Who, in InviteInput) (link string, id string, err error) {
	if err := s.needRecent(who, RecentLimit); err != nil {
		return "", "", err
	}
	in.Email, in.Name = normalEmail(in.Email), strings.TrimSpace(in.Name)
	var c fault.Collect
	checkIdentity(&c, in.Email, in.Name)
	c.Check(who.Role.MayGrant(in.Role), "role", "Choose a role that you may appoint people to.")
	if err := c.Err(); err != nil {
		return "", "", err
	}
	staff := newStaff(in.Email, in.Name, in.Role, models.StaffInvited)
	err = s.store.Write(ctx, s.manage(who, "staff.invite", staff.ID), func(tx *models.Tx) error {
		tx.Detail("role", in.Role)
		if err := tx.InsertStaff(staff); err != nil {
			return err
		}
		link, err = s.sendLink(tx, staff, purposeSetup)
		return err
	})
	if errors.Is(err, models.ErrDuplicate) {
		return "", "", fault.InvalidField("email", "There is an account with this e-mail address already.")
	}
	return link, staff.ID, err
}

func newStaff(email, name string, role actor.Role, state models.StaffState) models.Staff {
	handle := make([]byte, 64) // WebAuthn Level 3, 5.4.3: random, the whole 64 bytes
	_, _ = rand.Read(handle)
	return models.Staff{ID: ident.Public(), Email: email, Name: name, Role: role, State: state, WebauthnHandle: handle}
}

func (s *Service) manage(who Who, action, id string) models.Change {
	return models.Change{Actor: who.Actor(), Needs: actor.StaffManage, Action: action, Entity: "staff", ID: id}
}

// sendLink replaces the account's open links by a new one and queues the mail that carries it.
func (s *Service) sendLink(tx *models.Tx, staff models.Staff, purpose string) (string, error) {
	if err := tx.VoidInvites(staff.ID); err != nil {
		return "", err
	}
	if err := tx.VoidMails(mailLink, "staff", staff.ID); err != nil {
		return "", err
	}
	link, err := s.link(tx, staff.ID, purpose)
	if err != nil || staff.Email == "" {
		return link, err
	}
	subject, what := s.name+": set up your staff account", "You were invited to the staff of "+s.name+". Choose a password here:"
	if purpose == purposeReset {
		subject, what = s.name+": choose a new password", "An administrator lets you choose a new password for the staff of "+s.name+". Do it here:"
	}
	body := fmt.Sprintf("%s\n\n%s\n\nThe link works once, until %s. If you did not expect it, ignore this message and tell an administrator.\n",
		what, link, tx.Now.Add(LinkLife).Format("Mon 2 Jan 2006 15:04 MST"))
	return link, tx.QueueMail(models.Mail{Kind: mailLink, Entity: "staff", EntityID: staff.ID, Recipient: staff.Email, Subject: subject, BodyText: body})
}

// target checks what every change to somebody else has in common and reads the account.
func (s *Service) target(ctx context.Context, who Who, id string, within time.Duration) (models.Staff, error) {
	if !who.Actor().Can(actor.StaffManage) {
		return models.Staff{}, errNotAdmin
	}
	if id == who.StaffID {
		return models.Staff{}, ErrOwnAccount
	}
	if err := s.needRecent(who, within); err != nil {
		return models.Staff{}, err
	}
	return s.store.StaffByID(ctx, id)
}

// NewLink sends a new link: to set the account up, or, when that was done, to choose a new password. Earlier links stop
// working. The second factor stays. Only the link of an account that nobody has opened yet is returned, to hand it over
// without mail; that of an account in use is mailed and link is empty, else an administrator could become anybody.
func (s *Service) NewLink(ctx context.Context, who Who, id string) (link string, err error) {
	staff, err := s.target(ctx, who, id, RecentLimit)
	if err != nil {
		return "", err
	}
	purpose := purposeReset
	switch staff.State {
	case models.StaffInvited:
		purpose = purposeSetup
	case models.StaffDisabled:
		return "", fault.New(fault.Conflict, "disabled", "This account is disabled. Enable it first.")
	}
	err = s.store.Write(ctx, s.manage(who, "staff.link", id), func(tx *models.Tx) error {
		tx.Detail("purpose", purpose)
		// It must still be in the state that decides who sees the link: its holder may be setting it up now.
		if err := tx.SetStaffState(id, staff.State, staff.State); err != nil {
			return err
		}
		link, err = s.sendLink(tx, staff, purpose)
		return err
	})
	if err != nil || purpose == purposeReset {
		return "", err
	}
	return link, nil
}

// SetRole changes somebody's role and ends their sessions.
func (s *Service) SetRole(ctx context.Context, who Who, id string, role actor.Role) error {
	staff, err := s.target(ctx, who, id, RecentLimit)
	if err != nil {
		return err
	}
	if !who.Role.MayGrant(role) {
		return fault.InvalidField("role", "Choose a role that you may appoint people to.")
	}
	if staff.Role == role {
		return nil
	}
	return s.store.Write(ctx, s.manage(who, "staff.role_change", id), func(tx *models.Tx) error {
		tx.Detail("from", staff.Role)
		tx.Detail("to", role)
		if err := keepAnAdmin(tx, id); err != nil {
			return err
		}
		if err := tx.SetStaffRole(id, staff.Role, role); err != nil {
			return err
		}
		if err := s.tell(tx, staff, "An administrator changed your role in the staff of "+s.name+" from "+staff.Role.Name()+" to "+role.Name()+". You were signed out everywhere."); err != nil {
			return err
		}
		return endSessions(tx, id)
	})
}

// keepAnAdmin refuses a change that leaves nobody who can manage staff. It locks the administrators, so that two of them
// cannot pass it at once.
func keepAnAdmin(tx *models.Tx, leaving string) error {
	admins, err := tx.LockActiveAdmins()
	if err != nil {
		return err
	}
	if len(admins) == 1 && admins[0] == leaving {
		return ErrLastAdmin
	}
	// The one who acts must still be an administrator: a twin request may have changed that while this one waited.
	for _, id := range admins {
		if id == tx.Actor().ID {
			return nil
		}
	}
	return errNotAdmin
}

func endSessions(tx *models.Tx, id string) error {
	n, err := tx.RevokeSessions(models.StaffRealm, id, "")
	tx.Detail("sessions_ended", n)
	return err
}

// Disable closes an account: its sessions and links end at once, its history stays.
func (s *Service) Disable(ctx context.Context, who Who, id string) error {
	staff, err := s.target(ctx, who, id, RecentLimit)
	if err != nil || staff.State == models.StaffDisabled {
		return err
	}
	return s.store.Write(ctx, s.manage(who, "staff.disable", id), func(tx *models.Tx) error {
		if err := keepAnAdmin(tx, id); err != nil {
			return err
		}
		if err := tx.SetStaffState(id, staff.State, models.StaffDisabled); err != nil {
			return err
		}
		if err := tx.VoidInvites(id); err != nil {
			return err
		}
		if err := tx.VoidMails(mailLink, "staff", id); err != nil {
			return err
		}
		return endSessions(tx, id)
	})
}

// Enable opens a disabled account again: as it was, or as invited when it was never set up.
func (s *Service) Enable(ctx context.Context, who Who, id string) error {
	staff, err := s.target(ctx, who, id, RecentLimit)
	if err != nil || staff.State != models.StaffDisabled {
		return err
	}
	to := models.StaffActive
	if staff.PasswordHash == "" {
		to = models.StaffInvited
	}
	return s.store.Write(ctx, s.manage(who, "staff.enable", id), func(tx *models.Tx) error {
		return tx.SetStaffState(id, models.StaffDisabled, to)
	})
}

// ResetFactors removes somebody's authenticator app, passkeys and recovery codes after the loss of a device, and ends
// their sessions: the next sign-in enrols anew. It asks for a fresher confirmation than anything else, because together
// with a password it is enough to take an account over.
func (s *Service) ResetFactors(ctx context.Context, who Who, id string) error {
	staff, err := s.target(ctx, who, id, ResetLimit)
	if err != nil {
		return err
	}
	return s.store.Write(ctx, s.manage(who, "staff.factors_reset", id), func(tx *models.Tx) error {
		if err := tx.ClearStaffFactors(id); err != nil {
			return err
		}
		if err := s.tell(tx, staff, "An administrator removed the second step of your account in the staff of "+s.name+": authenticator app, passkeys and recovery codes. You were signed out everywhere."); err != nil {
			return err
		}
		return endSessions(tx, id)
	})
}

// EndSessions signs somebody out everywhere.
func (s *Service) EndSessions(ctx context.Context, who Who, id string) error {
	if _, err := s.target(ctx, who, id, RecentLimit); err != nil {
		return err
	}
	return s.store.Write(ctx, s.manage(who, "staff.sessions_end", id), func(tx *models.Tx) error { return endSessions(tx, id) })
}

package accounts

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"imglink/app/actor"
	"imglink/app/credentials"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

// setupPath is where set-up links lead; the route table has it as "staff.setup".
const setupPath = "/staff/setup/"

// The purposes of a link.
const (
	purposeSetup = "setup"
	purposeReset = "reset"
)

// SetUp is what a link opens. NeedsIdentity asks for an address and a name: the first administrator has none yet.
type SetUp struct {
	Purpose, Email, Name string
	Role                 actor.Role
	NeedsIdentity        bool
}

// SetUpInput is what its holder fills in. Email and Name count only when they are needed.
type SetUpInput struct {
	Email, Name, Password, Again string
	Origin                       Origin
}

// link makes a one-time link for an account, inside the change that causes it.
func (s *Service) link(tx *models.Tx, staffID, purpose string) (string, error) {
	token := ident.NewToken()
	err := tx.InsertInvite(models.StaffInvite{TokenHash: token.Hash(), StaffID: staffID, Purpose: purpose, ExpiresAt: tx.Now.Add(LinkLife)})
	return s.base + setupPath + string(token), err
}

func (s *Service) linked(ctx context.Context, token ident.Token) (models.StaffInvite, models.Staff, error) {
	inv, err := s.store.OpenInvite(ctx, token.Hash(), s.clock.Now())
	if err != nil {
		return inv, models.Staff{}, gone(err)
	}
	staff, err := s.store.StaffByID(ctx, inv.StaffID)
	if err == nil && staff.State == models.StaffDisabled {
		err = ErrLink
	}
	return inv, staff, gone(err)
}

// gone makes every reason a link does not work the same answer.
func gone(err error) error {
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		return ErrLink
	}
	return err
}

// LookUp says what a link opens without using it: mail programs and chat previews open links too. ErrLink when it does
// not work (any more).
func (s *Service) LookUp(ctx context.Context, token ident.Token) (SetUp, error) {
	inv, staff, err := s.linked(ctx, token)
	return SetUp{Purpose: inv.Purpose, Email: staff.Email, Name: staff.Name, Role: staff.Role, NeedsIdentity: staff.Email == ""}, err
}

// Complete uses a link: it sets the password, opens the account and a session that has to enrol (or show) a second
// factor. Of two people who open the same link one wins; the other gets ErrLink.
func (s *Service) Complete(ctx context.Context, token ident.Token, in SetUpInput) (Ticket, error) {
	_, staff, err := s.linked(ctx, token)
	if err != nil {
		return Ticket{}, err
	}
	identity := staff.Email == ""
	if identity {
		staff.Email, staff.Name = normalEmail(in.Email), strings.TrimSpace(in.Name)
	}
	if err := s.checkSetUp(staff, in, identity); err != nil {
		return Ticket{}, err
	}
	hash, err := s.passwords.Make(ctx, staff.ID, in.Password)
	if err != nil {
		return Ticket{}, err
	}
	var t Ticket
	change := models.Change{Actor: actor.Staff(staff.ID, staff.Role), Needs: actor.StaffSelf, Action: "staff.setup", Entity: "staff", ID: staff.ID}
	err = s.store.Write(ctx, change, func(tx *models.Tx) error {
		t, err = s.claim(tx, token, staff, identity, hash, in.Origin)
		return err
	})
	switch {
	case errors.Is(err, models.ErrDuplicate):
		return Ticket{}, fault.InvalidField("email", "Another account has this e-mail address.")
	case err != nil:
		return Ticket{}, gone(err)
	}
	return t, nil
}

func (s *Service) checkSetUp(staff models.Staff, in SetUpInput, identity bool) error {
	var c fault.Collect
	if identity {
		checkIdentity(&c, staff.Email, staff.Name)
	}
	if credentials.CheckPassword(&c, "password", in.Password, MinPassword, staff.Email, staff.Name, s.name) {
		c.Check(in.Password == in.Again, "again", "The two passwords differ. Type the same one twice.")
	}
	return c.Err()
}

func (s *Service) claim(tx *models.Tx, token ident.Token, staff models.Staff, identity bool, hash string, from Origin) (Ticket, error) {
	if err := tx.SpendInvite(token.Hash()); err != nil {
		return Ticket{}, err
	}
	if err := tx.VoidInvites(staff.ID); err != nil {
		return Ticket{}, err
	}
	if err := tx.VoidMails(mailLink, "staff", staff.ID); err != nil {
		return Ticket{}, err
	}
	if identity {
		if err := tx.SetStaffIdentity(staff.ID, staff.Email, staff.Name); err != nil {
			return Ticket{}, err
		}
	}
	if err := tx.SetStaffPassword(staff.ID, hash); err != nil {
		return Ticket{}, err
	}
	if staff.State == models.StaffInvited {
		if err := tx.SetStaffState(staff.ID, models.StaffInvited, models.StaffActive); err != nil {
			return Ticket{}, err
		}
	}
	if _, err := tx.RevokeSessions(models.StaffRealm, staff.ID, ""); err != nil {
		return Ticket{}, err
	}
	if staff.State == models.StaffActive {
		if err := s.tell(tx, staff, "The password of your account in the staff of "+s.name+" was changed with a one-time link. You were signed out everywhere."); err != nil {
			return Ticket{}, err
		}
	}
	return s.open(tx, models.Session{StaffID: staff.ID, Stage: stageAfterPassword(staff), UserAgent: credentials.Device(from.Agent)})
}

// checkIdentity judges an address (RFC 5321 length, a plain addr-spec with a dotted host) and a name.
func checkIdentity(c *fault.Collect, email, name string) {
	a, err := mail.ParseAddress(email)
	at := strings.LastIndexByte(email, '@')
	c.Check(err == nil && a.Address == email && len(email) <= 254 && strings.Contains(email[at+1:], "."), "email",
		"Enter an e-mail address like name@example.org.")
	n := utf8.RuneCountInString(name)
	c.Check(n >= 1 && n <= 80 && utf8.ValidString(name) && !strings.ContainsFunc(name, unicode.IsControl), "name", "Enter a name of at most 80 characters.")
}

package accounts

import (
	"context"
	"strings"

	"imglink/app/actor"
	"imglink/app/credentials"
	"imglink/app/fault"
	"imglink/models"
)

// Bootstrap lets the first administrator in. While nobody has finished setting up an account it makes sure that an
// invited administrator exists and gives a one-time set-up link for it, to be printed once; created says whether this
// call made the account. Links of earlier starts work until one is used: replicas start together and each prints its own.
// Once anybody holds an account the link is empty.
func (s *Service) Bootstrap(ctx context.Context) (link string, created bool, err error) {
	claimed, err := s.store.AnyStaffClaimed(ctx)
	if err != nil || claimed {
		return "", false, err
	}
	c := models.Change{Actor: actor.System("bootstrap"), Needs: actor.StaffManage, Action: "staff.bootstrap", Entity: "staff"}
	err = s.store.Write(ctx, c, func(tx *models.Tx) error {
		link, created, err = s.bootstrap(ctx, tx)
		return err
	})
	return link, created, err
}

func (s *Service) bootstrap(ctx context.Context, tx *models.Tx) (link string, created bool, err error) {
	tx.SetID(unknownStaff)
	if err := tx.LockStaff(); err != nil {
		return "", false, err
	}
	if claimed, err := tx.AnyStaffClaimed(ctx); err != nil || claimed {
		return "", false, err
	}
	open, err := tx.StaffUnclaimed(ctx)
	if err != nil {
		return "", false, err
	}
	var first models.Staff
	if len(open) > 0 {
		first = open[0]
	} else {
		first, created = newStaff("", "First administrator", actor.Admin, models.StaffInvited), true
		if err := tx.InsertStaff(first); err != nil {
			return "", false, err
		}
	}
	tx.SetID(first.ID)
	link, err = s.link(tx, first.ID, purposeSetup)
	return link, created, err
}

// AddInput is an account made on the command line. TOTPSecret is base32 (RFC 4648) and may be empty: then the account
// enrols at its first sign-in.
type AddInput struct {
	Email, Name string
	Role        actor.Role
	Password    string
	TOTPSecret  string
}

// Add makes an active account without a link: `imglink staff add`. It takes the place of a first administrator that
// nobody has claimed yet, whose links stop working.
func (s *Service) Add(ctx context.Context, in AddInput) (models.Staff, error) {
	in.Email, in.Name = normalEmail(in.Email), strings.TrimSpace(in.Name)
	secret, err := s.checkAdd(in)
	if err != nil {
		return models.Staff{}, err
	}
	staff := newStaff(in.Email, in.Name, in.Role, models.StaffActive)
	if staff.PasswordHash, err = s.passwords.Make(ctx, staff.ID, in.Password); err != nil {
		return models.Staff{}, err
	}
	c := models.Change{Actor: actor.System("command line"), Needs: actor.StaffManage, Action: "staff.add", Entity: "staff", ID: staff.ID}
	err = s.store.Write(ctx, c, func(tx *models.Tx) error {
		tx.Detail("role", in.Role)
		if secret != nil {
			staff.TOTPSecret, staff.TOTPConfirmedAt = credentials.SealTOTP(s.keys, staff.ID, secret), &tx.Now
		}
		if err := tx.InsertStaff(staff); err != nil {
			return err
		}
		return dropUnclaimed(ctx, tx, in.Role)
	})
	if fault.Is(err, fault.Conflict) {
		return models.Staff{}, fault.InvalidField("email", "There is an account with this e-mail address already.")
	}
	return staff, err
}

func (s *Service) checkAdd(in AddInput) (secret []byte, err error) {
	var c fault.Collect
	checkIdentity(&c, in.Email, in.Name)
	c.Check(in.Role.Valid(), "role", "The role must be one of "+roleList()+".")
	credentials.CheckPassword(&c, "password", in.Password, MinPassword, in.Email, in.Name, s.name)
	if in.TOTPSecret != "" {
		var ok bool
		secret, ok = credentials.ParseTOTPSecret(in.TOTPSecret)
		c.Check(ok, "totp-secret", "The TOTP secret must be base32 of at least 16 bytes (26 characters), RFC 4226, section 4.")
	}
	return secret, c.Err()
}

func roleList() string {
	var names []string
	for _, r := range actor.Roles {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

// dropUnclaimed removes the first administrator nobody claimed once there is a real one.
func dropUnclaimed(ctx context.Context, tx *models.Tx, role actor.Role) error {
	if role != actor.Admin {
		return nil
	}
	open, err := tx.StaffUnclaimed(ctx)
	if err != nil {
		return err
	}
	for _, u := range open {
		tx.Note("staff.unclaimed_drop", "staff", u.ID, nil)
		if err := tx.DeleteStaff(u.ID); err != nil {
			return err
		}
	}
	return nil
}

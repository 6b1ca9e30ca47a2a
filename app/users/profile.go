package users

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"imglink/app/fault"
	"imglink/app/i18n"
	"imglink/models"
)

// SigninsPage is how many sign-ins one page of the history shows.
const SigninsPage = 50

// Profile is what people choose about how they appear and what they see. Theme is "", "light" or "dark"; Locale is a code
// of package i18n, or empty for the browser's.
type Profile struct {
	Username, DisplayName, Locale, Theme string
	Email                                string // shown, not changed here
	PendingEmail                         string // where a move waits for its confirmation
}

// preferences is the column of that name.
type preferences struct {
	Theme string `json:"theme,omitempty"`
}

// Profile reads it.
func (s *Service) Profile(ctx context.Context, who Who) (Profile, error) {
	u, err := s.store.UserByID(ctx, who.UserID)
	if err != nil {
		return Profile{}, err
	}
	var pref preferences
	if err := json.Unmarshal(u.Preferences, &pref); err != nil {
		return Profile{}, err
	}
	p := Profile{Username: u.Username, DisplayName: u.DisplayName, Locale: u.Locale, Theme: pref.Theme, Email: u.Email}
	l, err := s.store.PendingEmail(ctx, u.ID, s.clock.Now())
	if fault.Is(err, fault.NotFound) {
		return p, nil
	}
	p.PendingEmail = l.Email
	return p, err
}

// SetProfile stores it; Email and PendingEmail do not count.
func (s *Service) SetProfile(ctx context.Context, who Who, p Profile) error {
	p.Username, p.DisplayName = strings.TrimSpace(p.Username), strings.TrimSpace(p.DisplayName)
	var c fault.Collect
	if p.Username != who.Username {
		checkUsername(&c, p.Username)
	}
	n := utf8.RuneCountInString(p.DisplayName)
	c.Check(n <= 60 && utf8.ValidString(p.DisplayName) && !strings.ContainsFunc(p.DisplayName, unicode.IsControl), "display_name", "Use at most 60 characters.")
	c.Check(p.Locale == "" || i18n.Known(p.Locale), "locale", "Choose one of the languages.")
	c.Check(p.Theme == "" || p.Theme == "light" || p.Theme == "dark", "theme", "Choose one of the themes.")
	if err := c.Err(); err != nil {
		return err
	}
	pref, err := json.Marshal(preferences{Theme: p.Theme})
	if err != nil {
		return err
	}
	err = s.store.Write(ctx, own(who.UserID, "user.profile"), func(tx *models.Tx) error {
		if err := s.rename(tx, who, p.Username); err != nil {
			return err
		}
		return tx.SetUserProfile(who.UserID, p.DisplayName, p.Locale, pref)
	})
	if errors.Is(err, models.ErrDuplicate) {
		return errTaken
	}
	return err
}

func (s *Service) rename(tx *models.Tx, who Who, name string) error {
	if name == who.Username {
		return nil
	}
	if err := tx.LockUsername(name); err != nil {
		return err
	}
	if !strings.EqualFold(name, who.Username) {
		if taken, err := tx.UsernameTaken(tx.Context(), name, tx.Now); err != nil {
			return err
		} else if taken {
			return errTaken
		}
	}
	tx.Detail("renamed", true)
	return tx.SetUserName(who.UserID, name)
}

// Security is what the security page shows of an account.
type Security struct {
	User          models.User
	Passkeys      []models.UserPasskey
	RecoveryCodes int // unused ones
	Sessions      []models.UserSession
}

// Security reads one consistent view of the account's own security.
func (s *Service) Security(ctx context.Context, who Who) (out Security, err error) {
	now := s.clock.Now()
	err = s.store.Read(ctx, func(q models.Queries) error {
		if out.User, err = q.UserByID(ctx, who.UserID); err != nil {
			return err
		}
		if out.Passkeys, err = q.UserPasskeys(ctx, who.UserID); err != nil {
			return err
		}
		if out.RecoveryCodes, err = q.UserRecoveryCodesLeft(ctx, who.UserID); err != nil {
			return err
		}
		list, err := q.OpenUserSessions(ctx, who.UserID, now)
		out.Sessions = openSessions(list, now)
		return err
	})
	return out, err
}

// Signins is the history of sign-ins, newest first, from before an id (0: from the newest). next is where the following
// page begins, 0 on the last.
func (s *Service) Signins(ctx context.Context, who Who, before int64) (rows []models.UserSignin, next int64, err error) {
	rows, err = s.store.UserSignins(ctx, who.UserID, before, SigninsPage+1)
	if err == nil && len(rows) > SigninsPage {
		rows = rows[:SigninsPage]
		next = rows[SigninsPage-1].ID
	}
	return rows, next, err
}

package users

import (
	"context"
	"strings"

	"imglink/app/fault"
	"imglink/app/i18n"
	"imglink/app/ident"
	"imglink/models"
)

// ChangeEmail asks to move the account to another address. Nothing changes until the link sent there is used; the present
// address is told at once and gets a link that takes the move back, before and after. Whether somebody else holds the
// other address is not told here: they are mailed instead.
func (s *Service) ChangeEmail(ctx context.Context, who Who, email string) error {
	if err := s.needRecent(who); err != nil {
		return err
	}
	email = strings.TrimSpace(email)
	u, err := s.store.UserByID(ctx, who.UserID)
	if err != nil {
		return err
	}
	var c fault.Collect
	checkEmail(&c, email)
	c.Check(normal(email) != normal(u.Email), "email", "This is the address of your account already.")
	if err := c.Err(); err != nil {
		return err
	}
	if _, err := s.throttle.Enter(ctx, mailGates(email)); err != nil {
		return err
	}
	return s.store.Write(ctx, own(u.ID, "user.email_ask"), func(tx *models.Tx) error { return s.askEmail(tx, u, email) })
}

func (s *Service) askEmail(tx *models.Tx, u models.User, email string) error {
	if err := tx.VoidUserLinks(u.ID, models.LinkEmail); err != nil {
		return err
	}
	confirm, back := ident.NewToken(), ident.NewToken()
	for _, l := range []models.UserLink{
		{TokenHash: confirm.Hash(), UserID: u.ID, Purpose: models.LinkEmail, Email: email, ExpiresAt: tx.Now.Add(EmailLife)},
		{TokenHash: back.Hash(), UserID: u.ID, Purpose: models.LinkRestore, Email: u.Email, ExpiresAt: tx.Now.Add(RestoreLife)},
	} {
		if err := tx.InsertUserLink(l); err != nil {
			return err
		}
	}
	holder, err := tx.UserByEmail(tx.Context(), email)
	switch {
	case err == nil:
		err = s.mailHolder(tx, holder)
	case fault.Is(err, fault.NotFound):
		err = s.mailConfirm(tx, u, email, confirm)
	}
	if err != nil {
		return err
	}
	return s.mailBack(tx, u, back)
}

func (s *Service) mailConfirm(tx *models.Tx, u models.User, email string, token ident.Token) error {
	l := s.letter(tx, mailLink, u.ID, email, u.Locale)
	l.subject = i18n.T(l.ctx, "confirm your new address")
	l.say(i18n.T(l.ctx, "The account %s is to move to this address. Open this link within a day to confirm it:", u.Username)).
		say(s.link("/settings/email/", token)).
		say(i18n.T(l.ctx, "If it was not you, do nothing: nothing was changed."))
	return s.queue(tx, l)
}

func (s *Service) mailBack(tx *models.Tx, u models.User, token ident.Token) error {
	l := s.letter(tx, mailLink, u.ID, u.Email, u.Locale)
	l.subject = i18n.T(l.ctx, "your account is to move to another address")
	l.say(i18n.T(l.ctx, "Somebody asked to move the account %s from this address to another one.", u.Username)).
		say(i18n.T(l.ctx, "If it was you, there is nothing to do here. If it was not you, this link stops the move, or takes it back within two weeks, and signs everybody out:")).
		say(s.link("/settings/email/back/", token))
	return s.queue(tx, l)
}

// LookUpEmail says which account a link moves, without using it: with back, back to the address it was sent to.
func (s *Service) LookUpEmail(ctx context.Context, token ident.Token, back bool) (username string, err error) {
	_, u, err := s.linked(ctx, token, emailPurpose(back))
	return u.Username, err
}

func emailPurpose(back bool) models.LinkPurpose {
	if back {
		return models.LinkRestore
	}
	return models.LinkEmail
}

// ConfirmEmail moves the account to the address the link was sent to, and tells the address before it.
func (s *Service) ConfirmEmail(ctx context.Context, token ident.Token) error {
	l, u, err := s.linked(ctx, token, models.LinkEmail)
	if err != nil {
		return err
	}
	return gone(s.store.Write(ctx, own(u.ID, "user.email_change"), func(tx *models.Tx) error {
		if err := tx.SpendUserLink(token.Hash(), models.LinkEmail); err != nil {
			return err
		}
		if err := tx.VoidUserLinks(u.ID, models.LinkReset); err != nil {
			return err
		}
		if err := tx.SetUserEmail(u.ID, u.Email, l.Email); err != nil {
			return err
		}
		return s.tellAt(tx, u, u.Email, tellEmail)
	}))
}

// RestoreEmail stops a move or takes it back: the account is at the address the link was sent to, everybody is signed out,
// tokens for programs end, and second factors set up since and ways back to later addresses are gone, because whoever asked
// for the move may have left some. It gives a link to choose a new password.
func (s *Service) RestoreEmail(ctx context.Context, token ident.Token) (reset ident.Token, err error) {
	l, u, err := s.linked(ctx, token, models.LinkRestore)
	if err != nil {
		return "", err
	}
	err = s.store.Write(ctx, own(u.ID, "user.email_restore"), func(tx *models.Tx) error {
		if err := tx.SpendUserLink(token.Hash(), models.LinkRestore); err != nil {
			return err
		}
		if err := tx.VoidUserLinks(u.ID, models.LinkEmail); err != nil {
			return err
		}
		if u.Email != l.Email {
			if err := tx.SetUserEmail(u.ID, u.Email, l.Email); err != nil {
				return err
			}
		}
		if err := shutOut(tx, u, l); err != nil {
			return err
		}
		if err := s.tellAt(tx, u, l.Email, tellRestored); err != nil {
			return err
		}
		u.Email = l.Email
		reset, err = s.resetLink(tx, u)
		return err
	})
	return reset, gone(err)
}

// shutOut ends what whoever asked for the move that l takes back may have kept of the account: sessions, tokens, factors,
// and the links that would move it once more to an address that was theirs meanwhile.
func shutOut(tx *models.Tx, u models.User, l models.UserLink) error {
	if err := tx.VoidUserLinksSince(u.ID, models.LinkRestore, l.CreatedAt); err != nil {
		return err
	}
	if err := dropFactorsSince(tx, u, l); err != nil {
		return err
	}
	if _, err := tx.RevokeTokens(u.ID); err != nil {
		return err
	}
	_, err := tx.RevokeSessions(models.UserRealm, u.ID, "")
	return err
}

func dropFactorsSince(tx *models.Tx, u models.User, l models.UserLink) error {
	if u.TOTPConfirmedAt != nil && u.TOTPConfirmedAt.After(l.CreatedAt) {
		if err := tx.ClearUserTOTP(u.ID); err != nil {
			return err
		}
	}
	keys, err := tx.UserPasskeys(tx.Context(), u.ID)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.CreatedAt.After(l.CreatedAt) {
			if err := tx.RemoveUserPasskey(u.ID, k.ID); err != nil {
				return err
			}
		}
	}
	return dropCodes(tx, u.ID)
}

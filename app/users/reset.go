package users

import (
	"context"
	"strings"

	"imglink/app/credentials"
	"imglink/app/fault"
	"imglink/app/i18n"
	"imglink/app/ident"
	"imglink/models"
)

// AskReset mails a link to choose a new password, or to an address without an account that there is none. The answer and
// the work are the same for every address.
func (s *Service) AskReset(ctx context.Context, email string) error {
	email = strings.TrimSpace(email)
	var c fault.Collect
	if checkEmail(&c, email); c.Err() != nil {
		return c.Err()
	}
	if _, err := s.throttle.Enter(ctx, mailGates(email)); err != nil {
		return err
	}
	u, err := s.store.UserByEmail(ctx, email)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return s.store.Write(ctx, asked(u.ID, "user.reset_ask"), func(tx *models.Tx) error {
		token, err := s.resetLink(tx, u)
		if err != nil {
			return err
		}
		if u.ID == "" {
			return s.mailNobody(tx, email)
		}
		return s.mailReset(tx, u, token)
	})
}

// resetLink makes the link, and voids older ones.
func (s *Service) resetLink(tx *models.Tx, u models.User) (ident.Token, error) {
	if err := tx.VoidUserLinks(u.ID, models.LinkReset); err != nil {
		return "", err
	}
	token := ident.NewToken()
	return token, tx.InsertUserLink(models.UserLink{TokenHash: token.Hash(), UserID: u.ID, Purpose: models.LinkReset, Email: u.Email, ExpiresAt: tx.Now.Add(ResetLife)})
}

func (s *Service) mailReset(tx *models.Tx, u models.User, token ident.Token) error {
	l := s.letter(tx, mailLink, u.ID, u.Email, u.Locale)
	l.subject = i18n.T(l.ctx, "choose a new password")
	l.say(i18n.T(l.ctx, "Somebody, most likely you, asked for a new password for the account %s. Open this link within an hour to choose one:", u.Username)).
		say(s.link("/reset/", token)).
		say(i18n.T(l.ctx, "If it was not you, do nothing: nothing was changed."))
	return s.queue(tx, l)
}

// linked finds an open link of a purpose and the account it is about. ErrLink for every reason it does not work.
func (s *Service) linked(ctx context.Context, token ident.Token, purpose models.LinkPurpose) (models.UserLink, models.User, error) {
	l, err := s.store.OpenUserLink(ctx, token.Hash(), s.clock.Now())
	if err != nil {
		return l, models.User{}, gone(err)
	}
	if l.Purpose != purpose {
		return l, models.User{}, ErrLink
	}
	u, err := s.store.UserByID(ctx, l.UserID)
	if err == nil && u.State == models.UserClosed {
		err = ErrLink
	}
	return l, u, gone(err)
}

// LookUpReset says whose password a link changes, without using it.
func (s *Service) LookUpReset(ctx context.Context, token ident.Token) (username string, err error) {
	_, u, err := s.linked(ctx, token, models.LinkReset)
	return u.Username, err
}

// Reset uses the link: the password is changed, every session ends, its holder is told, and a session opens that still has
// to show the second factor where there is one.
func (s *Service) Reset(ctx context.Context, token ident.Token, password string, from Origin) (Ticket, error) {
	_, u, err := s.linked(ctx, token, models.LinkReset)
	if err != nil {
		return Ticket{}, err
	}
	var c fault.Collect
	if !credentials.CheckPassword(&c, "password", password, MinPassword, u.Email, u.Username, s.name) {
		return Ticket{}, c.Err()
	}
	hash, err := s.passwords.Make(ctx, u.ID, password)
	if err != nil {
		return Ticket{}, err
	}
	var t Ticket
	err = s.store.Write(ctx, own(u.ID, "user.reset"), func(tx *models.Tx) error {
		if err := tx.SpendUserLink(token.Hash(), models.LinkReset); err != nil {
			return err
		}
		if err := s.setPassword(tx, u.ID, hash, ""); err != nil {
			return err
		}
		t, err = s.openAfterPassword(tx, u, models.UserSession{Method: "link", UserAgent: credentials.Device(from.Agent)})
		return err
	})
	return t, gone(err)
}

// setPassword stores the hash, ends what the old password may have opened except one session, and tells the holder.
func (s *Service) setPassword(tx *models.Tx, userID, hash, exceptSession string) error {
	if err := tx.SetUserPassword(userID, hash); err != nil {
		return err
	}
	if err := tx.VoidUserLinks(userID, models.LinkReset, models.LinkEmail); err != nil {
		return err
	}
	if _, err := tx.RevokeSessions(models.UserRealm, userID, exceptSession); err != nil {
		return err
	}
	return s.tell(tx, userID, tellPassword)
}

// ChangePassword replaces the password, given the present one, and ends every other session. This session goes on under a
// new token.
func (s *Service) ChangePassword(ctx context.Context, who Who, present, next string) (Ticket, error) {
	if who.Stage != models.StageFull {
		return Ticket{}, ErrSignIn
	}
	gates, no, err := s.factor(ctx, who, "password")
	if err != nil {
		return Ticket{}, err
	}
	u, err := s.store.UserByID(ctx, who.UserID)
	if err != nil {
		return Ticket{}, err
	}
	ok, err := s.passwords.Matches(ctx, u.ID, u.PasswordHash, present)
	if err != nil {
		return Ticket{}, err
	}
	if !ok {
		return Ticket{}, s.refuse(ctx, no, errPresent)
	}
	if err := s.throttle.Leave(ctx, gates); err != nil {
		return Ticket{}, err
	}
	var bad fault.Collect
	if !credentials.CheckPassword(&bad, "password", next, MinPassword, u.Email, u.Username, s.name) {
		return Ticket{}, bad.Err()
	}
	hash, err := s.passwords.Make(ctx, u.ID, next)
	if err != nil {
		return Ticket{}, err
	}
	var t Ticket
	err = s.store.Write(ctx, own(u.ID, "user.password_change"), func(tx *models.Tx) error {
		if err := s.setPassword(tx, u.ID, hash, who.SessionID); err != nil {
			return err
		}
		t, err = s.rotate(tx, who, "")
		return err
	})
	return t, err
}

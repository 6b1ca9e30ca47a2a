package users

import (
	"context"
	"strings"

	"imglink/app/i18n"
	"imglink/app/ident"
	"imglink/models"
)

// The kinds of mail.
const (
	mailLink   = "user_link"   // carries a link that does something
	mailNotice = "user_notice" // tells of a change
)

// letter is a mail in the making, in the language of its reader.
type letter struct {
	ctx       context.Context
	to, about string // about: the account's id, or "unknown"
	kind      string
	subject   string
	parts     []string
}

func (s *Service) letter(tx *models.Tx, kind, userID, to, locale string) *letter {
	if userID == "" {
		userID = "unknown"
	}
	ctx := tx.Context()
	if locale != "" { // else they leave it to their browser: the language of the page that causes the mail
		ctx = i18n.With(ctx, locale)
	}
	return &letter{ctx: ctx, kind: kind, about: userID, to: to}
}

// say adds a paragraph that is in the reader's language already.
func (l *letter) say(text string) *letter { l.parts = append(l.parts, text); return l }

func (s *Service) queue(tx *models.Tx, l *letter) error {
	return tx.QueueMail(models.Mail{
		Kind: l.kind, Entity: "user", EntityID: l.about, Recipient: l.to, Subject: s.name + ": " + l.subject, BodyText: strings.Join(l.parts, "\n\n") + "\n",
	})
}

// link is the address of a page of this site for a token. The route table has these paths.
func (s *Service) link(path string, token ident.Token) string { return s.base + path + string(token) }

func (s *Service) mailSignup(tx *models.Tx, row models.UserSignup, token ident.Token) error {
	l := s.letter(tx, mailLink, row.ID, row.Email, row.Locale)
	l.subject = i18n.T(l.ctx, "confirm your address")
	l.say(i18n.T(l.ctx, "Somebody, most likely you, registered the name %s with this address. Open this link within two days to confirm it:", row.Username)).
		say(s.link("/verify/", token)).
		say(i18n.T(l.ctx, "If it was not you, do nothing: there is no account until the link is used."))
	return s.queue(tx, l)
}

// mailHolder tells somebody who has an account that it was registered again: here they may be told, because only they read it.
func (s *Service) mailHolder(tx *models.Tx, u models.User) error {
	l := s.letter(tx, mailNotice, u.ID, u.Email, u.Locale)
	l.subject = i18n.T(l.ctx, "you have an account already")
	l.say(i18n.T(l.ctx, "Somebody, most likely you, tried to register with this address. You have an account already; its name is %s.", u.Username)).
		say(i18n.T(l.ctx, "Sign in: %s", s.base+"/sign-in")).
		say(i18n.T(l.ctx, "Forgot your password? Choose a new one: %s", s.base+"/reset")).
		say(i18n.T(l.ctx, "If it was not you, do nothing: nothing was changed."))
	return s.queue(tx, l)
}

// mailNobody answers an address that has no account and no registration.
func (s *Service) mailNobody(tx *models.Tx, email string) error {
	l := s.letter(tx, mailNotice, "", email, i18n.Lang(tx.Context()))
	l.subject = i18n.T(l.ctx, "no account with this address")
	l.say(i18n.T(l.ctx, "Somebody, most likely you, asked for a link for this address. There is no account with it: perhaps you registered with another one.")).
		say(i18n.T(l.ctx, "If it was not you, do nothing: nothing was changed."))
	return s.queue(tx, l)
}

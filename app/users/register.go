package users

import (
	"context"
	"errors"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"imglink/app/credentials"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

// Registration is what somebody fills in. Age says that they are 13 or older, Policy that they accept PolicyVersion.
type Registration struct {
	Username, Email, Password string
	Age, Policy               bool
	Locale                    string
}

// nameShape is what a name may look like: it stands in addresses and is read aloud.
var nameShape = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9]|[._-][A-Za-z0-9])*$`)

// reserved names could be taken for ours.
var reserved = []string{"admin", "administrator", "abuse", "support", "security", "privacy", "staff", "moderator", "root", "imglink", "help", "postmaster", "webmaster", "system", "official"}

func checkUsername(c *fault.Collect, name string) {
	switch {
	case len(name) < 3 || len(name) > 30 || !nameShape.MatchString(name):
		c.Add("username", "Use 3 to 30 letters, digits, dots, dashes or underscores; signs stand between letters or digits.")
	case slices.Contains(reserved, strings.ToLower(name)):
		c.Add("username", "This name is taken. Choose another one.")
	}
}

// checkEmail judges an address (RFC 5321 length, a plain addr-spec with a dotted host).
func checkEmail(c *fault.Collect, email string) {
	a, err := mail.ParseAddress(email)
	at := strings.LastIndexByte(email, '@')
	c.Check(err == nil && a.Address == email && len(email) <= 254 && strings.Contains(email[at+1:], ".") && !disguised(email), "email",
		"Enter an e-mail address like name@example.org.")
}

// disguised reports whether an address may be delivered where another spelling of it is: mail systems drop invisible
// characters and read full-width letters as plain ones (UTS 46), so that each such spelling would be counted as a reader of
// its own. Hosts given by number are nobody's address either.
func disguised(email string) bool {
	return !norm.NFKC.IsNormalString(email) || strings.ContainsAny(email, "[]") || strings.ContainsFunc(email, func(r rune) bool { return unicode.Is(unicode.Cf, r) })
}

// mailGates bound what is sent to one address, whoever asks for it and whether or not it has an account.
func mailGates(email string) []credentials.Gate {
	return []credentials.Gate{{Name: realm + "mail", Key: normal(email), Free: 4, First: 10 * time.Minute, Limit: 4 * time.Hour}}
}

// Register takes a registration and mails a link that makes it an account. When the address has an account its holder is
// mailed instead: the answer, the work and the name's being reserved are the same. A taken name is told.
func (s *Service) Register(ctx context.Context, in Registration) error {
	in.Username, in.Email = strings.TrimSpace(in.Username), strings.TrimSpace(in.Email)
	var c fault.Collect
	checkUsername(&c, in.Username)
	checkEmail(&c, in.Email)
	credentials.CheckPassword(&c, "password", in.Password, MinPassword, in.Email, in.Username, s.name)
	c.Check(in.Age, "age", "Only people of 13 or older can hold an account.")
	c.Check(in.Policy, "policy", "An account needs your agreement to the terms and the privacy policy.")
	if err := c.Err(); err != nil {
		return err
	}
	if _, err := s.throttle.Enter(ctx, mailGates(in.Email)); err != nil {
		return err
	}
	id, token := ident.Public(), ident.NewToken()
	hash, err := s.passwords.Make(ctx, id, in.Password)
	if err != nil {
		return err
	}
	err = s.store.Write(ctx, asked(id, "user.register"), func(tx *models.Tx) error {
		return s.register(tx, models.UserSignup{
			ID: id, TokenHash: token.Hash(), Username: in.Username, Email: in.Email, PasswordHash: hash, Locale: in.Locale,
			PolicyVersion: PolicyVersion, ExpiresAt: tx.Now.Add(SignupLife),
		}, token)
	})
	if errors.Is(err, models.ErrDuplicate) {
		return errTaken
	}
	return err
}

func (s *Service) register(tx *models.Tx, row models.UserSignup, token ident.Token) error {
	if err := tx.LockUsername(row.Username); err != nil {
		return err
	}
	if taken, err := tx.UsernameTaken(tx.Context(), row.Username, tx.Now); err != nil {
		return err
	} else if taken {
		return errTaken
	}
	holder, err := tx.UserByEmail(tx.Context(), row.Email)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err := tx.InsertSignup(row); err != nil {
		return err
	}
	if holder.ID != "" {
		return s.mailHolder(tx, holder)
	}
	return s.mailSignup(tx, row, token)
}

// Resend mails the link of a registration again, or what there is to say instead. Every address gets the same answer.
func (s *Service) Resend(ctx context.Context, email string) error {
	email = strings.TrimSpace(email)
	var c fault.Collect
	if checkEmail(&c, email); c.Err() != nil {
		return c.Err()
	}
	if _, err := s.throttle.Enter(ctx, mailGates(email)); err != nil {
		return err
	}
	holder, err := s.store.UserByEmail(ctx, email)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	row, err := s.store.SignupByEmail(ctx, email, s.clock.Now())
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	token := ident.NewToken()
	return s.store.Write(ctx, asked(row.ID, "user.register_again"), func(tx *models.Tx) error {
		if err := tx.RenewSignup(row.ID, token.Hash(), tx.Now.Add(SignupLife)); err != nil && !errors.Is(err, models.ErrStale) {
			return err
		}
		switch {
		case holder.ID != "":
			return s.mailHolder(tx, holder)
		case row.ID != "":
			return s.mailSignup(tx, row, token)
		}
		return s.mailNobody(tx, email)
	})
}

// LookUpSignup says what a link opens without using it: mail programs and chat previews open links too.
func (s *Service) LookUpSignup(ctx context.Context, token ident.Token) (username string, err error) {
	row, err := s.store.SignupByHash(ctx, token.Hash(), s.clock.Now())
	return row.Username, gone(err)
}

// ConfirmSignup makes the registration an account. It signs nobody in: whoever opens the link shows that they read the
// address's mail, not that they chose the password.
func (s *Service) ConfirmSignup(ctx context.Context, token ident.Token) error {
	row, err := s.store.SignupByHash(ctx, token.Hash(), s.clock.Now())
	if err != nil {
		return gone(err)
	}
	err = s.store.Write(ctx, own(row.ID, "user.open"), func(tx *models.Tx) error {
		if err := tx.LockUsername(row.Username); err != nil {
			return err
		}
		if err := tx.TakeSignup(row.ID); err != nil {
			return err
		}
		return s.insert(tx, models.User{
			ID: row.ID, Username: row.Username, Email: row.Email, PasswordHash: row.PasswordHash, Locale: row.Locale,
			AgeConfirmedAt: row.CreatedAt, PolicyVersion: row.PolicyVersion,
		})
	})
	return gone(err)
}

// insert opens an account with a confirmed address and records that the policy was accepted.
func (s *Service) insert(tx *models.Tx, u models.User) error {
	u.State, u.EmailVerifiedAt = models.UserActive, &tx.Now
	if err := tx.InsertUser(u); err != nil {
		return err
	}
	return tx.InsertUserConsent(models.UserConsent{UserID: u.ID, Purpose: ConsentPolicy, Version: u.PolicyVersion, Given: true})
}

// ForgetSignup drops a registration that the holder of the address did not make.
func (s *Service) ForgetSignup(ctx context.Context, token ident.Token) error {
	row, err := s.store.SignupByHash(ctx, token.Hash(), s.clock.Now())
	if err != nil {
		return gone(err)
	}
	return gone(s.store.Write(ctx, asked(row.ID, "user.register_forget"), func(tx *models.Tx) error { return tx.TakeSignup(row.ID) }))
}

// gone makes every reason a link does not work the same answer.
func gone(err error) error {
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		return ErrLink
	}
	return err
}

// AddInput is an account made without a mail: by the demo and by tests.
type AddInput struct{ Username, Email, Password, DisplayName, Locale string }

// Add makes an account whose address counts as confirmed.
func (s *Service) Add(ctx context.Context, in AddInput) (models.User, error) {
	var c fault.Collect
	checkUsername(&c, in.Username)
	checkEmail(&c, in.Email)
	credentials.CheckPassword(&c, "password", in.Password, MinPassword, in.Email, in.Username, s.name)
	if err := c.Err(); err != nil {
		return models.User{}, err
	}
	u := models.User{
		ID: ident.Public(), Username: in.Username, Email: in.Email, DisplayName: in.DisplayName, Locale: in.Locale,
		AgeConfirmedAt: s.clock.Now(), PolicyVersion: PolicyVersion,
	}
	hash, err := s.passwords.Make(ctx, u.ID, in.Password)
	if err != nil {
		return models.User{}, err
	}
	u.PasswordHash = hash
	err = s.store.Write(ctx, own(u.ID, "user.add"), func(tx *models.Tx) error { return s.insert(tx, u) })
	return u, err
}

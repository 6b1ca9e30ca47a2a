package users

import (
	"context"
	"time"

	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

// Who is the holder of a session, as resolved from its token for one request.
type Who struct {
	SessionID  string
	UserID     string
	Username   string
	Locale     string
	State      models.UserState // active or suspended
	Stage      models.SessionStage
	Method     string
	Device     string
	Remember   bool
	VerifiedAt time.Time // when the identity was confirmed last in this session
	CreatedAt  time.Time
	ExpiresAt  time.Time
}

// Ticket is a new session: the token for the cookie, shown nowhere else, and for how long the cookie may live; zero is
// until the browser closes.
type Ticket struct {
	Token    ident.Token
	Stage    models.SessionStage
	Lifetime time.Duration
}

// Origin is where a request comes from. Network is an address or prefix to count by; it is never stored. Agent is the
// User-Agent header, of which the device family is kept.
type Origin struct{ Network, Agent string }

// Resolve finds the holder of a session token. ErrSignIn for tokens that are unknown, ended, expired or idle for too
// long, and for accounts that were closed.
func (s *Service) Resolve(ctx context.Context, token ident.Token) (Who, error) {
	if len(token) < 32 || len(token) > 64 {
		return Who{}, ErrSignIn
	}
	x, err := s.store.UserSessionByHash(ctx, token.Hash())
	if fault.Is(err, fault.NotFound) {
		return Who{}, ErrSignIn
	}
	if err != nil {
		return Who{}, err
	}
	now := s.clock.Now()
	if !now.Before(x.ExpiresAt) || now.Sub(x.SeenAt) >= idle(x.Remember) || x.State == models.UserClosed {
		return Who{}, ErrSignIn
	}
	if now.Sub(x.SeenAt) >= time.Minute {
		if err := s.store.TouchSession(ctx, models.UserRealm, x.ID); err != nil {
			return Who{}, err
		}
	}
	w := Who{
		SessionID: x.ID, UserID: x.UserID, Username: x.Username, Locale: x.Locale, State: x.State, Stage: x.Stage, Method: x.Method,
		Device: x.UserAgent, Remember: x.Remember, CreatedAt: x.CreatedAt, ExpiresAt: x.ExpiresAt,
	}
	if x.VerifiedAt != nil {
		w.VerifiedAt = *x.VerifiedAt
	}
	return w, nil
}

func idle(remember bool) time.Duration {
	if remember {
		return RememberIdle
	}
	return ShortIdle
}

func limit(remember bool) time.Duration {
	if remember {
		return RememberLimit
	}
	return ShortLimit
}

// open adds a session with a fresh token: an old token never gains rights.
func (s *Service) open(tx *models.Tx, x models.UserSession) (Ticket, error) {
	token := ident.NewToken()
	x.ID, x.TokenHash = ident.Public(), token.Hash()
	if x.ExpiresAt.IsZero() {
		x.ExpiresAt = tx.Now.Add(PendingLimit)
		if x.Stage == models.StageFull {
			x.ExpiresAt = tx.Now.Add(limit(x.Remember))
		}
	}
	t := Ticket{Token: token, Stage: x.Stage}
	if x.Stage == models.StageFull {
		x.VerifiedAt = &tx.Now
	}
	if x.Remember || x.Stage != models.StageFull {
		t.Lifetime = x.ExpiresAt.Sub(tx.Now)
	}
	return t, tx.InsertUserSession(x)
}

// rotate ends the session and opens a complete one in its place. Confirming one's identity keeps the absolute limit.
func (s *Service) rotate(tx *models.Tx, who Who, method string) (Ticket, error) {
	if err := tx.RevokeSession(models.UserRealm, who.UserID, who.SessionID); fault.Is(err, fault.Conflict) {
		return Ticket{}, ErrSignIn // it ended meanwhile: signed out, or rotated by a twin request
	} else if err != nil {
		return Ticket{}, err
	}
	x := models.UserSession{UserID: who.UserID, Stage: models.StageFull, Method: method, UserAgent: who.Device, Remember: who.Remember}
	if who.Stage == models.StageFull {
		x.CreatedAt, x.ExpiresAt = who.CreatedAt, who.ExpiresAt
		if method == "" {
			x.Method = who.Method
		}
	}
	return s.open(tx, x)
}

// openSessions leaves out the ones that were idle for too long.
func openSessions(list []models.UserSession, now time.Time) []models.UserSession {
	var out []models.UserSession
	for _, x := range list {
		if now.Sub(x.SeenAt) < idle(x.Remember) {
			out = append(out, x)
		}
	}
	return out
}

// SignOut ends the session.
func (s *Service) SignOut(ctx context.Context, who Who) error {
	err := s.store.Write(ctx, own(who.UserID, "user.signout"), func(tx *models.Tx) error { return tx.RevokeSession(models.UserRealm, who.UserID, who.SessionID) })
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

// Revoke ends another session of one's own account. A session that ended already is fine; one of somebody else is too,
// because nothing happens to it.
func (s *Service) Revoke(ctx context.Context, who Who, sessionID string) error {
	if who.Stage != models.StageFull {
		return ErrSignIn
	}
	err := s.store.Write(ctx, own(who.UserID, "user.session_revoke"), func(tx *models.Tx) error {
		tx.Detail("session", sessionID)
		return tx.RevokeSession(models.UserRealm, who.UserID, sessionID)
	})
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

// RevokeOthers ends every session but this one.
func (s *Service) RevokeOthers(ctx context.Context, who Who) (ended int, err error) {
	if who.Stage != models.StageFull {
		return 0, ErrSignIn
	}
	err = s.store.Write(ctx, own(who.UserID, "user.sessions_revoke"), func(tx *models.Tx) error {
		ended, err = tx.RevokeSessions(models.UserRealm, who.UserID, who.SessionID)
		tx.Detail("ended", ended)
		return err
	})
	return ended, err
}

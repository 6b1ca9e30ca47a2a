package accounts

import (
	"context"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

// Who is the holder of a session, as resolved from its token for one request.
type Who struct {
	SessionID  string
	StaffID    string
	Name       string
	Role       actor.Role
	Stage      models.SessionStage
	Method     string
	Device     string
	VerifiedAt time.Time // the last second factor shown in this session
	CreatedAt  time.Time
	ExpiresAt  time.Time
}

// Actor is who acts.
func (w Who) Actor() actor.Actor { return actor.Staff(w.StaffID, w.Role) }

// Ticket is a new session: the token for the cookie, shown nowhere else, and for how long the cookie may live.
type Ticket struct {
	Token    ident.Token
	Stage    models.SessionStage
	Lifetime time.Duration
}

// Origin is where a request comes from. Network is an address or prefix to count by; it is never stored. Agent is the
// User-Agent header, of which the device family is kept.
type Origin struct{ Network, Agent string }

// Resolve finds the holder of a session token. ErrSignIn for tokens that are unknown, ended, expired or idle for too
// long, and for accounts that were disabled.
func (s *Service) Resolve(ctx context.Context, token ident.Token) (Who, error) {
	if len(token) < 32 || len(token) > 64 {
		return Who{}, ErrSignIn
	}
	x, err := s.store.SessionByHash(ctx, token.Hash())
	if fault.Is(err, fault.NotFound) {
		return Who{}, ErrSignIn
	}
	if err != nil {
		return Who{}, err
	}
	now := s.clock.Now()
	if !now.Before(x.ExpiresAt) || now.Sub(x.SeenAt) >= IdleLimit || x.State != models.StaffActive {
		return Who{}, ErrSignIn
	}
	if now.Sub(x.SeenAt) >= time.Minute {
		if err := s.store.TouchSession(ctx, models.StaffRealm, x.ID); err != nil {
			return Who{}, err
		}
	}
	w := Who{
		SessionID: x.ID, StaffID: x.StaffID, Name: x.Name, Role: x.Role, Stage: x.Stage, Method: x.Method, Device: x.UserAgent,
		CreatedAt: x.CreatedAt, ExpiresAt: x.ExpiresAt,
	}
	if x.VerifiedAt != nil {
		w.VerifiedAt = *x.VerifiedAt
	}
	return w, nil
}

// open adds a session with a fresh token: an old token never gains rights.
func (s *Service) open(tx *models.Tx, x models.Session) (Ticket, error) {
	token := ident.NewToken()
	x.ID, x.TokenHash = ident.Public(), token.Hash()
	if x.ExpiresAt.IsZero() {
		x.ExpiresAt = tx.Now.Add(PendingLimit)
		if x.Stage == models.StageFull {
			x.ExpiresAt = tx.Now.Add(AbsoluteLimit)
		}
	}
	if x.Stage == models.StageFull {
		x.VerifiedAt = &tx.Now
	}
	return Ticket{Token: token, Stage: x.Stage, Lifetime: x.ExpiresAt.Sub(tx.Now)}, tx.InsertSession(x)
}

// rotate ends the session and opens a complete one in its place. Confirming one's identity keeps the absolute limit.
func (s *Service) rotate(tx *models.Tx, who Who, method string) (Ticket, error) {
	if err := tx.RevokeSession(models.StaffRealm, who.StaffID, who.SessionID); fault.Is(err, fault.Conflict) {
		return Ticket{}, ErrSignIn // it ended meanwhile: signed out, disabled, or rotated by a twin request
	} else if err != nil {
		return Ticket{}, err
	}
	x := models.Session{StaffID: who.StaffID, Stage: models.StageFull, Method: method, UserAgent: who.Device}
	if who.Stage == models.StageFull {
		x.CreatedAt, x.ExpiresAt = who.CreatedAt, who.ExpiresAt
		if method == "" {
			x.Method = who.Method
		}
	}
	return s.open(tx, x)
}

func (s *Service) own(who Who, action string) models.Change {
	return models.Change{Actor: who.Actor(), Needs: actor.StaffSelf, Action: action, Entity: "staff", ID: who.StaffID}
}

// SignOut ends the session.
func (s *Service) SignOut(ctx context.Context, who Who) error {
	err := s.store.Write(ctx, s.own(who, "staff.signout"), func(tx *models.Tx) error { return tx.RevokeSession(models.StaffRealm, who.StaffID, who.SessionID) })
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
	err := s.store.Write(ctx, s.own(who, "staff.session_revoke"), func(tx *models.Tx) error {
		tx.Detail("session", sessionID)
		return tx.RevokeSession(models.StaffRealm, who.StaffID, sessionID)
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
	err = s.store.Write(ctx, s.own(who, "staff.sessions_revoke"), func(tx *models.Tx) error {
		ended, err = tx.RevokeSessions(models.StaffRealm, who.StaffID, who.SessionID)
		tx.Detail("ended", ended)
		return err
	})
	return ended, err
}

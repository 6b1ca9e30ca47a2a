// Package actor says who acts and what each role may do. The table is literal and complete: authorisation is code, never data.
package actor

import (
	"slices"
	"strings"
)

// Kind is what sort of actor it is.
type Kind string

// The kinds of actors.
const (
	KindGuest  Kind = "guest"
	KindUser   Kind = "user"
	KindStaff  Kind = "staff"
	KindSystem Kind = "system"
)

// Actor is whoever causes a request or a change. ID is a public id, never an e-mail address or an IP address.
type Actor struct {
	Kind   Kind
	ID     string
	Role   Role   // of staff
	Scopes string // of a user's token: permissions with spaces between, as in RFC 6749, 3.3; empty for the user in person
}

// Guest is somebody without an account. The id is the guest's own random identifier, or empty.
func Guest(id string) Actor { return Actor{Kind: KindGuest, ID: id} }

// User is the holder of an account, signed in.
func User(id string) Actor { return Actor{Kind: KindUser, ID: id} }

// Token is a program that acts for the holder of an account within what the token allows.
func Token(userID string, scopes ...Permission) Actor {
	list := make([]string, len(scopes))
	for i, p := range scopes {
		list[i] = string(p)
	}
	if len(list) == 0 {
		list = []string{"-"} // a token without scopes is not the user in person
	}
	return Actor{Kind: KindUser, ID: userID, Scopes: strings.Join(list, " ")}
}

// Staff is a signed-in member of staff.
func Staff(id string, role Role) Actor { return Actor{Kind: KindStaff, ID: id, Role: role} }

// System is the program itself: a worker, a sweep, the command line. The name says which.
func System(name string) Actor { return Actor{Kind: KindSystem, ID: name} }

// Can reports whether the actor holds the permission. The system holds all: its code is its permission.
func (a Actor) Can(p Permission) bool {
	if p == Public || a.Kind == KindSystem {
		return true
	}
	switch a.Kind {
	case KindStaff:
		return a.Role.Has(p)
	case KindUser:
		return slices.Contains(ofUsers, p) && (a.Scopes == "" || slices.Contains(Scopes, p) && slices.Contains(strings.Fields(a.Scopes), string(p)))
	default:
		return false
	}
}

// Scopes is what a token for programs may be given, in the order people see it.
var Scopes = []Permission{ImagesRead, ImagesWrite, ImagesDelete, AlbumsRead, AlbumsWrite, AccountRead}

// ofUsers is what the holder of an account may do with what is theirs. Nothing of it reaches what belongs to others.
var ofUsers = append([]Permission{UserSelf, UserRights}, Scopes...)

// Permission is one thing somebody may do. Routes and changes name the one they need.
type Permission string

// The permissions. Public is written out on routes that anybody may use.
const (
	Public         Permission = "public"
	SignIn         Permission = "session.signin"   // finish a sign-in that still lacks its second factor
	UserSignIn     Permission = "user.signin"      // the same for the holder of an account
	UserSelf       Permission = "user.self"        // own account: profile, security, privacy choices, tokens; never a token's
	UserRights     Permission = "user.rights"      // ask for one's data or for the end of the account; also while it is suspended
	ImagesRead     Permission = "images:read"      // list own images
	ImagesWrite    Permission = "images:write"     // upload, rename, change visibility and expiry
	ImagesDelete   Permission = "images:delete"    // delete own images
	AlbumsRead     Permission = "albums:read"      // list own albums
	AlbumsWrite    Permission = "albums:write"     // create, change, fill and delete albums
	AccountRead    Permission = "account:read"     // username, storage and quota
	StaffSelf      Permission = "staff.self"       // own profile, sessions, second factors
	CaseView       Permission = "case.view"        // queue metadata and the safe rendition
	ImageReveal    Permission = "image.reveal"     // the picture itself, each time logged
	ImageRevealLow Permission = "image.reveal.low" // the picture itself where the severity is low
	ReporterView   Permission = "reporter.view"    // name and address of a notifier, on cases one holds
	CaseClaim      Permission = "case.claim"       // take a lease
	CaseLead       Permission = "case.lead"        // decide escalated and decided cases, take over a lease
	DecideSoft     Permission = "decide.soft"      // keep, restrict by age
	DecideHard     Permission = "decide.hard"      // disable, remove
	DecideBulk     Permission = "decide.bulk"      // one decision on at most twenty cases
	BlockEdit      Permission = "block.edit"       // the block list of exact files
	EffectRetry    Permission = "effect.retry"     // run a failed effect again
	AuditOwn       Permission = "audit.own"        // own entries of the audit log
	AuditRead      Permission = "audit.read"       // the audit log and its verification
	MetricsTeam    Permission = "metrics.team"     // figures of the team
	StaffManage    Permission = "staff.manage"     // invite, change role, disable
	OutboxRead     Permission = "outbox.read"      // mails kept by an instance without SMTP
	SystemRead     Permission = "system.read"      // jobs, health, configuration without secrets
	PrivacyWork    Permission = "privacy.work"     // requests of data subjects
	PolicyEdit     Permission = "policy.edit"      // policies, reason codes, macros
)

// Role is a staff role.
type Role string

// The roles (permission matrix of the moderation design, section 5e).
const (
	Triage         Role = "triage"
	Moderator      Role = "moderator"
	Lead           Role = "lead"
	PrivacyOfficer Role = "privacy"
	Auditor        Role = "auditor"
	Analyst        Role = "analyst"
	Admin          Role = "admin"
)

// Roles is every role in the order people expect to see them.
var Roles = []Role{Triage, Moderator, Lead, PrivacyOfficer, Auditor, Analyst, Admin}

var names = map[Role]string{
	Triage: "Triage", Moderator: "Moderator", Lead: "Lead", PrivacyOfficer: "Privacy officer",
	Auditor: "Auditor", Analyst: "Analyst", Admin: "Admin",
}

var grants = map[Role][]Permission{
	Triage:         {StaffSelf, CaseView, CaseClaim, ImageRevealLow, DecideSoft, AuditOwn},
	Moderator:      {StaffSelf, CaseView, CaseClaim, ImageRevealLow, ImageReveal, ReporterView, DecideSoft, DecideHard, DecideBulk, AuditOwn},
	Lead:           {StaffSelf, CaseView, CaseClaim, CaseLead, ImageRevealLow, ImageReveal, ReporterView, DecideSoft, DecideHard, DecideBulk, BlockEdit, EffectRetry, AuditOwn, AuditRead, MetricsTeam, PolicyEdit},
	PrivacyOfficer: {StaffSelf, PrivacyWork, AuditOwn},
	Auditor:        {StaffSelf, CaseView, ImageRevealLow, ImageReveal, AuditOwn, AuditRead, MetricsTeam},
	Analyst:        {StaffSelf, MetricsTeam},
	Admin:          {StaffSelf, StaffManage, OutboxRead, SystemRead, AuditOwn, AuditRead, MetricsTeam, PolicyEdit},
}

// granted indexes grants; it is built once and never written again.
var granted = func() map[Role]map[Permission]bool {
	out := make(map[Role]map[Permission]bool, len(grants))
	for role, list := range grants {
		out[role] = make(map[Permission]bool, len(list))
		for _, p := range list {
			out[role][p] = true
		}
	}
	return out
}()

// Valid reports whether the role exists.
func (r Role) Valid() bool { _, ok := grants[r]; return ok }

// Name is the role as people read it.
func (r Role) Name() string { return names[r] }

// Has reports whether the role holds the permission.
func (r Role) Has(p Permission) bool { return granted[r][p] }

// Permissions is a copy of what the role may do.
func (r Role) Permissions() []Permission { return append([]Permission(nil), grants[r]...) }

// MayGrant reports whether the role may appoint somebody else to other. The design's rule is that nobody grants a right
// they lack, and that an administrator sees no content: so appointing is itself the administrator's right, held apart
// from the rights appointed, and it never reaches the holder, because nobody may change their own role.
func (r Role) MayGrant(other Role) bool { return r.Has(StaffManage) && other.Valid() }

// Package actor says who acts and what each role may do. The table is literal and complete: authorisation is code, never data.
package actor

// Kind is what sort of actor it is.
type Kind string

// The kinds of actors.
const (
	KindGuest  Kind = "guest"
	KindStaff  Kind = "staff"
	KindSystem Kind = "system"
)

// Actor is whoever causes a request or a change. ID is a public id, never an e-mail address or an IP address.
type Actor struct {
	Kind Kind
	ID   string
	Role Role
}

// Guest is somebody without an account. The id is the guest's own random identifier, or empty.
func Guest(id string) Actor { return Actor{Kind: KindGuest, ID: id} }

// Staff is a signed-in member of staff.
func Staff(id string, role Role) Actor { return Actor{Kind: KindStaff, ID: id, Role: role} }

// System is the program itself: a worker, a sweep, the command line. The name says which.
func System(name string) Actor { return Actor{Kind: KindSystem, ID: name} }

// Can reports whether the actor holds the permission. The system holds all: its code is its permission.
func (a Actor) Can(p Permission) bool {
	if p == Public || a.Kind == KindSystem {
		return true
	}
	return a.Kind == KindStaff && a.Role.Has(p)
}

// Permission is one thing somebody may do. Routes and changes name the one they need.
type Permission string

// The permissions. Public is written out on routes that anybody may use.
const (
	Public           Permission = "public"
	SignIn           Permission = "session.signin"     // finish a sign-in that still lacks its second factor
	StaffSelf        Permission = "staff.self"         // own profile, sessions, second factors
	CaseView         Permission = "case.view"          // queue metadata and the safe rendition
	ImageReveal      Permission = "image.reveal"       // the picture itself, each time logged
	ImageRevealLow   Permission = "image.reveal.low"   // the picture itself where the severity is low
	ReporterView     Permission = "reporter.view"      // name and address of a notifier, on cases one holds
	CaseClaim        Permission = "case.claim"         // take a lease
	CaseLead         Permission = "case.lead"          // decide escalated and decided cases, take over a lease
	DecideSoft       Permission = "decide.soft"        // keep, restrict by age
	DecideHard       Permission = "decide.hard"        // disable, remove
	DecideBulk       Permission = "decide.bulk"        // one decision on at most twenty cases
	BlockEdit        Permission = "block.edit"         // the block list of exact files
	EffectRetry      Permission = "effect.retry"       // run a failed effect again
	AuditOwn         Permission = "audit.own"          // own entries of the audit log
	AuditRead        Permission = "audit.read"         // the audit log and its verification
	MetricsOwn       Permission = "metrics.own"        // own figures
	MetricsTeam      Permission = "metrics.team"       // figures of the team
	StaffManage      Permission = "staff.manage"       // invite, change role, disable
	OutboxRead       Permission = "outbox.read"        // mails kept by an instance without SMTP
	SystemRead       Permission = "system.read"        // jobs, health, configuration without secrets
	PrivacyWork      Permission = "privacy.work"       // requests of data subjects
	PolicyEdit       Permission = "policy.edit"        // policies, reason codes, macros
	UploaderDataView Permission = "uploader.data.view" // network origin of an upload, with a reason
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
	Triage:         {StaffSelf, CaseView, CaseClaim, ImageRevealLow, DecideSoft, AuditOwn, MetricsOwn},
	Moderator:      {StaffSelf, CaseView, CaseClaim, ImageRevealLow, ImageReveal, ReporterView, DecideSoft, DecideHard, DecideBulk, AuditOwn, MetricsOwn},
	Lead:           {StaffSelf, CaseView, CaseClaim, CaseLead, ImageRevealLow, ImageReveal, ReporterView, UploaderDataView, DecideSoft, DecideHard, DecideBulk, BlockEdit, EffectRetry, AuditOwn, AuditRead, MetricsOwn, MetricsTeam, PolicyEdit},
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

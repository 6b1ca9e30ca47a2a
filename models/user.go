package models

import (
	"encoding/json"
	"time"
)

// UserState is whether an account may be used.
type UserState string

// The states of an account. A suspended one may sign in to read why and to ask for its data; a closed one may not.
const (
	UserActive    UserState = "active"
	UserSuspended UserState = "suspended"
	UserClosed    UserState = "closed"
)

// User is a row of users: somebody who holds an account. QuotaBytes is nil where the operator's general quota applies.
type User struct {
	ID                  string `gorm:"primaryKey"`
	Username            string
	Email               string
	EmailVerifiedAt     *time.Time
	PasswordHash        string
	State               UserState
	TOTPSecret          []byte     `gorm:"column:totp_secret"`
	TOTPConfirmedAt     *time.Time `gorm:"column:totp_confirmed_at"`
	TOTPLastStep        int64      `gorm:"column:totp_last_step"`
	WebauthnHandle      []byte
	DisplayName         string
	Locale              string
	AgeConfirmedAt      time.Time
	PolicyVersion       string
	AnalyticsObjectedAt *time.Time
	QuotaBytes          *int64
	Preferences         json.RawMessage `gorm:"type:jsonb"`
	CreatedAt           time.Time
	UpdatedAt           time.Time
	ClosedAt            *time.Time
}

// UserRecoveryCode is a row of user_recovery_codes: a keyed hash of a code that works once.
type UserRecoveryCode struct {
	UserID   string `gorm:"primaryKey"`
	CodeHash []byte `gorm:"primaryKey"`
	UsedAt   *time.Time
}

// UserPasskey is a row of user_passkeys. Credential is the library's record of the public key.
type UserPasskey struct {
	ID           string `gorm:"primaryKey"`
	UserID       string
	CredentialID []byte
	Credential   json.RawMessage `gorm:"type:jsonb"`
	Name         string
	CreatedAt    time.Time
	LastUsedAt   *time.Time
}

// LinkPurpose is what a mailed link does.
type LinkPurpose string

// The purposes of links.
const (
	LinkReset   LinkPurpose = "reset"   // chooses a new password
	LinkEmail   LinkPurpose = "email"   // moves the account to the address it was sent to
	LinkRestore LinkPurpose = "restore" // takes such a move back: sent to the address before it
)

// UserSignup is a row of user_signups: a registration whose address is not confirmed yet. ID becomes the account's.
type UserSignup struct {
	ID            string `gorm:"primaryKey"`
	TokenHash     []byte
	Username      string
	Email         string
	PasswordHash  string
	Locale        string
	PolicyVersion string
	CreatedAt     time.Time
	ExpiresAt     time.Time
}

// UserLink is a row of user_links: the hash of a link's token, never the token.
type UserLink struct {
	TokenHash []byte `gorm:"primaryKey"`
	UserID    string
	Purpose   LinkPurpose
	Email     string
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
}

// UserSession is a row of user_sessions: the hash of a cookie, never the cookie. UserAgent is the device family only.
type UserSession struct {
	ID         string `gorm:"primaryKey"`
	TokenHash  []byte
	UserID     string
	Stage      SessionStage // password or full
	Method     string
	UserAgent  string
	Remember   bool
	Challenge  json.RawMessage `gorm:"type:jsonb"`
	CreatedAt  time.Time
	SeenAt     time.Time
	VerifiedAt *time.Time
	ExpiresAt  time.Time
	RevokedAt  *time.Time
}

// UserSignin is a row of user_signins: one sign-in to an account, or one that was refused.
type UserSignin struct {
	ID      int64 `gorm:"->"`
	UserID  string
	At      time.Time
	Method  string
	Outcome string // ok, refused
	Device  string
}

// UserConsent is a row of user_consents: a consent given or withdrawn.
type UserConsent struct {
	ID      int64 `gorm:"->"`
	UserID  string
	Purpose string
	Version string
	Given   bool
	At      time.Time
}

// APIToken is a row of api_tokens: the hash of a token for programs, never the token. Scopes are permissions of package actor.
type APIToken struct {
	ID         string `gorm:"primaryKey"`
	UserID     string
	Name       string
	Scopes     Texts `gorm:"type:text[]"`
	TokenHash  []byte
	Hint       string
	CreatedAt  time.Time
	ExpiresAt  *time.Time
	LastUsedAt *time.Time
	RevokedAt  *time.Time
}

// DataRequest is a row of data_requests: what somebody asked for from their settings.
type DataRequest struct {
	ID        string `gorm:"primaryKey"`
	N         int64  `gorm:"->"`
	Reference string
	UserID    string
	Kind      string // access, erasure
	State     string // open, withdrawn
	Note      string
	CreatedAt time.Time
	EndedAt   *time.Time
}

// Package moderation holds the rules of notice and action: intake of notices (Art. 16 of Regulation (EU) 2022/2065, the
// DSA), cases that bundle them by content, the queue, leases, decisions with their statements of reasons (Art. 17), the
// 30 seconds in which a decision can be undone, and the effects that carry it out.
package moderation

import (
	"time"

	"imglink/models"
)

// The numbers of the moderation side.
const (
	LeaseTime      = 10 * time.Minute // a claim holds this long after the last heartbeat
	UndoWindow     = 30 * time.Second // serving stops at once; letters and the block list wait this long
	SlowLane       = 2 * time.Minute  // a notice without a passed bot check is admitted after this
	DedupWindow    = 24 * time.Hour   // same network, same image, same reason: the same notifier repeating themselves
	MaxURLs        = 50
	MaxBulk        = 20
	Critical       = 5    // the severity from which a case is decided by itself
	MaxExplanation = 5000 // runes of a notice's explanation
	MaxWhy         = 2000 // runes of a decision's explanation (DSA Transparency Database limit)
	MaxFacts       = 5000 // runes of a decision's facts (the same)
	MinFacts       = 10   // runes: letters, digits and the spaces between them
	MinWhy         = 40   // runes: less explains nothing (Art. 17(3)(d), (e))
	MaxNote        = 2000
	CountBound     = 1000 // facet counts stop here: "1000+"
	PageLimit      = 100  // most rows of one page; 0 asks for 25
)

// NoticeInput is the Art. 16 form. Field errors use the names in the comments.
type NoticeInput struct {
	URLs        []string // "urls": any of our addresses of an image, or its 12-character id; at most MaxURLs
	ReasonCode  string   // "reason": a code of Reasons
	Explanation string   // "explanation": optional, at most MaxExplanation
	Name        string   // "name": optional, at most 200
	Email       string   // "email": optional; a receipt is sent when given
	GoodFaith   bool     // optional: a notice without it is admitted but incomplete
	Locale      string   // BCP 47, "" means "en"
	ReporterKey []byte   // keyed hash of the network address; never the address
	Verified    bool     // the bot check was passed; without it the notice takes the slow lane
}

// Receipt is the answer to a notice. The token opens the status page; it is shown once and mailed, and stored only hashed.
type Receipt struct {
	NoticeID    string
	Reference   string // "N-7F3K-9QXM"
	StatusToken string
	Admitted    bool // false: in the slow lane, admitted automatically after SlowLane
}

// NoticeStatus is what the secret status page shows. Every time is midnight of its day in the legal time zone, so that
// nobody learns when a moderator works.
type NoticeStatus struct {
	Reference   string
	State       models.NoticeState
	ReasonLabel string
	ReceivedOn  time.Time
	DecidedOn   *time.Time
	HasContact  bool // letters go to the address given
	Items       []NoticeStatusItem
}

// NoticeStatusItem is one reported image.
type NoticeStatusItem struct {
	URL       string
	Outcome   string // "", "keep", "restrict", "disable", "remove", "gone"
	Text      string // the outcome in a sentence
	DecidedOn *time.Time
	Why       string    // the decision's explanation, "" until effective
	Redress   []Redress // what the notifier can do about it, once decided
}

// Filter chooses cases. The zero value is the open queue. It is what the page's address carries.
type Filter struct {
	State    string // "" (open and escalated), "open", "escalated", "decided"
	Reason   string
	Severity int  // 1 to 5, 0 is any
	Mine     bool // held by the actor
	Search   string
	After    string // cursor of the page before
	Limit    int
}

// Queue is one page of cases with the figures beside the filters.
type Queue struct {
	Cases  []CaseRow
	Next   string // cursor of the next page, "" on the last
	Facets Facets
}

// CaseRow is one line of the queue.
type CaseRow struct {
	models.Case
	ReasonLabel string
	Image       models.Image // the face of the case: only its safe rendition may be shown in lists
	Chips       []Chip
	Lease       *Lease // nil when nobody holds it
	Standing    *Standing
}

// Standing is the decision in force on a case.
type Standing struct {
	ID      string
	Action  models.Action
	State   models.DecisionState
	By      string // staff id
	FinalAt time.Time
}

// Chip is one addend of a case's priority: the points of all chips are the case's points, and waiting adds one an hour.
type Chip struct {
	Kind   string // "severity", "notifiers", "waiting"
	Label  string
	Points int
}

// Count is a number that stops at CountBound.
type Count struct {
	N    int
	More bool // "1000+"
}

// Facets count the cases behind each filter. Callers must not change the maps.
type Facets struct {
	State    map[string]Count // "open", "escalated", "decided"
	Reason   map[string]Count // open and escalated, by reason code
	Severity map[int]Count    // open and escalated
	Mine     Count
}

// Lease is somebody's hold on a case. Fence goes into the decision.
type Lease struct {
	CaseID     string
	Holder     string // staff id
	HolderName string
	Mine       bool
	Fence      int64
	TakenAt    time.Time
	Until      time.Time
}

// Detail is the page of one case.
type Detail struct {
	CaseRow
	Images        []models.Image // with this content, deleted ones left out; at most 50, Case.Images says how many
	Notices       []NoticeRow    // newest first, at most 50
	Uploads       []models.Image // other images of the same uploader or network, newest first, at most 24
	Precedents    []Precedent
	Decisions     []DecisionRow // of this case, newest first
	Timeline      []Event       // newest first, at most 100
	Effects       []models.Effect
	PolicyVersion int    // of the case's reason
	May           Allows // what this actor may do now
}

// Allows says which controls to show. The service checks again.
type Allows struct {
	Claim, Steal, Soft, Hard, Escalate, Reveal, Retry, Block bool
	Undo                                                     string // id of the decision that may be undone, "" when none
}

// NoticeRow is one notice on the page of a case. Name and e-mail are empty unless the actor may see them and holds the lease.
type NoticeRow struct {
	ID          string
	Reference   string
	URL         string
	ReasonCode  string
	ReasonLabel string
	Explanation string
	GoodFaith   bool
	Complete    bool
	Intake      string
	Locale      string
	Outcome     string
	CreatedAt   time.Time
	HasContact  bool
	Name, Email string
}

// Precedent is an earlier decision on the same uploader's or a near-duplicate content.
type Precedent struct {
	CaseID     string
	Reference  string
	ImageID    string
	Action     models.Action
	ReasonCode string
	Label      string
	DecidedAt  time.Time
	Distance   int // Hamming distance of the perceptual hashes, -1 when related by uploader only
}

// DecisionRow is a decision with the name of who made it.
type DecisionRow struct {
	models.Decision
	ByName string
}

// Event is one audit entry about the case.
type Event struct {
	At     time.Time
	Kind   string // "guest", "staff", "system"
	Actor  string // id
	Name   string // of staff
	Action string // "case.decide"
	Reason string
	Notes  map[string]any
	Note   string // what a colleague wrote for the others, "" when erased
}

// DecisionInput is the decision form. Field errors use the names in the comments.
type DecisionInput struct {
	CaseID      string
	Fence       int64         // of the lease
	Version     int64         // of the case as it was shown, 0 when not known
	Action      models.Action // "action"
	ReasonCode  string        // "reason": needed unless keep
	Ground      string        // "ground": "law" or "terms", "" takes the reason's own
	Facts       string        // "facts": what was seen; needed unless keep
	Explanation string        // "explanation": why; "" takes nothing for granted and is refused
	Territory   []string      // "territory": must be empty (everywhere): serving cannot be limited to countries
	EndsAt      *time.Time    // "ends_at": nil is indefinite; in the future
	BlockHash   bool          // "block": refuse exact re-uploads; only with remove or disable
	Note        string        // "note": for staff
}

// Preview is what everybody will read, compiled but not issued.
type Preview struct {
	Statement         Statement
	LetterToUploader  Letter   // shown behind the delete link and on the 410 or 451 page; empty for keep
	LettersToNotifier []Letter // up to three examples
	NotifierLetters   int      // how many will be sent
}

// Letter is a text to somebody.
type Letter struct {
	Reference string // of the case or the notice
	Subject   string
	Text      string
}

// Statement is a statement of reasons (Art. 17(3) DSA). It never names a notifier.
type Statement struct {
	ID                 string        `json:"id"`
	DecisionID         string        `json:"decision_id"`
	CaseReference      string        `json:"case_reference"`
	ImageID            string        `json:"image_id"`
	Action             models.Action `json:"action"`
	Measure            string        `json:"measure"`              // (a)
	Territory          string        `json:"territory"`            // (a)
	StartsAt           time.Time     `json:"starts_at"`            // (a)
	EndsAt             *time.Time    `json:"ends_at,omitempty"`    // (a)
	Duration           string        `json:"duration"`             // (a)
	Facts              string        `json:"facts"`                // (b)
	Source             string        `json:"source"`               // (b) "notice" or "own_initiative"
	SourceText         string        `json:"source_text"`          // (b)
	AutomatedDetection bool          `json:"automated_detection"`  // (c)
	AutomatedDecision  string        `json:"automated_decision"`   // (c)
	AutomatedText      string        `json:"automated_text"`       // (c)
	Ground             string        `json:"ground"`               // (d) "law" or (e) "terms"
	ReasonCode         string        `json:"reason_code"`          // ours
	ReasonVersion      int           `json:"reason_version"`       // ours
	ReasonLabel        string        `json:"reason_label"`         // ours
	Reference          string        `json:"reference"`            // (d) provision or (e) clause title
	ClauseURL          string        `json:"clause_url,omitempty"` // (e)
	Explanation        string        `json:"explanation"`          // (d), (e)
	Redress            []Redress     `json:"redress"`              // (f)
	Language           string        `json:"language"`
	IssuedAt           time.Time     `json:"issued_at"`
}

// Redress is one way to contest a decision (Art. 17(3)(f), 20, 21).
type Redress struct {
	Kind  string     `json:"kind"` // "complaint", "out_of_court", "court"
	Title string     `json:"title"`
	Text  string     `json:"text"`
	URL   string     `json:"url,omitempty"`
	Until *time.Time `json:"until,omitempty"` // civil date: the last day, midnight in the legal time zone
}

// BulkInput is one decision on several cases. Fence and CaseID of the template are ignored: each case is leased on the way.
type BulkInput struct {
	Template DecisionInput
	Cases    []BulkCase // at most MaxBulk
}

// BulkCase names a case as it was shown.
type BulkCase struct {
	ID      string
	Version int64
}

// BulkResult lists what was done and what was not.
type BulkResult struct {
	BatchID string
	Done    []models.Decision
	Failed  []BulkFailure
}

// BulkFailure is one case that kept its state, with a sentence that is safe to show.
type BulkFailure struct {
	CaseID  string
	Message string
}

// Near is a perceptually similar image.
type Near struct {
	ImageID  string
	Distance int // Hamming distance, 0 to 256
}

// BlockRow is one entry of the block list.
type BlockRow struct {
	models.BlockedHash
	ReasonLabel string
}

// Blocks is one page of the block list, newest first.
type Blocks struct {
	Rows []BlockRow
	Next string
}

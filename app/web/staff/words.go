package staff

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"imglink/app/moderation"
	"imglink/models"
	"imglink/views/ui"
)

const utcLayout = "2 Jan 2006, 15:04 UTC"

func iso(t time.Time) string { return t.UTC().Format(time.RFC3339) }
func utc(t time.Time) string { return t.UTC().Format(utcLayout) }

// clockTime is an instant of today, for deadlines minutes away.
func clockTime(t time.Time) string { return t.UTC().Format("15:04:05 UTC") }

// age is how long ago in one rounded-down unit: "4 min", "5 h", "12 days".
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return strconv.Itoa(int(d.Minutes())) + " min"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d.Hours())) + " h"
	default:
		return strconv.Itoa(int(d.Hours()/24)) + " days"
	}
}

// plural counts a noun: "1 report", "3 reports".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// size is a number of bytes as people read it.
func size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	default:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
}

func mimeName(mime string) string {
	if mime == "image/webp" {
		return "WebP"
	}
	return strings.ToUpper(strings.TrimPrefix(mime, "image/"))
}

var levels = map[int]string{1: "Minor", 2: "Low", 3: "Medium", 4: "High", 5: "Critical"}

func count(c moderation.Count) string {
	if c.More {
		return strconv.Itoa(c.N) + "+"
	}
	return strconv.Itoa(c.N)
}

// done is a decision as a past participle, the way lists say it.
var done = map[models.Action]string{
	models.ActionKeep: "Kept", models.ActionRestrict: "Age-restricted", models.ActionDisable: "Disabled", models.ActionRemove: "Removed",
}

// imperative is a decision as the button says it.
var imperative = map[models.Action]string{
	models.ActionKeep: "Keep", models.ActionRestrict: "Restrict", models.ActionDisable: "Disable", models.ActionRemove: "Remove",
}

// outcome is done for any outcome of a report, "gone" included.
func outcome(s string) string {
	if s == "gone" {
		return "Gone already"
	}
	return done[models.Action(s)]
}

func actionTone(a models.Action) ui.Tone {
	switch a {
	case models.ActionKeep:
		return ui.OK
	case models.ActionRestrict:
		return ui.Warn
	default:
		return ui.Danger
	}
}

var imageStates = map[models.ImageState]string{
	models.ImageLive: "Public", models.ImageRestricted: "Public, for adults", models.ImageDisabled: "Disabled for legal reasons",
	models.ImageRemoved: "Removed", models.ImageDeleted: "Deleted by its uploader", models.ImagePending: "Being uploaded",
}

var decisionStates = map[models.DecisionState]string{
	models.DecisionPending: "can still be undone", models.DecisionEffective: "in force", models.DecisionVoided: "undone",
	models.DecisionSuperseded: "replaced by a later one", models.DecisionExpired: "ended",
}

var effectNames = map[models.EffectKind]string{
	models.EffectPurge: "Clear the delivery caches", models.EffectVerifyGone: "Check that nobody is served it",
	models.EffectFinalise: "Close the undo window", models.EffectMailUploader: "Statement to the uploader",
	models.EffectMailNotifier: "Letter to a reporter",
}

var effectStates = map[models.EffectState]string{
	models.EffectQueued: "Waiting", models.EffectDone: "Done", models.EffectFailed: "Failed", models.EffectVoid: "Not needed",
}

func effectTone(s models.EffectState) ui.Tone {
	switch s {
	case models.EffectDone:
		return ui.OK
	case models.EffectFailed:
		return ui.Danger
	case models.EffectQueued:
		return ui.Info
	}
	return ui.Neutral
}

// who names an actor without naming a person outside staff.
func who(kind, id, name string) string {
	switch {
	case name != "":
		return name
	case kind == "system":
		return "The system"
	case kind == "guest":
		return "A guest"
	}
	return id
}

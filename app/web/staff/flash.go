package staff

import (
	"strconv"
	"strings"
	"time"

	"imglink/app/ident"
	"imglink/app/web/kit"
	"imglink/models"
	"imglink/views/ui"
)

// A flash survives one redirect in a cookie that holds codes only; the words are made here, so that a planted cookie can
// say nothing of its own.
const flashFlag = "flash"

// setFlash remembers what happened for the next page. Parts are ids, codes and numbers.
func setFlash(c *kit.Ctx, kind string, parts ...string) {
	c.SetFlag(flashFlag, strings.Join(append([]string{kind}, parts...), "."), 2*time.Minute)
}

var plainFlashes = map[string]ui.Flash{
	"empty":      {Tone: ui.OK, Text: "Nothing is left to review in this view."},
	"undone":     {Tone: ui.OK, Text: "The decision was taken back. The case is open again."},
	"released":   {Tone: ui.OK, Text: "Released. Others can take the case now."},
	"escalated":  {Tone: ui.OK, Text: "Escalated. A lead will decide it."},
	"retried":    {Tone: ui.OK, Text: "It is being tried again."},
	"blocked":    {Tone: ui.OK, Text: "The file is refused from now on."},
	"unblocked":  {Tone: ui.OK, Text: "The file may be uploaded again."},
	"held":       {Tone: ui.Warn, Text: "Somebody else holds that case now."},
	"late":       {Tone: ui.Warn, Text: "Too late to undo: the letters have gone out."},
	"choose":     {Tone: ui.Warn, Text: "Select at least one case first."},
	"too_many":   {Tone: ui.Warn, Text: "At most twenty cases can be decided together."},
	"undone_all": {Tone: ui.OK, Text: "All of it was taken back. The cases are open again."},
}

// takeFlash reads the flash and forgets it.
func (h *Handlers) takeFlash(c *kit.Ctx) *ui.Flash {
	raw := c.Flag(flashFlag)
	if raw == "" {
		return nil
	}
	c.SetFlag(flashFlag, "", -time.Hour)
	parts := strings.Split(raw, ".")
	if f, ok := plainFlashes[parts[0]]; ok {
		return &f
	}
	if len(parts) == 4 && (parts[0] == "decided" || parts[0] == "batch") {
		return h.undoable(c, parts)
	}
	return nil
}

// undoable is the flash of a decision: kind, action or number of cases, id, end of the window in Unix seconds.
func (h *Handlers) undoable(c *kit.Ctx, parts []string) *ui.Flash {
	till, err := strconv.ParseInt(parts[3], 10, 64)
	if err != nil || !ident.IsPublic(parts[2]) {
		return nil
	}
	f := &ui.Flash{Tone: ui.OK}
	route := "staff.decision.undo"
	if parts[0] == "batch" {
		n, err := strconv.Atoi(parts[1])
		if err != nil {
			return nil
		}
		f.Text, route = plural(n, "case")+" decided.", "staff.batch.undo"
	} else if word, ok := done[models.Action(parts[1])]; ok {
		f.Text = word + "."
	} else {
		return nil
	}
	if left := time.Unix(till, 0).Sub(c.Kit.Clock.Now()); left > time.Second {
		f.UndoURL, f.UndoFor = c.Kit.URL(route, parts[2]), strconv.Itoa(int(left.Seconds()))
	}
	return f
}

// secondsLeft is the time until an instant in whole seconds, for a countdown that needs no clock of the reader's.
func secondsLeft(c *kit.Ctx, at time.Time) string {
	return strconv.Itoa(int(max(at.Sub(c.Kit.Clock.Now()), 0).Seconds()))
}

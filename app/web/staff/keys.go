package staff

import (
	"imglink/app/actor"
	"imglink/app/web/kit"
	"imglink/views/ui"
)

// queueKeys and caseKeys are what the overlay lists; static/src/js binds them, and each repeats a link or a button.
func queueKeys(c *kit.Ctx) ui.KeyGroup {
	g := ui.KeyGroup{Title: "In the list", Keys: []ui.Keys{
		{Does: "Next and previous case", Caps: []string{"J", "K"}}, {Does: "Open the case", Caps: []string{"O"}},
	}}
	if c.Actor.Can(actor.CaseClaim) {
		g.Keys = append(g.Keys, ui.Keys{Does: "Claim and open the most urgent", Caps: []string{"N"}})
	}
	if c.Actor.Can(actor.DecideBulk) {
		g.Keys = append(g.Keys, ui.Keys{Does: "Select the case", Caps: []string{"X"}}, ui.Keys{Does: "Decide the selected together", Caps: []string{"B"}})
	}
	return g
}

func caseKeys(c *kit.Ctx) ui.KeyGroup {
	g := ui.KeyGroup{Title: "In a case"}
	if c.Actor.Can(actor.ImageRevealLow) {
		g.Keys = append(g.Keys, ui.Keys{Does: "Look at the picture while held", Caps: []string{"R"}})
	}
	if !c.Actor.Can(actor.CaseClaim) {
		return g
	}
	g.Keys = append(
		g.Keys, ui.Keys{Does: "Claim", Caps: []string{"C"}}, ui.Keys{Does: "Keep, restrict, disable, remove (chosen, not sent)", Caps: []string{"1", "2", "3", "4"}},
		ui.Keys{Does: "Preview the letters", Caps: []string{"P"}}, ui.Keys{Does: "Send the decision", Caps: []string{"Ctrl", "Enter"}},
		ui.Keys{Does: "Skip to the next", Caps: []string{"S"}}, ui.Keys{Does: "Escalate", Caps: []string{"E"}},
	)
	return g
}

package staff

import (
	"github.com/gofiber/fiber/v2"

	"imglink/app/actor"
	"imglink/app/web/kit"
)

// Routes are the lines of the route table that this package answers. The order matters where a fixed word stands in the
// place of an id.
func (h *Handlers) Routes() []kit.Route {
	const get, post, form = fiber.MethodGet, fiber.MethodPost, kit.FormBody
	return []kit.Route{
		{Method: get, Path: "/staff", Name: "staff.home", Needs: actor.StaffSelf, Do: h.Home},

		{Method: get, Path: "/staff/reports", Name: "staff.reports", Needs: actor.CaseView, Do: h.Reports},
		{Method: post, Path: "/staff/reports/next", Name: "staff.reports.next", Needs: actor.CaseClaim, Body: form, Do: h.Next},
		{Method: get, Path: "/staff/reports/bulk", Name: "staff.bulk", Needs: actor.DecideBulk, Do: h.Bulk},
		{Method: post, Path: "/staff/reports/bulk", Name: "staff.bulk", Needs: actor.DecideBulk, Body: form, Do: h.DecideBulk},
		{Method: post, Path: "/staff/reports/bulk/preview", Name: "staff.bulk.preview", Needs: actor.DecideBulk, Body: form, Do: h.BulkPreview},
		{Method: get, Path: "/staff/reports/:id", Name: "staff.report", Needs: actor.CaseView, Do: h.Report},
		{Method: post, Path: "/staff/reports/:id/claim", Name: "staff.report.claim", Needs: actor.CaseClaim, Body: form, Do: h.Claim},
		{Method: post, Path: "/staff/reports/:id/steal", Name: "staff.report.steal", Needs: actor.CaseLead, Body: form, Do: h.Steal},
		{Method: post, Path: "/staff/reports/:id/heartbeat", Name: "staff.report.heartbeat", Needs: actor.CaseClaim, Body: form, Do: h.Heartbeat},
		{Method: post, Path: "/staff/reports/:id/release", Name: "staff.report.release", Needs: actor.CaseClaim, Body: form, Do: h.Release},
		{Method: post, Path: "/staff/reports/:id/skip", Name: "staff.report.skip", Needs: actor.CaseClaim, Body: form, Do: h.Skip},
		{Method: post, Path: "/staff/reports/:id/escalate", Name: "staff.report.escalate", Needs: actor.CaseClaim, Body: form, Do: h.Escalate},
		{Method: post, Path: "/staff/reports/:id/preview", Name: "staff.report.preview", Needs: actor.DecideSoft, Body: form, Do: h.Preview},
		{Method: post, Path: "/staff/reports/:id/decide", Name: "staff.report.decide", Needs: actor.DecideSoft, Body: form, Do: h.Decide},
		{Method: post, Path: "/staff/reports/:id/reveal/:image", Name: "staff.report.reveal", Needs: actor.ImageRevealLow, Body: form, Do: h.Reveal},
		{Method: post, Path: "/staff/decisions/:id/undo", Name: "staff.decision.undo", Needs: actor.DecideSoft, Body: form, Do: h.Undo},
		{Method: post, Path: "/staff/batches/:id/undo", Name: "staff.batch.undo", Needs: actor.DecideBulk, Body: form, Do: h.UndoBatch},

		{Method: get, Path: "/staff/safe/:id", Name: "staff.safe", Needs: actor.CaseView, Do: h.Safe},
		{Method: get, Path: "/staff/original/:id", Name: "staff.original", Needs: actor.ImageRevealLow, Do: h.Original},

		{Method: get, Path: "/staff/blocks", Name: "staff.blocks", Needs: actor.BlockEdit, Do: h.Blocks},
		{Method: post, Path: "/staff/blocks/:id/remove", Name: "staff.block.remove", Needs: actor.BlockEdit, Body: form, Do: h.RemoveBlock},
		{Method: get, Path: "/staff/effects", Name: "staff.effects", Needs: actor.EffectRetry, Do: h.Effects},
		{Method: post, Path: "/staff/effects/:id/retry", Name: "staff.effect.retry", Needs: actor.EffectRetry, Body: form, Do: h.RetryEffect},

		{Method: get, Path: "/staff/audit", Name: "staff.audit", Needs: actor.AuditOwn, Do: h.AuditLog},
		{Method: post, Path: "/staff/audit/verify", Name: "staff.audit.verify", Needs: actor.AuditRead, Body: form, Do: h.Verify},
		{Method: get, Path: "/staff/audit/:id", Name: "staff.audit.entry", Needs: actor.AuditOwn, Do: h.AuditEntry},

		{Method: get, Path: "/staff/outbox", Name: "staff.outbox", Needs: actor.OutboxRead, Do: h.OutboxList},
		{Method: get, Path: "/staff/outbox/:id", Name: "staff.outbox.mail", Needs: actor.OutboxRead, Do: h.OutboxMail},
		{Method: get, Path: "/staff/jobs", Name: "staff.jobs", Needs: actor.SystemRead, Do: h.Jobs},
	}
}

package web

import (
	"time"

	"imglink/app/actor"
	"imglink/app/web/kit"
	"imglink/app/web/staff"
)

// reviewRoutes are the lines of the review side. A fixed word stands before the id it could be taken for.
func reviewRoutes(h *staff.Handlers) []kit.Route {
	const form = kit.FormBody
	return []kit.Route{
		{Method: "GET", Path: "/staff", Name: "staff.home", Needs: actor.StaffSelf, Do: h.Home},

		{Method: "GET", Path: "/staff/reports", Name: "staff.reports", Needs: actor.CaseView, Do: h.Reports},
		{Method: "POST", Path: "/staff/reports/next", Name: "staff.reports.next", Needs: actor.CaseClaim, Body: form, Do: h.Next},
		{Method: "GET", Path: "/staff/reports/bulk", Name: "staff.bulk", Needs: actor.DecideBulk, Do: h.Bulk},
		{Method: "POST", Path: "/staff/reports/bulk", Name: "staff.bulk", Needs: actor.DecideBulk, Body: form, Do: h.DecideBulk},
		{Method: "POST", Path: "/staff/reports/bulk/preview", Name: "staff.bulk.preview", Needs: actor.DecideBulk, Body: form, Do: h.BulkPreview},
		{Method: "GET", Path: "/staff/reports/new", Name: "staff.report.new", Needs: actor.CaseClaim, Do: h.NewCase},
		{Method: "POST", Path: "/staff/reports/new", Name: "staff.report.new", Needs: actor.CaseClaim, Body: form, Do: h.OpenCase},
		{Method: "GET", Path: "/staff/reports/:id", Name: "staff.report", Needs: actor.CaseView, Do: h.Report},
		{Method: "POST", Path: "/staff/reports/:id/claim", Name: "staff.report.claim", Needs: actor.CaseClaim, Body: form, Do: h.Claim},
		{Method: "POST", Path: "/staff/reports/:id/steal", Name: "staff.report.steal", Needs: actor.CaseLead, Body: form, Do: h.Steal},
		{Method: "POST", Path: "/staff/reports/:id/heartbeat", Name: "staff.report.heartbeat", Needs: actor.CaseClaim, Body: form, Do: h.Heartbeat},
		{Method: "POST", Path: "/staff/reports/:id/release", Name: "staff.report.release", Needs: actor.CaseClaim, Body: form, Do: h.Release},
		{Method: "POST", Path: "/staff/reports/:id/skip", Name: "staff.report.skip", Needs: actor.CaseClaim, Body: form, Do: h.Skip},
		{Method: "POST", Path: "/staff/reports/:id/escalate", Name: "staff.report.escalate", Needs: actor.CaseClaim, Body: form, Do: h.Escalate},
		{Method: "POST", Path: "/staff/reports/:id/preview", Name: "staff.report.preview", Needs: actor.DecideSoft, Body: form, Do: h.Preview},
		{Method: "POST", Path: "/staff/reports/:id/decide", Name: "staff.report.decide", Needs: actor.DecideSoft, Body: form, Do: h.Decide},
		{Method: "POST", Path: "/staff/reports/:id/reveal/:image", Name: "staff.report.reveal", Needs: actor.ImageRevealLow, Body: form, Do: h.Reveal},
		{Method: "POST", Path: "/staff/decisions/:id/undo", Name: "staff.decision.undo", Needs: actor.DecideSoft, Body: form, Do: h.Undo},
		{Method: "POST", Path: "/staff/batches/:id/undo", Name: "staff.batch.undo", Needs: actor.DecideBulk, Body: form, Do: h.UndoBatch},

		{Method: "GET", Path: "/staff/safe/:id", Name: "staff.safe", Needs: actor.CaseView, Do: h.Safe},
		{Method: "GET", Path: "/staff/original/:id", Name: "staff.original", Needs: actor.ImageRevealLow, Do: h.Original},

		{Method: "GET", Path: "/staff/blocks", Name: "staff.blocks", Needs: actor.BlockEdit, Do: h.Blocks},
		{Method: "POST", Path: "/staff/blocks", Name: "staff.block.add", Needs: actor.BlockEdit, Body: form, Do: h.AddBlock},
		{Method: "POST", Path: "/staff/blocks/:id/remove", Name: "staff.block.remove", Needs: actor.BlockEdit, Body: form, Do: h.RemoveBlock},
		{Method: "GET", Path: "/staff/effects", Name: "staff.effects", Needs: actor.EffectRetry, Do: h.Effects},
		{Method: "POST", Path: "/staff/effects/:id/retry", Name: "staff.effect.retry", Needs: actor.EffectRetry, Body: form, Do: h.RetryEffect},

		{Method: "GET", Path: "/staff/audit", Name: "staff.audit", Needs: actor.AuditOwn, Do: h.AuditLog},
		{Method: "POST", Path: "/staff/audit/verify", Name: "staff.audit.verify", Needs: actor.AuditRead, Body: form, Do: h.Verify},
		{Method: "GET", Path: "/staff/audit/:id", Name: "staff.audit.entry", Needs: actor.AuditOwn, Do: h.AuditEntry},

		{Method: "GET", Path: "/staff/requests", Name: "staff.requests", Needs: actor.PrivacyWork, Do: h.DataRequests},

		{Method: "GET", Path: "/staff/outbox", Name: "staff.outbox", Needs: actor.OutboxRead, Do: h.OutboxList},
		{Method: "GET", Path: "/staff/outbox/:id", Name: "staff.outbox.mail", Needs: actor.OutboxRead, Do: h.OutboxMail},
		{Method: "GET", Path: "/staff/jobs", Name: "staff.jobs", Needs: actor.SystemRead, Do: h.Jobs},
	}
}

// accountRoutes are the lines of signing in, of one's own security and of the people list.
func accountRoutes(h *staff.Account) []kit.Route {
	const form = kit.FormBody
	tries := kit.Limit{Name: "signin", N: 60, Per: time.Minute} // the service counts failures; this stops floods
	return []kit.Route{
		{Method: "GET", Path: "/staff/sign-in", Name: "staff.signin", Needs: actor.Public, Do: h.SignInForm},
		{Method: "POST", Path: "/staff/sign-in", Name: "staff.signin", Needs: actor.Public, Limit: tries, Body: form, Do: h.SignIn},
		{Method: "GET", Path: "/staff/sign-in/factor", Name: "staff.factor", Needs: actor.SignIn, Do: h.FactorForm},
		{Method: "POST", Path: "/staff/sign-in/factor", Name: "staff.factor", Needs: actor.SignIn, Limit: tries, Body: form, Do: h.Factor},
		{Method: "POST", Path: "/staff/sign-in/passkey/begin", Name: "staff.factor.passkey_begin", Needs: actor.SignIn, Limit: tries, Body: form, Do: h.BeginAssertion},
		{Method: "POST", Path: "/staff/sign-in/passkey", Name: "staff.factor.passkey", Needs: actor.SignIn, Limit: tries, Body: form, Do: h.Assertion},
		{Method: "GET", Path: "/staff/sign-in/app", Name: "staff.enrol", Needs: actor.SignIn, Do: h.EnrolForm},
		{Method: "POST", Path: "/staff/sign-in/app", Name: "staff.enrol", Needs: actor.SignIn, Limit: tries, Body: form, Do: h.Enrol},
		{Method: "POST", Path: "/staff/sign-in/cancel", Name: "staff.signin.cancel", Needs: actor.SignIn, Body: form, Do: h.SignOut},
		{Method: "POST", Path: "/staff/sign-out", Name: "staff.signout", Needs: actor.StaffSelf, Body: form, Do: h.SignOut},
		{Method: "GET", Path: "/staff/setup/:token", Name: "staff.setup", Needs: actor.Public, Limit: tries, Do: h.SetUpForm},
		{Method: "POST", Path: "/staff/setup/:token", Name: "staff.setup", Needs: actor.Public, Limit: tries, Body: form, Do: h.SetUp},
		{Method: "GET", Path: "/staff/confirm", Name: "staff.confirm", Needs: actor.StaffSelf, Do: h.FactorForm},

		{Method: "GET", Path: "/staff/security", Name: "staff.security", Needs: actor.StaffSelf, Do: h.Security},
		{Method: "POST", Path: "/staff/security/password", Name: "staff.security.password", Needs: actor.StaffSelf, Limit: tries, Body: form, Do: h.ChangePassword},
		{Method: "POST", Path: "/staff/security/codes", Name: "staff.security.codes", Needs: actor.StaffSelf, Body: form, Do: h.NewCodes},
		{Method: "POST", Path: "/staff/security/passkeys/begin", Name: "staff.security.passkey_begin", Needs: actor.StaffSelf, Body: form, Do: h.BeginPasskey},
		{Method: "POST", Path: "/staff/security/passkeys", Name: "staff.security.passkey_add", Needs: actor.StaffSelf, Body: form, Do: h.AddPasskey},
		{Method: "POST", Path: "/staff/security/passkeys/:id/remove", Name: "staff.security.passkey_remove", Needs: actor.StaffSelf, Body: form, Do: h.RemovePasskey},
		{Method: "POST", Path: "/staff/security/sessions/others", Name: "staff.security.revoke_others", Needs: actor.StaffSelf, Body: form, Do: h.RevokeOthers},
		{Method: "POST", Path: "/staff/security/sessions/:id/revoke", Name: "staff.security.revoke", Needs: actor.StaffSelf, Body: form, Do: h.Revoke},

		{Method: "GET", Path: "/staff/people", Name: "staff.people", Needs: actor.StaffManage, Do: h.People},
		{Method: "GET", Path: "/staff/people/invite", Name: "staff.people.invite", Needs: actor.StaffManage, Do: h.InviteForm},
		{Method: "POST", Path: "/staff/people/invite", Name: "staff.people.invite", Needs: actor.StaffManage, Body: form, Do: h.Invite},
		{Method: "GET", Path: "/staff/people/:id", Name: "staff.person", Needs: actor.StaffManage, Do: h.Person},
		{Method: "POST", Path: "/staff/people/:id/role", Name: "staff.person.role", Needs: actor.StaffManage, Body: form, Do: h.SetRole},
		{Method: "POST", Path: "/staff/people/:id/state", Name: "staff.person.state", Needs: actor.StaffManage, Body: form, Do: h.SetState},
		{Method: "POST", Path: "/staff/people/:id/link", Name: "staff.person.link", Needs: actor.StaffManage, Body: form, Do: h.NewLink},
		{Method: "POST", Path: "/staff/people/:id/factors", Name: "staff.person.factors", Needs: actor.StaffManage, Body: form, Do: h.ResetFactors},
		{Method: "POST", Path: "/staff/people/:id/sessions", Name: "staff.person.sessions", Needs: actor.StaffManage, Body: form, Do: h.EndSessions},
	}
}

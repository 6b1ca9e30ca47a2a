package staff

import "strings"

// verbs are the audit log's actions in words, each with its icon. An action
// without one is shown as it is written.
var verbs = map[string]struct{ icon, text string }{
	"case.open": {"flag", "opened"}, "case.notice": {"flag", "added a report to"}, "case.link": {"link-2", "linked a repeated report to"},
	"case.claim": {"hand", "claimed"}, "case.release": {"lock-open", "released"}, "case.steal": {"hand", "took over"},
	"case.escalate": {"arrow-up", "escalated"}, "case.decide": {"gavel", "decided"}, "case.undo": {"undo-2", "took back the decision on"},
	"case.reopen": {"rotate-ccw", "reopened"}, "case.finalise": {"check-check", "closed the undo window of"}, "case.expire": {"hourglass", "ended the decision on"},
	"case.effect": {"activity", "carried out an effect of"}, "case.effect.retry": {"rotate-ccw", "tried an effect again on"},

	"image.begin": {"upload", "began the upload of"}, "image.publish": {"image", "published"}, "image.derive": {"sparkles", "prepared the renditions of"},
	"image.drop": {"x", "dropped the unfinished"}, "image.delete": {"trash-2", "deleted"}, "image.erase": {"trash-2", "erased the bytes of"},
	"image.reveal": {"eye", "looked at"}, "image.keep": {"shield-check", "kept"}, "image.restrict": {"users", "age-restricted"},
	"image.disable": {"ban", "disabled"}, "image.remove": {"gavel", "removed"}, "image.restore": {"undo-2", "restored"},
	"image.claim": {"user-check", "took into an account"}, "image.edit": {"pencil", "edited"}, "image.delete_link": {"link-2", "made a delete link of"},

	"notice.file": {"flag", "filed"}, "notice.own": {"flag", "filed on our own initiative"}, "notice.admit": {"inbox", "admitted"},
	"notice.answer": {"gavel", "settled"}, "notice.unlink": {"undo-2", "took back the outcome of"}, "notice.letter": {"mail", "sent a letter about"},

	"block.add": {"ban", "blocked"}, "block.remove": {"shield-off", "unblocked"},
	"reason.install": {"book-open", "installed the reasons of"}, "reason.publish": {"book-open", "published"}, "reason.retire": {"book-open", "retired"},

	"staff.add": {"user-plus", "added"}, "staff.bootstrap": {"user-plus", "appointed the first"}, "staff.invite": {"user-plus", "invited"},
	"staff.setup": {"user-check", "set up"}, "staff.link": {"link-2", "made a link for"}, "staff.role_change": {"users", "changed the role of"},
	"staff.disable": {"user-x", "disabled"}, "staff.enable": {"user-check", "enabled"}, "staff.unclaimed_drop": {"user-x", "dropped the unclaimed"},
	"staff.lockout": {"lock", "was locked out:"}, "staff.signin": {"log-in", "signed in as"}, "staff.signin_password": {"key-round", "passed the password step of"},
	"staff.signin_failed": {"octagon-alert", "failed to sign in as"}, "staff.factor_failed": {"octagon-alert", "failed the second factor of"},
	"staff.password_failed": {"octagon-alert", "gave a wrong password for"}, "staff.password_change": {"key-round", "changed the password of"},
	"staff.totp_set": {"smartphone", "set up codes for"}, "staff.recovery_codes_set": {"life-buoy", "made recovery codes for"},
	"staff.passkey_add": {"fingerprint", "added a passkey to"}, "staff.passkey_remove": {"fingerprint", "removed a passkey from"},
	"staff.passkey_cloned": {"shield-alert", "showed a copied passkey of"}, "staff.factors_reset": {"rotate-ccw", "reset the second factors of"},
	"staff.reverify": {"shield-check", "confirmed being"}, "staff.session_revoke": {"log-out", "ended a session of"},
	"staff.sessions_revoke": {"log-out", "ended the sessions of"}, "staff.sessions_end": {"log-out", "ended all sessions of"}, "staff.signout": {"log-out", "signed out"},

	"user.register": {"user-plus", "registered"}, "user.register_again": {"mail", "asked for the link again of"}, "user.register_forget": {"x", "dropped the registration of"},
	"user.open": {"user-check", "opened"}, "user.add": {"user-plus", "added"}, "user.signout": {"log-out", "signed out of"},
	"user.signin": {"log-in", "signed in to"}, "user.signin_password": {"key-round", "passed the password step of"}, "user.signin_failed": {"octagon-alert", "failed to sign in to"},
	"user.factor_failed": {"octagon-alert", "failed the second factor of"}, "user.lockout": {"lock", "was locked out of"}, "user.reverify": {"shield-check", "confirmed being"},
	"user.reset_ask": {"mail", "asked for a new password of"}, "user.reset": {"key-round", "chose a new password for"}, "user.password_change": {"key-round", "changed the password of"},
	"user.email_ask": {"mail", "asked to move the address of"}, "user.email_change": {"at-sign", "moved the address of"}, "user.email_restore": {"undo-2", "took back the address of"},
	"user.totp_set": {"smartphone", "set up codes for"}, "user.totp_remove": {"smartphone", "removed the codes of"}, "user.recovery_codes_set": {"life-buoy", "made recovery codes for"},
	"user.passkey_add": {"fingerprint", "added a passkey to"}, "user.passkey_remove": {"fingerprint", "removed a passkey from"}, "user.passkey_cloned": {"shield-alert", "showed a copied passkey of"},
	"user.session_revoke": {"log-out", "ended a session of"}, "user.sessions_revoke": {"log-out", "ended the sessions of"}, "user.profile": {"user", "changed the profile of"},
	"user.consent": {"hand", "changed a choice of"}, "user.suspend": {"user-x", "suspended"}, "user.reinstate": {"user-check", "reinstated"},
	"user.token_make": {"code", "made a token of"}, "user.token_revoke": {"code", "took back a token of"},
	"data_request.open": {"scale", "opened"}, "data_request.withdraw": {"undo-2", "withdrew"},

	"audit.verify": {"shield-check", "verified"}, "audit.verify_ask": {"shield-check", "had verified"}, "privacy.erase": {"trash-2", "erased personal values of"},
}

func verb(action string) (icon, text string) {
	if v, ok := verbs[action]; ok {
		return v.icon, v.text
	}
	_, did, _ := strings.Cut(action, ".")
	return "circle-dot", strings.NewReplacer("_", " ", ".", " ").Replace(did)
}

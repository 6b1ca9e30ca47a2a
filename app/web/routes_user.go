package web

import (
	"time"

	"imglink/app/actor"
	"imglink/app/web/kit"
	"imglink/app/web/user"
)

// userRoutes are the lines of signing up, signing in and one's own account.
func userRoutes(h *user.Handlers) []kit.Route {
	return append(entryRoutes(h), settingsRoutes(h)...)
}

func entryRoutes(h *user.Handlers) []kit.Route {
	const form = kit.FormBody
	tries := kit.Limit{Name: "user.signin", N: 60, Per: time.Minute} // the service counts failures; this stops floods
	mails := kit.Limit{Name: "user.mail", N: 30, Per: time.Hour}     // the service counts what one address gets
	return []kit.Route{
		{Method: "GET", Path: "/register", Name: "register", Needs: actor.Public, Bot: true, Do: h.RegisterForm},
		{Method: "POST", Path: "/register", Name: "register", Needs: actor.Public, Limit: mails, Body: form, Bot: true, Do: h.Register},
		{Method: "POST", Path: "/register/again", Name: "register.again", Needs: actor.Public, Limit: mails, Body: form, Do: h.RegisterAgain},
		{Method: "GET", Path: "/verify/:token", Name: "verify", Needs: actor.Public, Limit: tries, Do: h.VerifyForm},
		{Method: "POST", Path: "/verify/:token", Name: "verify", Needs: actor.Public, Limit: tries, Body: form, Do: h.Verify},
		{Method: "POST", Path: "/verify/:token/forget", Name: "verify.forget", Needs: actor.Public, Limit: tries, Body: form, Do: h.VerifyForget},
		{Method: "GET", Path: "/reset", Name: "reset", Needs: actor.Public, Do: h.ResetForm},
		{Method: "POST", Path: "/reset", Name: "reset", Needs: actor.Public, Limit: mails, Body: form, Do: h.AskReset},
		{Method: "GET", Path: "/reset/:token", Name: "reset.link", Needs: actor.Public, Limit: tries, Do: h.NewPasswordForm},
		{Method: "POST", Path: "/reset/:token", Name: "reset.link", Needs: actor.Public, Limit: tries, Body: form, Do: h.NewPassword},

		{Method: "GET", Path: "/sign-in", Name: "signin", Needs: actor.Public, Do: h.SignInForm},
		{Method: "POST", Path: "/sign-in", Name: "signin", Needs: actor.Public, Limit: tries, Body: form, Do: h.SignIn},
		{Method: "GET", Path: "/sign-in/factor", Name: "factor", Needs: actor.UserSignIn, Do: h.FactorForm},
		{Method: "POST", Path: "/sign-in/factor", Name: "factor", Needs: actor.UserSignIn, Limit: tries, Body: form, Do: h.Factor},
		{Method: "POST", Path: "/sign-in/passkey/begin", Name: "factor.passkey_begin", Needs: actor.UserSignIn, Limit: tries, Body: form, Do: h.BeginAssertion},
		{Method: "POST", Path: "/sign-in/passkey", Name: "factor.passkey", Needs: actor.UserSignIn, Limit: tries, Body: form, Do: h.Assertion},
		{Method: "POST", Path: "/sign-in/cancel", Name: "signin.cancel", Needs: actor.UserSignIn, Body: form, Do: h.SignOut},
		{Method: "POST", Path: "/sign-out", Name: "signout", Needs: actor.UserSignIn, Body: form, Do: h.SignOut},
	}
}

func settingsRoutes(h *user.Handlers) []kit.Route {
	const form, self = kit.FormBody, actor.UserSelf
	tries := kit.Limit{Name: "user.settings", N: 60, Per: time.Minute}
	return []kit.Route{
		{Method: "GET", Path: "/settings", Name: "settings", Needs: self, Do: h.Profile},
		{Method: "POST", Path: "/settings", Name: "settings", Needs: self, Body: form, Do: h.SetProfile},
		{Method: "GET", Path: "/settings/confirm", Name: "settings.confirm", Needs: actor.UserRights, Do: h.FactorForm},
		{Method: "POST", Path: "/settings/email", Name: "settings.email", Needs: self, Limit: tries, Body: form, Do: h.ChangeEmail},
		{Method: "GET", Path: "/settings/email/:token", Name: "email.confirm", Needs: actor.Public, Limit: tries, Do: h.EmailForm},
		{Method: "POST", Path: "/settings/email/:token", Name: "email.confirm", Needs: actor.Public, Limit: tries, Body: form, Do: h.ConfirmEmail},
		{Method: "GET", Path: "/settings/email/back/:token", Name: "email.back", Needs: actor.Public, Limit: tries, Do: h.EmailForm},
		{Method: "POST", Path: "/settings/email/back/:token", Name: "email.back", Needs: actor.Public, Limit: tries, Body: form, Do: h.RestoreEmail},
		{Method: "POST", Path: "/settings/password", Name: "settings.password", Needs: self, Limit: tries, Body: form, Do: h.ChangePassword},

		{Method: "GET", Path: "/settings/security", Name: "settings.security", Needs: self, Do: h.Security},
		{Method: "GET", Path: "/settings/security/app", Name: "security.app", Needs: self, Do: h.EnrolForm},
		{Method: "POST", Path: "/settings/security/app", Name: "security.app", Needs: self, Limit: tries, Body: form, Do: h.Enrol},
		{Method: "POST", Path: "/settings/security/app/remove", Name: "security.app_remove", Needs: self, Body: form, Do: h.RemoveApp},
		{Method: "POST", Path: "/settings/security/codes", Name: "security.codes", Needs: self, Body: form, Do: h.NewCodes},
		{Method: "POST", Path: "/settings/security/passkeys/begin", Name: "security.passkey_begin", Needs: self, Body: form, Do: h.BeginPasskey},
		{Method: "POST", Path: "/settings/security/passkeys", Name: "security.passkey_add", Needs: self, Body: form, Do: h.AddPasskey},
		{Method: "POST", Path: "/settings/security/passkeys/:id/remove", Name: "security.passkey_remove", Needs: self, Body: form, Do: h.RemovePasskey},
		{Method: "POST", Path: "/settings/security/sessions/others", Name: "security.revoke_others", Needs: self, Body: form, Do: h.RevokeOthers},
		{Method: "POST", Path: "/settings/security/sessions/:id/revoke", Name: "security.revoke", Needs: self, Body: form, Do: h.Revoke},

		{Method: "GET", Path: "/settings/privacy", Name: "settings.privacy", Needs: self, Do: h.Privacy},
		{Method: "POST", Path: "/settings/privacy", Name: "settings.privacy", Needs: self, Body: form, Do: h.Choose},
		{Method: "GET", Path: "/settings/data", Name: "settings.data", Needs: actor.UserRights, Do: h.Data},
		{Method: "POST", Path: "/settings/data", Name: "settings.data", Needs: actor.UserRights, Body: form, Do: h.AskData},
		{Method: "POST", Path: "/settings/data/:id/withdraw", Name: "data.withdraw", Needs: actor.UserRights, Body: form, Do: h.WithdrawData},
		{Method: "GET", Path: "/suspended", Name: "suspended", Needs: actor.UserSignIn, Do: h.Suspended},
	}
}

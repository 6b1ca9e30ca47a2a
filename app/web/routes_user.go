package web

import (
	"time"

	"imglink/app/actor"
	"imglink/app/web/kit"
	"imglink/app/web/user"
)

// userRoutes are the lines of signing up, signing in and one's own account.
func userRoutes(h *user.Handlers) []kit.Route {
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

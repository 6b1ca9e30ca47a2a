package sample

import (
	"github.com/a-h/templ"

	"imglink/views/layout"
	"imglink/views/public"
	"imglink/views/ui"
	"imglink/views/user"
)

// addUser lists the pages of signing up, signing in and the settings.
func addUser(pages map[string]templ.Component, theme string) {
	taken := ui.Problem{ID: "username", Message: "This name is taken. Choose another one."}
	register := user.Register{Page: page(theme, "Register", "/register"), Form: user.Form{Action: "/register"}, Bot: public.BotCheck{Challenge: "/botcheck/challenge"}, SignIn: "/sign-in", TermsHref: "/terms", PolicyTo: "/privacy"}
	pages["register"] = user.RegisterPage(register)
	register.Page, register.Problems, register.Username, register.Age = failed(register.Page), []ui.Problem{taken}, "maya", true
	pages["register-error"] = user.RegisterPage(register)
	pages["sign-in"] = user.SignInPage(user.SignIn{Page: page(theme, "Sign in", "/sign-in"), Form: user.Form{Action: "/sign-in"}, Reset: "/reset", Register: "/register", Staff: "/staff/sign-in"})
	pages["factor"] = user.FactorPage(user.Factor{Page: page(theme, "Second step", "/sign-in/factor"), Form: user.Form{Action: "/sign-in/factor"}, App: true, BeginPasskey: "/x", FinishPasskey: "/y", Cancel: "/sign-in/cancel"})
	pages["check-mail"] = user.CheckMailPage(user.CheckMail{Page: page(theme, "Look into your mail", "/register"), Title: "Look into your mail", Text: "We sent a mail to maya@example.org.", Email: "maya@example.org", Resend: "/register/again", Back: "/sign-in"})
	pages["verify"] = user.LinkPage(user.Link{Page: page(theme, "Confirm your address", "/verify/x"), Title: "Confirm your address", Text: "Somebody registered the name maya with this address.", Action: "/verify/x", Label: "Confirm", Icon: "check", Other: "/verify/x/forget", Not: "This was not me"})
	pages["reset"] = user.AskPage(user.Ask{Page: page(theme, "Forgotten the password?", "/reset"), Form: user.Form{Action: "/reset"}, Title: "Forgotten the password?", Text: "Tell us the address of your account.", Label: "Send the link", Back: "/sign-in"})
	pages["new-password"] = user.NewPasswordPage(user.NewPassword{Page: page(theme, "Choose a new password", "/reset/x"), Form: user.Form{Action: "/reset/x"}, Username: "maya"})
	pages["suspended"] = user.SuspendedPage(user.Suspended{Page: page(theme, "Account suspended", "/suspended"), Contact: "privacy@imglink.example", Data: "/settings/data", SignOut: "/sign-out"})
	addSettings(pages, theme)
}

func settings(theme, title, path string) user.Settings {
	p := page(theme, title, path)
	p.Site.SignIn, p.Site.Register = "", ""
	p.Site.Account = &layout.Account{Name: "maya", Gallery: "/gallery", Settings: "/settings", SignOut: "/sign-out"}
	return user.Settings{Page: p, Nav: []layout.NavLink{
		{Href: "/settings", Icon: "user", Label: "Profile", Current: path == "/settings"}, {Href: "/settings/security", Icon: "shield-check", Label: "Security", Current: path == "/settings/security"},
	}}
}

func addSettings(pages map[string]templ.Component, theme string) {
	at := user.Row{Title: "Firefox on Linux", Text: "Password · last used", ISO: "2026-11-23T10:00:00Z", UTC: "23 November 2026, 10:00 UTC", Badge: "This device", Tone: ui.OK}
	other := user.Row{Title: "Safari on iPhone", Text: "Passkey · last used", ISO: at.ISO, UTC: at.UTC, Action: "/x", Label: "Sign out", Name: "Sign out: Safari on iPhone"}
	choice := []ui.Option{{Value: "", Label: "System", Selected: true}, {Value: "dark", Label: "Dark"}}
	pages["settings"] = user.ProfilePage(user.Profile{Settings: settings(theme, "Profile", "/settings"), Form: user.Form{Action: "/settings"}, Username: "maya", DisplayName: "Maya Lind", Languages: choice, Themes: choice, Email: "maya@example.org", Pending: "new@example.org", EmailAction: "/settings/email", PasswordAction: "/settings/password"})
	pages["settings-security"] = user.SecurityPage(user.Security{
		Settings: settings(theme, "Security", "/settings/security"), Confirm: "/settings/confirm", AppSince: "An app was set up on 21 November 2026.", App: "/a", RemoveApp: "/b",
		Passkeys: []user.Row{other}, BeginPasskey: "/c", AddPasskey: "/d", CodesLeft: "You have 9 recovery codes left.", NewCodes: "/e", Sessions: []user.Row{at, other}, RevokeOthers: "/f", Signins: []user.Row{at},
	})
	pages["settings-codes"] = user.CodesPage(user.Codes{Settings: settings(theme, "Recovery codes", "/settings/security"), Codes: []string{"ABCD-EFGH-IJKL-MNOP"}, Download: "data:text/plain,x", Continue: "/settings/security"})
	pages["settings-privacy"] = user.PrivacyPage(user.Privacy{
		Settings: settings(theme, "Privacy", "/settings/privacy"), Action: "/settings/privacy", Policy: "/privacy", History: []user.Row{at},
		Choices: []user.Choice{{ID: "analytics", Title: "Being counted", Text: "We count page views.", State: "You are counted", On: true, Purpose: "analytics", Given: "0", Label: "Object"}},
	})
	pages["settings-data"] = user.DataPage(user.Data{
		Settings: settings(theme, "Your data", "/settings/data"), Form: user.Form{Action: "/settings/data"},
		Acts: []user.DataAct{
			{Kind: "access", Title: "A copy of your data", Icon: "download", Label: "Ask for a copy", Steps: []ui.Step{{State: "now", Title: "You ask", Text: "You get a reference."}}},
			{Kind: "erasure", Title: "The end of your account", Icon: "trash-2", Label: "Ask to delete the account", Danger: true, Open: &other, Steps: []ui.Step{{State: "now", Title: "You ask"}}},
		},
		Past: []user.Row{at},
	})
}

// Package sample holds pages filled with believable data, for the tests of the views and for looking at them.
package sample

import (
	"github.com/a-h/templ"

	"imglink/views/layout"
	"imglink/views/public"
	"imglink/views/ui"
)

const base = "https://imglink.example"

// Site has every address a page can link to.
var Site = layout.Site{
	Home: "/", Report: "/report", Help: "/help", SignIn: "/staff/sign-in", Privacy: "/privacy", Terms: "/terms",
	DataRights: "/privacy/request", ThemePrefs: "/prefs/theme",
}

// Picture serves a stand-in for any image.
const Picture = "/sample.jpg"

func page(theme, title, path string) layout.Page {
	return layout.Page{Title: title, Path: path, Theme: theme, CSRF: "sample-token", Site: Site}
}

func failed(p layout.Page) layout.Page { p.HasErrors = true; return p }

// Limits are the default ones.
var Limits = public.Limits{
	MaxBytes: 20 << 20, MaxBytesText: "20 MiB", MaxFiles: 20, TypesText: "PNG, JPEG, GIF or WebP",
	Types:       []string{"image/png", "image/jpeg", "image/gif", "image/webp"},
	Convertible: []string{"image/heic", "image/heif", "image/avif"},
}

func uploaded(name string) public.Uploaded {
	return public.Uploaded{
		ID: "k3Jx9QmZ", FileName: name, Facts: "JPEG, 4032 × 3024, 2.1 MiB", ThumbURL: Picture, PageURL: base + "/k3Jx9QmZ",
		ImageURL: base + "/i/k3Jx9QmZ.jpg", DeleteURL: base + "/delete/8vQzT1mCkR0aXyB2nLw7Gd5e",
	}
}

// Statement is a removal on the ground of the terms.
var Statement = public.Statement{
	Reference: "SR-2026-004182", Measure: "The image was removed.", Scope: "Everywhere", Duration: "No end date",
	Facts:  "The image shows a payment page that copies the look of a well-known bank and asks for card numbers. The address printed on it does not belong to that bank.",
	Source: "Somebody reported it to us on 21 November 2026.", Automated: "No automated means were used to find the image or to decide.",
	Ground: "3.9 Fraud, malware and spam", GroundHref: "/terms#fraud", TermsVersion: "1 June 2026",
	Why: "The clause forbids phishing pages shown as pictures. This one asks visitors for card data under a false name, which is what the clause is about.",
	Redress: []public.Redress{
		{Title: "Complain to us", Text: "Free of charge until 24 May 2027. Somebody who took no part in this decision looks at it again.", Href: "/complaint/SR-2026-004182", Label: "File a complaint"},
		{Title: "Out-of-court settlement", Text: "You may choose any certified dispute settlement body. Its decision does not bind either side.", Href: "https://digital-strategy.ec.europa.eu/en/policies/dsa-out-court-dispute-settlement", Label: "List of certified bodies"},
		{Title: "Court", Text: "You can bring the case before a court at any time, also without complaining to us first."},
	},
	Issued: "23 November 2026", IssuedISO: "2026-11-23",
}

// Reasons are report reasons with short plain explanations.
var Reasons = []public.ReasonGroup{
	{Title: "A person is in danger or was harmed", Options: []ui.Option{
		{Value: "csam", Label: "Sexual abuse of a child", Why: "Any sexual image of someone under 18, real, drawn or generated."},
		{Value: "ncii", Label: "Intimate image without consent", Why: "Nude or sexual, shared without the agreement of the person shown."},
		{Value: "threat", Label: "Threat or call for violence", Why: "Announces, demands or praises violence."},
		{Value: "self_harm", Label: "Suicide or self-harm", Why: "Encourages or instructs."},
	}},
	{Title: "It attacks or exposes somebody", Options: []ui.Option{
		{Value: "hate", Label: "Hate", Why: "Attacks people for who they are."},
		{Value: "harassment", Label: "Harassment", Why: "Bullies or stalks a person."},
		{Value: "privacy", Label: "Private data", Why: "Documents, addresses or private moments."},
	}},
	{Title: "Something else", Options: []ui.Option{
		{Value: "ip", Label: "Copyright or trade mark", Why: "Your work or your mark, used without permission."},
		{Value: "fraud", Label: "Fraud, malware or spam", Why: "Scams, phishing, false documents."},
		{Value: "adult", Label: "Adult content without a restriction", Why: "Legal, but open to everyone."},
		{Value: "illegal", Label: "Other illegal content", Why: "Say which law in the explanation."},
	}},
}

// Public lists every public page by a file-name-like key.
func Public(theme string) map[string]templ.Component {
	pages := map[string]templ.Component{}
	addUpload(pages, theme)
	addImage(pages, theme)
	addReport(pages, theme)
	addLegal(pages, theme)
	addUser(pages, theme)
	for _, status := range []int{400, 403, 404, 410, 413, 415, 422, 429, 500, 503} {
		p := public.Problem{Page: page(theme, "", "/x"), Status: status, RequestID: "01JDC6W8ZK3V"}
		if status == 429 || status == 503 {
			p.RetryAfter = "40 seconds"
		}
		pages["error-"+itoa(status)] = public.ProblemPage(p)
	}
	return pages
}

func itoa(n int) string {
	return string([]byte{byte('0' + n/100), byte('0' + n/10%10), byte('0' + n%10)})
}

func addUpload(pages map[string]templ.Component, theme string) {
	home := public.Home{Page: page(theme, "Drop an image, get a link", "/"), Action: "/upload", API: "/api/v1/images", Limits: Limits}
	home.Description = "Image hosting: drop an image, get a link."
	home.OG = &layout.OpenGraph{Type: "website", Title: "ImgLink", Description: "Drop an image, get a link.", URL: base + "/", Image: base + "/og.png", Width: 1200, Height: 630, Large: true}
	pages["home"] = public.HomePage(home)
	done := home
	done.Results = []public.Uploaded{uploaded("harbour-at-dusk.jpg"), uploaded("a file with quite a long name that does not end where you would expect it.png")}
	pages["home-done"] = public.HomePage(done)
	bad := home
	bad.Page = failed(bad.Page)
	bad.URL = "http://10.0.0.1/x.png"
	bad.Problems = []ui.Problem{{ID: "files", Message: "Choose at least one image to upload"}, {ID: "url", Message: "This address is not on the public internet"}}
	pages["home-error"] = public.HomePage(bad)
}

func addImage(pages map[string]templ.Component, theme string) {
	img := public.Image{
		Page: page(theme, "harbour-at-dusk.jpg", "/k3Jx9QmZ"), ID: "k3Jx9QmZ", FileName: "harbour-at-dusk.jpg", Alt: "harbour-at-dusk.jpg",
		ImageURL: Picture, PageURL: base + "/k3Jx9QmZ", Type: "JPEG", Size: "2.1 MiB", Width: 1600, Height: 1067,
		Uploaded: "21 November 2026", UploadedISO: "2026-11-21", ReportHref: "/k3Jx9QmZ/report",
	}
	img.OEmbed = base + "/oembed?url=" + base + "%2Fk3Jx9QmZ"
	img.OG = &layout.OpenGraph{Type: "website", Title: img.FileName, URL: img.PageURL, Image: base + "/i/k3Jx9QmZ.jpg", ImageType: "image/jpeg", Width: 1600, Height: 1067, Large: true}
	pages["image"] = public.ImagePage(img)
	pages["age-gate"] = public.AgeGatePage(public.AgeGate{Page: page(theme, "For adults only", "/k3Jx9QmZ"), ID: "k3Jx9QmZ", Action: "/k3Jx9QmZ/adult", Back: "/k3Jx9QmZ", ReportHref: "/k3Jx9QmZ/report"})
	del := public.Delete{Page: page(theme, "Delete this image?", "/delete/x"), ID: "k3Jx9QmZ", Action: "/delete/x", FileName: "harbour-at-dusk.jpg", Facts: "JPEG, 4032 × 3024, 2.1 MiB", ThumbURL: Picture, PageURL: "/k3Jx9QmZ"}
	pages["delete"] = public.DeletePage(del)
	del.Statement, del.ThumbURL = &Statement, ""
	pages["delete-removed"] = public.DeletePage(del)
	pages["deleted"] = public.DeletedPage(public.Deleted{Page: page(theme, "Deleted", "/delete/x"), ID: "k3Jx9QmZ", Caches: true})
	pages["removed"] = public.WithheldPage(public.Withheld{Page: page(theme, "This image was removed", "/k3Jx9QmZ"), ID: "k3Jx9QmZ", Status: "410", Statement: &Statement})
	law := Statement
	law.Law, law.Measure, law.Ground, law.GroundHref, law.TermsVersion = true, "Access to the image was disabled.", "Section 86a of the German Criminal Code (symbols of unconstitutional organisations)", "", ""
	law.Scope, law.Why = "Germany and Austria", "The flag shown is that of a banned organisation. Nothing in the image or its surroundings points to teaching, research, art or reporting."
	pages["disabled"] = public.WithheldPage(public.Withheld{Page: page(theme, "Disabled for legal reasons", "/k3Jx9QmZ"), ID: "k3Jx9QmZ", Status: "451", Statement: &law})
	pages["gone"] = public.WithheldPage(public.Withheld{Page: page(theme, "Deleted", "/k3Jx9QmZ"), ID: "k3Jx9QmZ", Status: "410", ByUploader: true})
}

func addReport(pages map[string]templ.Component, theme string) {
	r := public.Report{Page: page(theme, "Report an image", "/report"), Action: "/report", URLs: base + "/k3Jx9QmZ", Groups: Reasons, MaxURLs: 50, Bot: public.BotCheck{Challenge: "/botcheck/challenge"}, TermsHref: "/terms"}
	pages["report"] = public.ReportPage(r)
	turnstile := r
	turnstile.Turnstile, turnstile.Bot = true, public.BotCheck{SiteKey: "0x4AAAAAAAsample", Action: "report"}
	pages["report-turnstile"] = public.ReportPage(turnstile)
	bad := r
	bad.Page, bad.Reason, bad.Email, bad.URLs = failed(bad.Page), "fraud", "mira@", ""
	bad.Problems = []ui.Problem{
		{ID: "urls", Message: "Enter at least one address of an image here"},
		{ID: "reason", Message: "Choose what is wrong with the image"},
		{ID: "explanation", Message: "Explain in a sentence or two why the image should not be here"},
		{ID: "name", Message: "Enter your name"},
		{ID: "email", Message: "Enter an e-mail address like name@example.com"},
		{ID: "good_faith", Message: "Confirm that you believe the report is accurate"},
		{ID: "bot", Message: "The robot check has expired. Send the form again"},
	}
	pages["report-error"] = public.ReportPage(bad)
	steps := []ui.Step{
		{State: "done", Title: "Received", Text: "We have your report.", When: "21 November 2026"},
		{State: "now", Title: "A person looks at it", Text: "Usually within two days, and sooner where somebody is in danger."},
		{Title: "You hear from us", Text: "With the decision, the reasons and how to object."},
	}
	pages["receipt"] = public.ReceiptPage(public.Receipt{Page: page(theme, "Report received", "/report"), Reference: "R-7KQ2-M9XD", StatusURL: base + "/reports/p4Zt8Lk2Vw9QsYc1", MailedTo: "m•••@example.org", Steps: steps})
	pages["receipt-slow"] = public.ReceiptPage(public.Receipt{Page: page(theme, "Report received", "/report"), Reference: "R-7KQ2-M9XD", StatusURL: base + "/reports/p4Zt8Lk2Vw9QsYc1", Slow: true, Steps: steps})
	status := public.ReportStatus{Page: page(theme, "Status of your report", "/reports/x"), Reference: "R-7KQ2-M9XD", Reason: "Fraud, malware or spam", Steps: steps, Items: []public.ReportedItem{{URL: base + "/k3Jx9QmZ", Outcome: "Waiting for review"}}}
	pages["status-open"] = public.ReportStatusPage(status)
	status.Steps = []ui.Step{{State: "done", Title: "Received", When: "21 November 2026"}, {State: "done", Title: "Reviewed by a person", When: "23 November 2026"}, {State: "done", Title: "Decided", When: "23 November 2026"}}
	status.Items = []public.ReportedItem{{URL: base + "/k3Jx9QmZ", Outcome: "Removed", Tone: ui.OK}, {URL: base + "/p0Aa7TtY", Outcome: "Kept online", Tone: ui.Info}}
	status.Outcome, status.Why = "We removed one of the two images.", "The first image is a phishing page, which our terms forbid (3.9). The second shows the real page of the bank and breaks no rule."
	status.Automated, status.Redress = "No automated means were used to decide.", Statement.Redress
	pages["status-decided"] = public.ReportStatusPage(status)
}

func addLegal(pages map[string]templ.Component, theme string) {
	pages["privacy"] = public.PrivacyPage(public.Privacy{Page: page(theme, "Privacy policy", "/privacy"), Updated: "1 June 2026", UpdatedISO: "2026-06-01", Contact: "privacy@imglink.cc", Stored: []public.Stored{{Name: "__Host-imglink_theme", What: "Remembers the colours you chose.", Long: "A year from the choice"}}})
	pages["offline"] = public.OfflinePage(page(theme, "You are offline", "/offline"))
	pages["share"] = public.SharePage(page(theme, "Choose the picture once more", "/share"))
	pages["terms"] = public.TermsPage(public.Terms{Page: page(theme, "Terms of service", "/terms"), Version: "1 June 2026", VersionISO: "2026-06-01", Contact: "abuse@imglink.cc"})
	pages["help"] = public.HelpPage(public.Help{Page: page(theme, "Help", "/help"), BaseURL: base, Limits: Limits, PerMinute: 60})
}

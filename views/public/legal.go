package public

import "imglink/views/layout"

// Privacy is the privacy policy. Updated is the date of the last change in words; Contact is the privacy address.
type Privacy struct {
	layout.Page
	Updated, UpdatedISO string
	Contact             string // privacy@imglink.cc
	Stored              []Stored
}

// Stored is one thing that the site may keep in a browser: a cookie by its full name, or a key or store.
type Stored struct{ Name, What, Long string }

// Terms are the terms of service. Version is the date the reason codes refer to.
type Terms struct {
	layout.Page
	Version, VersionISO string
	Contact             string
}

// Help is the help page. BaseURL has no slash at its end; it stands in the example commands.
type Help struct {
	layout.Page
	BaseURL   string
	Limits    Limits
	Errors    []ErrorCode
	PerMinute int // uploads one address may send; 0 hides the line
}

// ErrorCode is one code of a problem of the API: Code is its anchor on the page, Status the HTTP status, Text what to do.
type ErrorCode struct{ Code, Status, Text string }

// Clause is one numbered rule of the terms. Anchor is stable: statements of reasons link to it.
type Clause struct{ Number, Anchor, Title, Text string }

// contentRules are what may not be uploaded, in the order of the page. The numbers are part of issued statements of
// reasons, so a new rule is appended, never inserted.
//
//i18n:keys
var contentRules = []Clause{
	{"3.1", "illegal", "Illegal content", "Content that the law of the European Union or of a Member State forbids, or whose sharing is a crime. That includes terrorist content and symbols of banned organisations, offers of illegal goods, and anything a court has ordered us to keep offline."},
	{"3.2", "child-safety", "Child safety", "Any sexual depiction of a person under 18, real, drawn or generated, and anything that sexualises a child, helps to groom one or advertises such material. There are no exceptions, whatever the purpose. We report it to the authorities."},
	{"3.3", "intimate-images", "Intimate images without consent", "Nude or sexual images of a person who did not agree to their being shared, hidden recordings, and sexual images made to look like a real person. We act on the word of the person shown."},
	{"3.4", "violence", "Violence and threats", "Threats against people, calls for violence, praise for violent attacks or their authors, and real cruelty or gore shown to shock. Reporting, documentation and art with a recognisable purpose may stay, age-restricted where needed."},
	{"3.5", "hate", "Hate", "Content that attacks or dehumanises people for their origin, ethnicity, religion, disability, sex, gender identity, sexual orientation or age, or that denies or glorifies crimes against such groups."},
	{"3.6", "harassment", "Harassment", "Content made to bully, humiliate, intimidate or stalk a person, or to call others to do so."},
	{"3.7", "privacy", "Privacy of others", "Personal details of others shared without a right to do so, such as identity documents, addresses, bank or health data, and images of private moments whose subject objects."},
	{"3.8", "intellectual-property", "Intellectual property", "Work that belongs to somebody else, shared without permission or a legal exception, and fakes that use another's mark. Quotation, parody and criticism are fine where the law allows them."},
	{"3.9", "fraud", "Fraud, malware and spam", "Scams, phishing pages shown as pictures, false documents, files built to attack software or carry hidden payloads, codes that lead to such places, and bulk advertising."},
	{"3.10", "self-harm", "Self-harm", "Content that encourages or instructs suicide, self-injury or eating disorders. Talking about one's own experience and offering help is welcome."},
	{"3.11", "adult", "Adult content", "Legal nudity and sexual content between adults is allowed only behind the age restriction. We add the restriction where it is missing; repeated failure to set it counts as a breach."},
	{"3.12", "evasion", "Evasion", "Uploading removed content again, altering it slightly to pass our checks, or using many addresses or accounts to get around a limit or a block."},
}

// ContentRules is a copy of the rules, for the pages that let a moderator choose one.
func ContentRules() []Clause { return append([]Clause(nil), contentRules...) }

package moderation

import (
	"slices"

	"imglink/models"
)

// The grounds of a decision (Art. 17(3)(d) and (e) DSA).
const (
	GroundLaw   = "law"
	GroundTerms = "terms"
)

// DefaultReasons is the taxonomy: one list for reporters, moderators and the Commission's Transparency Database (category
// and keywords of its version 2). References to national law name German law, where the installation is assumed to sit; an
// explanation is a text to start from, never enough by itself, because the facts of the case go beside it.
func DefaultReasons() []models.ReasonCode {
	list := slices.Concat(safetyReasons(), rightsReasons(), termsReasons())
	for i := range list {
		list[i].Position = i + 1
		list[i].TDBCategory = "STATEMENT_CATEGORY_" + list[i].TDBCategory
		for j, k := range list[i].TDBKeywords {
			list[i].TDBKeywords[j] = "KEYWORD_" + k
		}
	}
	return list
}

// safetyReasons are offences against people's safety and dignity.
//
//i18n:keys
func safetyReasons() []models.ReasonCode {
	return []models.ReasonCode{
		{
			Code: "csam", Label: "Sexual abuse of a child", Ground: GroundLaw, Severity: 5, ContactOptional: true,
			Description: "A child or somebody who looks like a child in a sexual situation or pose, real, drawn or generated.",
			Reference:   "Directive 2011/93/EU, Articles 3 to 7; Section 184b of the German Criminal Code",
			Explanation: "The image shows a minor in a sexual context. Making such material available is a criminal offence, whoever made it and for whatever purpose.",
			TDBCategory: "PROTECTION_OF_MINORS", TDBKeywords: models.Texts{"CHILD_SEXUAL_ABUSE_MATERIAL"},
		},
		{
			Code: "terrorism", Label: "Terrorist content", Ground: GroundLaw, Severity: 5,
			Description: "Calls for terrorist acts, glorifies them, recruits for them or explains how to commit them.",
			Reference:   "Regulation (EU) 2021/784, Article 2(7)",
			Explanation: "The image incites, glorifies or gives instructions for terrorist offences, or solicits for a terrorist group. Such content must not be made available to the public.",
			TDBCategory: "RISK_FOR_PUBLIC_SECURITY", TDBKeywords: models.Texts{"TERRORIST_CONTENT"},
		},
		{
			Code: "threat", Label: "Threat to somebody's life or safety", Ground: GroundLaw, Severity: 5,
			Description: "Announces or calls for violence against a person who can be identified.",
			Reference:   "Sections 111, 126 and 241 of the German Criminal Code",
			Explanation: "The image announces or calls for violence against people and can make them fear for their life or safety. Publishing such a threat is a criminal offence.",
			TDBCategory: "VIOLENCE", TDBKeywords: models.Texts{"INCITEMENT_VIOLENCE_HATRED"},
		},
		{
			Code: "intimate", Label: "Intimate image without consent", Ground: GroundLaw, Severity: 4,
			Description: "A nude or sexual image of a person who did not agree to its publication, also when it was generated.",
			Reference:   "Sections 184k and 201a of the German Criminal Code; Section 22 of the German Art Copyright Act",
			Explanation: "The image shows a person in an intimate situation, and we have been told credibly that this person did not agree to its publication. Publishing it violates their most personal sphere.",
			TDBCategory: "CYBER_VIOLENCE", TDBKeywords: models.Texts{"NON_CONSENSUAL_IMAGE_SHARING"},
		},
		{
			Code: "hate", Label: "Hate speech or banned symbols", Ground: GroundLaw, Severity: 3,
			Description: "Incites hatred against people because of who they are, or shows symbols of banned organisations.",
			Reference:   "Sections 86a and 130 of the German Criminal Code",
			Explanation: "The image incites hatred or violence against a group of people, attacks their human dignity, or shows symbols of unconstitutional organisations without a purpose the law allows.",
			TDBCategory: "ILLEGAL_OR_HARMFUL_SPEECH", TDBKeywords: models.Texts{"HATE_SPEECH"},
		},
	}
}

// rightsReasons are breaches of other laws, most of them of somebody's rights.
//
//i18n:keys
func rightsReasons() []models.ReasonCode {
	return []models.ReasonCode{
		{
			Code: "fraud", Label: "Fraud or phishing", Ground: GroundLaw, Severity: 3,
			Description: "Tries to get money, passwords or documents by deception.",
			Reference:   "Sections 263 and 263a of the German Criminal Code",
			Explanation: "The image is made to deceive people about a sender or an offer, so that they give away money, access data or documents.",
			TDBCategory: "SCAMS_AND_FRAUD", TDBKeywords: models.Texts{"PHISHING"},
		},
		{
			Code: "privacy", Label: "My personal data or my picture", Ground: GroundLaw, Severity: 3,
			Description: "Shows a person, an identity document, an address or other personal data without a right to publish it.",
			Reference:   "Regulation (EU) 2016/679, Articles 6 and 17; Section 22 of the German Art Copyright Act",
			Explanation: "The image contains personal data, or depicts a person, and we see no legal basis on which it may be published against the wish of the person concerned.",
			TDBCategory: "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS", TDBKeywords: models.Texts{"MISSING_PROCESSING_GROUND"},
		},
		{
			Code: "defamation", Label: "Defamation or insult", Ground: GroundLaw, Severity: 2,
			Description: "Insults a person or spreads false facts that damage their reputation.",
			Reference:   "Sections 185 to 187 of the German Criminal Code",
			Explanation: "The image attacks the honour of a person who can be identified, or states facts about them that are untrue or unproven and damage their reputation. Freedom of expression does not cover this.",
			TDBCategory: "ILLEGAL_OR_HARMFUL_SPEECH", TDBKeywords: models.Texts{"DEFAMATION"},
		},
		{
			Code: "copyright", Label: "Copyright", Ground: GroundLaw, Severity: 2,
			Description: "Shows my work, or the work of somebody I represent, without permission.",
			Reference:   "Sections 15, 19a and 97 of the German Copyright Act",
			Explanation: "The image reproduces a protected work, and its holder has told us credibly that its publication here was not permitted. We see no exception that would allow it.",
			TDBCategory: "INTELLECTUAL_PROPERTY_INFRINGEMENTS", TDBKeywords: models.Texts{"COPYRIGHT_INFRINGEMENT"},
		},
		{
			Code: "trademark", Label: "Trade mark or counterfeit", Ground: GroundLaw, Severity: 2,
			Description: "Uses a protected mark in trade without permission, or offers counterfeit goods.",
			Reference:   "Regulation (EU) 2017/1001, Article 9; Section 14 of the German Trade Mark Act",
			Explanation: "The image uses a protected mark in trade without the consent of its proprietor, or offers goods that imitate those of the proprietor.",
			TDBCategory: "INTELLECTUAL_PROPERTY_INFRINGEMENTS", TDBKeywords: models.Texts{"TRADEMARK_INFRINGEMENT"},
		},
		{
			Code: "illegal_goods", Label: "Illegal goods or services", Ground: GroundLaw, Severity: 3,
			Description: "Offers drugs, weapons, forged documents or other things that may not be traded.",
			Reference:   "Section 29 of the German Narcotics Act; Section 52 of the German Weapons Act",
			Explanation: "The image offers goods or services whose trade is forbidden or needs a permit that the offer does not show.",
			TDBCategory: "UNSAFE_AND_PROHIBITED_PRODUCTS", TDBKeywords: models.Texts{"PROHIBITED_PRODUCTS"},
		},
	}
}

// termsReasons are breaches of our own terms of use.
//
//i18n:keys
func termsReasons() []models.ReasonCode {
	return []models.ReasonCode{
		{
			Code: "adult", Label: "Nudity or sexual content", Ground: GroundTerms, Severity: 2,
			Description: "Legal adult content that is not marked as such.",
			Reference:   "Terms of service, clause 3.11: Adult content", Clause: "adult",
			Explanation: "The image shows nudity or sexual acts. Our terms allow this only behind an age confirmation, and not at all where it is made to advertise services.",
			TDBCategory: "OTHER_VIOLATION_TC", TDBKeywords: models.Texts{"ADULT_SEXUAL_MATERIAL", "NUDITY"},
		},
		{
			Code: "gore", Label: "Graphic violence or cruelty", Ground: GroundTerms, Severity: 3,
			Description: "Shows serious injuries, death or cruelty in a way that serves no purpose of reporting or education.",
			Reference:   "Terms of service, clause 3.4: Violence and threats", Clause: "violence",
			Explanation: "The image shows violence or its consequences in drastic detail without a context that would make this necessary, such as reporting or education.",
			TDBCategory: "VIOLENCE",
		},
		{
			Code: "self_harm", Label: "Suicide or self-harm", Ground: GroundTerms, Severity: 4,
			Description: "Shows, praises or explains self-harm, suicide or eating disorders.",
			Reference:   "Terms of service, clause 3.10: Self-harm", Clause: "self-harm",
			Explanation: "The image shows, encourages or explains self-harm. Seeing it can move people at risk to harm themselves, so our terms exclude it whatever the intention.",
			TDBCategory: "SELF_HARM", TDBKeywords: models.Texts{"SELF_MUTILATION"},
		},
		{
			Code: "harassment", Label: "Bullying or harassment", Ground: GroundTerms, Severity: 3,
			Description: "Made to humiliate, expose or intimidate a person.",
			Reference:   "Terms of service, clause 3.6: Harassment", Clause: "harassment",
			Explanation: "The image singles out a person in order to humiliate, expose or intimidate them. Our terms exclude this even where the law does not forbid it.",
			TDBCategory: "CYBER_VIOLENCE", TDBKeywords: models.Texts{"CYBER_BULLYING_INTIMIDATION", "CYBER_HARASSMENT"},
		},
		{
			Code: "spam", Label: "Spam or misleading advertising", Ground: GroundTerms, Severity: 1,
			Description: "Bulk advertising, search engine bait, or images that only send people elsewhere.",
			Reference:   "Terms of service, clause 3.9: Fraud, malware and spam", Clause: "fraud",
			Explanation: "The image was uploaded to advertise in bulk or to lead people to other services, which our terms exclude because it crowds out the people the service is for.",
			TDBCategory: "OTHER_VIOLATION_TC", TDBKeywords: models.Texts{"GOODS_SERVICES_NOT_PERMITTED"},
		},
	}
}

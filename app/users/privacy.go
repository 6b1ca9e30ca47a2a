package users

// The purposes that the history of consents tells apart.
const (
	ConsentPolicy    = "policy"      // the terms and the privacy policy, accepted for the contract
	ConsentName      = "public_name" // the display name stands on public albums
	ConsentAnalytics = "analytics"   // an objection to being counted, and its withdrawal (Art. 21)
)

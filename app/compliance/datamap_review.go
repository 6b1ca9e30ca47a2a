package compliance

// Notices, decisions and statements are what the Digital Services Act (Regulation (EU) 2022/2065) obliges the service to
// take, make, give reasons for and report about (Art. 15, 16, 17, 20, 24).
var withCase = Keep{Until: "kept: proof of how notices were handled and decisions reasoned (DSA Art. 15, 17, 20, 24)"}

// review is what happens to notices.
var review = []Table{
	{
		Name: "reason_codes", Purpose: "what a notice or a decision may name as reason, in every wording that was in force", Keep: Keep{Until: "kept: decisions quote them"},
		Columns: []Column{
			{Name: "code", Purpose: "names the reason"}, {Name: "version", Purpose: "which wording"}, {Name: "label", Purpose: "shown in forms"}, {Name: "description", Purpose: "shown in forms"},
			{Name: "ground", Purpose: "law or terms"}, {Name: "reference", Purpose: "which law"}, {Name: "clause", Purpose: "which clause of the terms"}, {Name: "explanation", Purpose: "text offered for statements"},
			{Name: "severity", Purpose: "priority in the queue"}, {Name: "contact_optional", Purpose: "whether a notice may be anonymous (DSA Art. 16(2)(c))"},
			{Name: "tdb_category", Purpose: "category of the transparency database"}, {Name: "tdb_keywords", Purpose: "its keywords"}, {Name: "position", Purpose: "order in forms"},
			{Name: "valid_from", Purpose: "in force since"}, {Name: "valid_until", Purpose: "in force until"},
		},
	},
	{
		Name: "cases", Purpose: "bundles the notices about one content", Basis: Obligation, Keep: withCase, Export: Shared, Erase: Kept,
		Columns: []Column{
			{Name: "id", Purpose: "names the case"}, {Name: "n", Purpose: "running number"}, {Name: "reference", Purpose: "what people call it"},
			{Name: "sha256", Purpose: "which content", Of: Uploader}, {Name: "image_id", Purpose: "the picture first reported", Of: Uploader}, {Name: "state", Purpose: "open, escalated or decided", Of: Uploader},
			{Name: "reason_code", Purpose: "the gravest reason named", Of: Uploader}, {Name: "severity", Purpose: "orders the queue"}, {Name: "points", Purpose: "orders the queue"}, {Name: "rank", Purpose: "orders the queue"},
			{Name: "notices", Purpose: "how many"}, {Name: "notifiers", Purpose: "how many independent ones"}, {Name: "images", Purpose: "how many pictures share the content"},
			{Name: "version", Purpose: "refuses decisions on an older state"}, {Name: "fence", Purpose: "refuses decisions under an older lease"},
			{Name: "opened_at", Purpose: "when reported", Of: Uploader}, {Name: "first_action_at", Purpose: "how long it took"}, {Name: "decided_at", Purpose: "when decided", Of: Uploader}, {Name: "reopened_at", Purpose: "when a new notice opened it again", Of: Uploader},
		},
	},
	{
		Name: "case_leases", Purpose: "keeps two people from deciding one case", Basis: Interest, Keep: Keep{Until: "overwritten by the next lease of the case"}, Export: Copied, Erase: Deleted,
		Columns: []Column{
			{Name: "case_id", Purpose: "which case"}, {Name: "holder", Purpose: "who works on it", Of: Staff}, {Name: "fence", Purpose: "number of the lease"},
			{Name: "taken_at", Purpose: "since when", Of: Staff}, {Name: "until", Purpose: "until when"},
		},
	},
	{
		Name: "notices", Purpose: "notices of illegal or unwanted content (DSA Art. 16)", Basis: Obligation, Keep: withCase, Export: Copied, Erase: Kept,
		Columns: []Column{
			{Name: "id", Purpose: "names the notice"}, {Name: "n", Purpose: "running number"}, {Name: "reference", Purpose: "what its notifier calls it", Of: Notifier},
			{Name: "status_hash", Purpose: "checks the link to its status", Of: Notifier, Export: Described}, {Name: "intake", Purpose: "which form"}, {Name: "state", Purpose: "how far it got", Of: Notifier},
			{Name: "reason_code", Purpose: "the reason named", Of: Notifier}, {Name: "explanation", Purpose: "why, in the notifier's words", Of: Anybody, Export: Shared},
			{Name: "contact_name", Purpose: "who notifies (DSA Art. 16(2)(c))", Of: Notifier, Keep: Keep{Policy: "notice_contacts"}, Erase: Blanked},
			{Name: "contact_email", Purpose: "receipt and decision go there (DSA Art. 16(4), (5))", Of: Notifier, Keep: Keep{Policy: "notice_contacts"}, Erase: Blanked},
			{Name: "good_faith", Purpose: "the statement of good faith", Of: Notifier}, {Name: "complete", Purpose: "whether it has what Art. 16(2) asks for"}, {Name: "locale", Purpose: "language of the answer", Of: Notifier},
			{Name: "reporter_key", Purpose: "keyed hash of the network: counts independent notifiers", Of: Notifier, Basis: Interest, Export: Described, Erase: Kept},
			{Name: "text_hash", Purpose: "tells a repeated text", Of: Notifier, Basis: Interest, Export: Described},
			{Name: "created_at", Purpose: "when sent", Of: Notifier}, {Name: "acknowledged_at", Purpose: "when receipt was confirmed", Of: Notifier}, {Name: "admitted_at", Purpose: "when it came into the queue", Of: Notifier},
			{Name: "decided_at", Purpose: "when answered", Of: Notifier},
		},
	},
	{
		Name: "notice_items", Purpose: "the addresses one notice names", Basis: Obligation, Keep: withCase, Export: Copied, Erase: Kept,
		Columns: []Column{
			{Name: "notice_id", Purpose: "which notice", Of: Notifier}, {Name: "position", Purpose: "order"}, {Name: "n", Purpose: "running number"}, {Name: "url", Purpose: "the address as given", Of: Notifier},
			{Name: "image_id", Purpose: "which picture that is", Of: Uploader}, {Name: "case_id", Purpose: "which case it went to"}, {Name: "outcome", Purpose: "what became of it", Of: Notifier}, {Name: "decision_id", Purpose: "by which decision"},
			{Name: "case_version", Purpose: "tells which decision answers it"},
		},
	},
	{
		Name: "decisions", Purpose: "decisions about content, with their reasons (DSA Art. 17)", Basis: Obligation, Keep: withCase, Export: Shared, Erase: Kept,
		Columns: []Column{
			{Name: "id", Purpose: "names the decision"}, {Name: "n", Purpose: "running number"}, {Name: "case_id", Purpose: "on which case", Of: Uploader}, {Name: "action", Purpose: "what was decided", Of: Uploader},
			{Name: "ground", Purpose: "law or terms", Of: Uploader}, {Name: "reason_code", Purpose: "why", Of: Uploader}, {Name: "reason_version", Purpose: "in which wording"}, {Name: "reference", Purpose: "which rule", Of: Uploader},
			{Name: "facts", Purpose: "on what facts", Of: Anybody}, {Name: "explanation", Purpose: "explained to the uploader", Of: Anybody}, {Name: "note", Purpose: "explained to colleagues", Of: Anybody},
			{Name: "territory", Purpose: "where it applies"}, {Name: "ends_at", Purpose: "until when it applies", Of: Uploader}, {Name: "source", Purpose: "notice or own finding"},
			{Name: "automated_detection", Purpose: "whether a program found it"}, {Name: "automated_decision", Purpose: "whether a program decided"}, {Name: "block_hash", Purpose: "whether the file may not come back"},
			{Name: "decided_by", Purpose: "who decided", Of: Staff}, {Name: "decided_at", Purpose: "when", Of: Uploader}, {Name: "final_at", Purpose: "until when it could be undone"}, {Name: "state", Purpose: "whether it stands", Of: Uploader},
			{Name: "supersedes", Purpose: "which earlier one it replaces"}, {Name: "before", Purpose: "what undo restores"}, {Name: "batch_id", Purpose: "which were decided together"},
			{Name: "case_version", Purpose: "tells which notices it answers"},
		},
	},
	{
		Name: "decision_images", Purpose: "what undo restores", Basis: Obligation, Keep: withCase, Export: Shared, Erase: Kept,
		Columns: []Column{
			{Name: "decision_id", Purpose: "which decision"}, {Name: "image_id", Purpose: "which picture", Of: Uploader}, {Name: "case_id", Purpose: "which case"},
			{Name: "was_state", Purpose: "state before", Of: Uploader}, {Name: "was_decision", Purpose: "decision before"}, {Name: "was_ended_at", Purpose: "end before"},
		},
	},
	{
		Name: "statements", Purpose: "statements of reasons as issued (DSA Art. 17)", Basis: Obligation, Keep: withCase, Export: Copied, Erase: Kept,
		Columns: []Column{
			{Name: "id", Purpose: "names the statement"}, {Name: "decision_id", Purpose: "of which decision"}, {Name: "image_id", Purpose: "about which picture", Of: Uploader}, {Name: "case_id", Purpose: "in which case"},
			{Name: "language", Purpose: "its language"}, {Name: "content", Purpose: "its words", Of: Anybody}, {Name: "sha256", Purpose: "proves the words"}, {Name: "issued_at", Purpose: "when", Of: Uploader},
		},
	},
	{
		Name: "effects", Purpose: "what has to happen because of a decision, and whether it did", Basis: Obligation, Keep: withCase, Export: Shared, Erase: Kept,
		Columns: []Column{
			{Name: "id", Purpose: "names the effect"}, {Name: "decision_id", Purpose: "of which decision"}, {Name: "case_id", Purpose: "in which case"}, {Name: "kind", Purpose: "what to do"},
			{Name: "target", Purpose: "id of the picture or notice", Of: Uploader}, {Name: "state", Purpose: "whether it is done"}, {Name: "attempts", Purpose: "tries so far"}, {Name: "last_error", Purpose: "why the last try failed"},
			{Name: "created_at", Purpose: "since when"}, {Name: "next_at", Purpose: "when to try again"}, {Name: "done_at", Purpose: "when done"},
		},
	},
}

package compliance

var whileStaff = Keep{Until: "the account is kept as long as entries of the audit log and decisions name it"}

// foundation is the audit log, staff, and the shared operational stores.
var foundation = []Table{
	{
		Name: "audit_log", Purpose: "who did what, when and why (Art. 5(2))", Basis: Obligation, Export: Shared, Erase: Kept,
		Keep: Keep{Until: "kept: accountability has no end while the service runs, and entries hold no direct identifier"},
		Columns: []Column{
			{Name: "id", Purpose: "names the entry"},
			{Name: "txid", Purpose: "groups the entries of one transaction, and orders the chain"},
			{Name: "at", Purpose: "when", Of: Staff},
			{Name: "actor_kind", Purpose: "guest, user, staff or system"},
			{Name: "actor_id", Purpose: "random id of who acted, never an address", Of: Staff},
			{Name: "action", Purpose: "what was done"},
			{Name: "entity", Purpose: "to what kind of thing"},
			{Name: "entity_id", Purpose: "to which one"},
			{Name: "reason", Purpose: "a reason code"},
			{Name: "request_id", Purpose: "finds the log lines of the request"},
			{Name: "notes", Purpose: "facts: states, counts, codes, commitments to personal values", Of: Staff},
		},
	},
	{
		Name: "audit_chain", Purpose: "proves that the audit log was not changed", Keep: Keep{Until: "kept with the audit log"},
		Columns: []Column{
			{Name: "seq", Purpose: "place in the chain"},
			{Name: "audit_id", Purpose: "the entry sealed"},
			{Name: "prev_hash", Purpose: "hash of the link before"},
			{Name: "hash", Purpose: "hash of this link"},
			{Name: "sealed_at", Purpose: "when it was sealed"},
		},
	},
	{
		Name: "audit_values", Purpose: "openings of the commitments in the audit log", Basis: Obligation, Export: Shared, Erase: OpeningOff,
		Keep: Keep{Policy: "audit_values"},
		Columns: []Column{
			{Name: "audit_id", Purpose: "the entry"},
			{Name: "field", Purpose: "which of its commitments"},
			{Name: "salt", Purpose: "makes the commitment unguessable", Of: Anybody, Export: Described},
			{Name: "value", Purpose: "the value itself", Of: Anybody},
			{Name: "at", Purpose: "when it was written: its time runs from there"},
		},
	},
	{
		Name: "staff", Purpose: "who works here and may do what", Basis: Contract, Keep: whileStaff, Export: Copied, Erase: Kept,
		Columns: []Column{
			{Name: "id", Purpose: "names the person in the audit log", Of: Staff},
			{Name: "email", Purpose: "signs in, receives set-up links", Of: Staff, Erase: Blanked},
			{Name: "name", Purpose: "shown to colleagues", Of: Staff, Erase: Blanked},
			{Name: "role", Purpose: "what the person may do", Of: Staff},
			{Name: "state", Purpose: "invited, active or disabled", Of: Staff},
			{Name: "password_hash", Purpose: "checks the password (bcrypt)", Of: Staff, Export: Described, Erase: Blanked},
			{Name: "totp_secret", Purpose: "checks codes of the authenticator app, sealed", Of: Staff, Export: Described, Erase: Blanked},
			{Name: "totp_confirmed_at", Purpose: "since when the second factor counts", Of: Staff},
			{Name: "totp_last_step", Purpose: "makes a code work once"},
			{Name: "webauthn_handle", Purpose: "names the person to passkeys, random", Of: Staff, Export: Described, Erase: Blanked},
			{Name: "preferences", Purpose: "settings of the interface", Of: Staff, Erase: Blanked},
			{Name: "created_at", Purpose: "when invited", Of: Staff},
			{Name: "updated_at", Purpose: "when last changed", Of: Staff},
		},
	},
	{
		Name: "staff_recovery_codes", Purpose: "a way in when the second factor is lost", Basis: Contract, Keep: whileStaff, Export: Described, Erase: Deleted,
		Columns: []Column{
			{Name: "staff_id", Purpose: "whose", Of: Staff, Export: Copied},
			{Name: "code_hash", Purpose: "checks the code", Of: Staff},
			{Name: "used_at", Purpose: "makes it work once", Of: Staff, Export: Copied},
		},
	},
	{
		Name: "staff_passkeys", Purpose: "passkeys as second factor", Basis: Contract, Keep: whileStaff, Export: Copied, Erase: Deleted,
		Columns: []Column{
			{Name: "id", Purpose: "names the passkey in lists"},
			{Name: "staff_id", Purpose: "whose", Of: Staff},
			{Name: "credential_id", Purpose: "finds the passkey", Of: Staff, Export: Described},
			{Name: "credential", Purpose: "public key and counter", Of: Staff, Export: Described},
			{Name: "name", Purpose: "what its owner calls it", Of: Staff},
			{Name: "created_at", Purpose: "since when", Of: Staff},
			{Name: "last_used_at", Purpose: "shows a strange use", Of: Staff},
		},
	},
	{
		Name: "staff_invites", Purpose: "links that set up or reset an account", Basis: Contract, Keep: Keep{Policy: "invites"}, Export: Copied, Erase: Deleted,
		Columns: []Column{
			{Name: "token_hash", Purpose: "checks the link", Of: Staff, Export: Described},
			{Name: "staff_id", Purpose: "for whom", Of: Staff},
			{Name: "purpose", Purpose: "set-up or reset"},
			{Name: "created_at", Purpose: "since when", Of: Staff},
			{Name: "expires_at", Purpose: "until when"},
			{Name: "used_at", Purpose: "makes it work once", Of: Staff},
		},
	},
	{
		Name: "sessions", Purpose: "who is signed in where", Basis: Contract, Keep: Keep{Policy: "sessions"}, Export: Copied, Erase: Deleted,
		Columns: []Column{
			{Name: "id", Purpose: "names the session in lists"},
			{Name: "token_hash", Purpose: "checks the cookie", Of: Staff, Export: Described},
			{Name: "staff_id", Purpose: "whose", Of: Staff},
			{Name: "stage", Purpose: "how far the sign-in got", Of: Staff},
			{Name: "method", Purpose: "which second factor", Of: Staff},
			{Name: "user_agent", Purpose: "family of browser and system, to recognise one's own", Of: Staff},
			{Name: "challenge", Purpose: "what a passkey has to answer, for minutes", Of: Staff, Export: Described},
			{Name: "created_at", Purpose: "when signed in", Of: Staff},
			{Name: "seen_at", Purpose: "when last used: idle sessions end", Of: Staff},
			{Name: "verified_at", Purpose: "when a second factor was last shown", Of: Staff},
			{Name: "expires_at", Purpose: "when it ends"},
			{Name: "revoked_at", Purpose: "when it was ended", Of: Staff},
		},
	},
	{
		Name: "rate_limits", Purpose: "keeps one network from using up the service", Basis: Interest, Keep: Keep{Policy: "rate_limits"}, Export: Described, Erase: Deleted,
		Columns: []Column{
			{Name: "key", Purpose: "keyed hash of limit and network: no address can be read from it", Of: Visitor}, {Name: "until", Purpose: "end of the window"}, {Name: "hits", Purpose: "uses so far", Of: Visitor},
		},
	},
	{
		Name: "once_keys", Purpose: "makes proofs of work and bot checks count once", Keep: Keep{Policy: "once_keys"},
		Columns: []Column{{Name: "key", Purpose: "hash of the proof"}, {Name: "until", Purpose: "when it would expire anyway"}},
	},
	{
		Name: "idempotency_keys", Purpose: "repeats an answer that got lost", Basis: Contract, Keep: Keep{Policy: "idempotency_keys"}, Export: Described, Erase: Deleted,
		Columns: []Column{
			{Name: "key", Purpose: "hash of the client's key", Of: Uploader},
			{Name: "request_hash", Purpose: "refuses another request under the same key", Of: Uploader},
			{Name: "response", Purpose: "the answer, with the links of the upload", Of: Uploader},
			{Name: "created_at", Purpose: "start of its day"},
		},
	},
	{
		Name: "mails", Purpose: "outgoing mail and whether it was sent", Basis: Obligation, Keep: Keep{Policy: "mails"}, Export: Copied, Erase: Blanked,
		Columns: []Column{
			{Name: "id", Purpose: "names the mail, also to its recipient's server", Keep: keptRow},
			{Name: "kind", Purpose: "which letter", Keep: keptRow},
			{Name: "entity", Purpose: "about what kind of thing", Keep: keptRow},
			{Name: "entity_id", Purpose: "about which one", Keep: keptRow},
			{Name: "recipient", Purpose: "to whom", Of: Anybody},
			{Name: "subject", Purpose: "subject line", Of: Anybody},
			{Name: "body_text", Purpose: "the text", Of: Anybody},
			{Name: "body_html", Purpose: "the text with layout", Of: Anybody},
			{Name: "state", Purpose: "queued, sent, failed or void", Keep: keptRow},
			{Name: "attempts", Purpose: "tries so far", Keep: keptRow},
			{Name: "last_error", Purpose: "why the last try failed", Of: Anybody},
			{Name: "created_at", Purpose: "when written", Keep: keptRow},
			{Name: "sent_at", Purpose: "when a server took it", Keep: keptRow},
		},
	},
}

var keptRow = Keep{Until: "kept: the row without content is the proof of sending (Art. 5(2))"}

// libraries are tables whose columns belong to a library.
var libraries = []Table{
	{Name: "goose_db_version", Whole: true, Purpose: "which migrations ran", Keep: Keep{Until: "kept"}},
	{Name: "river_migration", Whole: true, Purpose: "which migrations of the queue ran", Keep: Keep{Until: "kept"}},
	{Name: "river_job", Whole: true, Purpose: "side effects to do: arguments are ids only", Keep: Keep{Until: "the queue removes finished jobs after a day, discarded ones after a week"}},
	{Name: "river_leader", Whole: true, Purpose: "which replica schedules sweeps", Keep: Keep{Until: "seconds"}},
	{Name: "river_queue", Whole: true, Purpose: "which queues exist", Keep: Keep{Until: "kept"}},
	{Name: "river_notification", Whole: true, Purpose: "wakes replicas: topics and ids only", Keep: Keep{Until: "the queue removes what was delivered"}},
}

package compliance

var whileUser = Keep{Until: "as long as the account exists"}

// users is what belongs to people who hold an account.
var users = []Table{
	{
		Name: "users", Purpose: "accounts", Basis: Contract, Keep: whileUser, Export: Copied, Erase: Blanked,
		Columns: []Column{
			{Name: "id", Purpose: "names the account", Of: User},
			{Name: "username", Purpose: "the name it signs in with", Of: User},
			{Name: "email", Purpose: "where mails about the account go", Of: User},
			{Name: "email_verified_at", Purpose: "when the address was confirmed", Of: User},
			{Name: "password_hash", Purpose: "checks the password", Of: User, Export: Described},
			{Name: "state", Purpose: "whether it may be used", Of: User},
			{Name: "totp_secret", Purpose: "checks codes of the authenticator app, sealed", Of: User, Export: Described},
			{Name: "totp_confirmed_at", Purpose: "since when there is one", Of: User},
			{Name: "totp_last_step", Purpose: "a code works once"},
			{Name: "webauthn_handle", Purpose: "names the account to passkeys", Of: User, Export: Described},
			{Name: "display_name", Purpose: "the name shown on public albums", Of: User},
			{Name: "locale", Purpose: "the language of mails and pages", Of: User},
			{Name: "age_confirmed_at", Purpose: "that its holder said to be 13 or older (Art. 8)", Of: User, Basis: Obligation},
			{Name: "policy_version", Purpose: "which terms and policy were accepted", Of: User, Basis: Obligation},
			{Name: "analytics_objected_at", Purpose: "an objection to being counted (Art. 21)", Of: User, Basis: Obligation},
			{Name: "quota_bytes", Purpose: "how much it may store, where not the general quota"},
			{Name: "preferences", Purpose: "how pages are shown", Of: User},
			{Name: "created_at", Purpose: "when it was opened", Of: User},
			{Name: "updated_at", Purpose: "when it was changed", Of: User},
			{Name: "closed_at", Purpose: "when it was closed", Of: User},
		},
	},
	{
		Name: "user_recovery_codes", Purpose: "checks recovery codes", Basis: Contract, Keep: whileUser, Export: Described, Erase: WithParent,
		Columns: []Column{{Name: "user_id", Purpose: "whose", Of: User}, {Name: "code_hash", Purpose: "checks the code", Of: User}, {Name: "used_at", Purpose: "works once", Of: User}},
	},
	{
		Name: "user_passkeys", Purpose: "passkeys", Basis: Contract, Keep: whileUser, Export: Copied, Erase: WithParent,
		Columns: []Column{
			{Name: "id", Purpose: "names it in lists", Of: User}, {Name: "user_id", Purpose: "whose", Of: User},
			{Name: "credential_id", Purpose: "names it to the browser", Of: User, Export: Described},
			{Name: "credential", Purpose: "its public key and counter", Of: User, Export: Described},
			{Name: "name", Purpose: "how its holder tells it from others", Of: User}, {Name: "created_at", Purpose: "when it was added", Of: User},
			{Name: "last_used_at", Purpose: "finds forgotten ones", Of: User},
		},
	},
	{
		Name: "user_signups", Purpose: "registrations that wait for their address to be confirmed", Basis: Contract, Keep: Keep{Policy: "user_signups"}, Export: Copied, Erase: Deleted,
		Columns: []Column{
			{Name: "id", Purpose: "names the account to be", Of: User}, {Name: "token_hash", Purpose: "checks the link", Of: User, Export: Described},
			{Name: "username", Purpose: "the name it is to have", Of: User}, {Name: "email", Purpose: "where the link was sent", Of: User},
			{Name: "password_hash", Purpose: "checks the password", Of: User, Export: Described}, {Name: "locale", Purpose: "the language of the mail", Of: User},
			{Name: "policy_version", Purpose: "which terms and policy were accepted", Of: User}, {Name: "created_at", Purpose: "when", Of: User},
			{Name: "expires_at", Purpose: "until when the link works"},
		},
	},
	{
		Name: "user_links", Purpose: "links sent by mail", Basis: Contract, Keep: Keep{Policy: "user_links"}, Export: Copied, Erase: WithParent,
		Columns: []Column{
			{Name: "token_hash", Purpose: "checks the link", Of: User, Export: Described}, {Name: "user_id", Purpose: "whose", Of: User},
			{Name: "purpose", Purpose: "what it does", Of: User}, {Name: "email", Purpose: "where it was sent", Of: User},
			{Name: "created_at", Purpose: "when", Of: User}, {Name: "expires_at", Purpose: "until when it works", Of: User}, {Name: "used_at", Purpose: "works once", Of: User},
		},
	},
	{
		Name: "user_sessions", Purpose: "who is signed in where", Basis: Contract, Keep: Keep{Policy: "user_sessions"}, Export: Copied, Erase: WithParent,
		Columns: []Column{
			{Name: "id", Purpose: "names it in lists", Of: User}, {Name: "token_hash", Purpose: "checks the cookie", Of: User, Export: Described},
			{Name: "user_id", Purpose: "whose", Of: User}, {Name: "stage", Purpose: "how far the sign-in has come"}, {Name: "method", Purpose: "how it was completed", Of: User},
			{Name: "user_agent", Purpose: "device family, to tell sessions apart", Of: User}, {Name: "challenge", Purpose: "what a running ceremony has to answer", Of: User, Export: Described},
			{Name: "remember", Purpose: "whether to stay signed in was asked for", Of: User}, {Name: "created_at", Purpose: "when it began", Of: User}, {Name: "seen_at", Purpose: "when it was used last", Of: User},
			{Name: "verified_at", Purpose: "when the identity was confirmed last", Of: User}, {Name: "expires_at", Purpose: "when it ends"}, {Name: "revoked_at", Purpose: "when it was ended", Of: User},
		},
	},
	{
		Name: "user_signins", Purpose: "lets people see who used their account", Basis: Interest, Keep: Keep{Policy: "user_signins"}, Export: Copied, Erase: WithParent,
		Columns: []Column{
			{Name: "id", Purpose: "orders the list"}, {Name: "user_id", Purpose: "whose", Of: User}, {Name: "at", Purpose: "when", Of: User},
			{Name: "method", Purpose: "password, code, passkey", Of: User}, {Name: "outcome", Purpose: "whether it was let in", Of: User}, {Name: "device", Purpose: "device family", Of: User},
		},
	},
	{
		Name: "user_consents", Purpose: "proves consents and their withdrawal (Art. 7(1))", Basis: Obligation, Keep: whileUser, Export: Copied, Erase: Kept,
		Columns: []Column{
			{Name: "id", Purpose: "orders the list"}, {Name: "user_id", Purpose: "whose", Of: User}, {Name: "purpose", Purpose: "to what", Of: User},
			{Name: "version", Purpose: "of which words", Of: User}, {Name: "given", Purpose: "given or withdrawn", Of: User}, {Name: "at", Purpose: "when", Of: User},
		},
	},
	{
		Name: "api_tokens", Purpose: "lets programs act for an account", Basis: Contract, Keep: Keep{Policy: "api_tokens"}, Export: Copied, Erase: WithParent,
		Columns: []Column{
			{Name: "id", Purpose: "names it in lists", Of: User}, {Name: "user_id", Purpose: "whose", Of: User}, {Name: "name", Purpose: "how its holder tells it from others", Of: User},
			{Name: "scopes", Purpose: "what it may do", Of: User}, {Name: "token_hash", Purpose: "checks the token", Of: User, Export: Described},
			{Name: "hint", Purpose: "its first characters, to recognise it", Of: User}, {Name: "created_at", Purpose: "when it was made", Of: User},
			{Name: "expires_at", Purpose: "until when it works", Of: User}, {Name: "last_used_at", Purpose: "finds forgotten ones", Of: User}, {Name: "revoked_at", Purpose: "when it was taken back", Of: User},
		},
	},
	{
		Name: "data_requests", Purpose: "requests opened from the settings (Art. 15, 17)", Basis: Obligation, Keep: Keep{Policy: "data_requests"}, Export: Copied, Erase: Kept,
		Columns: []Column{
			{Name: "id", Purpose: "names it", Of: User}, {Name: "n", Purpose: "orders the list"}, {Name: "reference", Purpose: "what people quote", Of: User},
			{Name: "user_id", Purpose: "who asks", Of: User}, {Name: "kind", Purpose: "for what", Of: User}, {Name: "state", Purpose: "whether it still stands", Of: User},
			{Name: "note", Purpose: "what they added in their words", Of: User}, {Name: "created_at", Purpose: "when", Of: User}, {Name: "ended_at", Purpose: "when it was withdrawn", Of: User},
		},
	},
	{
		Name: "albums", Purpose: "albums", Basis: Contract, Keep: whileUser, Export: Copied, Erase: Deleted,
		Columns: []Column{
			{Name: "id", Purpose: "names it in its address", Of: User}, {Name: "n", Purpose: "orders lists"}, {Name: "user_id", Purpose: "whose", Of: User},
			{Name: "title", Purpose: "its name", Of: User}, {Name: "description", Purpose: "what its owner wrote", Of: User}, {Name: "visibility", Purpose: "who may open it", Of: User},
			{Name: "cover_id", Purpose: "the picture that stands for it", Of: User}, {Name: "images", Purpose: "how many are in it"},
			{Name: "created_at", Purpose: "when it was made", Of: User}, {Name: "updated_at", Purpose: "when it was changed", Of: User},
		},
	},
	{
		Name: "album_images", Purpose: "which pictures stand in which album", Basis: Contract, Keep: whileUser, Export: Copied, Erase: WithParent,
		Columns: []Column{
			{Name: "album_id", Purpose: "the album", Of: User}, {Name: "image_id", Purpose: "the picture", Of: User}, {Name: "place", Purpose: "orders the album"}, {Name: "added_at", Purpose: "when", Of: User}, {Name: "n", Purpose: "finds the picture in its owner's gallery"},
		},
	},
	{
		Name: "user_storage", Purpose: "how much an account stores", Basis: Contract, Keep: whileUser, Export: Copied, Erase: WithParent,
		Columns: []Column{{Name: "user_id", Purpose: "whose", Of: User}, {Name: "bytes", Purpose: "how much", Of: User}, {Name: "images", Purpose: "how many", Of: User}},
	},
	{
		Name: "partial_uploads", Purpose: "uploads in parts, until they are complete", Basis: Contract, Keep: Keep{Policy: "partial_uploads"}, Export: Copied, Erase: Deleted,
		Columns: []Column{
			{Name: "id", Purpose: "names it", Of: Uploader}, {Name: "user_id", Purpose: "whose account", Of: User}, {Name: "uploader", Purpose: "random id of the browser", Of: Uploader},
			{Name: "file_name", Purpose: "the name it comes with", Of: Uploader}, {Name: "metadata", Purpose: "repeated to the client that sent it", Of: Uploader},
			{Name: "length", Purpose: "how much is announced"}, {Name: "received", Purpose: "how much has arrived"}, {Name: "state", Purpose: "how far it is"},
			{Name: "image_id", Purpose: "what became of it", Of: Uploader}, {Name: "result", Purpose: "the answer, sealed", Of: Uploader, Export: Described},
			{Name: "created_at", Purpose: "when it began", Of: Uploader}, {Name: "expires_at", Purpose: "when it is given up"},
			{Name: "client", Purpose: "keyed hash of the network or the account, against abuse", Of: Uploader}, {Name: "ip", Purpose: "where the picture comes from, moved to its origin", Of: Uploader},
			{Name: "holder", Purpose: "which request works on it"}, {Name: "held_until", Purpose: "until when"},
		},
	},
	{
		Name: "partial_pieces", Purpose: "which bytes of an upload in parts have arrived", Keep: Keep{Until: "goes with the upload it belongs to"},
		Columns: []Column{{Name: "upload_id", Purpose: "the upload"}, {Name: "start", Purpose: "where"}, {Name: "bytes", Purpose: "how many"}, {Name: "object", Purpose: "where they are stored"}},
	},
}

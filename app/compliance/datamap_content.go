package compliance

var withImage = Keep{Until: "as long as the picture is offered, as the privacy policy says of guests; after its end the row stays without bytes, so that its address tells why"}

// content is what people upload.
var content = []Table{
	{
		Name: "images", Purpose: "uploaded pictures", Basis: Contract, Keep: withImage, Export: Copied, Erase: Kept,
		Columns: []Column{
			{Name: "id", Purpose: "names the picture in its addresses", Of: Uploader},
			{Name: "n", Purpose: "running number, orders lists"},
			{Name: "state", Purpose: "whether it is shown, and if not why", Of: Uploader},
			{Name: "uploader", Purpose: "random id of the browser that uploaded it: shows one's own, finds others of the same", Of: Uploader, Erase: Blanked},
			{Name: "file_name", Purpose: "the name it came with, shown on its page", Of: Uploader, Erase: Blanked},
			{Name: "mime", Purpose: "how to serve it"},
			{Name: "ext", Purpose: "how to serve it"},
			{Name: "bytes", Purpose: "size"},
			{Name: "width", Purpose: "size"},
			{Name: "height", Purpose: "size"},
			{Name: "orientation", Purpose: "how to turn it"},
			{Name: "frames", Purpose: "whether it moves"},
			{Name: "received_sha256", Purpose: "finds the same file again, also on the block list", Of: Uploader},
			{Name: "sha256", Purpose: "names the content: bundles notices about the same picture", Of: Uploader},
			{Name: "pdq", Purpose: "finds near-duplicates; the picture cannot be made from it", Of: Uploader, Basis: Interest, Erase: Blanked},
			{Name: "pdq_quality", Purpose: "whether pdq can be trusted"},
			{Name: "thumb_ext", Purpose: "format of the thumbnail"},
			{Name: "thumb_width", Purpose: "its size"},
			{Name: "thumb_height", Purpose: "its size"},
			{Name: "derived_at", Purpose: "when thumbnail and hash were made"},
			{Name: "derive_error", Purpose: "why they could not be"},
			{Name: "delete_hash", Purpose: "checks the link that deletes", Of: Uploader, Export: Described},
			{Name: "decision_id", Purpose: "which decision ended or restricted it", Of: Uploader},
			{Name: "created_at", Purpose: "when it was sent", Of: Uploader},
			{Name: "live_at", Purpose: "when it was stored", Of: Uploader},
			{Name: "ended_at", Purpose: "when it was taken away", Of: Uploader},
			{Name: "objects_gone_at", Purpose: "when its bytes were seen to be gone", Of: Uploader},
			{Name: "user_id", Purpose: "whose account it belongs to, if any", Of: User, Erase: Blanked},
			{Name: "visibility", Purpose: "who may open it", Of: Uploader},
			{Name: "description", Purpose: "what its owner wrote about it", Of: User, Erase: Blanked},
			{Name: "expires_at", Purpose: "when it deletes itself", Of: Uploader},
			{Name: "undo_until", Purpose: "until when a deletion can be taken back", Of: Uploader},
			{Name: "undo_state", Purpose: "what it is taken back to"},
		},
	},
	{
		Name: "image_words", Purpose: "finds one's own pictures by words of their names and descriptions", Basis: Contract, Export: Described, Erase: Deleted,
		Keep: Keep{Until: "goes when the picture is deleted or its words change"},
		Columns: []Column{
			{Name: "key", Purpose: "a hash of owner and the beginning of a word", Of: User}, {Name: "n", Purpose: "which picture", Of: User},
		},
	},
	{
		Name: "upload_origins", Purpose: "where an upload came from, against abuse", Basis: Interest, Keep: Keep{Policy: "upload_origins"}, Export: Copied, Erase: Deleted,
		Columns: []Column{
			{Name: "image_id", Purpose: "which upload", Of: Uploader}, {Name: "ip", Purpose: "the address it came from", Of: Uploader}, {Name: "at", Purpose: "when", Of: Uploader},
		},
	},
	{
		Name: "blocked_hashes", Purpose: "exact files that may not come back", Basis: Interest, Export: Described, Erase: Kept,
		Keep: Keep{Until: "until a lead takes it off the list"},
		Columns: []Column{
			{Name: "sha256", Purpose: "names the file without holding it", Of: Uploader},
			{Name: "id", Purpose: "names the entry"},
			{Name: "decision_id", Purpose: "which decision put it here"},
			{Name: "reason_code", Purpose: "why"},
			{Name: "created_by", Purpose: "who put it here", Of: Staff},
			{Name: "created_at", Purpose: "when"},
			{Name: "hits", Purpose: "how often it was tried again"},
			{Name: "last_hit_at", Purpose: "when last"},
		},
	},
}

package public

import (
	"cmp"
	"slices"
	"strconv"

	"imglink/app/fault"
	"imglink/app/imaging"
	"imglink/views/public"
)

// answered are the codes of the API beside the refusals of pictures and the kinds themselves.
//
//i18n:keys
var answered = map[string]struct {
	kind fault.Kind
	text string
}{
	"csrf":                 {fault.Forbidden, "The request came from a page of another site. Send it from a program, or from a page of this one."},
	"token_unknown":        {fault.Unauthenticated, "The token is not known here. Check that it was copied completely."},
	"token_revoked":        {fault.Unauthenticated, "The token was revoked. Make a new one in your settings."},
	"token_expired":        {fault.Unauthenticated, "The token has expired. Make a new one in your settings."},
	"token_account":        {fault.Unauthenticated, "The account of the token cannot be used at the moment. Sign in to see why."},
	"account_unusable":     {fault.Forbidden, "This account cannot take pictures at the moment. Sign in to see why."},
	"scope_missing":        {fault.Forbidden, "The token does not include what the request needs. Make one that does in your settings."},
	"file_missing":         {fault.Invalid, "No file came. Send at least one."},
	"file_field":           {fault.Invalid, `A file came in another field. Send files in the field "file".`},
	"too_many_files":       {fault.Invalid, "One request may carry 50 files. Send the others in another."},
	"json_malformed":       {fault.Malformed, `The body is not JSON. Send an object with the address in "url".`},
	"multipart_expected":   {fault.Malformed, `Send files as multipart/form-data in the field "file", or an address in "url".`},
	"multipart_malformed":  {fault.Malformed, "The form cannot be read. Let your HTTP library make it."},
	"text_malformed":       {fault.Malformed, "A text is not UTF-8. Send UTF-8."},
	"body_unreadable":      {fault.Malformed, "The request broke off. Send it again."},
	"upload_interrupted":   {fault.Malformed, "The upload broke off. Send it again."},
	"upload_unknown":       {fault.NotFound, "There is no resumable upload at this address. Start a new one."},
	"upload_expired":       {fault.Gone, "The resumable upload was not continued in time. Start a new one."},
	"upload_offset":        {fault.Conflict, "The bytes do not begin where those before them end. Ask with HEAD how much has arrived, and go on from there."},
	"upload_busy":          {fault.Locked, "Another request is sending to this upload. Wait a moment, ask with HEAD how much has arrived, and go on from there."},
	"upload_paused":        {fault.Unavailable, "The request took too long. Ask with HEAD how much has arrived, and go on from there."},
	"upload_unreadable":    {fault.Unavailable, "Everything has arrived and cannot be read right now. Ask again in a moment."},
	"uploads_unfinished":   {fault.TooMany, "You have many unfinished uploads. Finish or delete some of them; what is left alone goes within a day."},
	"checksum_mismatch":    {fault.Corrupted, "The bytes that arrived do not have the checksum you sent. Send them again."},
	"tus_version":          {fault.Precondition, "Send the header Tus-Resumable: 1.0.0, the version spoken here."},
	"tus_type":             {fault.Unsupported, "Send the bytes as application/offset+octet-stream."},
	"tus_offset":           {fault.Malformed, "Say in Upload-Offset where the bytes begin, as a number."},
	"tus_checksum":         {fault.Malformed, "Send the checksum as an algorithm of Tus-Checksum-Algorithm, a space, and the digest in base64."},
	"upload_too_slow":      {fault.Timeout, "The upload was too slow. Try a better connection or a smaller file."},
	"body_too_large":       {fault.TooLarge, "The request is larger than this address accepts."},
	"request_too_large":    {fault.TooLarge, "The files of one request are too large together. Send fewer at once."},
	"content_encoding":     {fault.Unsupported, "The body is compressed. Send it as it is."},
	"idempotency_busy":     {fault.Conflict, "A request with this key is being worked on. Wait for its answer."},
	"rate_limited":         {fault.TooMany, "Too many requests from your network, from your account or with this token. Wait as long as retry_after says."},
	"spool_unavailable":    {fault.Unavailable, "We cannot take uploads right now. Try again in a moment."},
	"derive_crashed":       {fault.Unavailable, "The picture could not be processed right now. Try again in a moment."},
	"url_malformed":        {fault.Invalid, "This is not a complete web address. Copy the address of the image, starting with https://."},
	"url_scheme":           {fault.Invalid, "Only addresses starting with https:// or http:// can be fetched."},
	"url_userinfo":         {fault.Invalid, "Remove the user name and password from the address."},
	"url_port":             {fault.Invalid, "Only the usual web ports 80 and 443 can be fetched. Remove the port from the address, or upload the file itself."},
	"url_private":          {fault.Invalid, "This address does not lead to the public Internet. Upload the file itself instead."},
	"url_redirects":        {fault.Invalid, "This address is forwarded too many times. Open it in your browser and copy the final address."},
	"url_unknown_host":     {fault.Invalid, "No server is known under this name. Check the address for typing mistakes."},
	"url_unreachable":      {fault.Invalid, "The server at this address cannot be reached. Try again later, or upload the file itself."},
	"url_slow":             {fault.Invalid, "The server at this address is too slow. Try again later, or upload the file itself."},
	"url_missing":          {fault.Invalid, "There is nothing at this address. Check that it opens in your browser."},
	"url_forbidden":        {fault.Invalid, "The server does not let us read this address. Save the image and upload the file itself."},
	"url_status":           {fault.Invalid, "The server at this address answered with an error. Try again later, or upload the file itself."},
	"url_encoding":         {fault.Invalid, "The server sends this file compressed, which we do not unpack. Save the image and upload the file itself."},
	"url_too_large":        {fault.TooLarge, "The file at this address is too large. Upload a smaller version."},
	"quota_exceeded":       {fault.TooLarge, "The picture does not fit into what the account may hold. Delete pictures you no longer need."},
	"image_expired":        {fault.Gone, "The picture was to be seen until a certain time, which is over."},
	"undo_over":            {fault.Conflict, "The pictures cannot be brought back: the ten minutes are over, or a moderator decided about them."},
	"claim_partial":        {fault.Invalid, "Some pictures were added, some delete links were not recognised. The answer says how many."},
	"oembed_url":           {fault.NotFound, "The address is not that of an image here."},
	"delete_token_unknown": {fault.NotFound, "The delete link is unknown. The image may be deleted already."},
}

// ErrorCodes are all codes by name: those above, the refusals of pictures, and the kinds, which errors without a code of their own carry.
func ErrorCodes() []public.ErrorCode {
	var out []public.ErrorCode
	add := func(code string, kind fault.Kind, text string) {
		out = append(out, public.ErrorCode{Code: code, Status: strconv.Itoa(kind.Status()), Text: text})
	}
	for code, e := range answered {
		add(code, e.kind, e.text)
	}
	for code, e := range imaging.Refusals() {
		add(code, e.Kind, e.Message)
	}
	for _, kind := range fault.Kinds() {
		add(kind.String(), kind, kind.Title())
	}
	slices.SortFunc(out, func(a, b public.ErrorCode) int { return cmp.Compare(a.Code, b.Code) })
	return out
}

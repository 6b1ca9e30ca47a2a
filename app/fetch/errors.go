package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"

	"imglink/app/fault"
)

func refuse(kind fault.Kind, code, message string) *fault.Error {
	return fault.New(kind, code, message).Field("url", message)
}

// Every refusal has a stable code of its own and names the field url with the remedy.
var (
	errAddress   = refuse(fault.Invalid, "url_malformed", "This is not a complete web address. Copy the address of the image, starting with https://.")
	errScheme    = refuse(fault.Invalid, "url_scheme", "Only addresses starting with https:// or http:// can be fetched.")
	errUserinfo  = refuse(fault.Invalid, "url_userinfo", "Remove the user name and password from the address.")
	errPort      = refuse(fault.Invalid, "url_port", "Only the usual web ports 80 and 443 can be fetched. Remove the port from the address, or upload the file itself.")
	errPrivate   = refuse(fault.Invalid, "url_private", "This address does not lead to the public Internet. Upload the file itself instead.")
	errRedirects = refuse(fault.Invalid, "url_redirects", "This address is forwarded too many times. Open it in your browser and copy the final address.")
	errUnknown   = refuse(fault.Invalid, "url_unknown_host", "No server is known under this name. Check the address for typing mistakes.")
	errConnect   = refuse(fault.Invalid, "url_unreachable", "The server at this address cannot be reached. Try again later, or upload the file itself.")
	errSlow      = refuse(fault.Invalid, "url_slow", "The server at this address is too slow. Try again later, or upload the file itself.")
	errMissing   = refuse(fault.Invalid, "url_missing", "There is nothing at this address. Check that it opens in your browser.")
	errClosed    = refuse(fault.Invalid, "url_forbidden", "The server does not let us read this address. Save the image and upload the file itself.")
	errStatus    = refuse(fault.Invalid, "url_status", "The server at this address answered with an error. Try again later, or upload the file itself.")
	errEncoding  = refuse(fault.Invalid, "url_encoding", "The server sends this file compressed, which we do not unpack. Save the image and upload the file itself.")
)

func tooLarge(limit int64) *fault.Error {
	size := fmt.Sprintf("%d bytes", limit)
	if limit >= 1<<20 {
		size = fmt.Sprintf("%d MiB", limit>>20)
	}
	e := fault.Newf(fault.TooLarge, "url_too_large", "The file at this address is larger than %s. Upload a smaller version.", size)
	return e.FieldOf(fault.Field{Name: "url", Message: e.Message, Said: e.Said})
}

// translate gives a transport error its refusal. Only its type reaches the log: its text repeats the visitor's address.
func translate(err error) error {
	if ue, ok := errors.AsType[*url.Error](err); ok {
		err = ue.Err
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	cause := fmt.Errorf("%T", err)
	timeout, isTimeout := errors.AsType[net.Error](err)
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || isTimeout && timeout.Timeout() {
		return errSlow.Because(cause)
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return errUnknown.Because(cause)
	}
	return errConnect.Because(cause)
}

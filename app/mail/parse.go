package mail

import (
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"

	"imglink/app/fault"
)

// maxFile bounds what is read of a kept mail: twice the two bodies in base64 and the headers.
const maxFile = 2 << 20

// read opens and parses one mail. A file that is no mail is shown as such instead of hiding the others.
func (o *Outbox) read(id string) (Kept, error) {
	missing := fault.New(fault.NotFound, "mail_missing", "This mail is not in the outbox.")
	if !validID(id) {
		return Kept{}, missing
	}
	f, err := os.Open(filepath.Join(o.dir, id+".eml"))
	if errors.Is(err, fs.ErrNotExist) {
		return Kept{}, missing
	}
	if err != nil {
		return Kept{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return Kept{}, err
	}
	k, err := parse(io.LimitReader(f, maxFile))
	if err != nil {
		k = Kept{Subject: "(unreadable mail)"}
	}
	k.ID, k.Bytes = id, st.Size()
	return k, nil
}

// parse reads a mail of RFC 5322 with MIME parts nested at most four deep.
func parse(r io.Reader) (Kept, error) {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return Kept{}, err
	}
	var words mime.WordDecoder
	text := func(name string) string {
		raw := m.Header.Get(name)
		if s, err := words.DecodeHeader(raw); err == nil {
			return oneLine(s)
		}
		return oneLine(raw)
	}
	k := Kept{To: text("To"), Subject: text("Subject"), Reference: text(ReferenceHeader), Sealed: m.Header.Get(sealedHeader) != ""}
	k.Date, _ = m.Header.Date()
	k.walk(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body, 4)
	if k.Sealed {
		k.Text = ""
	}
	return k, nil
}

// walk collects the first text part and notes an HTML one; parts that cannot be decoded are left out.
func (k *Kept) walk(contentType, encoding string, body io.Reader, depth int) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind = "text/plain"
	}
	switch {
	case strings.HasPrefix(kind, "multipart/") && depth > 0:
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil {
				return
			}
			k.walk(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p, depth-1)
		}
	case kind == "text/html":
		k.HTML = true
	case kind == "text/plain" && k.Text == "":
		b, err := io.ReadAll(decoder(encoding, body))
		if err == nil || len(b) > 0 {
			k.Text = strings.ToValidUTF8(strings.ReplaceAll(string(b), "\r\n", "\n"), "\uFFFD")
		}
	}
}

func decoder(encoding string, r io.Reader) io.Reader {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "quoted-printable":
		return quotedprintable.NewReader(r)
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, r)
	}
	return r
}

package gallery

import (
	"context"
	"strings"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/uploads"
	"imglink/models"
)

// tokenLen is the length of a delete token: 192 bits in base64url.
const tokenLen = 32

// ReadTokens finds the delete tokens in a text of delete links or bare tokens, one after the other, whatever separates
// them. bad counts what is neither.
func ReadTokens(text string) (tokens []ident.Token, bad int) {
	seen := map[string]bool{}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n,;<>\"'", r) }) {
		word, _, _ = strings.Cut(strings.TrimRight(word, "/"), "?")
		word = word[strings.LastIndexByte(word, '/')+1:]
		switch {
		case len(word) != tokenLen || strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "":
			bad++
		case !seen[word]:
			seen[word] = true
			tokens = append(tokens, ident.Token(word))
		}
	}
	return tokens, bad
}

// Claimed tells what became of a claim. Unknown counts links that name no picture, one that is gone, or one that belongs
// to an account already: nobody can tell which.
type Claimed struct{ Pictures, Unknown int }

// Claim makes guest uploads the account's, by the delete links their uploaders got. The links keep working until the new
// owner makes others.
func (s *Service) Claim(ctx context.Context, who actor.Actor, links string) (out Claimed, err error) {
	defer fault.Wrap(&err, "gallery.Claim")
	tokens, bad := ReadTokens(links)
	switch {
	case len(tokens) == 0:
		return out, fault.InvalidField("links", "Paste at least one delete link.")
	case len(tokens) > MaxClaim:
		return out, fault.InvalidField("links", "Paste at most 200 delete links at once.")
	}
	hashes := make([][]byte, len(tokens))
	for i, t := range tokens {
		hashes[i] = t.Hash()
	}
	out.Pictures, err = s.claim(ctx, who, hashes, "")
	out.Unknown = bad + len(tokens) - out.Pictures
	return out, err
}

// Claimable counts what a browser uploaded without an account, up to MaxClaim and one.
func (s *Service) Claimable(ctx context.Context, guest string) (int, error) {
	if !ident.IsPublic(guest) {
		return 0, nil
	}
	return s.Store.CountGuestImages(ctx, guest, MaxClaim+1)
}

// ClaimBrowser makes the account's what this browser uploaded without one, at most MaxClaim at once. guest is the id in
// the browser's own cookie.
func (s *Service) ClaimBrowser(ctx context.Context, who actor.Actor, guest string) (n int, err error) {
	defer fault.Wrap(&err, "gallery.ClaimBrowser")
	if !ident.IsPublic(guest) {
		return 0, nil
	}
	return s.claim(ctx, who, nil, guest)
}

// errNothing ends a transaction that has nothing to write.
var errNothing = fault.New(fault.NotFound, "nothing_to_claim", "There is nothing to claim.")

func (s *Service) claim(ctx context.Context, who actor.Actor, hashes [][]byte, guest string) (n int, err error) {
	if err := need(who, actor.ImagesWrite); err != nil {
		return 0, err
	}
	c := models.Change{Actor: who, Needs: actor.ImagesWrite, Action: "image.claim", Entity: "image"}
	err = s.Store.Write(ctx, c, func(tx *models.Tx) error {
		imgs, err := tx.LockGuestImages(hashes, guest, MaxClaim)
		if err != nil {
			return err
		}
		if len(imgs) == 0 {
			return errNothing
		}
		tx.SetID(imgs[0].ID)
		for _, img := range imgs[1:] {
			tx.Note("image.claim", "image", img.ID, nil)
		}
		if err := tx.GiveImages(who.ID, imgs); err != nil {
			return err
		}
		n = len(imgs)
		return uploads.CheckQuota(tx, who.ID, s.Quota)
	})
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	return n, err
}

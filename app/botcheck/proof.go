package botcheck

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/url"
	"strconv"
	"strings"
	"time"

	"imglink/app/clock"
	"imglink/app/fault"
)

const algorithm = "SHA-256"

// maxPayload bounds what is decoded of an answer; ours have about 400 characters.
const maxPayload = 2048

// Proof is a proof of work after the classic ALTCHA scheme: find the number for which SHA-256(salt + number) is the
// challenge. Solving takes Max/2 hashes on average and Max at most; checking takes one hash and one HMAC. With the default
// Max of 200,000 a solver tries 100,000 numbers on average: well under a second in a browser's worker, and for somebody
// who sends a million reports a hundred billion hashes.
//
// Salt, expiry, action and Max are covered by the signature field by field. (Signing the challenge alone, as the scheme's
// first versions did, lets digits move between the salt's end and the number, and so the expiry be changed.)
type Proof struct {
	secret []byte
	once   Once
	clock  clock.Clock
	max    int64
	ttl    time.Duration
}

// ProofOptions tune a Proof; zero values take the defaults named beside them.
type ProofOptions struct {
	Max int64         // the largest number, hashes of the worst case; 200,000
	TTL time.Duration // how long a challenge may be answered: as long as filling in a form takes; 30 minutes
}

// NewProof makes a checker. All replicas need the same secret, of at least 32 bytes, and the same Once.
func NewProof(secret []byte, once Once, c clock.Clock, o ProofOptions) (*Proof, error) {
	if len(secret) < 32 {
		return nil, fmt.Errorf("botcheck.NewProof: secret of %d bytes, want at least 32", len(secret))
	}
	if o.Max == 0 {
		o.Max = 200_000
	}
	if o.TTL == 0 {
		o.TTL = 30 * time.Minute
	}
	if o.Max < 1 || o.Max > 1<<40 || o.TTL < 0 {
		return nil, fmt.Errorf("botcheck.NewProof: max %d, ttl %s", o.Max, o.TTL)
	}
	return &Proof{secret: append([]byte(nil), secret...), once: once, clock: c, max: o.Max, ttl: o.TTL}, nil
}

// Challenge goes to the page as JSON.
type Challenge struct {
	Algorithm string `json:"algorithm"` // "SHA-256"
	Challenge string `json:"challenge"` // 64 hexadecimal digits: SHA-256 of salt and the decimal number
	Salt      string `json:"salt"`      // random?action=...&expires=...&
	Signature string `json:"signature"` // 64 hexadecimal digits
	Max       int64  `json:"max"`       // the number lies in 0..max
	Expires   int64  `json:"expires"`   // seconds since 1970; a page may ask for a new challenge before
}

// solved is what comes back: the challenge with its number.
type solved struct {
	Algorithm string `json:"algorithm"`
	Challenge string `json:"challenge"`
	Number    int64  `json:"number"`
	Salt      string `json:"salt"`
	Signature string `json:"signature"`
	Max       int64  `json:"max"`
	Expires   int64  `json:"expires"`
}

// Describe tells the page to show the proof of work.
func (p *Proof) Describe() Widget { return Widget{Kind: KindProof} }

// Check verifies the proof of a.
func (p *Proof) Check(ctx context.Context, a Answer) error { return p.Verify(ctx, a.Pow, a.Action) }

// Issue makes a challenge for the action.
func (p *Proof) Issue(action string) Challenge {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails (crypto/rand, Go 1.24)
	number, err := rand.Int(rand.Reader, big.NewInt(p.max+1))
	if err != nil {
		panic(err) // only a broken reader, see above
	}
	c := Challenge{Algorithm: algorithm, Max: p.max, Expires: p.clock.Now().Add(p.ttl).Unix()}
	c.Salt = salt(hex.EncodeToString(random[:]), action, c.Expires)
	c.Challenge = digest(c.Salt, number.Int64())
	c.Signature = p.sign(c.Challenge, c.Salt, c.Max, c.Expires)
	return c
}

// salt ends in a separator, so that the number cannot lend it digits.
func salt(random, action string, expires int64) string {
	return random + "?action=" + url.QueryEscape(action) + "&expires=" + strconv.FormatInt(expires, 10) + "&"
}

func digest(salt string, number int64) string {
	h := sha256.Sum256([]byte(salt + strconv.FormatInt(number, 10)))
	return hex.EncodeToString(h[:])
}

func (p *Proof) sign(challenge, salt string, limit, expires int64) string {
	m := hmac.New(sha256.New, p.secret)
	for _, part := range []string{"imglink botcheck 1", algorithm, challenge, salt, strconv.FormatInt(limit, 10), strconv.FormatInt(expires, 10)} {
		fmt.Fprintf(m, "%d:%s,", len(part), part)
	}
	return hex.EncodeToString(m.Sum(nil))
}

// Verify accepts a challenge of ours, solved, not expired, for this action, never used before. payload is base64 of the
// JSON object {algorithm, challenge, number, salt, signature, max, expires}.
func (p *Proof) Verify(ctx context.Context, payload, action string) (err error) {
	defer fault.Wrap(&err, "botcheck.Proof.Verify(%s)", action)
	s, err := decode(payload)
	if err != nil {
		return refused(err)
	}
	want := p.sign(s.Challenge, s.Salt, s.Max, s.Expires)
	random, _, _ := strings.Cut(s.Salt, "?")
	switch {
	case s.Algorithm != algorithm:
		return refused(errors.New("another algorithm"))
	case !hmac.Equal([]byte(want), []byte(s.Signature)):
		return refused(errors.New("signature is not ours"))
	case s.Number < 0 || s.Number > s.Max || !hmac.Equal([]byte(digest(s.Salt, s.Number)), []byte(s.Challenge)):
		return refused(errors.New("the number does not solve it"))
	case s.Salt != salt(random, action, s.Expires):
		return refused(errors.New("made for another action"))
	case p.clock.Now().Unix() >= s.Expires:
		return refused(errors.New("expired"))
	}
	return useOnce(ctx, p.once, KindProof, s.Challenge, time.Unix(s.Expires, 0).Add(time.Minute).UTC())
}

func decode(payload string) (s solved, err error) {
	if payload == "" || len(payload) > maxPayload {
		return s, fmt.Errorf("payload of %d characters", len(payload))
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(payload)
	if err != nil {
		return s, errors.New("payload is not base64")
	}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return solved{}, errors.New("payload is not an answer")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return solved{}, errors.New("payload goes on after the answer")
	}
	return s, nil
}

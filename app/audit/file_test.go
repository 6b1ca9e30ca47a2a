package audit_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"imglink/app/audit"
)

func exported(t testing.TB) (*world, []byte, audit.Report) {
	w := newWorld(t, 2)
	for n := range 5 {
		w.write(t, n)
	}
	w.seal(t)
	var file bytes.Buffer
	r, err := w.Export(t.Context(), &file, audit.Options{})
	if err != nil || !r.OK() {
		t.Fatalf("%+v, %v", r, err)
	}
	return w, file.Bytes(), r
}

func TestExportIsVerifiableAlone(t *testing.T) {
	_, file, want := exported(t)
	got, err := audit.VerifyFile(bytes.NewReader(file), audit.Options{Contains: want.Head})
	if err != nil || !got.OK() || got.Sealed != 5 || !bytes.Equal(got.Head, want.Head) {
		t.Fatalf("%+v (%+v), %v", got, got.FirstBad, err)
	}
}

// Any single line taken away, doubled, exchanged or altered is found, or refused as no such file.
func TestAlteredFilesAreFound(t *testing.T) {
	_, file, _ := exported(t)
	lines := strings.SplitAfter(strings.TrimSpace(string(file)), "\n")
	try := func(name, text string) {
		r, err := audit.VerifyFile(strings.NewReader(text), audit.Options{})
		if err == nil && r.OK() {
			t.Errorf("%s: not found", name)
		}
	}
	for i := range lines {
		without := strings.Join(append(append([]string{}, lines[:i]...), lines[i+1:]...), "")
		try("without line "+lines[i], without)
		if i < len(lines)-1 {
			try("twice "+lines[i], strings.Join(append(append([]string{}, lines[:i+1]...), lines[i:]...), ""))
			try("cut after "+lines[i], strings.Join(lines[:i+1], ""))
		}
	}
	text := string(file)
	for _, x := range [][2]string{
		{`"n":3`, `"n":4`},
		{`"n":3`, `"n":3.0`},
		{`"n":3`, `"n":3,"m":1`},
		{`"n":3`, `"n":4,"n":3`},
		{`"reason":"because"`, `"reason":"Because"`},
		{`thing.change`, `thing.changed`},
		{`"entity_id":"t2"`, `"entity_id":"t2","entity_id":"t2"`},
		{`.001000Z`, `.001001Z`},
		{`"links":5`, `"links":6`},
		{`"seq":2`, `"seq":3`},
		{`"links":5`, `"links":5,"more":1`},
		{`"actor_id"`, `"Actor_id"`},
	} {
		if !strings.Contains(text, x[0]) {
			t.Fatalf("the file holds no %s:\n%s", x[0], text)
		}
		try(x[1], strings.Replace(text, x[0], x[1], 1))
	}
	try("something after the end", text+"{}\n")
	try("empty", "")
}

// Cutting off the end and closing the file anew is a whole chain: only a head noted earlier tells.
func TestEarlierHeadTellsATruncation(t *testing.T) {
	w, _, before := exported(t)
	w.tamper(t, `DELETE FROM audit_log WHERE id = (SELECT audit_id FROM audit_chain WHERE seq = 5); DELETE FROM audit_chain WHERE seq = 5`)
	if r := w.check(t); !r.OK() || r.Sealed != 4 {
		t.Fatalf("%+v (%+v)", r, r.FirstBad)
	}
	r, err := w.Check(t.Context(), audit.Options{Contains: before.Head})
	if err != nil || r.OK() || !strings.Contains(r.FirstBad.Problem, "cut off") {
		t.Fatalf("%+v, %v", r, err)
	}
}

// The documentation's encoding, written down once by hand: an outsider must come to the same hash.
func TestEncodingIsTheDocumentedOne(t *testing.T) {
	const file = `{"format":"imglink.audit.v1"}
{"seq":1,"sealed_at":"2026-11-23T09:00:01.000000Z","id":7,"txid":"900","at":"2026-11-23T09:00:00.123456Z","actor_kind":"system","actor_id":"test","action":"a.b","entity":"e","entity_id":"1","reason":"r","request_id":"q","notes":{"b":[1,true,null],"a":"\u00e9\"\n"},"prev_hash":"0000000000000000000000000000000000000000000000000000000000000000","hash":"HASH"}
{"links":1,"head":"HASH"}
`
	fields := []string{
		"imglink.audit.v1", "1", "2026-11-23T09:00:01.000000Z", "7", "900", "2026-11-23T09:00:00.123456Z", "system", "test", "a.b", "e", "1", "r", "q",
		"{\"a\":\"\u00e9\\\"\\u000a\",\"b\":[1,true,null]}",
	}
	encoded := make([]byte, 32)
	for _, f := range fields {
		encoded = append(encoded, 0, 0, 0, 0, 0, 0, 0, byte(len(f)))
		encoded = append(encoded, f...)
	}
	hash := hex.EncodeToString(sum(encoded))
	r, err := audit.VerifyFile(strings.NewReader(strings.ReplaceAll(file, "HASH", hash)), audit.Options{})
	if err != nil || !r.OK() {
		t.Fatalf("%+v, %v", r.FirstBad, err)
	}
}

func FuzzVerifyFile(f *testing.F) {
	f.Add([]byte(`{"format":"imglink.audit.v1"}` + "\n" + `{"links":0,"head":"` + strings.Repeat("0", 64) + `"}`))
	f.Add([]byte(`{"format":"imglink.audit.v1"}` + "\n" + `{"seq":1,"sealed_at":"2026-11-23T09:00:01.000000Z","id":7,"txid":"900","at":"2026-11-23T09:00:00.123456Z","notes":{"b":[1,{"c":null}]},"prev_hash":"00","hash":"00"}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := audit.VerifyFile(bytes.NewReader(in), audit.Options{})
		if err == nil && r.OK() && r.Sealed > 0 {
			t.Fatalf("a chain from nowhere: %q", in)
		}
	})
}

package i18n

import (
	"embed"
	"encoding/json"
	"fmt"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed catalog/*.json
var catalogs embed.FS

// text is a translation: in JSON a string, or an object of CLDR plural forms.
type text struct{ forms map[plural.Form]string }

var formNames = map[string]plural.Form{
	"zero": plural.Zero, "one": plural.One, "two": plural.Two, "few": plural.Few, "many": plural.Many, "other": plural.Other,
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(b []byte) error {
	var whole string
	if json.Unmarshal(b, &whole) == nil {
		t.forms = map[plural.Form]string{plural.Other: whole}
		return nil
	}
	var forms map[string]string
	if err := json.Unmarshal(b, &forms); err != nil {
		return err
	}
	t.forms = make(map[plural.Form]string, len(forms))
	for name, s := range forms {
		form, ok := formNames[name]
		if !ok {
			return fmt.Errorf("i18n: %q is no plural form", name)
		}
		t.forms[form] = s
	}
	return nil
}

// form is the one for n; a form that is missing is the other one.
func (t text) form(tag language.Tag, n int) string {
	if s, ok := t.forms[formOf(tag, n)]; ok {
		return s
	}
	return t.forms[plural.Other]
}

func formOf(tag language.Tag, n int) plural.Form {
	return plural.Cardinal.MatchPlural(tag, max(n, -n)%10_000_000, 0, 0, 0, 0)
}

// load reads a catalogue. A broken one is a defect of the program, found by every test.
func load(code string) map[string]text {
	texts := map[string]text{}
	if code == English {
		return texts
	}
	b, err := catalogs.ReadFile("catalog/" + code + ".json")
	if err == nil {
		err = json.Unmarshal(b, &texts)
	}
	if err != nil {
		panic(fmt.Sprintf("i18n: catalogue %s: %v", code, err))
	}
	return texts
}

package i18n_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"imglink/app/i18n"
)

// shownToPublic lists where messages of package fault are written that a visitor may read.
func shownToPublic(path string) bool {
	for _, place := range []string{
		"app/web/kit/", "app/web/api/", "app/web/public/", "app/web/system.go", "app/fault/", "app/uploads/", "app/imaging/", "app/fetch/",
		"app/botcheck/", "app/objects/s3_errors.go", "app/moderation/intake.go", "app/moderation/status.go", "app/moderation/admit.go",
		"models/image.go", "models/store.go", "models/write.go",
		"app/web/user/", "app/web/gallery/", "app/resumable/", "app/users/", "app/gallery/", "app/tokens/", "app/credentials/",
	} {
		if strings.HasPrefix(path, place) {
			return true
		}
	}
	return false
}

// catalogue reads a language as it lies on disk: each value is a string or an object of plural forms.
func catalogue(t *testing.T, code string) map[string]any {
	t.Helper()
	b, err := os.ReadFile("catalog/" + code + ".json")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatalf("%s: %v", code, err)
	}
	return out
}

func translated(t *testing.T, each func(t *testing.T, code string, texts map[string]any)) {
	t.Helper()
	for _, l := range i18n.Languages() {
		if l.Code != i18n.English {
			t.Run(l.Code, func(t *testing.T) { each(t, l.Code, catalogue(t, l.Code)) })
		}
	}
}

// TestEveryKeyIsTranslated prints what is missing, ready to paste into the catalogue, and what nobody uses any more.
func TestEveryKeyIsTranslated(t *testing.T) {
	keys := extract(t)
	if len(keys) < 20 {
		t.Fatalf("only %d keys found: the sources are not read", len(keys))
	}
	translated(t, func(t *testing.T, code string, texts map[string]any) {
		missing := map[string]any{}
		for key, s := range keys {
			if _, ok := texts[key]; ok {
				continue
			}
			missing[key] = key
			if s.one != "" {
				forms := map[string]string{}
				for form := range formNames(code) {
					forms[form] = key
				}
				missing[key] = forms
			}
		}
		if len(missing) > 0 {
			t.Errorf("%d keys are not in catalog/%s.json:\n%s", len(missing), code, pretty(missing))
		}
		for key := range texts {
			if _, ok := keys[key]; !ok {
				t.Errorf("nobody uses %q: take it out of catalog/%s.json", key, code)
			}
		}
	})
}

func pretty(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(v)
	return b.String()
}

// TestTranslationsKeepTheirParts: the verbs and marks of the key, no others.
func TestTranslationsKeepTheirParts(t *testing.T) {
	keys := extract(t)
	for key, s := range keys {
		if n := len(verb.FindAllString(key, -1)); s.args >= 0 && s.args > 0 && n != s.args {
			t.Errorf("%s: %q has %d verbs for %d values", s.at, key, n, s.args)
		}
	}
	translated(t, func(t *testing.T, _ string, texts map[string]any) {
		for key, v := range texts {
			for form, said := range formsOf(v) {
				if said == "" {
					t.Errorf("%q: the %s form is empty", key, form)
				}
				want, got := parts(key), parts(said)
				if form == "one" && len(got) < len(want) && keys[key].args == 1 {
					continue // "one image" needs no number
				}
				if keys[key].args != 0 && !slices.Equal(want, got) {
					t.Errorf("%q becomes %q: parts %v, want %v", key, said, got, want)
				}
				if a, b := marks(key), marks(said); !slices.Equal(a, b) {
					t.Errorf("%q becomes %q: marks %v, want %v", key, said, b, a)
				}
			}
		}
	})
}

// parts are the verbs of a format with the number of their value, sorted.
func parts(s string) []string {
	var out []string
	for i, v := range verb.FindAllStringSubmatch(strings.ReplaceAll(s, "%%", ""), -1) {
		at := fmt.Sprintf("[%d]", i+1)
		if v[1] != "" {
			at = v[1]
		}
		out = append(out, at+v[0][len(v[0])-1:])
	}
	slices.Sort(out)
	return out
}

func marks(s string) []string {
	out := mark.FindAllString(s, -1)
	slices.Sort(out)
	return out
}

func formsOf(v any) map[string]string {
	switch v := v.(type) {
	case string:
		return map[string]string{"whole": v}
	case map[string]any:
		out := map[string]string{}
		for form, s := range v {
			out[form], _ = s.(string)
		}
		return out
	}
	return nil
}

// formNames are the plural forms that whole numbers take in a language (CLDR), and the one for all else.
func formNames(code string) map[string]bool {
	names := map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other"}
	out := map[string]bool{"other": true}
	for n := range 200 {
		out[names[plural.Cardinal.MatchPlural(language.MustParse(code), n, 0, 0, 0, 0)]] = true
	}
	return out
}

func TestPluralsAreComplete(t *testing.T) {
	keys := extract(t)
	translated(t, func(t *testing.T, code string, texts map[string]any) {
		want := slices.Sorted(maps.Keys(formNames(code)))
		for key, v := range texts {
			forms, isPlural := v.(map[string]any)
			if isPlural != (keys[key].one != "") {
				t.Errorf("%q: has plural forms: %v, is used with i18n.N: %v", key, isPlural, keys[key].one != "")
				continue
			}
			if got := slices.Sorted(maps.Keys(forms)); isPlural && !slices.Equal(got, want) {
				t.Errorf("%q has the forms %v, want %v", key, got, want)
			}
		}
	})
	if got := slices.Sorted(maps.Keys(formNames("pl"))); !slices.Equal(got, []string{"few", "many", "one", "other"}) {
		t.Errorf("Polish has %v", got)
	}
}

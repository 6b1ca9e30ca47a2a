package sample

import (
	"bytes"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
)

func every(t *testing.T, check func(t *testing.T, name string, doc *goquery.Document)) {
	t.Helper()
	all := map[string]map[string]templ.Component{"public": Public("dark"), "staff": Staff("")}
	for side, pages := range all {
		for name, page := range pages {
			t.Run(side+"/"+name, func(t *testing.T) { check(t, name, document(t, page)) })
		}
	}
}

func document(t *testing.T, page templ.Component) *goquery.Document {
	t.Helper()
	var b bytes.Buffer
	if err := page.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func html(s *goquery.Selection) string { h, _ := goquery.OuterHtml(s); return h[:min(len(h), 200)] }

// TestContentSecurityPolicyHolds: nothing inline, nothing from elsewhere but Turnstile where it was asked for.
func TestContentSecurityPolicyHolds(t *testing.T) {
	every(t, func(t *testing.T, name string, doc *goquery.Document) {
		doc.Find("*").Each(func(_ int, s *goquery.Selection) {
			for _, a := range s.Nodes[0].Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
					t.Errorf("inline %s: %s", a.Key, html(s))
				}
			}
		})
		if doc.Find("style").Length() > 0 {
			t.Error("a style element")
		}
		doc.Find("script").Each(func(_ int, s *goquery.Selection) {
			src := s.AttrOr("src", "")
			foreign := src == "https://challenges.cloudflare.com/turnstile/v0/api.js" && name == "report-turnstile"
			if !strings.HasPrefix(src, "/static/") && !foreign {
				t.Errorf("script %s", html(s))
			}
		})
		doc.Find("link[rel=stylesheet],link[rel=preload],link[rel=icon],link[rel=manifest],use").Each(func(_ int, s *goquery.Selection) {
			if !strings.HasPrefix(s.AttrOr("href", ""), "/static/") {
				t.Errorf("loaded from elsewhere: %s", html(s))
			}
		})
	})
}

// TestStructure: one heading, landmarks, unique ids, references that lead somewhere, no empty or dead links.
func TestStructure(t *testing.T) {
	every(t, func(t *testing.T, name string, doc *goquery.Document) {
		if n := doc.Find("h1").Length(); n != 1 {
			t.Errorf("%d h1", n)
		}
		if doc.Find("html[lang]").Length() != 1 || doc.Find("main#main").Length() != 1 || doc.Find("#live[role=status]").Length() != 1 {
			t.Error("lang, main or the live region is missing")
		}
		ids := map[string]bool{}
		doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
			id := s.AttrOr("id", "")
			if ids[id] && id != "" || id == "" && s.Closest("template").Length() == 0 {
				t.Errorf("id %q is empty or used twice", id)
			}
			ids[id] = true
		})
		for _, attr := range []string{"aria-describedby", "aria-labelledby", "aria-controls", "popovertarget", "data-copy"} {
			doc.Find("[" + attr + "]").Each(func(_ int, s *goquery.Selection) {
				for _, id := range strings.Fields(s.AttrOr(attr, "")) {
					if !ids[id] {
						t.Errorf("%s points at %q, which is not there: %s", attr, id, html(s))
					}
				}
			})
		}
		doc.Find("a").Each(func(_ int, s *goquery.Selection) {
			href := s.AttrOr("href", "")
			if href == "" || href == "about:invalid#TemplFailedSanitizationURL" || strings.HasPrefix(href, "#") && !ids[href[1:]] && name != "gallery" {
				t.Errorf("dead link %s", html(s))
			}
			if strings.TrimSpace(s.Text()) == "" && s.AttrOr("aria-label", "") == "" {
				t.Errorf("nameless link %s", html(s))
			}
		})
		doc.Find("img").Each(func(_ int, s *goquery.Selection) {
			if _, ok := s.Attr("alt"); !ok {
				t.Errorf("image without alt: %s", html(s))
			}
		})
	})
}

// TestControlsAreLabelled and forms carry the CSRF token.
func TestControlsAreLabelled(t *testing.T) {
	every(t, func(t *testing.T, _ string, doc *goquery.Document) {
		doc.Find("input:not([type=hidden]),select,textarea").Each(func(_ int, s *goquery.Selection) {
			id := s.AttrOr("id", "")
			labelled := s.AttrOr("aria-label", "") != "" || s.Closest("label").Length() > 0 || id != "" && doc.Find(`label[for="`+id+`"]`).Length() == 1
			if !labelled && s.ParentsFiltered("template").Length() == 0 {
				t.Errorf("control without a label: %s", html(s))
			}
			if s.AttrOr("aria-invalid", "") == "true" && s.AttrOr("aria-describedby", "") == "" {
				t.Errorf("invalid control without its message: %s", html(s))
			}
		})
		doc.Find("button").Each(func(_ int, s *goquery.Selection) {
			if strings.TrimSpace(s.Text()) == "" && s.AttrOr("aria-label", "") == "" {
				t.Errorf("nameless button: %s", html(s))
			}
		})
		doc.Find("form[method=post]").Each(func(_ int, s *goquery.Selection) {
			if s.Find("input[name=_csrf]").Length() != 1 && s.AttrOr("action", "") != "#" {
				t.Errorf("form without a token: %s", html(s))
			}
		})
	})
}

// TestCopyThatMustNotShip: claims the service does not keep.
func TestCopyThatMustNotShip(t *testing.T) {
	every(t, func(t *testing.T, _ string, doc *goquery.Document) {
		text := strings.ToLower(doc.Text())
		for _, claim := range []string{"no trackers", "nothing extra is kept", "lorem", "todo"} {
			if strings.Contains(text, claim) {
				t.Errorf("the page says %q", claim)
			}
		}
	})
}

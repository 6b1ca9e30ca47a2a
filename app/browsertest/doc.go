// Package browsertest drives the whole program in Chromium: the journey from upload to takedown with and without scripts,
// by keyboard alone, and every page in both themes and two widths against axe-core, budgets and the content policy.
package browsertest

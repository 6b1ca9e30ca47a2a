package i18n

import (
	"context"
	"time"

	"golang.org/x/text/number"
)

// Style is how much of a date is written out.
type Style uint8

// The styles of CLDR, here with their English (British) look.
const (
	Long   Style = iota // 23 November 2026
	Medium              // 23 Nov 2026
	Short               // 23/11/2026
)

// Date is the calendar date of t in t's own time zone.
func Date(ctx context.Context, t time.Time, style Style) string {
	c := of(ctx).cldr
	switch style {
	case Medium:
		return c.FmtDateMedium(t)
	case Short:
		return c.FmtDateShort(t)
	default:
		return c.FmtDateLong(t)
	}
}

// DateTime is a date and the time of day to the minute, in t's own time zone.
func DateTime(ctx context.Context, t time.Time, style Style) string {
	return Date(ctx, t, style) + ", " + of(ctx).cldr.FmtTimeShort(t)
}

// Number is n with the locale's separators.
func Number(ctx context.Context, n int64) string {
	return of(ctx).printer.Sprint(number.Decimal(n))
}

// Bytes is a size in binary units, as operating systems and the limits show it.
func Bytes(ctx context.Context, n int64) string {
	switch {
	case n >= 1<<30:
		return T(ctx, "%s GiB", decimal(ctx, float64(n)/(1<<30)))
	case n >= 1<<20:
		return T(ctx, "%s MiB", decimal(ctx, float64(n)/(1<<20)))
	case n >= 1<<10:
		return T(ctx, "%s KiB", Number(ctx, n>>10))
	}
	return N(ctx, int(n), "%d byte", "%d bytes")
}

// decimal has at most one digit after the point.
func decimal(ctx context.Context, f float64) string {
	return of(ctx).printer.Sprint(number.Decimal(f, number.MaxFractionDigits(1)))
}

// Wait is a time to wait, rounded up: seconds below two minutes, then minutes, then hours.
func Wait(ctx context.Context, d time.Duration) string {
	s := int((d + time.Second - 1) / time.Second)
	switch {
	case s < 120:
		return N(ctx, s, "%d second", "%d seconds")
	case s < 2*60*60:
		return N(ctx, (s+59)/60, "%d minute", "%d minutes")
	}
	return N(ctx, (s+3599)/3600, "%d hour", "%d hours")
}

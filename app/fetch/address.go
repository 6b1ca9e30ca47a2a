package fetch

import "net/netip"

// special lists what must never be connected to on a visitor's behalf: the IANA special-purpose registries for IPv4 and
// IPv6 (RFC 6890 and its updates) as far as they are not globally reachable, multicast, and the one metadata service that
// lives on a public address. The other clouds' (169.254.169.254, 100.100.100.200, 192.0.0.192, fd00:ec2::254) lie inside.
var special = prefixes(
	"0.0.0.0/8",         // this network; Linux connects to itself (RFC 791)
	"10.0.0.0/8",        // private (RFC 1918)
	"100.64.0.0/10",     // carrier-grade NAT (RFC 6598)
	"127.0.0.0/8",       // loopback (RFC 1122)
	"168.63.129.16/32",  // Azure's wire server
	"169.254.0.0/16",    // link-local (RFC 3927)
	"172.16.0.0/12",     // private (RFC 1918)
	"192.0.0.0/24",      // protocol assignments (RFC 6890)
	"192.0.2.0/24",      // documentation (RFC 5737)
	"192.88.99.0/24",    // 6to4 relays (RFC 7526)
	"192.168.0.0/16",    // private (RFC 1918)
	"198.18.0.0/15",     // benchmarks (RFC 2544)
	"198.51.100.0/24",   // documentation (RFC 5737)
	"203.0.113.0/24",    // documentation (RFC 5737)
	"224.0.0.0/4",       // multicast (RFC 5771)
	"240.0.0.0/4",       // reserved, and broadcast (RFC 1112)
	"2001::/23",         // protocol assignments with Teredo, ORCHID, benchmarks (RFC 2928, 4380)
	"2001:db8::/32",     // documentation (RFC 3849)
	"2002::/16",         // 6to4: carries any IPv4 address (RFC 3056)
	"3fff::/20",         // documentation (RFC 9637)
	"2620:4f:8000::/48", // AS112 (RFC 7534)
)

var (
	globalV6 = netip.MustParsePrefix("2000::/3")     // the only global unicast IPv6 (RFC 4291); mapped, compatible, ULA, link-local, multicast and 64:ff9b:1::/48 lie outside
	nat64    = netip.MustParsePrefix("64:ff9b::/96") // IPv4 as an IPv6-only network sees it (RFC 6052)
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// public reports whether ip is an address of the public Internet. IPv4 addresses inside IPv6 ones are checked as such.
func public(ip netip.Addr) bool {
	if !ip.IsValid() || ip.Zone() != "" {
		return false
	}
	ip = ip.Unmap()
	if ip.Is6() {
		b := ip.As16()
		embedded := netip.AddrFrom4([4]byte(b[12:]))
		if nat64.Contains(ip) {
			return public(embedded)
		}
		isatap := b[8]&^0x02 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe // RFC 5214
		if !globalV6.Contains(ip) || isatap && !public(embedded) {
			return false
		}
	}
	for _, p := range special {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

package fetch

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

func TestPublic(t *testing.T) {
	refused := []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "100.100.100.200", "127.0.0.1", "127.255.255.254",
		"168.63.129.16", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1",
		"192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1",
		"64:ff9b::127.0.0.1", "64:ff9b::10.1.2.3", "64:ff9b::169.254.169.254", "64:ff9b:1::1", "64:ff9b:1::8.8.8.8", "64:ff9b:1:ffff::10.0.0.1",
		"100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1",
		"2002:7f00:1::", "2002:808:808::1", "2620:4f:8000::1", "3fff::1", "3fff:fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fd20:ce::254",
		"fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "4000::1", "2a00:1450::5efe:127.0.0.1", "2a00:1450::200:5efe:10.0.0.1",
	}
	for _, s := range refused {
		if public(netip.MustParseAddr(s)) {
			t.Errorf("%s counts as public", s)
		}
	}
	allowed := []string{
		"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "168.63.129.15",
		"169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
		"198.20.0.0", "223.255.255.255", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2001:200::1", "2001:4860:4860::8888", "2003::1", "2606:4700::1111",
		"2a00:1450::5efe:8.8.8.8", "3ffe::1",
	}
	for _, s := range allowed {
		if !public(netip.MustParseAddr(s)) {
			t.Errorf("%s is refused", s)
		}
	}
	if public(netip.Addr{}) {
		t.Error("the zero address counts as public")
	}
}

// TestPublicAgreesWithTheStandardLibrary: whatever Go calls private, local or multicast is refused, in every embedding.
func TestPublicAgreesWithTheStandardLibrary(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var v4 [4]byte
		copy(v4[:], rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(r, "v4"))
		ip := netip.AddrFrom4(v4)
		nat := netip.MustParseAddr("64:ff9b::").As16()
		copy(nat[12:], v4[:])
		bad := ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified()
		for _, form := range []netip.Addr{ip, netip.AddrFrom16(ip.As16()), netip.AddrFrom16(nat)} {
			if public(form) != public(ip) || bad && public(form) {
				r.Fatalf("%v: public=%v, bad=%v", form, public(form), bad)
			}
		}
		var v6 [16]byte
		copy(v6[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(r, "v6"))
		if six := netip.AddrFrom16(v6); public(six) && !six.Is4In6() && !nat64.Contains(six) && (six.IsPrivate() || six.IsLinkLocalUnicast() || !six.IsGlobalUnicast()) {
			r.Fatalf("%v counts as public", six)
		}
	})
}

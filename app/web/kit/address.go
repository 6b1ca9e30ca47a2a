package kit

import (
	"bytes"
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// ClientIP is the address of the client. Forwarding headers count only when the peer is a trusted proxy: then the last
// address of X-Forwarded-For that is not itself one. Proxies add to that header, in the same line or in one of their own,
// but pass CF-Connecting-IP on as the client wrote it: it counts only where nobody forwarded anything else.
func ClientIP(c *fiber.Ctx, proxies []netip.Prefix) netip.Addr {
	peer, _ := netip.AddrFromSlice(c.Context().RemoteIP())
	peer = peer.Unmap()
	if !contains(proxies, peer) {
		return peer
	}
	lines := c.Request().Header.PeekAll(fiber.HeaderXForwardedFor)
	if len(lines) == 0 {
		if ip, err := netip.ParseAddr(strings.TrimSpace(c.Get("CF-Connecting-IP"))); err == nil {
			return ip.Unmap().WithZone("")
		}
		return peer
	}
	hops := strings.Split(string(bytes.Join(lines, []byte(","))), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		ip, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		if ip = ip.Unmap().WithZone(""); !contains(proxies, ip) {
			return ip
		}
	}
	return peer
}

func contains(nets []netip.Prefix, ip netip.Addr) bool {
	for _, n := range nets {
		if n.Contains(ip) {
			return true
		}
	}
	return false
}

// IPAddr is the client's address.
func (c *Ctx) IPAddr() netip.Addr { return ClientIP(c.Ctx, c.Kit.Proxies) }

// Network is what a client is counted by: the IPv4 address, or the /64 that one IPv6 subscriber holds.
func Network(ip netip.Addr) string {
	if ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}

"""Which addresses are on the public internet. Pure.

Python's own `is_global` is not used: it changes between versions, and it judges addresses that carry another one inside
(mapped, 6to4, NAT64, Teredo) by their outside.
"""

import ipaddress
import socket

# IANA's special-purpose registry of IPv4, without the two anycast services in 192.0.0.0/24, plus multicast.
_FORBIDDEN_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Everything outside 2000::/3 is special; of that, these are: protocol assignments (Teredo among them), documentation, 6to4,
# the AS112 service.
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_FORBIDDEN_V6 = tuple(
    ipaddress.IPv6Network(text)
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)

_LOCAL_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa", "onion")


def is_public(address: str) -> bool:
    """Whether an IP address in its usual spelling is one of the public internet; False for anything else."""
    try:
        # A zone ("fe80::1%eth0") names an interface of this machine.
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in _FORBIDDEN_V4)
    return ip.scope_id is None and ip in _GLOBAL_V6 and not any(ip in network for network in _FORBIDDEN_V6)


def is_forbidden_host(host: str) -> bool:
    """Whether the name alone tells that a host is not public; a name that passes must still be judged by its addresses."""
    name = host.rstrip(".").lower()
    if any(name == local or name.endswith(f".{local}") for local in _LOCAL_NAMES):
        return True
    if ":" in name:
        return not is_public(name)
    try:
        # Also reads what browsers and resolvers read: "2130706433", "0x7f.1", "0177.0.0.1".
        return not is_public(socket.inet_ntoa(socket.inet_aton(name)))
    except OSError:
        return False

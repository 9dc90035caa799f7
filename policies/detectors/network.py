"""Checks of addresses on networks.

Private, local, documentation and other special addresses (RFC 6890) say nothing about a person or a site outside: they
are recorded, below what rules ask for. Public ones are findings.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

from policies.detectors.model import TAKEN, Verdict

_SPECIAL = Verdict(0.4, "private or special address")
# Four numbers as small as these are a version or a section more often than an address.
_SMALL = 30


def ip(value: bytes) -> Verdict | None:
    """An IPv4 or IPv6 address: four numbers of one byte each, no more, that don't follow the name of a product."""
    if b":" in value:
        return _ipv6(value)
    parts = value.split(b".")
    if len(parts) != 4 or b"/" in value or any(len(part) > 1 and part[:1] == b"0" for part in parts):
        return TAKEN
    try:
        address = ip_address(value.decode("ascii"))
    except ValueError:
        return TAKEN
    if _special(address):
        return _SPECIAL
    if all(int(part) <= _SMALL for part in parts):
        return Verdict(0.55, "four small numbers")
    return Verdict(0.8, "public address")


def _ipv6(value: bytes) -> Verdict | None:
    groups = [group for group in value.split(b":") if group]
    if len(groups) < 2:
        return None
    try:
        address = ip_address(value.decode("ascii"))
    except ValueError:
        return None
    if _special(address):
        return _SPECIAL
    # Scopes of source code (`ab::cd`) are short words of letters.
    written_out = len(groups) >= 3 and any(byte in b"0123456789" for byte in value)
    return Verdict(0.9, "public address") if written_out else None


def _special(address: IPv4Address | IPv6Address) -> bool:
    return not address.is_global or address.is_multicast or address.is_reserved


def mac(value: bytes) -> Verdict | None:
    """A MAC address: six bytes, one separator throughout. Longer rows of bytes are fingerprints; a name with two
    hyphens in front makes a variable, doubled digits throughout an example."""
    digits = value.translate(None, b":-.").lower()
    if len(digits) != 12 or sum(value.count(bytes([mark])) > 0 for mark in b":-.") != 1:
        return TAKEN
    if len(set(digits)) < 3 or digits[::2] == digits[1::2]:
        return None
    if any(byte > 0x39 for byte in digits):
        return Verdict(0.9, "six bytes")
    # Digits alone are as well a date with its time, or a number in groups.
    return None if b"." in value else Verdict(0.8 if b":" in value else 0.5, "six bytes, digits alone")

"""Checks of addresses and telephone numbers."""

from __future__ import annotations

import phonenumbers

from policies.detectors.model import Verdict

# Names of files that look like addresses (`logo@2x.png`). Domains kept for examples (RFC 2606) are findings all the
# same: people in prompts carry them.
_NOT_MAIL = (b".png", b".jpg", b".jpeg", b".gif", b".svg", b".webp", b".js", b".css", b".py", b".ts")
_NOBODY = (b"noreply", b"no-reply", b"donotreply", b"git", b"root")


def email(value: bytes) -> Verdict | None:
    """An e-mail address: no dots in a row, labels that don't begin or end with a hyphen, a top level of letters."""
    local, _, domain = value.lower().rpartition(b"@")
    if not local or b".." in value or local[0] == 0x2E or local[-1] == 0x2E or domain.endswith(_NOT_MAIL):
        return None
    labels = domain.split(b".")
    if any(not label or label[0] == 0x2D or label[-1] == 0x2D for label in labels):
        return None
    return Verdict(0.6, "address of no person") if local in _NOBODY else Verdict(0.9, "address")


def french_phone(value: bytes) -> Verdict | None:
    """A French number: with separators it is recognised as it stands, ten bare digits need a word beside them."""
    digits = value.translate(None, b" .-()/+")
    if digits.endswith(b"00000000") or len(set(digits[-8:])) == 1:
        return None
    if value.startswith((b"+", b"(")) or digits[:4] == b"0033":
        return Verdict(0.9, "french number with country code")
    return Verdict(0.8, "french number") if len(value) > len(digits) else Verdict(0.5, "ten digits")


def national_phone(value: bytes) -> Verdict | None:
    """Seven to thirteen digits in groups, as many countries write them: no date, no amount. Needs a word beside it."""
    digits = value.translate(None, b" .-()")
    if not 7 <= len(digits) <= 13 or len(set(digits)) < 3:
        return None
    groups = value.replace(b"(", b"").replace(b")", b"").replace(b".", b" ").replace(b"-", b" ").split()
    amount = digits[:1] != b"0" and all(len(group) == 3 for group in groups[1:]) and len(groups[0]) <= 3
    date = len(groups) == 3 and len(digits) == 8 and (len(groups[0]) == 4 or len(groups[2]) == 4)
    return None if date or (amount and b"-" not in value) else Verdict(0.4, "grouped digits")


def international_phone(value: bytes) -> Verdict | None:
    """A number with `+` and country code that its country's plan allows."""
    try:
        number = phonenumbers.parse(value.replace(b"(0)", b"").decode("ascii", "replace"))
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_valid_number(number):
        return Verdict(0.85, "numbering plan ok")
    return Verdict(0.5, "possible number") if phonenumbers.is_possible_number(number) else None

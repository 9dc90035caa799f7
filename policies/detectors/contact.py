"""Checks of mail addresses, telephone numbers, birth dates and profiles."""

from __future__ import annotations

import datetime
from itertools import pairwise

import phonenumbers

from policies.detectors.model import TAKEN, Verdict

# Names of files that look like addresses (`logo@2x.png`). Domains kept for examples (RFC 2606) are findings all the
# same: people in prompts carry them.
_NOT_MAIL = (b".png", b".jpg", b".jpeg", b".gif", b".svg", b".webp", b".js", b".css", b".py", b".ts")
_NOBODY = (b"noreply", b"no-reply", b"donotreply", b"git", b"root")

# So sure that a word against it leaves a finding; and the most that pairs of digits rise by in a row of numbers.
_MARKED, _STEP = 1.2, 15


def email(value: bytes) -> Verdict | None:
    """An e-mail address: no dots in a row, labels that don't begin or end with a hyphen, a top level of letters."""
    local, _, domain = value.lower().rpartition(b"@")
    if not local or b".." in value or local[0] == 0x2E or local[-1] == 0x2E or domain.endswith(_NOT_MAIL):
        return None
    labels = domain.split(b".")
    if any(not label or label[0] == 0x2D or label[-1] == 0x2D for label in labels):
        return None
    return Verdict(0.6, "address of no person") if local in _NOBODY else Verdict(0.9, "address")


def phone(value: bytes) -> Verdict | None:
    """A French number, one of any country with `+`, or digits one by one, which need a word beside them."""
    if len(value) > 18 and all(byte in b" .-" for byte in value[1::2]):
        return _one_by_one(value[::2])
    abroad = value.startswith(b"+") and not value.startswith(b"+33")
    return international_phone(value) if abroad else french_phone(value)


def _one_by_one(digits: bytes) -> Verdict | None:
    """A number whose digits were set apart; neither a count (`0 1 2 3`) nor a row of a table of bits."""
    counted = digits in b"01234567890123456789" or digits in b"98765432109876543210"
    return None if counted or len(set(digits)) < 4 else Verdict(0.4, "digits one by one")


def french_phone(value: bytes) -> Verdict | None:
    """A French number: in its usual groups it is recognised as it stands; ten bare digits, odd groups, or more groups
    behind it (another number's) need a word beside them."""
    digits = value.translate(None, b" .-()/+")
    if digits.endswith(b"00000000") or len(set(digits[-8:])) == 1:
        return None
    if not value.startswith((b"0", b"+", b"(")):
        return TAKEN
    if value.startswith((b"+", b"(")) or digits[:4] == b"0033":
        # With its mark, no word beside it makes it something else.
        return Verdict(0.9 if value.isdigit() else _MARKED, "french number with country code")
    groups = [len(group) for group in value.replace(b".", b" ").replace(b"-", b" ").split()]
    if len(digits) > 10:
        return Verdict(0.5, "ten digits of more", _first_digits(value, 10))
    if groups == [2, 2, 2, 2, 2] and _rising(digits):
        return Verdict(0.5, "rising numbers")
    if groups in ([2, 2, 2, 2, 2], [4, 2, 2, 2]):
        return Verdict(0.8, "french number")
    return Verdict(0.5, "ten digits")


def _rising(digits: bytes) -> bool:
    """Whether each pair of digits is a little more than the last: numbers drawn, or chapters."""
    pairs = [int(digits[place : place + 2]) for place in range(0, len(digits), 2)]
    return all(0 < behind - before <= _STEP for before, behind in pairwise(pairs))


def _first_digits(value: bytes, count: int) -> int:
    """The length of the stretch that holds the first digits of a candidate."""
    places = [index for index, byte in enumerate(value) if byte in b"0123456789"]
    return places[count - 1] + 1


def national_phone(value: bytes) -> Verdict | None:
    """Seven to thirteen digits in groups, as many countries write them: no date, no amount. Needs a word beside it."""
    digits = value.translate(None, b" .-()")
    if not 7 <= len(digits) <= 13 or len(set(digits)) < 3:
        return None
    groups = value.translate(_PAPER, b"()").split()
    if _other_groups(value, groups) or (b"-" not in value and _amount(digits, groups)):
        return None
    return Verdict(0.4, "grouped digits")


def _other_groups(value: bytes, groups: list[bytes]) -> bool:
    """Whether groups of digits are a date, a year with a number (`CVE-2016-6304`), a ZIP code, an IP address."""
    sizes = [len(group) for group in groups]
    date = len(groups) == 3 and sum(sizes) == 8 and 4 in (sizes[0], sizes[2])
    year = b"-" in value and len(groups) == 2 and sizes[0] == 4 and groups[0][:2] in (b"19", b"20")
    quad = b"." in value and len(groups) == 4 and max(sizes) == 3
    return date or year or quad or (b"-" in value and sizes == [5, 4])


def _amount(digits: bytes, groups: list[bytes]) -> bool:
    """Whether the groups are thousands. Nine digits that begin as mobile numbers do in Spain and Portugal are not."""
    mobile = len(digits) == 9 and digits[:1] in (b"6", b"7", b"9")
    thousands = len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    return thousands and not mobile and digits[:1] != b"0"


def labelled_phone(value: bytes) -> Verdict | None:
    """Seven to thirteen bare digits behind a label."""
    return Verdict(0.6, "digits behind a label") if len(set(value)) > 3 else None


def international_phone(value: bytes) -> Verdict | None:
    """A number with `+` and country code that its country's plan allows."""
    try:
        number = phonenumbers.parse(value.replace(b"(0)", b"").decode("ascii", "replace"))
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_valid_number(number):
        return Verdict(0.85, "numbering plan ok")
    return Verdict(0.5, "possible number") if phonenumbers.is_possible_number(number) else None


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            b"january janvier jan janv", b"february fevrier feb fev fevr", b"march mars mar", b"april avril apr avr",
            b"may mai", b"june juin jun", b"july juillet jul juil", b"august aout aug", b"september septembre sep sept",
            b"october octobre oct", b"november novembre nov", b"december decembre dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_PAPER = bytes.maketrans(b"/-.,", b"    ")
_OLDEST, _YOUNGEST = 1900, 2035


def birth_date(value: bytes) -> Verdict | None:
    """A day of the calendar on which somebody living may be born, in figures or with a month's name."""
    parts = [part for part in value.lower().translate(_PAPER).split() if part != b"of"]
    if len(parts) == 8 and all(part.isdigit() and len(part) == 1 for part in parts):
        # Digits set apart: day, month, year, or the other way round.
        digits = b"".join(parts)
        return _born(int(digits[4:]), int(digits[2:4]), int(digits[:2])) or _born(
            int(digits[:4]), int(digits[4:6]), int(digits[6:])
        )
    if len(parts) != 3:
        return None
    named = [_MONTHS[part] for part in parts if part in _MONTHS]
    figures = [int(digits) for part in parts if (digits := part.rstrip(b"erndsth")).isdigit()]
    if named and len(figures) == 2:
        day, year = figures
        return _born(year, named[0], day)
    if len(figures) != 3:
        return None
    if len(parts[0]) == 4:
        return _born(figures[0], figures[1], figures[2])
    # Days before months, as everywhere but in the United States; the other way round where only that is a day.
    return _born(figures[2], figures[1], figures[0]) or _born(figures[2], figures[0], figures[1])


def _born(year: int, month: int, day: int) -> Verdict | None:
    if year < 100:
        year += 1900
    if not (_OLDEST <= year <= _YOUNGEST and month <= 12 and day <= 31):
        return None
    try:
        datetime.date(year, month, day)
    except ValueError:
        return None
    return Verdict(0.85, "date said to be a birth")


# First parts of addresses at social networks that name a page of the network, not a person.
_PAGES = frozenset(
    b"about accounts ads api business company developer developers dialog directory discover download events explore "
    b"feed gaming groups hashtag help home i intent jobs legal login logout marketplace messages notifications p pages "
    b"pg plugins policies policy premium privacy products profile.php pub reel reels school search settings share "
    b"sharer sharer.php showcase signup status stories support terms tos tr trending tv video videos watch".split()
)
# Names behind an @ in source code and its packages.
_DECORATORS = frozenset(
    b"abstractmethod after all angular app author autowired babel bean before cached_property channel classmethod "
    b"component contextmanager controller dataclass deprecated eslint everyone fixture given here import include "
    b"injectable input keyframes layer media mixin module nestjs nonnull nullable output override param parametrize "
    b"postmapping property pytest react requestmapping return returns route see service since staticmethod "
    b"suppresswarnings team test throws transactional tsconfig types typing use validator version vue".split()
)


def profile(value: bytes) -> Verdict | None:
    """An address of a person's profile at a social network: its last part is no page of the network's own."""
    address, _, name = value.lower().rstrip(b".").rpartition(b"/")
    # These two have videos and channels beside people, whose names are marked.
    marked = address.endswith((b"tiktok.com", b"youtube.com"))
    if len(name) < 2 or name in _PAGES or (marked and name[:1] != b"@"):
        return None
    return Verdict(0.85, "profile of a network")


def handle(value: bytes) -> Verdict | None:
    """A name behind an @: no decorator, no package, no call. Needs a word beside it."""
    name = value[1:].lower()
    if name[-1:] in b"/(" or name in _DECORATORS:
        return TAKEN
    if name.count(b"@") == 1:
        return Verdict(0.7, "handle with its server")
    return Verdict(0.55, "handle") if any(letter not in b"0123456789_." for letter in name) else None

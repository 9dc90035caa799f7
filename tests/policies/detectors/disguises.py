"""Ways to write a value so that it doesn't look like one, for the tests of evasions."""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import quote

Disguise = Callable[[str], str]


def _base64(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def _each(form: str) -> Disguise:
    return lambda value: "".join(form.format(ord(char), char) for char in value)


def over_lines(value: str) -> str:
    return base64.encodebytes(value.encode()).decode().rstrip("\n")


def _wide(value: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in value)


def _likeness(value: str) -> str:
    """Letters of other alphabets that look the same."""
    return value.translate(str.maketrans("ABCEHIKMOPTXaceiopsxy", "АВСЕНІКМОРТХасеіорѕху"))


def _digits(zero: int) -> Disguise:
    return lambda value: "".join(chr(zero + int(char)) if char.isdigit() else char for char in value)


# Encodings: read back by decoding. They may stand in one another.
ENCODED: dict[str, Disguise] = {
    "base64": _base64,
    "base64 for URLs": lambda value: base64.urlsafe_b64encode(value.encode()).decode().rstrip("="),
    "base64 of UTF-16": lambda value: base64.b64encode(value.encode("utf-16-le")).decode(),
    "hexadecimal": lambda value: value.encode().hex(),
    "hexadecimal, capitals": lambda value: value.encode().hex().upper(),
    "hexadecimal, apart": lambda value: value.encode().hex(" "),
    "hexadecimal, colons": lambda value: value.encode().hex(":"),
    "bytes of a program": lambda value: ", ".join(f"0x{byte:02x}" for byte in value.encode()),
    "percent": lambda value: "".join(f"%{byte:02X}" for byte in value.encode()),
    "percent, where needed": lambda value: "".join("%37" if char == "7" else quote(char, safe="") for char in value),
    "backslash u": _each("\\u{0:04x}"),
    "backslash x": _each("\\x{0:02x}"),
    "decimal entities": _each("&#{0};"),
    "hexadecimal entities": _each("&#x{0:X};"),
}
# Those that are read for the characters of ASCII only.
_SMALL = {"backslash x", "base64 of UTF-16"}
WIDE = [name for name in ENCODED if name not in _SMALL]
# Other ways to write the same characters.
WRITTEN: dict[str, Disguise] = {
    "zero-width space": "\u200b".join,
    "soft hyphen": "\u00ad".join,
    "word joiner": "\u2060".join,
    "byte order mark": "\ufeff".join,
    "right-to-left override": "\u202e".join,
    "isolate": "\u2066".join,
    "variation selector": "\ufe0f".join,
    "more variation selectors": "\U000e0101".join,
    "tag": "\U000e0041".join,
    "invisible times": "\u2062".join,
    "Hangul filler": "\u3164".join,
    "Khmer inherent vowel": "\u17b4".join,
    "combining mark": "\u0336".join,
    "fullwidth": _wide,
    "look-alikes": _likeness,
    "Cherokee": lambda value: value.translate(str.maketrans("ABCEHKMPRSTZ", "ᎪᏴᏟᎬᎻᏦᎷᏢᎡᏚᎢᏃ")),
    "dark squares": lambda value: "".join(chr(0x1F170 + ord(c) - 65) if "A" <= c <= "Z" else c for c in value),
    "circled": lambda value: "".join(chr(0x245F + int(c)) if c in "123456789" else c for c in value),
    "dark circles": lambda value: "".join(chr(0x2775 + int(c)) if c in "123456789" else c for c in value),
    "Arabic digits": _digits(0x660),
    "Devanagari digits": _digits(0x966),
    "bold digits": _digits(0x1D7CE),
}
# One character after the other.
APART: dict[str, Disguise] = {
    "spaces": " ".join,
    "no-break spaces": "\u00a0".join,
    "thin spaces": "\u2009".join,
    "dots": ".".join,
    "hyphens": "-".join,
    "commas": ", ".join,
    "bars": " | ".join,
    "underscores": "_".join,
    "tabs": "\t".join,
    "lines": "\n".join,
    "slashes": "/".join,
}

"""What a setting can be: each kind turns a plain value into a typed one, or says what it should have been."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from gateway.config.authorities import untrusted
from gateway.config.secret import Secret, SecretMissing
from gateway.documents import nearest
from observability.periods import zone_of

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}")

_SIZE = re.compile(r"([0-9]{1,15})(B|KiB|MiB|GiB)?")
_UNITS = {None: 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_SPAN = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


class WrongValue(Exception):
    """A value that its setting can't take. Its words say what is expected, and never repeat a secret."""

    def __init__(self, message: str, near: str | None = None) -> None:
        super().__init__(message)
        self.nearest = near


class Context(NamedTuple):
    """Where a configuration is read: relative paths start at `folder`; `environ` resolves `${NAME}`, and where `unset`
    is a list, it gets the names that aren't set, which are faults else.

    trusts: whether files of authorities must be good; not where nothing is sent, and not where the configuration was
    good when it was taken and the file went bad since.
    """

    folder: Path
    environ: Mapping[str, str]
    unset: list[str] | None = None
    trusts: bool = True


class Words(NamedTuple):
    """What staff may read, in both languages."""

    en: str
    fr: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value. name: as the reference page shows it. form: its JSON Schema, for editors; never stricter than
    `read`."""

    name: str
    read: Callable[[Any, Context], Any]
    form: Mapping[str, Any]


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int

    @property
    def loopback(self) -> bool:
        """Whether only this machine can connect."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def _text(value: Any, _: Context) -> str:
    if not isinstance(value, str) or not value or not value.isprintable():
        raise WrongValue("must be a text of one line")
    return value


def _name(value: Any, _: Context) -> str:
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise WrongValue("must be a name: letters, digits and . _ : / @ + - (quote a number)")
    return value


def _flag(value: Any, _: Context) -> bool:
    if not isinstance(value, bool):
        raise WrongValue("must be true or false")
    return value


def _size(value: Any, _: Context) -> int:
    if isinstance(value, str) and (found := _SIZE.fullmatch(value)):
        return int(found[1]) * _UNITS[found[2]]
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise WrongValue("must be a size such as 65536, 512KiB or 16MiB")


def _span(value: Any, _: Context) -> float:
    seconds = -1.0
    if isinstance(value, str) and (found := _SPAN.fullmatch(value)):
        seconds = float(found[1]) * _SECONDS[found[2]]
    elif isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    if not 0 < seconds <= 366 * 86400:
        raise WrongValue("must be a positive time such as 30 (seconds), 250ms, 10m or 1h")
    return seconds


def _address(value: Any, _: Context) -> Address:
    host, _colon, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdecimal() or int(port) > 65535:
        raise WrongValue('must be "host:port", for example "127.0.0.1:8080"')
    return Address(host, int(port))


def _network(value: Any, _: Context) -> Network:
    try:
        return ipaddress.ip_network(value if isinstance(value, str) else "")
    except ValueError:
        raise WrongValue("must be a network such as 10.0.0.0/8") from None


def _url(value: Any, _: Context) -> str:
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        raise WrongValue("must be a URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_ok or not str(value).isprintable():
        raise WrongValue("must be an http:// or https:// URL")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise WrongValue("must be a URL without user, password, query or fragment")
    return str(value).rstrip("/")


def _path(value: Any, context: Context) -> Path:
    return (context.folder / _text(value, context)).absolute()


def _authorities(value: Any, context: Context) -> Path:
    file = _path(value, context)
    if context.trusts and (wrong := untrusted(file)) is not None:
        raise WrongValue(wrong)
    return file


def _secret(value: Any, context: Context) -> Secret:
    try:
        asked = value if isinstance(value, str) else ""
        return Secret.resolve(asked, context.folder, context.environ, context.unset)
    except SecretMissing as missing:
        raise WrongValue(str(missing)) from None


def _public_key(value: Any, _: Context) -> bytes:
    try:
        raw = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise WrongValue("must be a public key as `ecluse policy keygen` prints it: 32 bytes in base64")
    return raw


def _zone(value: Any, _: Context) -> str:
    try:
        zone_of(value if isinstance(value, str) else "")
    except ValueError:
        raise WrongValue("must be the name of a time zone such as UTC or Europe/Paris") from None
    return str(value)


def _day(value: Any, _: Context) -> datetime.date:
    if type(value) is not datetime.date:
        raise WrongValue("must be a day such as 2027-02-01")
    return value


def _options(value: Any, _: Context) -> dict[str, str]:
    if not isinstance(value, dict):
        raise WrongValue("must be a mapping of words to words")
    plain = {k: v.isoformat() if isinstance(v, datetime.date) else v for k, v in value.items()}
    if not all(isinstance(v, str | int) and not isinstance(v, bool) for v in plain.values()):
        raise WrongValue("must be a mapping of words to words")
    return {k: str(v) for k, v in plain.items()}


def _words(value: Any, context: Context) -> Words:
    if not isinstance(value, dict):
        return Words(*[_text(value, context)] * 2)
    if set(value) != {"en", "fr"}:
        raise WrongValue("must be a text, or {en: ..., fr: ...}")
    return Words(_text(value["en"], context), _text(value["fr"], context))


_LINE = {"type": "string", "minLength": 1}
_BOTH = {
    "type": "object",
    "properties": {"en": {**_LINE, "description": "In English."}, "fr": {**_LINE, "description": "In French."}},
    "required": ["en", "fr"],
    "additionalProperties": False,
}

TEXT = Kind("text", _text, _LINE)
WORDS = Kind("text, or {en, fr}", _words, {"anyOf": [_LINE, _BOTH]})
WORD = Kind("name", _name, {"type": "string", "pattern": f"^{NAME.pattern}$"})
FLAG = Kind("true or false", _flag, {"type": "boolean"})
SIZE = Kind("size", _size, {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": f"^{_SIZE.pattern}$"}]})
SPAN = Kind("time", _span, {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{_SPAN.pattern}$"}]})
ADDRESS = Kind("host:port", _address, {"type": "string", "pattern": ":[0-9]{1,5}$"})
NETWORK = Kind("network", _network, _LINE)
URL = Kind("URL", _url, {"type": "string", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://"})
PATH = Kind("path", _path, _LINE)
AUTHORITIES = Kind("path", _authorities, _LINE)
PUBLIC_KEY = Kind("public key", _public_key, {"type": "string", "pattern": "^[A-Za-z0-9+/]{43}=$"})
DAY = Kind("date", _day, {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})
ZONE = Kind("time zone", _zone, _LINE)
SECRET = Kind("secret reference", _secret, _LINE)
OPTIONS = Kind("options", _options, {"type": "object", "additionalProperties": {"type": ["string", "integer"]}})


def count(low: int, high: int = 10**12) -> Kind:
    """A whole number from `low` to `high`."""

    def read(value: Any, _: Context) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise WrongValue(f"must be a whole number from {low} to {high}")
        return value

    return Kind("whole number", read, {"type": "integer", "minimum": low, "maximum": high})


def number(low: float, high: float) -> Kind:
    """A number from `low` to `high`."""

    def read(value: Any, _: Context) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            raise WrongValue(f"must be a number from {low:g} to {high:g}")
        return float(value)

    return Kind("number", read, {"type": "number", "minimum": low, "maximum": high})


def choice(*words: str) -> Kind:
    """One of a few words."""

    def read(value: Any, _: Context) -> str:
        return one_of(value, words)

    return Kind(" | ".join(words), read, {"enum": list(words)})


def one_of(value: Any, words: Collection[str]) -> str:
    """`value` where it is one of `words`; else WrongValue with the nearest."""
    if not isinstance(value, str) or value not in words:
        raise WrongValue(f"must be one of: {', '.join(words)}", nearest(str(value), words))
    return value


def several(kind: Kind, *, least: int = 0) -> Kind:
    """A list of `kind` without repetition, at least `least` of them."""

    def read(value: Any, context: Context) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) < least:
            raise WrongValue(f"must be a list of {kind.name}" + (f", at least {least}" if least else ""))
        items = tuple(kind.read(item, context) for item in value)
        if len(set(items)) != len(items):
            raise WrongValue("names the same thing twice")
        return items

    form = {"type": "array", "items": dict(kind.form), "uniqueItems": True, **({"minItems": least} if least else {})}
    return Kind(f"list of {kind.name}", read, form)

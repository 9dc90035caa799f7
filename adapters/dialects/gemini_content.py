"""What stands in the contents of a Gemini request: turns of parts, and the instructions."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from adapters.ask import NOT_INSPECTABLE, VENDOR_STATE
from adapters.dialects.checks import refuse_vendor_held
from adapters.dialects.fields import dotted
from adapters.dialects.foreign import foreign
from adapters.dialects.gemini_fields import each, field, inner, key_of, snake
from adapters.dialects.passages import Gathering, Mark, is_address, known, tool_name
from adapters.errors import BodyRefused
from adapters.wire.body import Path

_ROLES = {"user": "user", "model": "assistant", "function": "tool", "tool": "tool", "system": "system"}

# What Google lets a client send in the place of a signature that it hasn't got, as such and in base64.
NO_SIGNATURE = "skip_thought_signature_validator"
NO_SIGNATURES = frozenset({
    NO_SIGNATURE, "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=", "context_engineering_is_the_way_to_go",
    "Y29udGV4dF9lbmdpbmVlcmluZ19pc190aGVfd2F5X3RvX2dv",
})  # fmt: skip

_VENDOR_HOSTS = ("generativelanguage.googleapis.com", "storage.googleapis.com")
_STANDARD = str.maketrans("-_", "+/")


def signature_digest(blob: str) -> str:
    """The SHA-256 (hex) of a signature in either of base64's alphabets, since SDKs send it back in the other one."""
    return sha256(blob.translate(_STANDARD).rstrip("=").encode("utf-8", "surrogatepass")).hexdigest()


def contents(gathering: Gathering, value: dict[str, Any], path: Path = ()) -> None:
    """Claims the texts of `contents` by role; what is up to the last turn of the model's is history."""
    items = each(value, "contents", path)
    last = max((i for i, (_, item) in enumerate(items) if item.get("role") == "model"), default=-1)
    for index, (here, item) in enumerate(items):
        said = item.get("role")
        role = "user" if said is None else _ROLES.get(said, "other") if type(said) is str else "other"
        mark = Mark(role, history=index <= last and role != "system", message=index)
        gathering.group(here, mark._replace(role="other"))
        parts(gathering, item, here, mark)


def instructions(gathering: Gathering, value: dict[str, Any], path: Path = ()) -> None:
    """Claims the texts of `systemInstruction`: contents like any other, or a bare string."""
    key = key_of(value, "systemInstruction", path)
    if key is None:
        return
    here = (*path, key)
    if type(value[key]) is str:
        gathering.text(here, Mark("system"))
    else:
        parts(gathering, inner(value[key], dict, here), here, Mark("system"))


def parts(gathering: Gathering, content: dict[str, Any], path: Path, mark: Mark) -> None:
    """Claims the texts of one content."""
    for here, part in each(content, "parts", path):
        _part(gathering, here, part, mark)


def _part(gathering: Gathering, path: Path, part: dict[str, Any], mark: Mark) -> None:
    """One part: its fields that are known, and whatever else it has."""
    rest: dict[str, Any] = {}
    for key, value in part.items():
        read = _READ.get(key)
        if read is None or value is None:
            rest[key] = value
            continue
        if snake(key) == key and len(part) > 1:
            key_of(part, _CAMEL[key], path)
        read(gathering, (*path, key), value, mark)
    if rest:
        foreign(gathering, path, rest, mark)


def _text(gathering: Gathering, path: Path, value: Any, mark: Mark) -> None:
    inner(value, str, path)
    gathering.text(path, mark)


def _signature(gathering: Gathering, path: Path, value: Any, mark: Mark) -> None:
    if (blob := inner(value, str, path)) not in NO_SIGNATURES:
        gathering.opaque(path, VENDOR_STATE, signature_digest(blob), mark)


def _inline(gathering: Gathering, path: Path, value: Any, mark: Mark) -> None:
    """A file as base64."""
    blob = inner(value, dict, path)
    mime = field(blob, "mimeType", str, path)
    data = field(blob, "data", str, path)
    if data is None:
        gathering.part(path, NOT_INSPECTABLE, "media", mark)
    else:
        gathering.media(data[0], mark, mime[1] if mime else "")


def _file(gathering: Gathering, path: Path, value: Any, mark: Mark) -> None:
    """A file elsewhere: an address that the vendor would fetch, or one of those that it keeps itself."""
    named = field(inner(value, dict, path), "fileUri", str, path)
    if named is None:
        gathering.part(path, NOT_INSPECTABLE, "file", mark)
        return
    here, uri = named
    if uri[:5].lower() == "data:" or (is_address(uri) and _host(uri) not in _VENDOR_HOSTS):
        gathering.media(here, mark)
    else:
        name = str(here[-1])
        refuse_vendor_held({name: True}, (name,), path)


def _host(uri: str) -> str:
    try:
        return (urlsplit(uri).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _call(gathering: Gathering, path: Path, value: Any, mark: Mark) -> None:
    """A tool call that the model made earlier. Its arguments are an object."""
    call = inner(value, dict, path)
    called = mark._replace(role="tool_arguments", direction="tool_arguments", tool=tool_name(call.get("name")))
    for name in ("args", "partialArgs"):
        if (key := key_of(call, name, path)) is not None:
            here = (*path, key)
            if type(call[key]) is str:
                gathering.text(here, called)
            else:
                gathering.group(here, called)


def _result(gathering: Gathering, path: Path, value: Any, mark: Mark) -> None:
    """What a tool that the client ran gave: an object, and media beside it."""
    result = inner(value, dict, path)
    given = mark._replace(role="tool", direction="tool_results", tool=tool_name(result.get("name")))
    if type(result.get("response")) is str:
        gathering.text((*path, "response"), given)
    else:
        gathering.group((*path, "response"), given)
    for here, part in each(result, "parts", path):
        _part(gathering, here, part, given)


def _code(gathering: Gathering, path: Path, value: Any, mark: Mark) -> None:
    """What a tool at the vendor was given in an earlier turn: code, or the arguments of its own call."""
    ran = inner(value, dict, path)
    name = known(ran.get("toolType", ran.get("tool_type")), "code_execution").lower()
    gathering.group(path, mark._replace(role="tool_arguments", direction="tool_arguments", tool=name))


def _ran(gathering: Gathering, path: Path, value: Any, mark: Mark) -> None:
    """What it gave: its addresses are text."""
    ran = inner(value, dict, path)
    name = known(ran.get("toolType", ran.get("tool_type")), "code_execution").lower()
    result = mark._replace(role="tool", direction="tool_results", tool=name)
    gathering.group(path, result)
    foreign(gathering, path, ran, result, past=True)


_Read = Callable[[Gathering, Path, Any, Mark], None]

_PARTS: dict[str, _Read] = {
    "text": _text,
    "thoughtSignature": _signature,
    "inlineData": _inline,
    "fileData": _file,
    "functionCall": _call,
    "functionResponse": _result,
    "executableCode": _code,
    "codeExecutionResult": _ran,
    "toolCall": _code,
    "toolResponse": _ran,
}
_READ: dict[str, _Read] = _PARTS | {snake(name): read for name, read in _PARTS.items()}
_CAMEL: dict[str, str] = {snake(name): name for name in _PARTS}


def refuse_empty(value: dict[str, Any], name: str) -> None:
    """BodyRefused where a field that must be there isn't."""
    if key_of(value, name) is None:
        raise BodyRefused("missing_field", f"{dotted((name,))} is required.", param=dotted((name,)))

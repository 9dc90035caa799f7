"""Media as addresses: a data URL holds what it stands for, any other is for the vendor to fetch."""

from __future__ import annotations

import base64

from adapters.dialects.files import Spelt
from adapters.dialects.passages import is_address
from adapters.translate.canonical import Media
from adapters.wire.payloads import BASE64, text_of, unpacked


def media(kind: str, url: str) -> Media:
    """What a URL stands for: data in base64 where it is a data URL or bare base64. ValueError where it can't be read.

    It is read as it was when it was inspected. Letters of a charset that is declared become UTF-8, since where the data
    goes there may be no place to declare one.
    """
    if is_address(url):
        return Media(kind, url=url)
    spelt = Spelt.of(url)
    if spelt.payload is url:
        return Media(kind, "", encoded(url))
    if spelt.encoding == BASE64 and not spelt.charset:
        return Media(kind, spelt.mime, str(spelt.payload))
    raw = unpacked(str(spelt.payload), spelt.encoding)
    if spelt.charset and raw is not None:
        text = text_of(raw, spelt.mime, spelt.charset)
        raw = None if text is None else text.encode()
    if raw is None:
        raise ValueError("letters that can't be read")
    return Media(kind, spelt.mime, base64.b64encode(raw).decode())


def encoded(data: str) -> str:
    """Base64 as it stands; ValueError for an address in its place, which some readers would take for base64."""
    if ":" in data:
        raise ValueError("not base64")
    return data


def plain(part: Media) -> str:
    """The words of a document that is plain text, as they were inspected; "" of any other."""
    if part.text or not part.data or not part.mime.startswith(("text/", "application/json")):
        return part.text
    raw = unpacked(part.data, BASE64)
    return (text_of(raw, part.mime) or "") if raw is not None else ""


def data_url(part: Media, otherwise: str) -> str:
    """Media as one address. otherwise: the type where none is declared."""
    return part.url or f"data:{part.mime or otherwise};base64,{part.data}"

"""Media as addresses: a data URL holds what it stands for, any other is for the vendor to fetch."""

from __future__ import annotations

import base64
from urllib.parse import unquote_to_bytes

from adapters.translate.canonical import Media

_BASE64 = ";base64"


def media(kind: str, url: str) -> Media:
    """What a URL stands for: data in base64 where it is a data URL or bare base64."""
    if url[:8].lower().startswith(("http://", "https://", "gs://", "s3://")):
        return Media(kind, url=url)
    if not url.startswith("data:"):
        return Media(kind, "", url)
    head, _, payload = url[5:].partition(",")
    if head.endswith(_BASE64):
        return Media(kind, head.removesuffix(_BASE64).partition(";")[0], payload)
    return Media(kind, head.partition(";")[0] or "text/plain", base64.b64encode(unquote_to_bytes(payload)).decode())


def plain(part: Media) -> str:
    """The words of a document that is plain text, "" of any other."""
    if part.text or not part.data or not part.mime.startswith(("text/", "application/json")):
        return part.text
    try:
        return base64.b64decode(part.data).decode()
    except ValueError:
        return ""


def data_url(part: Media, otherwise: str) -> str:
    """Media as one address. otherwise: the type where none is declared."""
    return part.url or f"data:{part.mime or otherwise};base64,{part.data}"

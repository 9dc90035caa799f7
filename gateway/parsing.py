"""The body of a call as a document: JSON, a form where its route takes one, or the query of a call without a body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.wire.body import Document
from adapters.wire.form import MULTIPART, Form
from gateway.http import asked

if TYPE_CHECKING:
    from gateway.exchange import Exchange
    from gateway.http import Request


def document_of(exchange: Exchange, request: Request, raw: bytes, depth: int) -> Document:
    """Reads it strictly; raises BodyRefused."""
    route = exchange.route
    if not route.body:
        return Document.parse(asked(request, raw), max_depth=depth)
    if route.form:
        said = [value for name, value in request.raw_headers if name == b"content-type"]
        if len(said) != 1 or said[0].strip().lower().startswith(MULTIPART.encode()):
            return Form.read(raw, said[0].decode("latin-1") if len(said) == 1 else "")
    return Document.parse(raw, max_depth=depth)

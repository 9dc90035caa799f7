"""The body of a call as a document: JSON, a form where its route takes one, or the query of a call without a body."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from adapters.ask import UPLOAD
from adapters.wire.body import Document
from adapters.wire.form import MULTIPART, Form
from gateway.http import asked

if TYPE_CHECKING:
    from adapters.ask import Ask
    from gateway.config.server import Limits
    from gateway.exchange import Exchange
    from gateway.http import Request

MANY = 8_000
"""Texts of a body beyond which it isn't taken apart in one piece: that would take tens of milliseconds."""
LARGE = 64 << 10
"""Bytes of a file of requests beyond which the same holds: what is in it is only known then."""
# One at a time: several would take more from the loop than each from the others.
_BESIDE = ThreadPoolExecutor(1, "ecluse-parsing")


async def ask_of(exchange: Exchange, request: Request, raw: bytes, limits: Limits) -> Ask:
    """What a body asks; raises BodyRefused. One of many texts is taken apart beside the loop, where others go on."""
    document, parse = document_of(exchange, request, raw, limits), exchange.dialect.parse
    if len(document.texts.all) <= MANY and (len(raw) <= LARGE or exchange.dialect.operation != UPLOAD):
        return parse(document, exchange.parameters)
    return await asyncio.get_running_loop().run_in_executor(_BESIDE, parse, document, exchange.parameters)


def document_of(exchange: Exchange, request: Request, raw: bytes, limits: Limits) -> Document:
    """Reads it strictly; raises BodyRefused."""
    depth, most = limits.depth, limits.texts
    route = exchange.route
    if not route.body:
        return Document.parse(asked(request, raw), max_depth=depth, most=most)
    if route.form:
        said = [value for name, value in request.raw_headers if name == b"content-type"]
        if len(said) != 1 or said[0].strip().lower().startswith(MULTIPART.encode()):
            return Form.read(raw, said[0].decode("latin-1") if len(said) == 1 else "", most)
    return Document.parse(raw, max_depth=depth, most=most)

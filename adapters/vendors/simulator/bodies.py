"""A request's body as the simulator reads it: JSON, or a form whose files are objects of name and type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from adapters.errors import BodyRefused
from adapters.wire.form import MULTIPART, Form


def value_of(headers: Sequence[tuple[bytes, bytes]], body: bytes) -> dict[str, Any]:
    """The object; raises ValueError for anything else."""
    form = form_of(headers, body)
    value: Any = orjson.loads(body) if form is None else form.value
    if not isinstance(value, dict):
        raise ValueError("the body is not a JSON object")
    return value


def form_of(headers: Sequence[tuple[bytes, bytes]], body: bytes) -> Form | None:
    """The body as a form where the headers say that it is one; raises ValueError for a broken one."""
    kind = next((value.decode("latin-1") for name, value in headers if name == b"content-type"), "")
    if not kind.startswith(MULTIPART):
        return None
    try:
        return Form.read(body, kind)
    except BodyRefused as refused:
        raise ValueError(refused.message) from None

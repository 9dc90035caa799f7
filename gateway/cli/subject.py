"""The call that a command is asked about: a text as if a user sent it, or the body of a request in any dialect."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import orjson

from adapters.ask import TEXT as TEXT_PART
from adapters.ask import Ask, Passage, Piece
from adapters.errors import BodyRefused
from adapters.registry import ASKING
from adapters.wire.body import Document
from gateway.config import Settings
from gateway.config.settings import FilesSettings
from gateway.reading.files import Files

MAX_TEXT = 1 << 20
MAX_BODY = 64 << 20


class Unreadable(Exception):
    """What was given can't be explained; says why, for the person who gave it."""


class Subject(NamedTuple):
    """What is asked about. model: as the body names it, "" for a text. size: as policies see it."""

    passages: Sequence[Passage]
    size: int
    model: str = ""


def user_passage(text: str) -> Passage:
    """A text as the newest message of a user."""
    leaf = Document.parse(orjson.dumps({"content": text})).at(("content",))
    assert leaf is not None
    piece = Piece(0, len(text), leaf, rewritable=True)
    return Passage("/messages/0/content", "user", TEXT_PART, text, message=0, pieces=(piece,))


def read_text(file: Path | None) -> Subject:
    """A text of a file, or of stdin; raises Unreadable."""
    try:
        text = _bytes(file, MAX_TEXT).decode()
    except OSError as error:
        raise Unreadable(f"{file or 'stdin'}: {error.strerror or 'unreadable'}") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{file or 'stdin'} isn't UTF-8") from None
    except ValueError:
        raise Unreadable(f"{file or 'stdin'} is larger than {MAX_TEXT >> 20} MiB") from None
    return Subject((user_passage(text),), len(text))


def read_body(file: Path, dialect: str, settings: Settings | None) -> Subject:
    """The body of a request, its files read as the gateway reads them; raises Unreadable."""
    try:
        raw = _bytes(file, settings.limits.body_bytes if settings else MAX_BODY)
    except OSError as error:
        raise Unreadable(f"{file}: {error.strerror or 'unreadable'}") from None
    except ValueError:
        raise Unreadable(f"{file} is too large for the gateway") from None
    try:
        document = Document.parse(raw, max_depth=settings.limits.depth) if settings else Document.parse(raw)
        ask = ASKING[dialect].parse(document)
    except BodyRefused as refused:
        said = f"the gateway would refuse this body as {dialect}: {refused}"
        raise Unreadable(f"{said}; --dialect {' | '.join(ASKING)} says which API it is for") from None
    ask = asyncio.run(_with_files(ask, settings.files if settings else FilesSettings())) if ask.files else ask
    return Subject(ask.passages, len(raw), ask.model)


async def _with_files(ask: Ask, settings: FilesSettings) -> Ask:
    files = Files(settings, secrets.token_bytes(32))
    try:
        read, _ = await files.read("", ask)
    finally:
        await files.pool.close()
    return read


def _bytes(file: Path | None, most: int) -> bytes:
    with file.open("rb") if file else sys.stdin.buffer as source:
        raw = source.read(most + 1)
    if len(raw) > most:
        raise ValueError("too large")
    return raw

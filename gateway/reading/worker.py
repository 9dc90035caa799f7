"""The process that reads files: one after the other from stdin to stdout, with nothing else at hand."""

from __future__ import annotations

import codecs
import os
import sys
from contextlib import suppress
from typing import BinaryIO

from adapters.wire.payloads import RAW, unpacked
from gateway.reading import confine, formats
from gateway.reading.contents import Contents
from gateway.reading.frames import READY, SIZE, Job, answer

# Loaded before files can't be opened any more: codecs are modules that load when they are first asked for.
_CODECS = (
    "utf-8-sig", "cp437", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1250", "cp1252", "iso-8859-15",
    "mac-roman", "charmap", "ascii", "gbk", "gb18030", "gb2312", "big5", "big5hkscs", "shift_jis", "shift_jis_2004",
    "euc_jp", "euc_jis_2004", "euc_kr", "cp949", "unicode_escape", "raw_unicode_escape", "hex", "idna",
)  # fmt: skip


def serve(memory: int) -> None:
    """Reads files until stdin ends. memory: bytes of this process, interpreter included."""
    confine.limit(memory)
    _preload()
    confine.apply()
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sink.write(READY)
    sink.flush()
    while head := source.read(SIZE.size):
        first, size = SIZE.unpack(head)
        job = Job.of(source.read(first), size)
        confine.cpu(job.limits.seconds)
        found = _read(job, source)
        sink.write(answer(found))
        sink.flush()
        if found.reason == "memory":
            os._exit(0)  # what is left of the memory is in pieces


def _read(job: Job, source: BinaryIO) -> Contents:
    try:
        payload = source.read(job.size)
        raw = payload if job.encoding == RAW else unpacked(payload.decode("ascii", "replace"), job.encoding)
        del payload
    except MemoryError:
        return Contents("", reason="memory")
    if raw is None:
        return Contents("", reason="not_base64")
    return formats.read(raw, job.limits, job.mime, job.charset)


def _preload() -> None:
    from gateway.reading import pdf

    for name in _CODECS:
        with suppress(LookupError):
            codecs.lookup(name)
    pdf.load_all()

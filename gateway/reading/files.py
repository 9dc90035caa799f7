"""The stage that reads the files of a call: each stands for its texts afterwards, or says why it can't be inspected.

What was read is remembered under a keyed digest, since agents send a conversation's files again with every turn.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from adapters.ask import TEXT, Passage
from gateway.reading.contents import Contents, Limits
from gateway.reading.pool import Busy, Pool

if TYPE_CHECKING:
    from adapters.ask import Ask, File
    from gateway.config.settings import FilesSettings

# Reasons that may be the moment's fault, not the file's: asked again, it is read again.
_PASSING = frozenset({"time", "memory", "worker_died"})
_STRETCH = 16_384  # characters of a passage
_ENTRY_BYTES = 300
_AT_ONCE = 1 << 17  # letters hashed without leaving the event loop


class Read(NamedTuple):
    """What became of one file. seconds: 0.0 where it was remembered."""

    contents: Contents
    seconds: float = 0.0


class Files:
    """Of one process. secret: keys the memory, whose entries belong to one organisation."""

    def __init__(self, settings: FilesSettings, secret: bytes, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.pool = Pool(settings.workers, settings.waiting, settings.memory)
        self._settings = settings
        self._memo = _Memo(settings.memo_bytes)
        self._secret = secret[:64]
        self._clock = clock
        self._now: dict[bytes, asyncio.Event] = {}  # files that are being read

    def use(self, settings: FilesSettings) -> None:
        """Other limits from now on; what is being read goes on under the old ones."""
        self._settings = settings
        self.pool.resize(settings.workers, settings.waiting, settings.memory)
        self._memo.limit = settings.memo_bytes

    async def read(self, organisation: str, ask: Ask) -> tuple[Ask, list[Read]]:
        """The ask with the texts of its files as passages. Raises Busy where too many files wait already."""
        settings = self._settings
        if not ask.files or not settings.workers:
            return ask, []
        found: dict[int, Contents] = {}
        reads: list[Read] = []
        left, until = settings.characters, self._clock() + settings.call_seconds
        for number, file in enumerate(ask.files):
            if number >= settings.per_call:
                read = Read(Contents("", reason="too_many_files"))
            else:
                read = await self._one(organisation, file, settings, until)
            left -= read.contents.size
            if left < 0:
                read = Read(Contents("", reason="too_much_text"), read.seconds)
            found[file.passage] = read.contents
            reads.append(read)
        return replace(ask, passages=_with_texts(ask.passages, found), files=()), reads

    async def _one(self, organisation: str, file: File, settings: FilesSettings, until: float) -> Read:
        limits = Limits(settings.file_bytes, settings.file_seconds, settings.memory, settings.characters)
        # Base64 of more than the limit, white space included: not worth sending over.
        if len(file.payload) > 2 * settings.file_bytes + 1024:
            return Read(Contents("", reason="too_large"))
        if len(file.payload) > _AT_ONCE:
            key = await asyncio.to_thread(self._key, organisation, file, limits)
        else:
            key = self._key(organisation, file, limits)
        begun = self._clock()
        await self._others(key, until - begun)
        known = self._memo.get(key)
        if known is not None:
            return Read(known)
        left = until - self._clock()
        if left <= 0:
            return Read(Contents("", reason="time"))
        self._now[key] = asyncio.Event()
        try:
            limits = limits._replace(seconds=min(limits.seconds, left))
            contents = await self.pool.read(file.payload, file.encoding, limits, file.mime, file.charset, wait=left)
            if contents.reason not in _PASSING:
                self._memo.put(key, contents)
        finally:
            self._now.pop(key).set()
        return Read(contents, self._clock() - begun)

    async def _others(self, key: bytes, seconds: float) -> None:
        """Wait while another call has the same file read: agents count a conversation's tokens many times at once."""
        if key not in self._now:
            return
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                while key in self._now:
                    await self._now[key].wait()
        except TimeoutError:
            raise Busy from None

    def _key(self, organisation: str, file: File, limits: Limits) -> bytes:
        words = f"{organisation}\0{file.encoding}\0{file.mime}\0{file.charset}\0{limits}\0"
        digest = hashlib.sha256(self._secret.ljust(64, b"\0") + words.encode("utf-8", "surrogatepass"))
        payload = file.payload
        digest.update(payload if isinstance(payload, bytes) else payload.encode("utf-8", "surrogatepass"))
        return digest.digest()

    def rest(self) -> None:
        """End workers that have had nothing to do since this was last called."""
        self.pool.rest()

    async def close(self) -> None:
        """End every worker."""
        await self.pool.close()


def _with_texts(passages: tuple[Passage, ...], found: Mapping[int, Contents]) -> tuple[Passage, ...]:
    """The passages, each file's replaced by those of its texts, which keep its mark and can't be rewritten."""
    made: list[Passage] = []
    for index, passage in enumerate(passages):
        contents = found.get(index)
        if contents is None:
            made.append(passage)
        elif contents.reason:
            made.append(passage._replace(note=f"{passage.note}: {contents.reason}"))
        else:
            made += [
                passage._replace(part=TEXT, text=stretch, note="file", pieces=(), file=f"{contents.kind}, {text.place}")
                for text in contents.texts
                for stretch in _stretches(text.text)
            ]
            if not contents.texts:
                made.append(passage._replace(part=TEXT, text="", note="file", pieces=(), file=contents.kind))
    return tuple(made)


def _stretches(text: str) -> Iterator[str]:
    """A text in pieces that are quick to scan, cut between paragraphs or words where there are any."""
    start = 0
    while len(text) - start > _STRETCH:
        end = start + _STRETCH
        least = start + _STRETCH // 2
        cut = max(text.rfind(sign, least, end) for sign in "\n\0")
        end = (cut if cut > 0 else text.rfind(" ", least, end)) + 1 or end
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]


class _Memo:
    """Contents by key, bounded in bytes; the least recently used go first."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._entries: OrderedDict[bytes, Contents] = OrderedDict()
        self._size = 0

    def get(self, key: bytes) -> Contents | None:
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def put(self, key: bytes, contents: Contents) -> None:
        if key not in self._entries:
            self._entries[key] = contents
            self._size += _cost(contents)
        while self._size > self.limit:
            self._size -= _cost(self._entries.popitem(last=False)[1])


def _cost(contents: Contents) -> int:
    return _ENTRY_BYTES + sum(_ENTRY_BYTES + 2 * len(text.text) for text in contents.texts)

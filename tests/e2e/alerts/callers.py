"""Callers that go on while something is awaited: each kind of call from a thread of its own, with a pause between."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.e2e.conftest import Serving


@dataclass(frozen=True)
class Kind:
    """One kind of call. words: told to the simulator in the prompt, one after the other. pause: seconds between."""

    model: str
    words: Sequence[str] = ("Bonjour",)
    key: str = ""
    stream: bool = False
    pause: float = 0.05
    callers: int = 1


@dataclass
class Ends:
    """What became of calls: model and status -> how many."""

    counts: Counter[tuple[str, int]] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, model: str, status: int) -> None:
        with self.lock:
            self.counts[(model, status)] += 1


@contextmanager
def calling(serving: Serving, *kinds: Kind) -> Iterator[Ends]:
    """Calls of these kinds until the block ends."""
    over, ends = threading.Event(), Ends()
    threads = [
        threading.Thread(target=_go_on, args=(serving, kind, number, over, ends), daemon=True)
        for kind in kinds
        for number in range(kind.callers)
    ]
    for thread in threads:
        thread.start()
    try:
        yield ends
    finally:
        over.set()
        for thread in threads:
            thread.join(40)


def _go_on(serving: Serving, kind: Kind, number: int, over: threading.Event, ends: Ends) -> None:
    headers = {"authorization": f"Bearer {kind.key or serving.key}"}
    with httpx.Client(base_url=serving.url, headers=headers, timeout=30) as client:
        turn = number
        while not over.is_set():
            turn += 1
            ends(kind.model, call(client, kind.model, kind.words[turn % len(kind.words)], stream=kind.stream))
            over.wait(kind.pause)


def call(client: httpx.Client, model: str, words: str, **fields: Any) -> int:
    """One call's status; 0 where the connection broke."""
    body = {"model": model, "messages": [{"role": "user", "content": words}], **fields}
    try:
        return client.post("/v1/chat/completions", json=body).status_code
    except httpx.TransportError:
        return 0

"""The longest time for which one call keeps the event loop: an agent's turn of 117 kB of which nothing was seen before.

    .venv/bin/python bench/stall.py

Runs parse, the steps of classification, rulings and the building of the outgoing body on bodies of ever new words, and
times each stretch in which nothing else can go on. Prints milliseconds.
"""

from __future__ import annotations

import gc
import json
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from installation import install

from adapters.registry import DIALECTS
from adapters.wire.body import Document, splice
from gateway.bundle.pair import load_pair
from gateway.facts import Call
from gateway.transforming import transform
from policies.transform.pseudonymise import Pseudonyms, Scope

ROUNDS = 40


def body(rng: random.Random) -> bytes:
    """24 tools, 24 turns and a question, 117 kB, in words that no other body has."""

    def prose(words: int) -> str:
        return " ".join(
            "".join(rng.choices("abcdefghijklmnopqrstuvwxyzéèà", k=rng.randint(2, 9))) for _ in range(words)
        )

    schema = {"type": "object", "properties": {"path": {"type": "string", "description": "a path"}}}
    tools = [
        {"type": "function", "function": {"name": f"tool_{i}", "description": prose(380), "parameters": schema}}
        for i in range(24)
    ]
    turns = [{"role": ("user", "assistant")[i % 2], "content": prose(330)} for i in range(24)]
    ask = {"model": "gpt-4o-mini", "messages": [*turns, {"role": "user", "content": prose(330)}], "tools": tools}
    return json.dumps(ask, ensure_ascii=False).encode()


def main() -> None:
    """Prints the distribution."""
    rng = random.Random(11)
    with tempfile.TemporaryDirectory() as folder:
        install(Path(folder), vendor="http://127.0.0.1:1/v1", port=1)
        pair = load_pair(Path(folder) / "config.yaml", serving=True)
    destination = pair.destinations["measured/gpt-4o-mini"]
    maker = Pseudonyms(b"bench", Scope("bench", "u", "sandbox", "one"))
    # As the gateway does after its start.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    took, whole = [], []
    for _ in range(ROUNDS):
        raw = body(rng)
        call = Call("bench", "t", (), "u", "k", "sandbox", "openai_chat", "m", (), len(raw), datetime.now(UTC))
        marks = [time.perf_counter()]
        ask = DIALECTS["openai_chat"].parse(Document.parse(raw))
        steps = pair.classifier.steps("bench", ask.passages)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                found = end.value
                break
            marks.append(time.perf_counter())
        ruling = pair.policies.judge(
            call, ask.passages, found, destination, refused=frozenset(), vendor_state_ok=lambda _: False
        )
        splice(raw, transform(ask, ruling, lambda: maker).edits)
        marks.append(time.perf_counter())
        took.append(max(after - before for before, after in pairwise(marks)) * 1e3)
        whole.append((marks[-1] - marks[0]) * 1e3)
    took.sort()
    print(
        f"{len(raw) / 1000:.0f} kB, nothing seen before: longest stretch p50 {statistics.median(took):.1f} ms, "
        f"max {took[-1]:.1f} ms (bar <= 15); all of it p50 {statistics.median(whole):.1f} ms"
    )


if __name__ == "__main__":
    main()

"""What `ecluse top` costs a worker: a call while nobody looks, a call while somebody does, and a look at full tables.

bench/top.py                     # a few seconds; the best of five rounds
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import orjson

from gateway.pricing.rates import Used
from gateway.top.counting import Top
from gateway.top.rates import between

CALLS = 20_000


def main() -> None:
    """Print microseconds a call, and milliseconds a look."""
    calls = [made(n) for n in range(CALLS)]
    print(f"a call that nobody looks at: {best(lambda: counted(Top(), calls)) / CALLS * 1e6:.2f} us")
    print(f"a call that is looked at:    {best(lambda: counted(looked(), calls)) / CALLS * 1e6:.2f} us")
    top = looked()
    counted(top, calls)
    live: Any = calls[:200]
    rows, spent = len(top.look((), 1.0)["rows"]), best(lambda: told(top, live))
    print(f"a look at {rows} rows and 200 calls under way: {spent * 1e3:.1f} ms")
    before = {"w0": looked().look((), 1.0)}
    after = {"w0": orjson.loads(told(top, live)), "w1": orjson.loads(told(top, live))}
    print(f"its picture of two workers, in the command: {best(lambda: between(before, after, 0.0, 2.0)) * 1e3:.1f} ms")


def made(number: int) -> Any:
    """What counting reads of an exchange."""
    chance = random.Random(number)
    caller = SimpleNamespace(pseudonym=f"p_{chance.randrange(150)}", user="u", team=f"t{chance.randrange(50)}")
    destination = SimpleNamespace(name=f"d{chance.randrange(12)}")
    attempt = SimpleNamespace(
        candidate=SimpleNamespace(destination=destination), used=Used(input=900, output=120), cost=10_000
    )
    return SimpleNamespace(
        caller=caller, use_case="letters", counted=f"m{chance.randrange(3)}", attempts=[attempt], outcome="served"
    )


def looked() -> Top:
    """One that counts."""
    top = Top()
    top.look((), 0.0)
    return top


def counted(top: Top, calls: list[Any]) -> None:
    """One attempt and the end of each call."""
    for call in calls:
        top.attempt(call, call.attempts[-1], None, 1.0)
        top.call(call, 0.8, 1.0)


def told(top: Top, live: Any) -> bytes:
    """An answer as it goes over the control socket."""
    return orjson.dumps(top.look(live, 1.0))


def best(work: Callable[[], object]) -> float:
    """Seconds of CPU."""
    times = []
    for _ in range(5):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


if __name__ == "__main__":
    main()

"""Every fault x before or after the first word x stream or whole x dialect, over real sockets, seen from three sides.

The client gets another destination's answer or an error of its dialect, never a clean end on a cut and never two
answers in one; the vendors get nothing that the ledger doesn't have, and nothing that policy denies; the ledger has
every attempt with its class, and the quotas have everything back.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import chain, count
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from adapters.errors import BY_KIND
from adapters.vendors.simulator.directives import NAMES
from deploy.generate.coverage import pinned
from gateway import reply
from gateway.routes import CALLS, Route
from gateway.routing.budget import RetryBudget
from observability.families import FAMILIES
from observability.ledger import read
from tests.conftest import House, OpenHouse
from tests.gateway.path import fault_table, seen
from tests.gateway.path.bare import bare
from tests.gateway.path.calls import body as body_of
from tests.gateway.path.calls import target, written
from tests.gateway.path.fault_table import AFTER, FAULTS, FINAL, NO_FAULTS, TOLD, Fault

ALIKE = (  # read as others are, or kept where they are
    "openai_translations", "openai_image_edits", "openai_image_variations", "openai_file_create", "openai_batch_create",
)  # fmt: skip
ROUTES = {r.dialect: r for r in CALLS.values() if not pinned(r) and r.dialect not in ALIKE}.values()  # one of each
ALWAYS = {"openai_speech": (True,)}  # sound comes bit by bit, whatever is asked for
WORDS = {"alpha": "κλειδαριά ", "beta": "шлюзовая ", "second": "камера "}  # no letter in common
TEXTS = {name: word * 12 for name, word in WORDS.items()}
ROOT = Path(__file__).parents[3]
WHOLE_HTTP = ("torn=N", "length=-20")  # the answer is broken, what carried it is not
LONGEST = 20.0  # seconds that no call may take, whatever the fault
DENY = """\
kind: EgressPolicy
policy: places
owner: o
rules:
  - {id: not-there, when: {destination: {vendor: denied}}, action: deny}
  - {id: pictures, when: {findings: {any_of: [class.not_inspectable]}}, action: allow}
"""
VENDORS = ("alpha", "beta", "second", "denied", "refusing", "nowhere", "plain")
CONTRACT = """\
kind: Contract
id: {0}
title: the vendor {0}
vendor: {0}
trust: external
region: eu
processor: {0}
retention_days: 0
training: false
allowed_hosts: [127.0.0.1, gone.invalid]
"""
CONFIG = """\
server: {{data: "127.0.0.1:0", metrics: "127.0.0.1:0", control: c.sock}}
limits: {{drain_seconds: 1, hold_lifecycle_seconds: 5}}
ledger: {{durability: write}}
simulator: {{enabled: true, names: [alpha, beta, second, denied]}}
quotas:
  - {{scope: user, unit: concurrent, limit: 1000}}
  - {{scope: user, unit: tokens, window: day, limit: 1000000000}}
vendors:
  beta: {{kind: simulator}}
  denied: {{kind: simulator}}
  alpha: {{kind: simulator, {limits}}}
  second: {{kind: simulator, {limits}}}
  refusing: {{kind: simulator, base_url: "http://127.0.0.1:9"}}
  nowhere: {{kind: simulator, base_url: "http://gone.invalid"}}
  plain: {{kind: simulator, base_url: "https://127.0.0.1:{plain}"}}
destinations:
{destinations}
models:
{models}
"""
# Only what a fault is to run into is short: elsewhere a machine that stands still for seconds isn't to be taken for it.
# What ends an answer under way is long enough for its first word to come before.
PATIENCE = {"first_byte_seconds": 15.0, "idle_seconds": 15.0, "total_seconds": 30.0}
ENDS = {
    "delay=60": {"first_byte_seconds": 0.8},
    "stall=N": {"idle_seconds": 0.8},
    "pings=N": {"idle_seconds": 0.8, "total_seconds": 1.6},
    "drip=0.5": {"total_seconds": 5.0},
    "endless=N": {"total_seconds": 5.0},
}
"""Fault -> what ends it."""


class Cell(NamedTuple):
    """after: the fault comes after the first word. second: what stands behind the first destination. speaks: the
    vendors' dialect, where it isn't the route's."""

    fault: Fault
    route: Route
    stream: bool
    after: bool
    second: str
    speaks: str = ""

    @property
    def model(self) -> str:
        kind = "stream" if self.stream else "whole"
        return f"{self.route.dialect}-{kind}-{'after' if self.after else 'before'}-{self.second}"

    @property
    def kind(self) -> str:
        """The class of the failure, "" where there is none."""
        if self.stream and (self.speaks or self.route.dialect) in self.fault.sound_in:
            return ""
        return (self.fault.stream if self.stream else self.fault.whole) or ""

    @property
    def words(self) -> str:
        """What the user says: what each simulator is to do, and to say."""
        count = AFTER if self.after else 0
        asked = ",".join(_counted(word, count) for word in self.fault.asked.split(","))
        faulty = ["alpha", "second"] if asked else []
        says = [f"[[sim:on={name},say={text}]]" for name, text in TEXTS.items()]
        return " ".join([*says, *(f"[[sim:on={name},{asked}]]" for name in faulty)])


def _counted(word: str, count: int) -> str:
    return word.replace("=N", f"={count}").replace("=M", f"={count + 1}")


def cells(fault: Fault, crossing: Crossing | None = None) -> Iterator[Cell]:
    """Every cell of a fault's row; where it isn't noticed, or comes after the first word, with one second only."""
    speaks = crossing.speaks if crossing else ""
    for route in ROUTES if crossing is None else [one for one in ROUTES if one.dialect == crossing.asks]:
        ways = ALWAYS.get(str(route.dialect), (False, True)) if route.streams else (False,)
        for stream in ways if not {route.dialect, speaks} & {*fault.absent_in} else (False,):
            if (fault.stream if stream else fault.whole) is None:
                continue
            for after in (False, True) if stream else (False,):
                if stream and not (fault.after if after else fault.before):
                    continue
                plain = after or not Cell(fault, route, stream, after, "", speaks).kind
                for second in ("beta",) if plain else ("beta", "second", "denied"):
                    yield Cell(fault, route, stream, after, second, speaks)


class Crossing(NamedTuple):
    """asks: the client's dialect. speaks: the vendors'."""

    asks: str
    speaks: str


@asynccontextmanager
async def opened(
    open_house: OpenHouse, folder: Path, fault: Fault, crossing: Crossing | None = None
) -> AsyncIterator[House]:
    """A house with a model, and destinations of its own, for each cell: what one teaches is not another's."""

    async def say_no(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 not TLS\r\n")
        writer.close()

    plain = await asyncio.start_server(say_no, "127.0.0.1", 0)
    pairs = [(cell.model, vendor) for cell in cells(fault, crossing) for vendor in (fault.vendor, cell.second)]
    ways = {"second": fault.vendor} if fault.vendor != "alpha" else {}
    config = CONFIG.format(
        limits=_limits(fault),
        plain=plain.sockets[0].getsockname()[1],
        destinations="\n".join(
            f"  {v}/{m}: {{vendor: {ways.get(v, v)}, model: m, contract: {ways.get(v, v)}}}" for m, v in pairs
        ),
        models="\n".join(_model(cell) for cell in cells(fault, crossing)),
    )
    if crossing is not None:
        config = config.replace("{kind: simulator", f"{{kind: simulator, dialects: [{crossing.speaks}]")
    contracts = "---\n".join(CONTRACT.format(vendor) for vendor in VENDORS)
    bare(folder / "house", config=config, contracts=contracts, places=DENY)
    async with plain, open_house(config) as house:
        yield house


def _limits(fault: Fault) -> str:
    bounds = PATIENCE | (ENDS[fault.asked] if "timeout" in (fault.whole, fault.stream) else {})
    return ", ".join(f"{name}: {seconds}" for name, seconds in bounds.items())


def _model(cell: Cell) -> str:
    return f"  {cell.model}: {{destinations: [{cell.fault.vendor}/{cell.model}, {cell.second}/{cell.model}]}}"


class Result(NamedTuple):
    cell: Cell
    answer: seen.Seen
    said: seen.Said


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.words)
async def test_a_fault(open_house: OpenHouse, tmp_path: Path, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    await _meet(open_house, tmp_path, fault, None, monkeypatch)


CROSSINGS = (
    Crossing("openai_chat", "anthropic_messages"),
    Crossing("anthropic_messages", "openai_responses"),
    Crossing("openai_responses", "gemini_generate"),
    Crossing("gemini_generate", "openai_chat"),
)


CROSSED = [(fault, crossing) for fault in FAULTS for crossing in CROSSINGS if any(cells(fault, crossing))]


@pytest.mark.parametrize(
    ("fault", "crossing"), CROSSED, ids=[f"{fault.words}-{one.asks}>{one.speaks}" for fault, one in CROSSED]
)
async def test_a_fault_of_a_vendor_of_another_dialect(
    open_house: OpenHouse, tmp_path: Path, fault: Fault, crossing: Crossing, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _meet(open_house, tmp_path, fault, crossing, monkeypatch)


async def _meet(
    open_house: OpenHouse, folder: Path, fault: Fault, crossing: Crossing | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reply, "MOST_ANSWER_BYTES", 2**20)
    async with opened(open_house, folder, fault, crossing) as house:
        house.gateway.runtime.retries = RetryBudget(count(0, 3600).__next__, share=9.0)
        gate = asyncio.Semaphore(24)

        async def one(cell: Cell) -> Result:
            async with gate:
                return await _ask(house, cell)

        results = await asyncio.gather(*(one(cell) for cell in cells(fault, crossing)))
        assert results
        await _check_records(house, fault, results)
        await _check_rest(house, results)
        for cell in cells(fault, crossing):
            await _afterwards(house, cell)


async def _ask(house: House, cell: Cell) -> Result:
    path = target(cell.route, cell.model, stream=cell.stream)
    body = body_of(str(cell.route.dialect), cell.words, cell.model)
    if cell.stream and cell.route.family != "gemini":
        body["stream"] = True
    began = time.monotonic()
    answered = await seen.post(house.gateway.data.port, house.key, path, *written(str(cell.route.dialect), body))
    assert time.monotonic() - began < LONGEST
    assert answered.kept, "the answer is complete HTTP, so its connection can be used again"
    streamed = answered.headers["content-type"].startswith("text/event-stream")
    said = _read(cell, answered.body, streamed)
    try:
        _check_answer(cell, answered, said, streamed)
    except AssertionError as problem:
        raise AssertionError(f"{cell.model}: {problem}: {answered.status} {answered.body[-600:]!r}") from problem
    return Result(cell, answered, said)


def _read(cell: Cell, body: bytes, streamed: bool) -> seen.Said:
    if streamed:
        return seen.stream(str(cell.route.dialect), body, numbered=cell.fault.asked != "endless=N")
    return seen.whole(str(cell.route.dialect), body)


def _check_answer(cell: Cell, answered: seen.Seen, said: seen.Said, streamed: bool) -> None:
    """The client's side."""
    dialect, texts = str(cell.route.dialect), dialect_has_text(cell)
    by = answered.headers.get("x-ecluse-destination", "").partition("/")[0]
    if answered.status != 200:
        assert cell.kind, "failed without a fault"
        assert said.error is not None
        assert answered.status == TOLD[cell.kind]
        assert not by
        assert cell.kind in FINAL or cell.second != "beta", "the next destination would have answered"
        assert (answered.status in (429, 503)) == ("retry-after" in answered.headers)
        return
    assert streamed == cell.stream
    assert by in ("alpha", "beta"), dialect
    if not said.clean:
        assert cell.kind and cell.after and by == "alpha", "an error although nothing had been said"
        assert said.error is not None, "neither an end nor an error"
        assert TEXTS["alpha"].startswith(said.text) or cell.fault.asked == "endless=N"
        return
    assert by == ("beta" if cell.kind else "alpha"), "a clean end on a fault"
    if texts:
        assert said.text == TEXTS[by]


def dialect_has_text(cell: Cell) -> bool:
    return cell.route.dialect not in seen.WITHOUT_TEXT


async def _check_records(house: House, fault: Fault, results: list[Result]) -> None:
    """The ledger's side, and the vendors'."""
    await house.gateway.runtime.ledger.flush()
    kept: dict[str, list[dict[str, Any]]] = {}
    for record in read(house.gateway.runtime.epoch.pair.settings.ledger_dir):
        kept.setdefault(record.get("call", ""), []).append(record)
    got: dict[str, Counter[str]] = {}
    broken: set[int] = set()
    for received in house.received:
        assert received.connection not in broken, "a connection was used again after an answer that was not complete"
        if received.outcome in ("cut", "gone") and fault.asked not in WHOLE_HTTP:
            broken.add(received.connection)
        got.setdefault(received.call_id or "", Counter())[received.destination] += 1
    ended = Counter(r["error"] or "ok" for r in chain(*kept.values()) if r["record"] == "ATTEMPT")
    told = re.findall(r'ecluse_attempts_total\{.*result="(\w+)".*\} (\S+)', await house.metrics())
    counted: Counter[str] = Counter()
    for kind, number in told:
        counted[kind] += int(float(number))
    assert counted == ended
    for result in results:
        records = kept[result.answer.headers["x-ecluse-call-id"]]
        _check_call(result, records, got.get(result.answer.headers["x-ecluse-call-id"], Counter()))


def _check_call(result: Result, records: list[dict[str, Any]], got: Counter[str]) -> None:
    cell, name = result.cell, result.cell.model
    kinds = [r["record"] for r in records]
    starts = [r for r in records if r["record"] in ("INTENT", "ATTEMPT-START")]
    ends = [r for r in records if r["record"] == "ATTEMPT"]
    assert kinds[0] == "INTENT" and kinds[-1] == "OUTCOME" and kinds.count("OUTCOME") == 1, name
    assert len(starts) == len(ends), name
    for start, end in zip(starts, ends, strict=True):
        assert start["destination"] == end["destination"], name
        assert kinds.index("INTENT") < records.index(end), name
        ruled = start.get("ruling") or next(r for r in start["rulings"] if r["destination"] == start["destination"])
        assert ruled["destination"] == start["destination"] and ruled["verdict"] == "allow", name
    assert got <= Counter(start["destination"].partition("/")[0] for start in starts), f"{name}: unlogged"
    assert "denied" not in got and all("denied/" not in start["destination"] for start in starts), f"{name}: wider"
    committed = result.answer.status == 200 and not result.said.clean
    served = result.said.clean
    errors = [cell.kind if end["error"] == cell.fault.also else end["error"] for end in ends]
    failed = [cell.kind] * (len(ends) - served)
    assert errors == failed + [None] * served, name
    assert [end["committed"] for end in ends] == [False] * (len(ends) - committed) + [True] * committed, name
    assert len(ends) == 1 + (
        cell.kind != "" and not committed and cell.kind not in FINAL and cell.second != "denied"
    ), name
    assert records[-1]["outcome"] == ("served" if served else "failed"), name


async def _check_rest(house: House, results: list[Result]) -> None:
    """Nothing is left behind: connections, calls, reservations; and the metrics tell the same."""
    runtime = house.gateway.runtime
    assert not runtime.live
    async with asyncio.timeout(5):  # a vendor has a moment to end its side of a whole answer
        while any(runtime.transport.busy(u.endpoint) for u in runtime.epoch.upstreams.values()):
            await asyncio.sleep(0.01)
    assert {use.account.used for use in runtime.quotas.used() if use.account.line.unit == "concurrent"} == {0}
    assert {use.account.open for use in runtime.quotas.used()} == {0}
    assert runtime.retries.retries == 0
    after = [result for result in results if result.cell.after and result.cell.kind]
    assert not after or any(result.answer.status == 200 and not result.said.clean for result in after), "none after"


async def _afterwards(house: House, cell: Cell) -> None:
    """The connections to the vendors are fit for the next call: it gets its own answer and nothing of another's."""
    if cell.second == "denied" or cell.fault.vendor != "alpha" or cell.kind:
        return
    path = target(cell.route, cell.model)
    body = body_of(str(cell.route.dialect), "[[sim:say=afterwards]]", cell.model)
    answered = await seen.post(house.gateway.data.port, house.key, path, *written(str(cell.route.dialect), body))
    said = _read(cell, answered.body, cell.route.dialect in ALWAYS)
    assert said.clean
    assert said.text in ("afterwards", "")


def test_the_page_equals_the_tables() -> None:
    page = ROOT / "docs" / "reference" / "faults.md"
    assert page.read_text() == fault_table.page(), "renew it: python -m tests.gateway.path.fault_table > that file"
    assert not [test for *_, test in fault_table.OWN if not (ROOT / test).exists()]
    assert {kind: fault_table.upstream(BY_KIND[kind](), "").status for kind in TOLD} == TOLD
    families = {family.name for family in FAMILIES}
    assert set(re.findall(r"ecluse_\w+", page.read_text())) <= families


def test_every_fault_of_the_simulator_is_in_the_table() -> None:
    asked = {word.partition("=")[0] for fault in FAULTS for word in fault.asked.split(",")}
    assert set(NAMES) - asked - NO_FAULTS == set()

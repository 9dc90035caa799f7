"""What is asked of several workers: a reload of all or none, and one status."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from gateway.serve import Gateway, gateway
from gateway.workers.fanning import reload, status
from gateway.workers.station import Station
from tests.conftest import configured


class Worker(NamedTuple):
    """A gateway in a folder of its own, so that the files of one can be bad."""

    station: Station
    folder: Path
    serving: Gateway

    @property
    def revision(self) -> str:
        return self.serving.runtime.epoch.pair.revision


@pytest.fixture
async def workers(tmp_path: Path) -> AsyncIterator[list[Worker]]:
    async with AsyncExitStack() as stack:
        found = []
        for slot in range(2):
            config = configured(tmp_path / f"w{slot}")
            serving = await stack.enter_async_context(gateway(config, development=True))
            station = Station(slot=slot, of=2, control=str(config.parent / "c.sock"))
            found.append(Worker(station, config.parent, serving))
        yield found


def use_case(worker: Worker, text: str) -> None:
    (worker.folder / "bundle" / "extra.yaml").write_text(text)


GOOD = "kind: UseCase\nid: extra\ntitle: Extra\nowner: a@example.org\nstatus: pilot\n"


async def test_all_take_what_all_can_build(workers: list[Worker]) -> None:
    before = workers[0].revision
    for worker in workers:
        use_case(worker, GOOD)
    done = await reload(workers, "control")
    assert done.status == 200 and done.value["was"] == before
    assert {worker.revision for worker in workers} == {done.value["revision"]} != {before}


async def test_none_takes_what_one_refuses(workers: list[Worker]) -> None:
    before = workers[0].revision
    use_case(workers[0], GOOD)
    use_case(workers[1], "kind: UseCase\n")
    done = await reload(workers, "control")
    assert done.status == 422
    assert done.value["refused"].startswith("w1 of 2 workers: ") and "id is required" in done.value["refused"]
    assert {worker.revision for worker in workers} == {before}


async def test_none_takes_files_that_changed_between_the_workers(workers: list[Worker]) -> None:
    before = workers[0].revision
    use_case(workers[0], GOOD)
    done = await reload(workers, "control")
    assert (done.status, done.value["refused"]) == (422, "the files changed while the workers read them: reload again")
    assert {worker.revision for worker in workers} == {before}


async def test_one_that_does_not_answer_keeps_the_others_from_it(workers: list[Worker]) -> None:
    gone = workers[1]._replace(station=Station(slot=1, of=2, control=str(workers[1].folder / "nobody.sock")))
    use_case(workers[0], GOOD)
    done = await reload([workers[0], gone], "control")
    assert (done.status, done.value["refused"]) == (422, "w1 of 2 workers: no answer (FileNotFoundError)")
    assert workers[0].revision == workers[1].revision
    told = await status([workers[0], gone])
    assert told["revision"] == workers[0].revision and told["silent"] == ["w1"]

"""Files of authorities that vanish: a reload is refused, a start goes on without those who are held against them."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.documents import DocumentsRefused
from gateway.serve import gateway
from observability.ledger import LedgerFailed
from tests.conftest import CONFIG, OpenHouse, configured
from tests.gateway.tls.papers import Authority
from tests.gateway.tracing.test_collector_ill import reloaded

TOLD = """\
webhooks:
  ops: {url: 'https://127.0.0.1:1', secret: 'file:hook', ca_bundle: hook.pem}
tracing: {endpoint: 'https://127.0.0.1:1', ca_bundle: traces.pem}
"""
SECURE = "beta: {kind: openai_compatible, base_url: 'https://127.0.0.1:1', ca_bundle: vendor.pem}"
ALL = CONFIG.replace("beta: {kind: simulator}", SECURE).replace("alpha, beta, internal]", "alpha, internal]") + TOLD
ALL = ALL.replace("  maison:", "  eu: {destinations: [beta/gpt-4o-mini]}\n  maison:")
FILES = ("hook.pem", "traces.pem", "vendor.pem")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of the house that `open_house` opens."""
    made = tmp_path / "house"
    made.mkdir()
    (made / "hook").write_text("s" * 40)
    for name in FILES:
        (made / name).write_bytes(Authority().own.alone)
    return made


@pytest.mark.parametrize("file", FILES)
async def test_a_reload_is_refused_by_name(folder: Path, open_house: OpenHouse, file: str) -> None:
    async with open_house(ALL) as house:
        (folder / file).unlink()
        answer = await reloaded(house)
        assert answer.status_code == 422
        assert f"ca_bundle {folder / file} can't be read: No such file or directory" in answer.json()["refused"]
        assert "config.yaml:" in answer.json()["refused"]
        assert house.gateway.runtime.tracing.on and (await house.chat("bonjour")).status_code == 200


async def test_a_start_goes_on_without_who_needs_what_is_gone(
    folder: Path, open_house: OpenHouse, capfd: pytest.CaptureFixture[str]
) -> None:
    async with open_house(ALL) as house:
        assert house.gateway.runtime.tracing.on
    capfd.readouterr()
    for file in FILES:
        (folder / file).unlink()
    async with open_house(ALL) as house:
        runtime = house.gateway.runtime
        assert (await house.chat("bonjour")).status_code == 200
        assert not runtime.tracing.on
        assert await runtime.herald.try_out() == {"ops": "failed"}
        lost = await house.chat("bonjour", model="eu")
        assert (lost.status_code, lost.json()["error"]["code"]) == (502, "vendor_connect"), lost.text
        assert (await reloaded(house)).status_code == 422
        for file in FILES:
            (folder / file).write_bytes(Authority().own.alone)
        assert (await reloaded(house)).status_code == 200
        assert runtime.tracing.on
    said = capfd.readouterr()
    assert f"ca_bundle {folder}/vendor.pem can't be read" in said.out
    for place in ("vendors.beta", "webhooks.ops", "tracing"):
        assert f'"event":"authorities.bad","where":"{place}"' in said.err


async def test_a_first_start_is_refused_by_name(folder: Path, open_house: OpenHouse) -> None:
    (folder / "traces.pem").write_text("not in PEM")
    with pytest.raises(DocumentsRefused, match=r"config\.yaml:.*ca_bundle .*traces\.pem holds no certificate in PEM"):
        async with open_house(ALL):
            pass


def helpers() -> Iterator[int]:
    """Processes that this one started and that haven't ended."""
    for task in Path("/proc/self/task").iterdir():
        yield from map(int, (task / "children").read_text().split())


@pytest.mark.parametrize("when", ["after the ledger is opened", "when the ledger is opened"])
async def test_a_start_that_is_refused_late_leaves_nothing_behind(tmp_path: Path, when: str) -> None:
    path = configured(
        tmp_path / "house", CONFIG + TOLD.replace(", ca_bundle: hook.pem", "").replace("traces.pem", "null")
    )
    (path.parent / "hook").write_text("s" * 40)
    before = set(helpers())
    if when.startswith("after"):
        (path.parent / "state" / "samples" / "0123456789abcdef-2020-01-01.samples").mkdir(parents=True)
    else:
        (path.parent / "state").mkdir()
        (path.parent / "state" / "ledger").write_text("in its way")
    with pytest.raises((OSError, LedgerFailed)):
        async with gateway(path, development=True):
            pass
    assert not set(helpers()) - before
    assert "traces" not in [thread.name for thread in threading.enumerate()]
    gc.collect()  # of a session that wasn't closed it would warn

"""The SDKs and libraries complete a task with tools, in each of their dialects, before a vendor of each dialect."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.tools.clients import CLIENTS, DID, Client, asked, judge, judge_further
from tests.e2e.tools.installs import folder
from tests.e2e.tools.serving import DIALECTS, House
from tests.e2e.tools.table import NAME, Record, Row

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: f"{client.name}-{client.install}")
def test_a_client(client: Client, tools_house: House, tmp_path: Path, record_property: Record) -> None:
    if folder(client.install) is None:
        pytest.skip(f"{client.install} is not installed: python3 -m tests.e2e.tools.installs")
    cases = [(own, vendor) for own in client.dialects for vendor in DIALECTS]
    tools_house.forget()
    failed, more = [], [("further", client.dialects[0])] * client.further
    told = list(asked(client, tools_house, [*cases, *more], tmp_path))
    for _ in more:
        judge_further(client, told.pop())
    for said, (own, vendor) in zip(told, cases, strict=True):
        reason, lost = "", set[str]()
        try:
            judge(said)
            calls = tools_house.asked(own, vendor)
            lost = calls.lost
            assert len(calls.bodies) == 5, f"the vendor was asked {len(calls.bodies)} times"
            assert "18 degrees in Paris" in calls.bodies[-1]
            assert said["usage"] == calls.usage[1], f"usage {said['usage']}, {calls.usage[1]} in the ledger"
        except AssertionError as error:
            reason = str(error)
            failed.append(f"{own} before {vendor}: {error}")
        row = Row(client.title, said["version"], own, vendor, DID, said["seconds"], ", ".join(sorted(lost)), reason)
        record_property(NAME, tuple(row))
    assert not failed, "\n".join(failed)

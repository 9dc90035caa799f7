"""A company's own lists and documents on the path of a call: asks, answers, and an index that changes under load."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from gateway.cli.main import main
from tests.conftest import House

BUNDLE = """
kind: Index
id: staff
file: staff.idx
primary: nom
supporting: [prenom]
near: 1
---
kind: Index
id: handbook
file: handbook.idx
---
kind: EgressPolicy
policy: own-data
owner: dpo@example.org
applies_to: {directions: [request, response]}
rules:
  - id: staff-redacted
    when: {findings: {any_of: [person.edm]}, destination: {external: true}}
    action: redact
  - id: handbook-stays
    when: {findings: {any_of: [doc.fingerprint]}, destination: {external: true}}
    action: deny
"""
HANDBOOK = (
    "Les absences de plus de trois jours sont annoncees au responsable du site par le portail puis confirmees par "
    "courrier dans la semaine qui suit et le remplacement est organise par le chef de chaque equipe concernee."
)


def build(folder: Path, rows: str) -> None:
    (folder / "staff.csv").write_text(f"nom,prenom\n{rows}\n")
    (folder / "handbook.txt").write_text(HANDBOOK)
    for name, source in (("staff", "staff.csv"), ("handbook", "handbook.txt")):
        assert main(["index", "build", name, str(folder / source), "--config", str(folder / "config.yaml")]) == 0


async def reloaded(house: House) -> httpx.Response:
    transport = httpx.AsyncHTTPTransport(uds=str(house.folder / "c.sock"))
    async with httpx.AsyncClient(transport=transport, base_url="http://control", timeout=30) as control:
        return await control.post("/reload")


@pytest.fixture
async def guarded(house: House) -> House:
    (house.folder / "bundle/own_data.yaml").write_text(BUNDLE)
    build(house.folder, "Quesnel,Ninon")
    assert (await reloaded(house)).status_code == 200
    return house


async def test_rows_leave_redacted_and_excerpts_not_at_all(guarded: House) -> None:
    assert (await guarded.chat("Écris à Ninon QUESNEL.")).status_code == 200
    sent = list(guarded.received)[-1].body.decode()
    assert "[redacted: person.edm] [redacted: person.edm]" in sent and "QUESNEL" not in sent
    refused = await guarded.chat(f"Traduis : {HANDBOOK.upper()}")
    assert refused.status_code == 400 and "handbook-stays" in refused.text and "portail" not in refused.text.lower()
    assert (await guarded.chat("Bonjour")).status_code == 200


@pytest.mark.parametrize("stream", [False, True])
async def test_answers_that_recite_a_document_are_held_back(guarded: House, stream: bool) -> None:
    await guarded.fault("alpha", f"say={HANDBOOK}")
    answer = await guarded.chat("Que dit le règlement ?", stream=stream)
    assert "portail" not in answer.text and "handbook-stays" in answer.text


async def test_a_new_index_is_taken_and_a_broken_one_refused_whole(guarded: House) -> None:
    build(guarded.folder, "Perrin,Mael")
    assert (await reloaded(guarded)).status_code == 200
    await guarded.chat("Mael Perrin et Ninon Quesnel")
    assert "[redacted: person.edm] [redacted: person.edm] et Ninon Quesnel" in list(guarded.received)[-1].body.decode()
    file = guarded.folder / "bundle/staff.idx"
    file.write_bytes(file.read_bytes()[:-1])
    refused = await reloaded(guarded)
    assert refused.status_code == 422 and "cut short" in refused.json()["refused"]
    await guarded.chat("Mael Perrin")
    assert "[redacted: person.edm] [redacted: person.edm]" in list(guarded.received)[-1].body.decode()

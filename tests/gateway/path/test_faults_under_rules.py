"""Faults after the first word, where rules hold the answer back: none of it had left, or none of it does."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CONFIG, House, OpenHouse
from tests.gateway.path import seen
from tests.gateway.path.bare import bare
from tests.gateway.path.fault_table import AFTER, FAULTS, Fault
from tests.gateway.path.test_policy import ask
from tests.gateway.path.test_structured import FORMATS, POLICY

DIALECTS = {"chat": "openai_chat", "responses": "openai_responses", "messages": "anthropic_messages"}
BROKEN = [fault for fault in FAULTS if fault.after]
SOUND = [fault for fault in FAULTS if fault.stream == "" and fault.asked]
CLAUDE = "  beta/claude: {vendor: beta, model: claude-sonnet-5, contract: beta-eu}\nmodels:\n"
TWO = CONFIG.replace("alpha/claude]", "alpha/claude, beta/claude]").replace("models:\n", CLAUDE, 1)
SHORT = TWO.replace("{kind: simulator}", "{kind: simulator, idle_seconds: 0.8, total_seconds: 1.6}", 1)
SAYS = {name: f'{{"total": 1, "words": "{word * 8}"}}' for name, word in (("alpha", "κλειδ "), ("beta", "шлюз "))}
# A rule on several findings together can't be judged before the end, so that the whole answer is held.
TOGETHER = """\
kind: Detector
id: org.one
keywords: {any: [Ardoise]}
examples: {hit: [Ardoise], miss: [autre]}
---
kind: Detector
id: org.two
keywords: {any: [Basalte]}
examples: {hit: [Basalte], miss: [autre]}
---
kind: EgressPolicy
policy: together
owner: o
applies_to: {directions: [response]}
rules:
  - {id: both, when: {findings: {all_of: [org.one, org.two]}, destination: {external: true}}, action: deny}
"""


async def streamed(house: House, dialect: str, fault: Fault, **fields: Any) -> tuple[seen.Seen, seen.Said]:
    count = AFTER if fault.after else 0
    asked = fault.asked.replace("=N", f"={count}").replace("=M", f"={count + 1}")
    words = " ".join(f"[[sim:on={name},say={text}]]" for name, text in SAYS.items())
    path, body = ask(dialect, f"{words} [[sim:on=alpha,{asked}]]", stream=True)
    body |= deepcopy(fields)
    if "max_tokens" in body:
        body["max_tokens"] = 500
    answered = await seen.post(house.gateway.data.port, house.key, path, body)
    assert answered.status == 200, answered.body
    numbered = fault.asked != "endless=N"
    return answered, seen.stream(DIALECTS[dialect], answered.body, numbered=numbered)


def config(fault: Fault) -> str:
    """Waiting is short only where something is to be waited for."""
    return SHORT if fault.stream == "timeout" else TWO


async def ended(house: House, answered: seen.Seen) -> list[tuple[str | None, bool]]:
    records = await house.records(answered.headers["x-ecluse-call-id"])
    return [(r["error"], r["committed"]) for r in records if r["record"] == "ATTEMPT"]


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: fault.words)
async def test_an_answer_that_is_read_whole_first_comes_from_elsewhere(
    open_house: OpenHouse, tmp_path: Path, fault: Fault
) -> None:
    """Nothing of it had left, so another destination may still answer, and does."""
    bare(tmp_path / "house", config=config(fault), forms=POLICY.replace("ACTION", "deny"))
    async with open_house(config(fault)) as house:
        for dialect, name in DIALECTS.items():
            answered, said = await streamed(house, dialect, fault, **FORMATS[dialect])
            sound = name in fault.sound_in
            by = "alpha" if sound else "beta"
            assert answered.headers["x-ecluse-destination"].startswith(by), dialect
            assert (said.text, said.clean) == (SAYS[by], True), dialect
            first = (await ended(house, answered))[0]
            assert first in {(None, False)} if sound else {(fault.stream, False), (fault.also, False)}, dialect


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: fault.words)
async def test_an_answer_that_is_held_for_its_rules_ends_without_a_word(
    open_house: OpenHouse, tmp_path: Path, fault: Fault
) -> None:
    """Its lifecycle may have left; of its text nothing does before the vendor says that it is whole."""
    bare(tmp_path / "house", config=config(fault), together=TOGETHER)
    async with open_house(config(fault)) as house:
        for dialect, name in DIALECTS.items():
            answered, said = await streamed(house, dialect, fault)
            if name in fault.sound_in:
                assert (said.text, said.clean) == (SAYS["alpha"], True), dialect
            elif answered.headers["x-ecluse-destination"].startswith("beta"):
                assert (said.text, said.clean) == (SAYS["beta"], True), dialect
            else:
                assert not said.clean and said.error is not None, dialect
                assert said.text in ("", SAYS["alpha"]), dialect
                assert await ended(house, answered) in ([(fault.stream, True)], [(fault.also, True)]), dialect


@pytest.mark.parametrize("fault", SOUND, ids=lambda fault: fault.words)
async def test_faults_that_do_no_harm_do_none_to_held_answers(
    open_house: OpenHouse, tmp_path: Path, fault: Fault
) -> None:
    bare(tmp_path / "house", config=config(fault), together=TOGETHER, forms=POLICY.replace("ACTION", "deny"))
    async with open_house(config(fault)) as house:
        for dialect in DIALECTS:
            for fields in ({}, FORMATS[dialect]):
                answered, said = await streamed(house, dialect, fault, **fields)
                assert answered.headers["x-ecluse-destination"].startswith("alpha")
                assert (said.text, said.clean) == (SAYS["alpha"], True), dialect

"""The data class of a call rules where it may go, and is in its record with the labels that were found."""

from __future__ import annotations

from pathlib import Path
from shutil import copy

from gateway.bundle.bundle import STARTER
from tests.conftest import OpenHouse

RULES = """\
{kind: DataClass, id: C1, level: 1}
---
{kind: DataClass, id: C3, level: 3, labels: [C3, "TLP:RED"], findings: {any_of: [fin.iban]}}
---
kind: Defaults
when_no_rule_matches: {internal: allow, external: allow}
---
kind: EgressPolicy
policy: classes
owner: security@example.org
rules:
  - {id: c3-stays-home, when: {data_class: ">=C3", destination: {external: true}}, action: deny}
"""


async def test_the_class_of_a_call_rules_and_is_recorded(open_house: OpenHouse, tmp_path: Path) -> None:
    bundle = tmp_path / "house" / "bundle"
    bundle.mkdir(parents=True)
    copy(STARTER / "contracts.yaml", bundle)
    (bundle / "rules.yaml").write_text(RULES)
    async with open_house() as house:
        plain = await house.chat("Bonjour")
        marked = await house.chat("TLP:RED\nPlan de continuité")
        home = await house.chat("IBAN FR76 3000 6000 0112 3456 7890 189", model="maison")
        assert [a.status_code for a in (plain, marked, home)] == [200, 400, 200]
        assert "c3-stays-home" in marked.text
        said = []
        for answer in (plain, marked, home):
            first = (await house.records(answer.headers["x-ecluse-call-id"]))[0]
            intent = first if first["record"] == "INTENT" else first["intent"]
            said.append((intent["classes"], intent["labels"]))
        assert said == [(["C1"], []), (["C3"], ["TLP:RED"]), (["C3"], [])]

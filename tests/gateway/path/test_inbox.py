"""A refusal by mistake becomes a tested fix: reported, read, made a case, mended, in force."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.main import main
from tests.conftest import House, OpenHouse
from tests.gateway.path.bare import bare

SESSION = "kT5hN8pQ2rS6vX9zB3dF7gJ1lM4nP0qW"
BUILD = "qW7nP4lM1gJ7dF3zB9vX6rS2pQ8hN5Tk"
TEXT = f"le jeton {SESSION} de la session de Codex"
RULES = """\
kind: EgressPolicy
policy: random
owner: rssi@example.org
rules:
  # what looks random is mostly a secret
  - id: random-stays
    when: {findings: {any_of: [secret.high_entropy]}, destination: {external: true}}
    action: deny
    overridable: true

tests:
  - name: a token
    text: le jeton est 9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c9f8a7b6c
    to: {external: true}
    expect: {verdict: deny}
"""


@pytest.fixture
async def codex(open_house: OpenHouse, tmp_path: Path):  # type: ignore[no-untyped-def]
    bare(tmp_path / "house", random=RULES)
    async with open_house() as house:
        yield house


@pytest.fixture
def ecluse(codex: House, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    async def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = await asyncio.to_thread(main, [*words, "--config", str(codex.folder / "config.yaml")])
        return code, *capsys.readouterr()

    return run


async def reported(house: House, **said: str) -> str:
    refused = await house.chat(TEXT)
    assert refused.status_code == 400
    call = refused.headers["x-ecluse-call-id"]
    taken = await house.client.post(f"/ecluse/report/{call}", json={"kind": "false_positive", **said})
    return str(taken.json()["report"])


async def test_a_false_positive_becomes_a_tested_fix(codex: House, ecluse: Any) -> None:
    report = await reported(codex, reason="it is Codex's own session", note=TEXT)
    code, out, _ = await ecluse("policy", "inbox")
    assert code == 0 and "random-stays  secret.high_entropy  1 report by 1 person, last 20" in out
    assert report in out and "it is Codex's own session" in out
    code, out, err = await ecluse("policy", "inbox", "case", report, "--write")
    assert "sign it again" not in out
    assert code == 0 and "under tests" in out and "expected allow, got deny" in err, err
    (codex.folder / "bundle" / ".signatures").mkdir()
    code, out, err = await ecluse("policy", "inbox", "adjust", report, "--not-near", "session de Codex", "--write")
    assert (code, err) == (0, "") and "sign it again" in out
    code, out, err = await ecluse("policy", "check")
    assert code == 0, err
    assert "  # what looks random is mostly a secret\n" in (codex.folder / "bundle" / "random.yaml").read_text()
    code, out, err = await ecluse("reload")
    assert code == 0, err
    assert (await codex.chat(TEXT)).status_code == 200
    assert (await codex.chat("le jeton est 9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c9f8a7b6c")).status_code == 400
    assert (await ecluse("policy", "inbox", "close", report))[0] == 2
    assert (await ecluse("policy", "inbox", "close", report, "--as", "s.petit", "--because", "mended"))[0] == 0
    assert (await ecluse("policy", "inbox"))[1] == "nothing is reported\n"
    code, out, _ = await ecluse("policy", "inbox", "--all", "--json")
    assert json.loads(out)["groups"][0]["reports"] == [report]
    assert "by s.petit: mended" in (await ecluse("policy", "inbox", "show", report))[1]


async def test_an_exception_is_drafted_for_the_one_who_reported(codex: House, ecluse: Any) -> None:
    report = await reported(codex, reason="a test bench")
    draft = ("policy", "inbox", "exception", report)
    assert (await ecluse(*draft))[0] == 2
    assert "1 to 90 days" in (await ecluse(*draft, "--owner", "me@example.org", "--days", "91"))[2]
    code, out, err = await ecluse(*draft, "--owner", "rssi@example.org")
    assert code == 0 and "# " in out and "lifts: [random-stays]" in out and "expires: 20" in out
    code, out, err = await ecluse(*draft, "--owner", "rssi@example.org", "--write")
    assert (code, err) == (0, ""), err
    assert (await ecluse("reload"))[0] == 0
    assert (await codex.chat(TEXT)).status_code == 200
    paul = {"authorization": f"Bearer {codex.issue(user='paul')}"}
    ask = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": TEXT}]}
    assert (await codex.client.post("/v1/chat/completions", json=ask, headers=paul)).status_code == 400


async def test_what_the_bundle_would_refuse_is_not_written(codex: House, ecluse: Any) -> None:
    report = await reported(codex)
    file = codex.folder / "bundle" / "random.yaml"
    assert "there is no text" in (await ecluse("policy", "inbox", "case", report))[2]
    code, _, err = await ecluse("policy", "inbox", "adjust", report, "--not-near", "jeton", "--text", TEXT, "--write")
    assert code == 1 and "fails its own example" in err
    assert not (codex.folder / "bundle" / "detection.yaml").exists() and file.read_text() == RULES
    for detector in ("secret.vendor", "secret.high_entropi"):
        code, _, err = await ecluse(
            "policy", "inbox", "adjust", report, "--detector", detector, "--ignore", SESSION, "--text", TEXT
        )
        assert code == 2 and "one of secret.high_entropy" in err, err
    assert "(did you mean secret.high_entropy?)" in err
    for words in (["--not-near", "jeton"], ["--ignore", "glpat-build"], ["--ignore", "kT5"]):
        code, out, err = await ecluse("policy", "inbox", "adjust", report, *words, "--text", TEXT)
        assert (code, out) == (1, "") and "with this the bundle would be refused" in err, err
        assert "packs" not in err
    adjust = ("policy", "inbox", "adjust", report, "--ignore", BUILD, "--text")
    code, _, err = await ecluse(*adjust, "rien ici", "--write")
    assert code == 1 and "secret.high_entropy finds nothing in this text as it is" in err
    assert not (codex.folder / "bundle" / "detection.yaml").exists()
    code, out, _ = await ecluse(*adjust, f"le jeton {BUILD}")
    assert code == 0 and f"ignore: [{BUILD}]" in out and f"miss: [le jeton {BUILD}]" in out
    assert (await ecluse("policy", "inbox", "show", "r_0000000000"))[0] == 1
    assert (await ecluse("policy", "inbox", "show", "../keys"))[0] == 1


TABLE = """\
{kind: DataClass, id: C1, level: 1}
---
{kind: DataClass, id: C2, level: 2, findings: {any_of: [secret.high_entropy]}}
---
kind: DecisionTable
table: treatment
owner: rssi@example.org
columns:
  outside: {external: true}
rows:
  C1: {outside: allow}
  C2: {outside: {action: deny, overridable: true}}
"""


async def test_a_rule_of_a_decision_table_gets_cases_and_exceptions_too(
    open_house: OpenHouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = bare(tmp_path / "house", table=TABLE) / "table.yaml"
    async with open_house() as house:
        report, config = await reported(house), str(house.folder / "config.yaml")
        for words in (
            ["case", report, "--text", TEXT, "--expect", "deny"],
            ["exception", report, "--owner", "a@b.example", "--reason", "r"],
        ):
            for write in ([], ["--write"]):
                assert await asyncio.to_thread(main, ["policy", "inbox", *words, *write, "--config", config]) == 0
        assert "not treatment.C2.outside" in file.read_text() and "lifts: [treatment.C2.outside]" in file.read_text()
        assert await asyncio.to_thread(main, ["reload", "--config", config]) == 0, capsys.readouterr().err
        assert (await house.chat(TEXT)).status_code == 200

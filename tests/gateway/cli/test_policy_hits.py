"""`ecluse policy hits` and `digest` over the ledger of a real gateway."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.cli.main import main
from tests.conftest import OpenHouse
from tests.gateway.replay.replay_cases import DIRECTORY, EXPIRES, MIXED, bundle, mixed_traffic

RULES = MIXED.replace("action: deny}\n", "action: deny, overridable: true}\n", 1)


@pytest.fixture
async def config(open_house: OpenHouse, tmp_path: Path) -> Path:
    """The configuration of a house in which much has happened."""
    bundle(tmp_path / "house" / "bundle", RULES)
    async with open_house(DIRECTORY, user="anne", team="hr") as house:
        await mixed_traffic(house)
        refused = await house.chat("TLP:RED\nPlan")
        call = refused.headers["x-ecluse-call-id"]
        told = await house.client.post(f"/ecluse/report/{call}", json={"kind": "false_positive", "rule": ""})
        assert told.status_code in (200, 201), told.text
        await house.gateway.runtime.ledger.flush()
        return house.folder / "config.yaml"


def said(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["policy", *words, "--json"]) == 0
    found: dict[str, Any] = orjson.loads(capsys.readouterr().out)
    return found


async def test_hits_and_digest(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ("--config", str(config))

    redacted = said(capsys, "hits", "accounts-leave-redacted", *where, "--calls")
    assert redacted["teams"].keys() == {"hr", "lab", "finance"}
    assert redacted["modes"]["lifted"] == redacted["lifted_by"]["EX-1"] == 3, "the exception of one of five people"
    assert redacted["calls"] == 15 == sum(redacted["days"].values()) == len(redacted["hits"])
    assert redacted["destinations"] == {"alpha/gpt-4o-mini": 15, "beta/gpt-4o-mini": 15}

    assert redacted["came"]["redact"] == 3 and set(redacted["came"]) == {"redact", "lift", ""}

    by_exception = said(capsys, "hits", "EX-1", *where)
    assert by_exception["lifted"] == {"accounts-leave-redacted": 3}
    assert main(["policy", "hits", "built-in.default", *where]) == 0
    assert "matched no recorded call" in capsys.readouterr().out

    watched = said(capsys, "hits", "watched", *where)
    assert watched["modes"].keys() == {"shadow"}

    assert main(["policy", "hits", "acounts-leave-redacted", *where]) == 1
    assert "did you mean accounts-leave-redacted?" in capsys.readouterr().err
    assert main(["policy", "hits", "built-in.default", *where]) == 0, "a rule that no bundle writes is always in force"
    assert "built-in.default matched no recorded call" in capsys.readouterr().out
    assert main(["policy", "hits", "watched", "--since", "yesterday", *where]) == 2
    assert main(["policy", "hits", "watched", *where]) == 0
    assert "in shadow (nothing was changed)" in capsys.readouterr().out

    week = said(capsys, "digest", *where)
    assert week["calls"] == 93
    assert {r["rule"] for r in week["shadow"]} == {"watched"}
    assert week["reports"] == [
        {"rule": "classes-stay-home", "false_positive": 1},
        {"rule": "profiles-stay-home", "override": 1},
    ]
    assert week["exceptions"] == [{"exception": "EX-1", "calls": 3, "expires": EXPIRES.isoformat()}]
    assert {e["name"] for e in week["ends_soon"]} == {"EX-1"}
    assert [r["rule"] for r in week["quiet"]] == ["not-since-then"]
    assert all(r["before"] == 0 for r in week["rules"])
    assert {r["reason"] for r in week["without_a_rule"]} == {"class.remote_url"}

    rules = config.parent / "bundle" / "rules.yaml"
    rules.write_text(rules.read_text().partition("exceptions:")[0])
    ended = said(capsys, "digest", *where)
    assert ended["exceptions"] == [{"exception": "EX-1", "calls": 3, "expires": None}], "used, and gone since"
    assert main(["policy", "digest", *where]) == 0
    assert "| EX-1 | 3 | no more in the bundle |" in capsys.readouterr().out


async def test_the_digest_is_a_page_in_either_language(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ("--config", str(config))
    capsys.readouterr()
    assert main(["policy", "digest", *where]) == 0
    page = capsys.readouterr().out
    assert page.startswith("# Policies from ")
    assert "| accounts-leave-redacted | mixed | redacted 3 | 3 | 12 | 0 |" in page
    assert main(["policy", "digest", "--html", "--lang", "fr", *where]) == 0
    web = capsys.readouterr().out
    assert web.startswith('<!doctype html>\n<html lang="fr">')
    assert "<td>watched</td>" in web
    assert main(["policy", "digest", "--until", "2020-01-08", "--since", "2020-01-01", *where]) == 0
    assert "| no-shell | mixed | in force |" in capsys.readouterr().out, "nothing matched then"

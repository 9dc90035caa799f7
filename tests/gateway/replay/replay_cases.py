"""Bundles and traffic that replays are tried on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy, copytree
from typing import Any

import orjson
import pytest

from gateway.bundle.bundle import STARTER
from gateway.cli.main import main
from tests.conftest import CONFIG, House

IBAN = "FR76 3000 6000 0112 3456 7890 189"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAx3k2v9Qd7Rz1Yf0uWm5Tn8Lb\n-----END RSA PRIVATE KEY-----"
DIRECTORY = CONFIG + "directory: {teams: [hr, finance, lab], groups: [staff, interns]}\n"

OPEN = "kind: Defaults\nwhen_no_rule_matches: {internal: allow, external: allow}\n"

EXPIRES = datetime.now(UTC).date() + timedelta(days=10)

MIXED = """\
{kind: DataClass, id: C1, level: 1}
---
{kind: DataClass, id: C3, level: 3, labels: [C3, "TLP:RED"], findings: {any_of: [fr.nir]}}
---
kind: EgressPolicy
policy: mixed
owner: security@example.org
rules:
  - {id: classes-stay-home, when: {data_class: ">=C3", destination: {external: true}}, action: deny}
  - {id: keys-stay-home, when: {findings: {any_of: [secret.private_key]}, destination: {external: true}}, action: deny}
  - {id: accounts-go-to-europe, when: {findings: {any_of: [fin.iban]}, teams: [finance], destination: {region: us}},
     action: reroute, to: beta/gpt-4o-mini}
  - {id: accounts-leave-redacted, when: {findings: {any_of: [fin.iban]}, destination: {external: true}}, action: redact,
     overridable: true}
  - {id: mails-come-back, when: {findings: {any_of: [contact.email], confidence: ">=0.5"}}, action: pseudonymise}
  - {id: no-shell, when: {tools: [Bash, "mcp__*"], destination: {external: true}}, action: deny}
  - {id: pictures, when: {findings: {any_of: [class.remote_url]}, hosts: ["*.example.org"]}, action: allow}
  - {id: interns-are-warned, when: {users: ["intern-*"], destination: {external: true}}, action: warn}
  - {id: paul-stays-home, when: {users: [paul], destination: {external: true}}, action: deny}
  - {id: long-asks, when: {size: ">=2000"}, action: warn}
  - {id: account-with-phone, when: {findings: {all_of: [fin.iban, contact.phone], within: 60, confidence: ">=0.2"}},
     action: warn}
  - {id: since-ever, when: {time: {from: 2020-01-01}, roles: [tool]}, action: warn}
  - {id: not-since-then, when: {time: {from: 2099-01-01}}, action: deny}
  - {id: profiles-stay-home, when: {findings: {any_of: [contact.social]}, destination: {external: true}}, action: deny,
     overridable: true}
  - {id: watched, when: {findings: {any_of: [contact.phone], confidence: ">=0.2"}}, action: deny, mode: shadow,
     shadow_until: 2099-01-01}
exceptions:
  - {id: EX-1, lifts: [accounts-leave-redacted], who: {users: ["*-dpo"]}, reason: agreed, owner: dpo@example.org,
     expires: EXPIRES}
""".replace("EXPIRES", str(EXPIRES))


def bundle(folder: Path, rules: str) -> Path:
    """A bundle of a few rules, under the starter's contracts."""
    folder.mkdir(parents=True)
    copy(STARTER / "contracts.yaml", folder)
    (folder / "defaults.yaml").write_text(OPEN)
    (folder / "rules.yaml").write_text(rules)
    return folder


def edited(folder: Path, to: Path, old: str, new: str) -> Path:
    """A copy of a bundle in which its rules say something else."""
    copytree(folder, to)
    rules = (to / "rules.yaml").read_text()
    assert old in rules
    (to / "rules.yaml").write_text(rules.replace(old, new))
    return to


async def mixed_traffic(house: House) -> int:
    """Calls of all sorts; how many there were."""
    people = [
        {"user": "anne", "team": "hr"},
        {"user": "paul", "team": "lab"},
        {"user": "intern-1", "team": "hr", "groups": ("interns",)},
        {"user": "maria-dpo", "team": "finance"},
        {"user": "jean", "team": "finance"},
    ]
    calls = 0
    for person in people:
        headers = {"authorization": f"Bearer {house.issue(**person)}"}
        for model, messages, more in conversations():
            ask: dict[str, Any] = {"model": model, "messages": messages, **more}
            answer = await house.client.post("/v1/chat/completions", json=ask, headers=headers)
            assert answer.status_code in (200, 400, 403), answer.text
            calls += 1
    return calls + await lifted_by_a_report(house, headers)


async def lifted_by_a_report(house: House, headers: dict[str, str]) -> int:
    """A call that is refused, a report that lifts the rule for an hour, and the call again."""
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Voir linkedin.com/in/marie-durand"}]}
    refused = await house.client.post("/v1/chat/completions", json=body, headers=headers)
    assert refused.status_code == 400, refused.text
    said = {"kind": "override", "reason": "a customer asked"}
    call = refused.headers["x-ecluse-call-id"]
    told = await house.client.post(f"/ecluse/report/{call}", json=said, headers=headers)
    assert told.status_code == 201, told.text
    assert (await house.client.post("/v1/chat/completions", json=body, headers=headers)).status_code == 200
    return 2


def conversations() -> list[tuple[str, list[dict[str, Any]], dict[str, Any]]]:
    """Model, messages and further fields: history, tools, marks, pictures, what was refused before."""

    def user(text: Any) -> dict[str, Any]:
        return {"role": "user", "content": text}

    def agent(tool: str, result: str) -> list[dict[str, Any]]:
        call = {"id": "c1", "type": "function", "function": {"name": tool, "arguments": '{"q": "x@example.org"}'}}
        return [
            user("Cherche."),
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": result},
        ]

    def picture(host: str) -> list[dict[str, Any]]:
        return [user([{"type": "image_url", "image_url": {"url": f"https://{host}/a.png"}}])]

    refused = user(f"{PEM} ?")
    return [
        ("gpt-4o-mini", [user("Bonjour")], {}),
        ("gpt-4o-mini", [user(f"Mon IBAN est {IBAN}, tel 06 12 34 56 78.")], {}),
        ("gpt-4o-mini", [user(f"IBAN {IBAN}, mail odile.marchand@exemple-sas.fr et NIR 2 95 10 99 126 111 93")], {}),
        ("gpt-4o-mini", [user("Écris à odile.marchand@exemple-sas.fr et à p.martin@exemple-sas.fr")], {}),
        ("maison", [user(f"Mon IBAN est {IBAN} et ma clé {PEM}")], {}),
        ("gpt-4o-mini", [refused], {}),
        ("gpt-4o-mini", [refused], {}),
        ("gpt-4o-mini", [refused, {"role": "assistant", "content": "Non."}, user("Et alors ?")], {}),
        ("gpt-4o-mini", agent("Bash", f"IBAN {IBAN}"), {}),
        ("gpt-4o-mini", agent("mcp__wiki", "rien"), {}),
        ("gpt-4o-mini", agent("Read", f"clé {PEM}"), {}),
        ("gpt-4o-mini", picture("images.example.org"), {}),
        ("gpt-4o-mini", picture("evil.example.net"), {}),
        ("gpt-4o-mini", [user("TLP:RED\nPlan de continuité")], {}),
        ("gpt-4o-mini", [user("mot " * 700)], {}),
        ("gpt-4o-mini", [user("Bonjour")], {"user": "odile", "metadata": {"a": "b"}}),
        ("gpt-4o-mini", [user("Bonjour")], {"x_odd": {"2 95 10 99 126 111 93": 30006000011234567890189}}),
        ("text-embedding-3-small", [user("Bonjour")], {"temperature": 0.5}),
    ]


def replayed(capsys: pytest.CaptureFixture[str], config: Path, *words: str) -> dict[str, Any]:
    """What `ecluse policy replay --json` says."""
    capsys.readouterr()
    assert main(["policy", "replay", *words, "--config", str(config), "--json"]) == 0
    said: dict[str, Any] = orjson.loads(capsys.readouterr().out)
    return said

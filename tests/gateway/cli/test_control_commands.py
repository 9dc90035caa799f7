"""The commands that speak to a running gateway, against a server on a Unix socket that answers what the test says."""

import json
from pathlib import Path

import pytest

from gateway.cli.main import main
from tests.gateway.cli.conftest import Double

RECORD = {
    "id": "k_1",
    "label": "",
    "created": "2026-11-23T16:00:00+00:00",
    "user": "m.durand",
    "team": "finance",
    "groups": [],
    "use_cases": ["letters"],
    "models": ["*"],
}


def test_keys_new_prints_the_key_once(gateway: Double, capsys):
    gateway.answers["POST", "/keys"] = (201, {**RECORD, "key": "ecl_abc"})
    words = ("--user", "m.durand", "--team", "finance", "--group", "hr", "--use-case", "letters", "--model", "gpt-*")
    assert gateway.run("keys", "new", *words) == 0
    assert "key k_1 for m.durand (finance), shown this once:\n\n    ecl_abc\n" in capsys.readouterr().out
    asked = {
        "user": "m.durand",
        "team": "finance",
        "groups": ["hr"],
        "use_cases": ["letters"],
        "models": ["gpt-*"],
        "label": "",
    }
    assert gateway.seen == [("POST", "/keys", asked)]


def test_keys_list_and_revoke(gateway: Double, capsys):
    gateway.answers["GET", "/keys"] = (200, {"keys": [RECORD]})
    gateway.answers["DELETE", "/keys/k_1"] = (200, RECORD)
    assert gateway.run("keys", "list") == 0
    said = "k_1  2026-11-23T16:00:00+00:00  user m.durand, team finance, use cases letters, models *\n"
    assert capsys.readouterr().out == said
    assert gateway.run("keys", "revoke", "k_1") == 0
    assert "no longer valid" in capsys.readouterr().out


def test_an_id_can_not_leave_its_path(gateway: Double):
    gateway.answers["DELETE", "/keys/..%2Fdrain"] = (404, {"refused": "there is no key of this id"})
    assert gateway.run("keys", "revoke", "../drain") == 1


def test_reload_says_what_is_in_force(gateway: Double, capsys):
    gateway.answers["POST", "/reload"] = (
        200,
        {"was": "a", "revision": "b", "bundle": "c", "needs_restart": ["server"]},
    )
    assert gateway.run("reload") == 0
    assert (
        capsys.readouterr().out == "revision b is in force, bundle c\nonly a restart brings these into force: server\n"
    )
    gateway.answers["POST", "/reload"] = (422, {"refused": "config.yaml:1:1: no", "revision": "a"})
    assert gateway.run("reload") == 1
    assert capsys.readouterr().err == "config.yaml:1:1: no\n"


def test_status_is_readable(gateway: Double, capsys):
    gateway.answers["GET", "/status"] = (
        200,
        {
            "revision": "a",
            "draining": False,
            "ledger": {"ready": True, "pending": 0},
            "breakers": [],
            "notes": ["look"],
        },
    )
    assert gateway.run("status") == 0
    assert capsys.readouterr().out == "well\nrevision a\nnotes:\n  look\n"
    assert gateway.run("status", "--all") == 0
    said = capsys.readouterr().out
    assert said == "well\nrevision: a\ndraining: no\nledger: ready yes, pending 0\nnotes:\n  look\n"
    assert gateway.run("status", "--json") == 0
    assert json.loads(capsys.readouterr().out)["revision"] == "a"


def test_drain(gateway: Double, capsys):
    gateway.answers["POST", "/drain"] = (200, {"draining": True, "calls_in_flight": 3})
    assert gateway.run("drain") == 0
    assert capsys.readouterr().out == "draining: 3 calls in flight\n"


@pytest.mark.parametrize(("status", "body"), [(500, b"oops"), (500, {}), (404, [])])
def test_an_odd_answer_is_said(gateway: Double, capsys, status, body):
    gateway.answers["GET", "/status"] = (status, body)
    assert gateway.run("status") == 1
    assert f"the gateway answered {status}" in capsys.readouterr().err


def test_no_gateway_is_said(tmp_path: Path, capsys):
    (tmp_path / "config.yaml").write_text("organisation: x\n")
    for words in (("status",), ("reload",), ("drain",), ("keys", "list")):
        assert main([*words, "--config", str(tmp_path / "config.yaml")]) == 1
        assert "no gateway answers at" in capsys.readouterr().err


def test_stop_and_start_say_how_far_it_got(gateway: Double, capsys):
    done = {"kind": "use_case", "name": "letters", "kept": True, "told": True, "note": ""}
    gateway.answers["POST", "/stops"] = (201, done)
    assert gateway.run("stop", "use-case", "letters", "--now", "--reason", "a leak") == 0
    assert gateway.seen[-1][2] == {"kind": "use_case", "name": "letters", "now": True, "reason": "a leak"}
    said = capsys.readouterr()
    assert said.out == "use-case letters is stopped, and its calls under way were ended\n" and said.err == ""
    gateway.answers["POST", "/stops"] = (201, {**done, "told": False, "kept": False, "note": "no key is of the user"})
    assert gateway.run("stop", "user", "m.durand") == 0
    said = capsys.readouterr()
    assert said.out == "user m.durand is stopped\n"
    assert [line.split(":")[0] for line in said.err.splitlines()] == ["note"] * 3
    assert "the shared store doesn't answer" in said.err and "watch the disk" in said.err
    gateway.answers["DELETE", "/stops/destination/alpha%2Fgpt"] = (200, done)
    assert gateway.run("start", "destination", "alpha/gpt") == 0
    assert capsys.readouterr().out == "destination alpha/gpt goes on\n"
    gateway.answers["POST", "/stops"] = (422, {"refused": "there is no rule x: did you mean y?"})
    assert gateway.run("stop", "rule", "x") == 1
    assert "did you mean y?" in capsys.readouterr().err


def test_a_key_is_revoked_with_its_calls(gateway: Double, capsys):
    gateway.answers["DELETE", "/keys/k_1?now=true"] = (200, {**RECORD, "kept": True, "told": False})
    assert gateway.run("keys", "revoke", "k_1", "--now") == 0
    said = capsys.readouterr()
    assert "no longer valid" in said.out and "the shared store doesn't answer" in said.err

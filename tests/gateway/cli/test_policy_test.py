"""`ecluse policy test` on the starter bundle and on broken ones."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

OWN = """\
kind: EgressPolicy
policy: own
owner: me@example.org
rules:
  - id: own-rule
    when: {findings: {any_of: [fr.plate]}, destination: {external: true}}
    action: redact
tests:
  - {name: fired, text: "écrire : la plaque est AB-123-CD, oui.", to: {external: true}, expect: {verdict: redact}}
"""
NEAR = '  - {name: near, text: "la plaque est AB-123-CD", to: {external: false}, expect: {verdict: allow}}\n'


def own(home: Path, text: str) -> None:
    (home / "bundle" / "own.yaml").write_text(text)


def test_cases_that_hold_are_counted(ecluse):
    code, out, err = ecluse("policy", "test")
    assert (code, err) == (0, "") and out.startswith("ok: ") and out.endswith(" cases\n")


def test_a_case_that_fails_is_named_at_its_place(home: Path, ecluse):
    own(home, OWN.replace("verdict: redact}", "verdict: deny}"))
    code, out, err = ecluse("policy", "test", "--policy", "own")
    assert (code, out) == (1, "1 case\n")
    assert err == f"{home}/bundle/own.yaml:9:98: test 'fired': expected deny, got redact (rules: own-rule)\n"


def test_coverage_says_what_no_case_shows(home: Path, ecluse):
    own(home, OWN)
    code, out, err = ecluse("policy", "test", "--coverage", "--policy", "own")
    assert code == 1 and err == f"{home}/bundle/own.yaml:5:5: rule own-rule: no case is a near miss\n"
    assert out.splitlines()[1].split() == ["own-rule", "fired", "-"]
    own(home, OWN + NEAR)
    code, out, err = ecluse("policy", "test", "--coverage", "--policy", "own")
    assert (code, err) == (0, "")
    assert "near (destination.external is true)" in out
    assert out.endswith("ok: 2 cases, 1 of 1 rules and exceptions fired and nearly fired\n")


def test_mutants_that_no_case_notices_are_named_with_the_case_that_is_missing(home: Path, ecluse):
    own(home, OWN.replace("  - {name: fired", "  - {name: fired, history: false"))
    code, out, err = ecluse("policy", "test", "--mutate", "--policy", "own")
    assert (code, out) == (1, "1 case, 6 of 7 mutants noticed (0 mean the same)\n")
    assert err == (
        f"{home}/bundle/own.yaml:6:58: rule own-rule: no case notices 'destination.external dropped'; missing: one "
        "like 'fired' with {to: internal/maison, expect: {verdict: allow, rules: [treatment.C0.internal]}}\n"
    )
    own(home, OWN + NEAR)
    code, out, err = ecluse("policy", "test", "--mutate", "--policy", "own")
    assert (code, out, err) == (0, "ok: 2 cases, 7 of 7 mutants noticed (0 mean the same)\n", "")


def test_a_policy_that_is_not_there(ecluse):
    code, _, err = ecluse("policy", "test", "--policy", "secretz")
    assert (code, err) == (1, "there is no policy secretz (did you mean secrets?)\n")


def test_results_for_machines(home: Path, ecluse, tmp_path: Path):
    own(home, OWN.replace("écrire", "<&\\u0007écrire").replace("name: fired", 'name: "fi<r\\u0007ed"'))
    code, out, _ = ecluse(
        "policy", "test", "--coverage", "--mutate", "--policy", "own", "--json", "--junit", str(tmp_path / "r")
    )
    said = json.loads(out)
    assert (code, said["ok"], said["cases"]) == (1, False, 1)
    assert said["problems"][0]["line"] == 5 and said["coverage"][0]["missing"] == ["no case is a near miss"]
    assert said["mutants"]["killed"] == 6 and said["mutants"]["equivalent"] == []
    (lived,) = said["mutants"]["survived"]
    assert lived["change"] == "destination.external dropped" and lived["suggestion"]["changes"] == {
        "to": "internal/maison"
    }
    suites = {s.get("name"): s for s in ET.parse(tmp_path / "r").getroot()}
    assert {n: (s.get("tests"), s.get("failures")) for n, s in suites.items()} == {
        "cases": ("1", "0"), "coverage": ("1", "1"), "mutants": ("7", "1"),
    }  # fmt: skip
    assert suites["cases"][0].get("name") == "fi<red"
    assert "near miss" in suites["coverage"][0][0].get("message")


def test_a_vocabulary_alone_gives_the_same(home: Path, ecluse, monkeypatch, tmp_path: Path, capsys):
    from gateway.cli.main import main

    _, names, _ = ecluse("policy", "vocabulary")
    (tmp_path / "vocabulary.yaml").write_text(names)
    alone = ["--vocabulary", str(tmp_path / "vocabulary.yaml"), "--bundle", str(home / "bundle")]
    for words in (["policy", "test", "--coverage", "--mutate", "--json"], ["policy", "check"]):
        with_configuration = ecluse(*words)
        assert (main([*words, *alone]), *capsys.readouterr()) == with_configuration

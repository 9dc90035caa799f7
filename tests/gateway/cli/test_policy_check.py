"""`ecluse policy check`: the same faults for people, for GitHub, for GitLab and as JSON."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.cli.complaints import ERROR, Complaint, show
from gateway.documents import Rendered

RULE = """\
kind: EgressPolicy
policy: own
owner: me@example.org
rules:
  - id: own-rule
    when: {findings: {any_of: [contact.email]}}
    action: redact
"""


def own(home: Path, text: str) -> str:
    file = home / "bundle" / "own.yaml"
    file.write_text(text)
    return str(file)


def shadow(days: int) -> str:
    day = datetime.now(UTC).date() + timedelta(days=days)
    return f"{RULE}    mode: shadow\n    shadow_until: {day}\n"


def test_a_bundle_that_is_fine(ecluse):
    code, out, err = ecluse("policy", "check")
    assert (code, err) == (0, "") and out.splitlines()[-1].startswith("ok: ")


def test_a_typo_is_an_error_with_the_nearest_name(home: Path, ecluse):
    file = own(home, RULE.replace("contact.email", "contact.emial"))
    said = "contact.emial is none of the detectors"
    code, out, err = ecluse("policy", "check")
    assert (code, out, err) == (1, "", f"{file}:6:32: {said} (did you mean contact.email?)\n")
    code, out, err = ecluse("policy", "check", "--format", "github")
    assert (code, err) == (1, "")
    assert out == f"::error file={file},line=6,col=32::{said} (did you mean contact.email?)\n"
    code, out, _ = ecluse("policy", "check", "--format", "gitlab")
    (one,) = json.loads(out)
    assert code == 1 and one["location"] == {"path": file, "lines": {"begin": 6}} and one["severity"] == "major"
    code, out, _ = ecluse("policy", "check", "--json")
    told = json.loads(out)
    assert (code, told["ok"], told["revision"]) == (1, False, None)
    assert told["problems"] == [
        {"level": "error", "file": file, "line": 6, "column": 32, "message": said, "nearest": "contact.email"}
    ]


def test_what_will_be_overdue_is_a_warning(home: Path, ecluse):
    file = own(home, shadow(10))
    code, out, err = ecluse("policy", "check")
    said = "own-rule is still in shadow: enforce it or drop it (in 14 days or less)"
    assert (code, err) == (0, f"warning: {file}:9:5: {said}\n") and "ok: " in out
    assert ecluse("policy", "check", "--strict")[0] == 1
    code, out, _ = ecluse("policy", "check", "--format", "github")
    assert (code, out) == (0, f"::warning file={file},line=9,col=5::{said}\n")
    assert "\nok: " in ecluse("check")[1]


def test_what_is_overdue_is_an_error(home: Path, ecluse):
    file = own(home, shadow(-1))
    code, _, err = ecluse("policy", "check")
    assert (code, err) == (1, f"{file}:9:5: own-rule is still in shadow: enforce it or drop it\n")
    assert ecluse("check")[2] == err


def test_the_test_command_speaks_the_same_forms(home: Path, ecluse):
    own(home, f"{RULE}tests:\n  - {{name: none, text: x, to: alpha/gpt-4o, expect: {{verdict: deny}}}}\n")
    code, out, _ = ecluse("policy", "test", "--policy", "own", "--format", "github")
    assert code == 1 and out.startswith("::error file=")
    assert out.endswith("expected deny, got allow (rules: treatment.C0.elsewhere)\n")


def test_nothing_in_a_message_ends_a_command(capsys: pytest.CaptureFixture[str]):
    show([Complaint(ERROR, Rendered("a:b,c.yaml", 0, 0, "50 %\n::error::x"))], "github")
    assert capsys.readouterr().out == "::error file=a%3Ab%2Cc.yaml,line=1,col=1::50 %25%0A::error::x\n"

"""The starter bundle's charter against its rules, on texts that detectors really find something in."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from decide_cases import CALL, Found, Text

from gateway.bundle.charter import charter_of, written
from gateway.bundle.workspace import Workspace, with_configuration
from gateway.cli.main import main
from policies.charter import Charter
from policies.charter.model import Subject

TODAY = date(2026, 11, 26)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    home = tmp_path_factory.mktemp("charter") / "ecluse"
    assert main(["init", str(home)]) == 0
    return with_configuration(home / "config.yaml")


@pytest.fixture(scope="module")
def found(workspace: Workspace) -> Charter:
    return charter_of(
        workspace.bundle, workspace.names, workspace.destinations.values(), workspace.models.values(), TODAY
    )


def examples(workspace: Workspace) -> Iterator[tuple[str, str, tuple]]:
    """Texts in which one detector finds something, once, for sure, and no other does."""
    for detector in workspace.engine.catalogue.detectors.values():
        for text in detector.examples.get("hit", ()):
            (findings,) = workspace.engine.scan([text])
            if len(findings) == 1 and findings[0].detector == detector.id and findings[0].confidence >= 0.75:
                yield detector.id, text, findings


def test_texts_meet_what_the_charter_says(workspace: Workspace, found: Charter):
    seen = set()
    for name, text, findings in examples(workspace):
        if name in workspace.policies.confidential:
            continue
        label = findings[0].label
        subject = Subject(label=label) if label else Subject((name,))
        statement = next((s for s in found.sent if subject in s.subjects), found.rest)
        contexts = {who.name: outcomes for who, outcomes in statement.otherwise if who.kind == "use_case"}
        for use_case in (*workspace.bundle.use_cases,):
            call = replace(CALL, use_case=use_case, team="legal", groups=("staff",), organisation="example")
            for index, column in enumerate(found.columns):
                for place in column.places:
                    said = contexts.get(use_case, statement.outcomes)[index].kind
                    ruling = workspace.policies.judge(call, (Text(text),), Found(findings), place.facts)
                    done = {r.action for r in ruling.rewrites}
                    assert said == (
                        "refused" if ruling.verdict == "deny"
                        else "masked" if "redact" in done
                        else "replaced" if done
                        else "warned" if ruling.notices
                        else "sent"
                    ), (name, text, place.facts.name, use_case)  # fmt: skip
                    seen.add((name, said))
    assert len({name for name, _ in seen}) > 40
    assert {"refused", "masked", "sent"} <= {said for _, said in seen}


def test_it_is_short(workspace: Workspace, found: Charter):
    """One page: a sheet holds so many words as the style prints them."""
    for language in ("en", "fr"):
        text = written(found, (language,), "r1", TODAY, web=False)
        assert sum(any(map(str.isalnum, word)) for word in text.split()) < 1180
        assert re.search("password|mot de passe", next(line for line in text.splitlines() if "IBAN" in line))


def test_no_confidential_detector_shows(workspace: Workspace, found: Charter):
    text = written(found, ("en", "fr"), "r1", TODAY, web=True)
    for name in workspace.policies.confidential:
        assert name not in text
    assert "elios" not in text.lower() and "élios" not in text.lower()

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.bundle.routed import in_vain
from gateway.config import Settings, read_settings
from gateway.documents import DocumentsRefused, load_texts

PAGE = Path(__file__).parents[3] / "docs/howto/continuity/routing.md"
HEAD = """\
vendors: {v: {kind: openai}}
directory: {teams: [hr, legal], groups: [staff]}
destinations:
  alpha/gpt-4o: {vendor: v, model: m}
  beta/gpt-4o: {vendor: v, model: m}
  internal/maison: {vendor: v, model: m}
"""
MODEL = "models: {m: {destinations: [alpha/gpt-4o, beta/gpt-4o]}}\n"


def settings(text: str) -> Settings:
    return read_settings(load_texts({"config.yaml": (HEAD + text).encode()}), Path("/etc"), {})


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL))
def test_the_examples_of_the_page_are_valid(example: str) -> None:
    assert settings(example).routes


@pytest.mark.parametrize(
    ("route", "message"),
    [
        ("order: latensy", "(did you mean latency?)"),
        ("order: cost, by: caller", "the order cost keeps nothing together: weight and affinity do"),
        ("order: cost, weights: {alpha/gpt-4o: 2}", "the order cost takes no weights"),
        ("order: weight, weights: {'alpa/*': 2}", "alpa/* fits no destination"),
        ("order: weight, weights: {'alpha/*': -1}", "must be a whole number from 0 to 10000"),
        ("splits: [{name: s, to: [beta], percent: 5}]", "beta fits no destination"),
        ("splits: [{name: s, to: ['*'], percent: 101}]", "percent must be a number from 0 to 100"),
        (
            "splits: [{name: s, to: ['*'], percent: 1}, {name: s, to: ['*'], percent: 1}]",
            "s is the name of another one before it",
        ),
        ("cases: [{name: c}]", "goes nowhere: say `to` or `route`"),
        ("cases: [{name: c, only: true, route: default}]", "only needs `to`"),
        ("cases: [{name: c, route: q}]", "there is no route q"),
        ("cases: [{name: c, route: other}]", "other has cases of its own, which nobody would look at"),
        ("cases: [{name: c, to: ['*'], when: {teams: [hr, leagl]}}]", "there is no team leagl (did you mean legal?)"),
        ("cases: [{name: c, to: ['*'], when: {groups: [stuff]}}]", "there is no group stuff (did you mean staff?)"),
        ("cases: [{name: c, to: ['*'], when: {dialects: [openai_chatt]}}]", "(did you mean openai_chat?)"),
        (
            "cases: [{name: c, to: ['*'], when: {min_bytes: 2KiB, max_bytes: 1KiB}}]",
            "holds for no call: the least is above the most",
        ),
        ("objectives: {availability: 100}", "must be a percentage from 1 to below 100, such as 99.5"),
    ],
)
def test_a_route_that_is_wrong_is_refused(route: str, message: str) -> None:
    with pytest.raises(DocumentsRefused) as refused:
        settings(f"{MODEL}routes: {{r: {{{route}}}, other: {{cases: [{{name: d, to: ['*']}}]}}}}")
    assert message in str(refused.value)


def test_what_a_model_says_of_its_route_is_checked_at_its_place() -> None:
    with pytest.raises(DocumentsRefused) as refused:
        settings(
            "routes: {chat: {}}\nmodels:\n  m: {destinations: [beta/gpt-4o], route: chatt, tiers: {beta/gpt4o: 2}}"
        )
    assert "9:36: there is no route chatt (did you mean chat?)" in str(refused.value)
    assert "beta/gpt4o fits no destination of this model (did you mean beta/gpt-4o?)" in str(refused.value)


def test_what_goes_nowhere_is_noted() -> None:
    routes = "{cases: [{name: c, to: ['internal/*']}, {name: d, route: q}], splits: [{name: s, to: ['*'], percent: 1}]}"
    by = (
        f"models: {{m: {{destinations: [beta/gpt-4o], route: r}}}}\nroutes: {{r: {routes}, q: {{splits: [{IN_VAIN}]}}}}"
    )
    assert [*in_vain(settings(by))] == [
        "route r: case c goes to no destination of a model that takes this route",
        "route q: split t goes to no destination of a model that takes this route",
    ]
    assert not [*in_vain(settings(by.replace("route: r", "route: default")))], "nobody takes it"


IN_VAIN = "{name: t, to: [alpha/gpt-4o], percent: 1}"

"""Which model a name means, where names are patterns."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.bundle.destinations import Destination, Model
from gateway.bundle.naming import MOST_MADE, Naming, known_names
from gateway.bundle.pair import load_pair
from gateway.config import read_settings
from gateway.config.patterns import Pattern, made_up, public_name, vendor_name
from gateway.documents import DocumentsRefused, load_texts
from tests.conftest import CONFIG, configured

TEXTS = st.text("ab-", max_size=4)
PATTERNS = st.builds(Pattern, TEXTS, TEXTS)


def destination(model: str, kind: str = "simulator") -> Destination:
    return Destination(name="d", vendor="v", kind=kind, model=model, base_url="http://127.0.0.1")


def model(name: str, vendor: str = "{model}", *aliases: str) -> Model:
    return Model(name, aliases, (destination(vendor),))


NAMING = Naming.of(
    [
        model("gpt-4o", "gpt-4o", "gpt-4o-*"),
        model("claude-sonnet-5", "sonnet"),
        model("claude-*", "{model}", "anthropic/claude-*"),
        model("claude-*-eu", "eu.{*}"),
        model("router/*", "{*}"),
    ],
    {"claude-*": ["claude-opus-5", "claude-x-eu"], "router/*": ["router/meta/Llama-3.1-8B"]},
)


@pytest.mark.parametrize("asked", ["openai/gpt-4o:online", "openai/gpt-4o@preset/mine", "openai/gpt-4o:free",
                                   "openrouter/auto", "OpenRouter/Auto"])  # fmt: skip
@pytest.mark.parametrize(("pattern", "prefix", "template"), [("*", "", "{model}"), ("router/*", "router/", "{*}")])
def test_a_client_switches_nothing_on_by_a_name_at_openrouter(
    asked: str, pattern: str, prefix: str, template: str
) -> None:
    router, other = destination(template, "openrouter"), destination(template)
    listed = {pattern: [prefix + asked]}
    alone = Naming.of([Model(pattern, (), (router,))], listed)
    assert alone.model(prefix + asked) is None and alone.names == ()
    plain = alone.model(f"{prefix}openai/gpt-4o")
    assert plain is not None and [d.model for d in plain.destinations] == ["openai/gpt-4o"]
    both = Naming.of([Model(pattern, (), (router, other))], listed).model(prefix + asked)
    assert both is not None and [(d.kind, d.model) for d in both.destinations] == [("simulator", asked)]


def test_operators_may_say_what_a_client_may_not() -> None:
    at = destination("{model}:nitro", "openrouter")
    found = Naming.of([Model("openai/*", (), (at,))], {}).model("openai/gpt-4o")
    assert found is not None and found.destinations[0].model == "openai/gpt-4o:nitro"
    assert at.named("openai/gpt-4o:free").model == "openai/gpt-4o:free:nitro", "as an entry of its own is asked"


@pytest.mark.parametrize(
    ("asked", "name", "entry", "vendor"),
    [
        ("gpt-4o", "gpt-4o", "gpt-4o", "gpt-4o"),
        ("gpt-4o-2030-01-01", "gpt-4o", "gpt-4o", "gpt-4o"),
        ("claude-sonnet-5", "claude-sonnet-5", "claude-sonnet-5", "sonnet"),
        ("claude-sonnet-5-5", "claude-sonnet-5-5", "claude-*", "claude-sonnet-5-5"),
        ("anthropic/claude-new", "claude-new", "claude-*", "claude-new"),
        ("anthropic/claude-sonnet-5", "claude-sonnet-5", "claude-sonnet-5", "sonnet"),
        ("claude-opus-eu", "claude-opus-eu", "claude-*-eu", "eu.opus"),
        ("anthropic/claude-opus-eu", "claude-opus-eu", "claude-*-eu", "eu.opus"),
        ("router/meta/Llama-3.1-8B", "router/meta/Llama-3.1-8B", "router/*", "meta/Llama-3.1-8B"),
    ],
)
def test_exact_names_win_then_longer_patterns(asked: str, name: str, entry: str, vendor: str) -> None:
    for _ in range(2):  # the second time from what was made
        found = NAMING.model(asked)
        assert found is not None
        assert (found.name, found.entry, found.destinations[0].model) == (name, entry, vendor)


@pytest.mark.parametrize(
    "asked",
    [
        "claude-", "claude", "Claude-x", "claude-*", "claude-{model}", "claude-a b", "claude-a\n", "claude-é",
        "claude-../x", "claude-a/../b", "claude-a//b", "claude-a?x=1", "claude-a%2e", "claude-" + "a1" * 13,
        "claude-" + "a-" * 70 + "a", "router/", "router//x", "",
    ],
)  # fmt: skip
def test_names_that_no_client_may_make_up(asked: str) -> None:
    assert NAMING.model(asked) is None


def test_known_names_are_listed_and_counted_by_themselves() -> None:
    assert NAMING.names == ("gpt-4o", "claude-sonnet-5", "claude-opus-5", "router/meta/Llama-3.1-8B")
    counted = {
        asked: (m.counted if (m := NAMING.model(asked)) else "") for asked in ("claude-opus-5", "claude-made-up")
    }
    assert counted == {"claude-opus-5": "claude-opus-5", "claude-made-up": "claude-*"}


def test_what_clients_make_up_is_bounded() -> None:
    naming = Naming.of([model("*")], {})
    for number in range(2 * MOST_MADE + 5):
        assert naming.model(f"m-{number}") is not None
        assert len(naming._made) <= MOST_MADE


def test_priced_models_are_known_by_their_public_name() -> None:
    priced = {"d": ["claude-a", "gpt-5", "eu.b", "claude-{x}", "claude-" + "k" * 40]}
    assert known_names(model("claude-*"), ["claude-z"], priced) == ["claude-z", "claude-a"]
    assert known_names(model("claude-*-eu", "eu.{*}"), [], priced) == ["claude-b-eu"]
    assert known_names(model("claude-*", "gpt-4o"), [], priced) == []


@given(PATTERNS, PATTERNS, st.text("ab-", max_size=12))
def test_a_name_of_two_patterns_of_one_length_makes_them_ambiguous(one: Pattern, other: Pattern, name: str) -> None:
    if one != other and one.length == other.length and one.star(name) and other.star(name):
        assert one.ambiguous(other) and other.ambiguous(one)
    if one.ambiguous(other):
        before, after = max(one.before, other.before, key=len), max(one.after, other.after, key=len)
        assert one.star(before + "x" + after) and other.star(before + "x" + after)


@given(PATTERNS, st.text("ab-", min_size=1, max_size=5), st.sampled_from(["{model}", "v/{model}", "{*}", "x-{*}-y"]))
def test_a_public_name_is_found_again_from_the_vendors(pattern: Pattern, star: str, template: str) -> None:
    name = pattern.named(star)
    assert pattern.star(name) == star
    assert public_name(template, vendor_name(template, name, star), pattern) == name


@given(st.text(string.printable, max_size=140))
def test_made_up_names_are_safe(name: str) -> None:
    if made_up(name):
        assert (
            len(name) <= 128
            and ".." not in name.split("/")
            and not set(name) - set(string.ascii_letters + string.digits + "._:/@+-")
        )


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ("{'a-*': {destinations: [d]}, '*-b': {destinations: [d]}}", r"\*-b is as long as a-\*, and names fit both"),
        ("{'a-*': {destinations: [d], aliases: [b]}}", r"b says nothing of what the asterisk of a-\* stands for"),
        ("{'a-*': {destinations: [d], known: [b-1]}}", r"b-1 is no name that a-\* stands for"),
        ("{'a-*': {destinations: [d], known: [a-1]}, a-1: {destinations: [d]}}", "a-1 is a model of its own"),
        ("{a: {destinations: [d], known: [a]}}", "a is no name that a stands for"),
        ("{a: {destinations: [s]}}", "s asks for what .* stands for, and a has no asterisk"),
        ("{'a-*-*': {destinations: [d]}}", "a name has letters, digits .* and one"),
    ],
)
def test_patterns_that_say_nothing_certain_are_refused(models: str, message: str) -> None:
    text = f"""
vendors: {{v: {{kind: openai_compatible, base_url: "http://127.0.0.1:1/v1"}}}}
destinations: {{d: {{vendor: v, model: "{{model}}"}}, s: {{vendor: v, model: "x/{{*}}"}}}}
models: {models}
"""
    with pytest.raises(DocumentsRefused, match=message):
        read_settings(load_texts({"config.yaml": text.encode()}), Path(), {})


@pytest.mark.parametrize("template", ["{model}{*}", "{x}", "{", "*", "a b"])
def test_templates_that_make_no_name_are_refused(template: str) -> None:
    text = f"""
vendors: {{v: {{kind: openai_compatible, base_url: "http://127.0.0.1:1/v1"}}}}
destinations: {{d: {{vendor: v, model: "{template}"}}}}
"""
    with pytest.raises(DocumentsRefused, match="model must be a name"):
        read_settings(load_texts({"config.yaml": text.encode()}), Path(), {})


@pytest.mark.parametrize(("said", "fits"), [("claude-opus-9", True), ("claude-opus-*", True), ("gpt-9", False)])
def test_policies_may_name_what_a_pattern_stands_for(tmp_path: Path, said: str, fits: bool) -> None:
    rule = f"""
kind: EgressPolicy
policy: p
owner: o@example.org
rules:
  - id: r
    when: {{models: ["{said}"], destination: {{model: ["{said}"]}}}}
    action: deny
"""
    config = CONFIG.replace("models:\n", '  any: {vendor: alpha, model: "{model}", contract: alpha-us}\nmodels:\n')
    config = config.replace("models:\n", 'models:\n  "claude-*": {destinations: [any]}\n').replace("gpt-4o-mini", "g-4")
    path = configured(tmp_path / "house", config)
    (path.parent / "bundle" / "mine.yaml").write_text(rule)
    if fits:
        assert load_pair(path).policies.rules
    else:
        with pytest.raises(DocumentsRefused, match="none of the models"):
            load_pair(path)

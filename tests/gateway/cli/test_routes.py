"""What `ecluse models` and `ecluse explain` say of routes."""

from __future__ import annotations

from pathlib import Path

import pytest

ROUTE = """
  chat:
    order: latency
    deadline_seconds: 90
    cases:
      - {name: long, when: {min_bytes: 100, stream: false}, to: ["beta/*"]}
      - {name: law, when: {teams: [legal], groups: [hr, staff]}, to: ["internal/*"], only: true}
      - {name: batch, when: {use_cases: [sandbox]}, route: default}
    splits: [{name: canary, to: ["beta/*"], percent: 2.5, by: team}]
    objectives: {availability: 99.9, first_token_seconds: 2}
"""


@pytest.fixture
def routed(home: Path) -> Path:
    config = home / "config.yaml"
    text = config.read_text().replace("\nroutes:\n", f"\nroutes:{ROUTE}", 1)
    wanted = "destinations: [alpha/gpt-4o, beta/gpt-4o]"
    assert wanted in text
    text = text.replace(wanted, f"route: chat\n    tiers: {{beta/gpt-4o: 2}}\n    {wanted}", 1)
    config.write_text(text)
    return config


def test_models_shows_the_route_of_each_that_has_one(routed: Path, ecluse) -> None:
    code, out, err = ecluse("models")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    at = lines.index("  route chat: latency, tier 2 for beta/gpt-4o, at most 90 s")
    assert lines[at + 1 : at + 7] == [
        "    case long (no streams, from 100 bytes): beta/gpt-4o first",
        "    case law (teams legal, groups hr or staff): none of these only",
        "    case batch (use_cases sandbox): by route default",
        "    split canary: 2.5 % of teams ask beta/gpt-4o first",
        "    promises availability for 99.9 %",
        "    promises first_token within 2 s for 99 %",
    ]
    assert out.count("  route ") == 1, "the order written needs no words"


def test_models_shows_what_is_larger(home: Path, ecluse) -> None:
    config = home / "config.yaml"
    text = config.read_text().replace("larger: [] ", "larger: [gpt-4o, beta/gpt-4o] ", 1)
    config.write_text(text)
    code, out, err = ecluse("models")
    assert (code, err) == (0, "")
    assert out.count("  larger, for what is too long: gpt-4o, beta/gpt-4o\n") == out.count("larger") == 1


def test_explain_says_how_the_call_would_be_routed(routed: Path, ecluse) -> None:
    def told(*words: str, text: str = "Bonjour") -> str:
        code, out, err = ecluse("explain", "--model", "gpt-4o", *words, stdin=text)
        assert (code, err) == (0, "")
        return out[out.index("\nRoute: ") :].strip()

    split = "  split canary: 2.5 % of teams ask beta/gpt-4o first\n"
    assert told() == f"Route: chat\n{split}  1. alpha/gpt-4o\n  2. beta/gpt-4o"
    assert told(text="Bonjour " * 20) == f"Route: chat, case long\n{split}  1. beta/gpt-4o\n  2. alpha/gpt-4o"
    assert told("--use-case", "sandbox").startswith("Route: default, case batch\n  1. alpha/gpt-4o\n")
    refused = "Route: chat, case law: refused, none of its destinations is permitted"
    assert told("--team", "legal", "--group", "hr") == refused
    routed.write_text(routed.read_text().replace("tiers: {beta/gpt-4o: 2}", "tiers: {}"))
    assert told() == f"Route: chat\n{split}  1. alpha/gpt-4o, beta/gpt-4o  (by latency)"

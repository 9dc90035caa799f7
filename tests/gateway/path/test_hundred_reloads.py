"""A hundred reloads under load, between bundles that decide differently: a call is judged by one and says by which."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import httpx

from observability.ledger import read
from tests.conftest import House

ARDOISE, BASALTE = "Parlons du projet Ardoise.", "Parlons du projet Basalte."
# Bundles by letter: the word that the detector knows, and what the rule does about it (None: there is no rule).
BUNDLES: dict[str, tuple[str, str | None]] = {
    "a": ("Ardoise", "deny"),
    "b": ("Ardoise", None),
    "c": ("Basalte", "redact"),
}


def written(letter: str) -> str:
    """What a bundle says that the others don't."""
    word, action = BUNDLES[letter]
    detector = (
        f"kind: Detector\nid: org.code\nkeywords: {{any: [Projet {word}]}}\n"
        f"examples: {{hit: [le projet {word}], miss: [le projet]}}\n"
    )
    if action is None:
        return detector
    return detector + (
        "---\nkind: EgressPolicy\npolicy: own\nowner: a@example.org\nrules:\n"
        f"  - id: own-{letter}\n    when: {{findings: {{any_of: [org.code]}}, destination: {{external: true}}}}\n"
        f"    action: {action}\n    in_history: {action}\n    message: {{en: No., fr: Non.}}\n"
        "tests:\n"
        f"  - {{name: hit, text: le projet {word}, to: {{external: true}}, expect: {{verdict: {action}}}}}\n"
    )


def expected(letter: str, text: str) -> list[tuple[str, str]]:
    """The rules of ours that a bundle fires on a text, each with its action."""
    word, action = BUNDLES[letter]
    return [(f"own-{letter}", action)] if action is not None and word in text else []


@dataclass
class Load:
    """Callers that ask the same two texts again and again, so that every text has been classified before."""

    house: House
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    asked: dict[str, tuple[str, httpx.Response]] = field(default_factory=dict)

    async def caller(self, text: str, stream: bool) -> None:
        while not self.stop.is_set():
            answer = await self.house.chat(f"{text} [[sim:words=10]] [[sim:drip=0.03]]", stream=stream)
            self.asked[answer.headers["x-ecluse-call-id"]] = (text, answer)
            assert answer.status_code == 400 or not stream or "[DONE]" in answer.text


async def test_a_hundred_reloads_under_load_fail_no_call_and_serve_no_old_finding(house: House) -> None:
    load = Load(house)
    transport = httpx.AsyncHTTPTransport(uds=str(house.folder / "c.sock"))
    letters: dict[str, str] = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://control", timeout=30) as control:
        callers = [
            asyncio.create_task(load.caller(text, stream)) for text in (ARDOISE, BASALTE) for stream in (True, False)
        ]
        for number in range(100):
            letter = "abc"[number % 3]
            (house.folder / "bundle" / "own.yaml").write_text(written(letter))
            answer = await control.post("/reload")
            assert answer.status_code == 200, answer.text
            letters[house.gateway.runtime.epoch.pair.bundle.revision] = letter
            if number == 0:
                load.asked.clear()  # what was asked of the bundle without `own.yaml`
            # Every bundle is asked about every text while it is in force.
            for text in (ARDOISE, BASALTE):
                direct = await house.chat(text)
                assert direct.status_code == (400 if ("own-a", "deny") in expected(letter, text) else 200), direct.text
                load.asked[direct.headers["x-ecluse-call-id"]] = (text, direct)
        load.stop.set()
        await asyncio.gather(*callers)
    assert sorted(letters.values()) == ["a", "b", "c"]
    await house.gateway.runtime.ledger.flush()
    await check(house, load, letters)


async def check(house: House, load: Load, letters: dict[str, str]) -> None:
    """Every record names a revision, and what was ruled is what that revision says."""
    seen: dict[tuple[str, str], int] = {}
    for record in read(house.gateway.runtime.epoch.pair.settings.ledger_dir):
        intent = record if record["record"] == "INTENT" else record.get("intent")
        if not intent or record["call"] not in load.asked:
            continue
        text, answer = load.asked[record["call"]]
        revision = intent["policy_revision"]
        if revision not in letters:
            continue  # asked before the first reload, answered after it
        letter = letters[revision]
        own = [(r["rule"], r["action"]) for r in intent["rulings"][0]["rules"] if r["policy"] == "own"]
        assert own == expected(letter, text), (letter, text)
        assert answer.headers["x-ecluse-policy"] == revision
        assert answer.status_code == (400 if ("own-a", "deny") in own else 200)
        seen[letter, text] = seen.get((letter, text), 0) + 1
    assert sum(seen.values()) >= len(load.asked) - 4
    assert set(seen) == {(letter, text) for letter in "abc" for text in (ARDOISE, BASALTE)}
    assert min(seen.values()) >= 33

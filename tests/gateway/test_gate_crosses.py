"""Tokens become values again in answers that cross from one dialect into another, however they are cut."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.translate.crossing import Crossing
from gateway.gate import Gate, Guard
from policies.transform.restoring import restoring
from tests.gateway.test_gate import GuardMaker
from tests.gateway.test_gate_restores import (
    BY_TEXT,
    DIALECTS,
    ISSUED,
    TOKENS,
    VALUES,
    ask,
    guards,
    script,
    seen,
    streamed,
    whole,
)

__all__ = ["guards"]
SPOKEN = ("openai_chat", "openai_responses", "anthropic_messages")


def crossed(client: str, vendor: str, raw: bytes, guard: Guard | None, cuts: list[int] | None) -> bytes:
    """What the client gets of a vendor's bytes. cuts: where they are cut; None for a whole answer."""
    crossing = Crossing(client, vendor, frozenset(), call="0-1", model="m", created=1)
    gate = Gate(DIALECTS[client].reader(ask(client, cuts is not None)), restoring(ISSUED, guard), None, crossing)
    if cuts is None:
        return gate.body(raw)
    out: list[bytes] = []
    last = 0
    for cut in [*sorted(cuts), len(raw)]:
        gate.feed(raw[last:cut], out)
        last = cut
    gate.finish(out)
    assert gate.over
    return b"".join(out)


@pytest.mark.parametrize(("client", "vendor"), list(permutations(SPOKEN, 2)))
@given(
    st.lists(st.sampled_from([*VALUES, "et", "à", "(", ")", "PERSON_", "12", "\n"]), max_size=9),
    st.booleans(), st.integers(1, 40), st.data(),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_what_went_comes_back_in_another_dialect(
    guards: GuardMaker, client: str, vendor: str, parts: list[str], calls: bool, chunk: int, data: st.DataObject
) -> None:
    told, expected = (script(p, calls=calls, chunk=chunk) for p in ([BY_TEXT.get(p, p) for p in parts], parts))
    if client == "anthropic_messages":  # its clients have no tools of any text, so no vendor calls one
        told, expected = (replace(s, calls=tuple(c for c in s.calls if not c.custom)) for s in (told, expected))
    guard = guards() if data.draw(st.booleans()) else None
    raw = streamed(vendor, told)
    cuts = data.draw(st.lists(st.integers(0, len(raw)), max_size=8))
    back = crossed(client, vendor, raw, guard, cuts)
    assert seen(client, back, True) == seen(client, crossed(client, vendor, streamed(vendor, expected), None, []), True)
    assert not [token for token in TOKENS.values() if token.encode() in back]
    answer = crossed(client, vendor, whole(vendor, told), guards() if guard else None, None)
    plain = crossed(client, vendor, whole(vendor, expected), None, None)
    assert seen(client, answer, False) == seen(client, plain, False)

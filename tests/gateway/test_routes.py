"""What a path is: the table's routes, and the places in their templates."""

from __future__ import annotations

import re

import pytest

from gateway import routes
from gateway.routes import CALLS, match


def test_every_call_of_the_table_is_found_and_says_what_stands_in_its_places() -> None:
    for method, path in CALLS:
        said = re.sub(r"\{([a-z_]+)\}", r"a-\1.1", path)
        found = match(method, said)
        assert found is not None and found[0].path == path
        places = {name: f"a-{name}.1" for name in re.findall(r"\{([a-z_]+)\}", path)}
        assert found[1] == places | dict.fromkeys(found[0].says, "")


@pytest.mark.parametrize("odd", ["", "..", ".", "a/b", "a b", "a\n", "é", "a?b", "a#b", "%2e", "a" * 300, "{model}"])
def test_a_place_holds_one_plain_segment(odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pattern = re.compile("/v1/things/" + routes._SEGMENT + ":count")
    monkeypatch.setattr(routes, "_MADE", (("POST", pattern, ("thing",), next(iter(CALLS.values()))),))
    assert match("POST", "/v1/things/gpt-4o:count") is not None
    assert match("POST", f"/v1/things/{odd}:count") is None
    assert match("GET", "/v1/things/gpt-4o:count") is None

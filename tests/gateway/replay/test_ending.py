"""How a changed call would end as a whole: refused, served elsewhere, served at last, or as it did."""

from __future__ import annotations

import pytest

from gateway.replay.decided import Decided
from gateway.replay.ending import At, ending

ALLOW = Decided("allow", None, (), (), frozenset())
REDACT = Decided("allow", None, ("redact",), (), frozenset())
DENY = Decided("deny", None, (), (), frozenset())
TO_BETA = Decided("reroute", "beta", (), (), frozenset())


@pytest.mark.parametrize(
    ("at", "went", "end"),
    [
        ([At("alpha", ALLOW, DENY), At("beta", ALLOW, ALLOW)], "alpha", "elsewhere"),
        ([At("alpha", ALLOW, DENY), At("beta", ALLOW, DENY)], "alpha", "refused"),
        ([At("alpha", DENY, ALLOW), At("beta", DENY, DENY)], None, "served"),
        ([At("alpha", DENY, DENY), At("beta", DENY, ALLOW)], None, "served"),
        ([At("alpha", ALLOW, REDACT), At("beta", ALLOW, REDACT)], "alpha", "otherwise"),
        ([At("alpha", ALLOW, ALLOW), At("beta", ALLOW, DENY)], "alpha", "same"),
        ([At("alpha", ALLOW, DENY), At("beta", ALLOW, ALLOW)], "beta", "same"),
        ([At("alpha", DENY, ALLOW), At("beta", ALLOW, ALLOW)], "beta", "elsewhere"),
        ([At("alpha", ALLOW, DENY), At("beta", DENY, DENY, told=False)], "alpha", "unknown"),
        ([At("alpha", ALLOW, TO_BETA), At("beta", DENY, ALLOW)], "alpha", "elsewhere"),
        ([At("alpha", ALLOW, TO_BETA)], "alpha", "unknown"),
        ([At("alpha", DENY, DENY), At("beta", REDACT, DENY)], "beta", "refused"),
    ],
)
def test_how_a_call_would_end(at: list[At], went: str | None, end: str) -> None:
    assert ending(at, went) == end
